// time_limit: cancels a task when its time is over, and tells that cancellation from others.
#pragma once

#include <actors/detail/scheduler.hpp>
#include <actors/detail/task_state.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace actors::inline v1::detail {

/// Cancels the task it lives in when the time is over, and can tell its own cancellation from one that came from
/// outside. Lives in a frame of that task, and is used by it alone.
class time_limit : private callback_timer {
 public:
  /// From now on, or until a point of time.
  struct span {
    steady_time time;
    bool relative;
  };
  static span in(std::chrono::nanoseconds limit) noexcept { return {steady_time{limit}, true}; }
  static span at(steady_time deadline) noexcept { return {deadline, false}; }

  time_limit(task_state& party, span limit);
  ~time_limit() { stop(); }
  time_limit(const time_limit&) = delete;
  time_limit& operator=(const time_limit&) = delete;

  steady_time when() const noexcept { return deadline; }
  /// Throws usage_error where the time is over.
  void move(steady_time when);
  void move_by(std::chrono::nanoseconds from_now) { move(saturating_add(scope().now(), from_now)); }
  bool expired() const noexcept { return fired_.load(std::memory_order_acquire); }

  /// The work ended by itself: a cancellation that the limit asked for meanwhile is taken back.
  void work_ended() noexcept;
  /// The work was cancelled: throws timed_out where that was this limit's doing alone, returns otherwise.
  void throw_if_own();

 private:
  scheduler& scope() const noexcept { return scheduler_of(party_); }
  /// Afterwards `expired` stays as it is.
  void stop() noexcept {
    if (std::exchange(runs_, false)) scope().stop(*this);
  }
  static void on_time(callback_timer& self) noexcept;

  task_state& party_;
  std::uint32_t answered_before_;  ///< requests to cancel that were answered before this limit began
  bool runs_ = false;              ///< the timer was started, and not stopped
  atomic<bool> fired_{false};      ///< release, acquire; also read after `stop`, which synchronises by itself
};

}  // namespace actors::inline v1::detail
