// team: actors that are started, and fail, together.
#pragma once

#include <actors/actor.hpp>
#include <actors/detail/actor_cell.hpp>
#include <actors/detail/invoke.hpp>
#include <actors/errors.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace actors::inline v1 {

namespace detail {
struct team_survey;
}

/// An actor's body ended with an exception. The original is nested (std::rethrow_if_nested).
class actor_failed : public error {
 public:
  actor_failed(std::string actor_name, const std::string& what)
      : error{"actor '" + actor_name + "' failed: " + what}, actor_{std::move(actor_name)} {}
  const std::string& actor_name() const noexcept { return actor_; }

 private:
  std::string actor_;
};

/// A port of a spawned actor, for `connect`.
template <class Cell>
struct port_ref {
  detail::actor_cell& owner;
  Cell& cell;
};

/// A spawned actor: its name and its ports. Valid as long as its team.
template <std::derived_from<actor> A>
class actor_ref {
 public:
  explicit actor_ref(detail::actor_cell& cell) noexcept : cell_{&cell} {}

  /// In every report about it.
  const std::string& name() const noexcept { return cell_->name; }

  /// The port that is this member of the actor, before the team runs.
  template <class Port, class Base>
  requires std::derived_from<A, Base>
  auto port(Port Base::*member) const {
    auto& cell = (static_cast<A&>(cell_->object()).*member).cell();
    return port_ref<std::remove_reference_t<decltype(cell)>>{*cell_, cell};
  }

 private:
  detail::actor_cell* cell_;
};

/// What can be said of an actor when it is spawned.
struct actor_options {
  /// In every report about it; it is copied. Without one it is "actor-1", "actor-2" ...
  std::string_view name{};
};

/// Actors that are wired first and then run together: when one fails, the others are stopped. Not thread-safe, except
/// `drain`, `stop` and `running`.
class team {
 public:
  team() = default;
  ~team();
  team(const team&) = delete;
  team& operator=(const team&) = delete;

  /// Makes an actor. Its arguments are kept; its body starts with `run`.
  template <std::derived_from<actor> A, class... Args>
  requires std::constructible_from<A, const Args&...> actor_ref<A> spawn(Args... args) {
    return spawn<A>(actor_options{}, std::move(args)...);
  }

  /// The same with a name, and so on.
  ///
  ///     auto from = work.spawn<reader>({.name = "reader"}, path);
  template <std::derived_from<actor> A, class... Args>
  requires std::constructible_from<A, const Args&...> actor_ref<A> spawn(const actor_options& options, Args... args) {
    return actor_ref<A>{
        add(std::string{options.name}, [kept = std::make_tuple(std::move(args)...)]() -> std::unique_ptr<actor> {
          return std::apply([](const Args&... each) { return std::make_unique<A>(each...); }, kept);
        })};
  }

  /// The same for a type known at run time.
  detail::actor_cell& add(std::string name, detail::unique_function<std::unique_ptr<actor>()> factory);

  /// Starts every body and suspends until all have ended. Throws actor_failed for the first one that failed, after all
  /// have ended; cancelling the awaiting task stops all. Throws usage_error when an input is connected to nothing, or
  /// when called twice.
  task<> run();

  /// Ends the actors that have no inputs; the others end when they have worked off what is left. From any thread.
  void drain();
  /// Cancels every actor. From any thread.
  void stop();
  /// The names of the actors whose bodies have not ended yet. From any thread.
  std::vector<std::string> running() const;

  const std::vector<std::unique_ptr<detail::actor_cell>>& cells() const noexcept { return cells_; }

 private:
  friend struct detail::team_survey;  ///< for metrics

  void check_wiring() const;
  task<> run_member(detail::actor_cell& cell, detail::cell_closer closer);
  [[noreturn]] void throw_first_failure() const;

  std::vector<std::unique_ptr<detail::actor_cell>> cells_;
  mutable std::mutex lock_;  ///< guards what `drain` and `stop` share with the start and with the first failure
  bool started_ = false;
  bool draining_ = false;
  bool stopping_ = false;
  detail::actor_cell* first_failed_ = nullptr;
};

/// Connects an output to an input with a channel of that capacity. An output that is connected several times sends a
/// copy to each; an input that is connected several times has one channel for all (the first capacity counts).
/// Throws usage_error once the team runs.
template <channel_value T>
void connect(port_ref<detail::out_cell<T>> from, port_ref<detail::in_cell<T>> to, std::size_t capacity = 256) {
  detail::typed_channel<T>& through = to.cell.channel_for_wiring(capacity);
  from.cell.attach(through);
}

}  // namespace actors::inline v1
