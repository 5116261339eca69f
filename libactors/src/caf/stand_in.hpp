// stand_in: the CAF actor that stands for an actor of ours, or for a channel.
#pragma once

#include <actors/caf/entry.hpp>
#include <actors/detail/actor_cell.hpp>
#include <actors/join_handle.hpp>
#include <actors/sync/event.hpp>

#include <caf/actor_config.hpp>
#include <caf/error.hpp>
#include <caf/monitorable_actor.hpp>

#include <memory>

namespace actors::inline v1::detail {

/// What a stand-in and its keeper share. The keeper is a task that waits for the end of the actor (none: a sink), or
/// for `is_to_end`, and then ends the stand-in. While there is a keeper, the runtime is there.
struct stand_in_state {
  stand_in_state(const ::caf::actor_system& system, scheduler& on, std::shared_ptr<actor_cell> of)
      : entry{caf_entry::make(on, system)}, cell{std::move(of)} {}

  /// Any thread: asks the keeper to end a sink. The first reason counts.
  void end(::caf::error why);
  /// Any thread.
  void exit(const ::caf::error& why, const ::caf::actor_system& system);
  /// The address stays until its end, whoever else holds it; or not.
  void hold(::caf::strong_actor_ptr address);
  void let_go(bool for_good = false);
  ::caf::error reason();

  const std::shared_ptr<caf_entry> entry;
  const std::shared_ptr<actor_cell> cell;
  event is_to_end;

 private:
  mutex lock_;
  ::caf::error why_;
  bool was_asked_ = false;  ///< to end normally
  bool is_over_ = false;
  ::caf::strong_actor_ptr held_;  ///< the address itself
};

/// Not scheduled: all it does is done on the thread of who sends.
class stand_in final : public ::caf::monitorable_actor {
 public:
  stand_in(::caf::actor_config& config, std::shared_ptr<stand_in_state> state);
  ~stand_in() override;
  stand_in(const stand_in&) = delete;
  stand_in& operator=(const stand_in&) = delete;

  const char* name() const override { return "actors.stand_in"; }
  void enqueue(::caf::mailbox_element_ptr what, ::caf::execution_unit* on) override;
  void on_destroy() override;

  const std::shared_ptr<stand_in_state>& state() const noexcept { return state_; }
  /// It has ended, and the actor goes on: the run of the runtime in which it was made is over.
  bool is_outlived() const {
    return getf(is_cleaned_up_flag) && state_->cell != nullptr && !state_->cell->ended.is_set();
  }
  /// Before anybody else knows the address.
  void start_keeper();

 private:
  const std::shared_ptr<stand_in_state> state_;
  join_handle<> keeper_;
};

/// The address ends, and what it holds of its system goes: for the end of that.
void end_stand_ins_of(::caf::actor_system& system);

}  // namespace actors::inline v1::detail
