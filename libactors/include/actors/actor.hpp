// actor: a class with typed ports and a body. Actors share nothing; they meet over the channels of their ports.
#pragma once

#include <actors/port.hpp>
#include <actors/task.hpp>

namespace actors::inline v1 {

/// Base of every actor.
///
///     struct tally final : actors::actor {
///       in<std::string> words{*this, "words"};
///       out<int> counts{*this, "counts"};
///       task<> run() override;
///     };
///
/// Made by `team::spawn`, which keeps its constructor's arguments; its body runs when the team does.
class actor {
 public:
  virtual ~actor() = default;
  actor(const actor&) = delete;
  actor& operator=(const actor&) = delete;

  /// The body. Ends normally by returning, or by a `channel_closed` that leaves it (whoever it sent to has gone). Then
  /// the object is destroyed and its ports are closed. Any other exception is a failure, which stops the team.
  virtual task<> run() = 0;

 protected:
  /// Throws usage_error outside of a spawn.
  actor();

 private:
  friend detail::actor_cell* detail::cell_of(actor& owner) noexcept;
  detail::actor_cell* cell_;
};

}  // namespace actors::inline v1
