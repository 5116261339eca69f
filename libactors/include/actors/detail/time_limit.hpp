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
///
/// Its timer is started when the task first waits, or asks whether it is to stop (`waiter::put_off`): nobody can tell
/// the difference before, and work that need not wait costs no timer, but only a note of the time. Until then the limit
/// is in the list of the running turn.
class time_limit : private callback_timer {
 public:
  /// From now on, or until a point of time.
  struct span {
    steady_time time;
    bool relative;
  };
  static span in(std::chrono::nanoseconds limit) noexcept { return {steady_time{limit}, true}; }
  static span at(steady_time deadline) noexcept { return {deadline, false}; }

  time_limit(task_state& party, span limit) noexcept
      : party_{party}, relative_{limit.relative}, answered_before_{party.cancel_requests()} {
    // One that is still pending belongs to those who must not be swallowed.
    if (answered_before_ != 0 && party.cancel_pending()) [[unlikely]]
      --answered_before_;
    fire = &on_time;
    deadline = limit.time;
    if (relative_) began_ = scope().note_of_now();
    put_off();
  }
  ~time_limit() { stop(); }
  time_limit(const time_limit&) = delete;
  time_limit& operator=(const time_limit&) = delete;

  steady_time when() const noexcept;
  /// Throws usage_error where the time is over.
  void move(steady_time when);
  void move_by(std::chrono::nanoseconds from_now) { move(saturating_add(scope().now(), from_now)); }
  /// Starts the timers of those that `party` has put off. It runs.
  static void start_all(waiter& party) noexcept;
  bool expired() const noexcept { return fired_.load(std::memory_order_acquire); }
  /// The same for work that asks.
  bool expired_by_now() noexcept {
    party_.do_what_was_put_off();
    return expired();
  }

  /// The work ended by itself: a cancellation that the limit asked for meanwhile is taken back.
  void work_ended() noexcept {
    stop();
    if (expired()) [[unlikely]]
      party_.uncancel(answered_before_);
  }
  /// The work was cancelled: throws timed_out where that was this limit's doing alone, returns otherwise.
  void throw_if_own();

 private:
  scheduler& scope() const noexcept { return scheduler_of(party_); }
  /// Afterwards `expired` stays as it is.
  void stop() noexcept {
    switch (std::exchange(timer_, progress::stopped)) {
      case progress::put_off:
        return take_out();
      case progress::started:
        return scope().stop(*this);
      case progress::stopped:
        return;
    }
  }
  void put_off() noexcept {
    turn& now = party_.running_turn();
    outer_ = now.unstarted;
    now.unstarted = this;
    timer_ = progress::put_off;
    party_.put_off(&start_all);
    // Somebody may be told while the work computes.
    if (party_.tells_cancellations()) [[unlikely]]
      party_.do_what_was_put_off();
  }
  void take_out() noexcept {
    time_limit** link = &party_.running_turn().unstarted;
    while (*link != this) link = &(*link)->outer_;
    *link = outer_;
  }
  void start() noexcept;
  static void on_time(callback_timer& self) noexcept;

  enum class progress : std::uint8_t { put_off, started, stopped };

  task_state& party_;
  time_limit* outer_ = nullptr;  ///< while it is put off
  std::uint64_t began_ = 0;      ///< a note of the scheduler's; of a relative one that is put off
  progress timer_ = progress::put_off;
  bool relative_;                  ///< `deadline` is the time from then on, counted from the clock's epoch
  atomic<bool> fired_{false};      ///< release, acquire; also read after `stop`, which synchronises by itself
  std::uint32_t answered_before_;  ///< requests to cancel that were answered before this limit began
};

}  // namespace actors::inline v1::detail
