// interval: periodic ticks, with a choice of what happens to those that the task was too late for.
#pragma once

#include <actors/sleep.hpp>

#include <chrono>
#include <coroutine>

namespace actors::inline v1 {

/// What an interval does when its task is late for a tick: when it asks for the tick after the time at which that was
/// due, or gets to run only when the one after it is due as well. With a period of 10 ms, and a task that takes the
/// tick of 10 ms and is back at 35 ms, the ticks are given at these times (and are due at those in brackets):
///
///     burst   35 (20)   35 (30)   40 (40)   50 (50)    none is lost; the average rate is kept
///     delay   35 (20)   45 (45)   55 (55)   65 (65)    a late tick puts off all that follow it
///     skip    35 (20)   40 (40)   50 (50)   60 (60)    all are due at a multiple of the period after the first one
///
/// These are the policies of Tokio's MissedTickBehavior.
enum class missed {
  burst,  ///< gives the ticks that were missed one after another, without waiting, until none is left
  delay,  ///< gives the late tick, and the next one a period after that
  skip,   ///< gives the late tick, leaves out the others that were missed, and goes on with the next of the grid
};

namespace detail {
class tick_operation;
std::chrono::nanoseconds tick_period(std::chrono::duration<long double> asked, std::chrono::nanoseconds rounded);
steady_time first_tick(std::chrono::nanoseconds period);
}  // namespace detail

/// Ticks at regular times of the runtime's clock (std::chrono::steady_clock; under simulation a virtual one):
///
///     interval ticks{100ms};
///     for (;;) {
///       co_await ticks.next();
///       ...
///     }
///
/// It holds no timer while nobody waits for it. For one task at a time; not to be moved or destroyed while one waits.
class interval {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  /// The first tick is due one period from now. Fractions of a nanosecond are rounded up; a period beyond 292 years is
  /// that long. Throws usage_error where the period is zero, negative or not a number, and outside of a task (whose
  /// runtime has the clock).
  template <class Rep, class Period>
  explicit interval(std::chrono::duration<Rep, Period> period, missed policy = missed::burst)
      : interval{checked(period), policy, detail::first_tick(checked(period))} {}

  /// The first tick is due at `starting_at`; where that time has passed the task is late for it. Can be made anywhere.
  /// Throws usage_error where the period is zero, negative or not a number.
  template <class Rep, class Period>
  interval(std::chrono::duration<Rep, Period> period, missed policy, time_point starting_at)
      : period_{checked(period)}, policy_{policy}, due_{starting_at} {}

  /// Awaitable: suspends until the next tick is due, and gives the time at which it was due; never early. For a tick
  /// that is due already it lets what is ready run once, and waits no longer. Throws `cancelled`; the tick is then
  /// still there for the next call.
  [[nodiscard("co_await it")]] detail::tick_operation next() noexcept;

  /// When the next tick is due.
  time_point due() const noexcept { return due_; }
  std::chrono::nanoseconds period() const noexcept { return period_; }
  missed policy() const noexcept { return policy_; }

 private:
  friend class detail::tick_operation;

  template <class Rep, class Period>
  static std::chrono::nanoseconds checked(std::chrono::duration<Rep, Period> period) {
    return detail::tick_period(period, detail::to_nanoseconds(period));
  }
  time_point take(bool late, const detail::scheduler& where) noexcept;

  std::chrono::nanoseconds period_;
  missed policy_;
  time_point due_;
};

namespace detail {

/// The awaiter of `interval::next`: the interval goes on to its next tick when this one was given, not before.
class tick_operation : private sleep_operation {
 public:
  explicit tick_operation(interval& ticks) noexcept : sleep_operation{ticks.due()}, ticks_{ticks} {}

  using sleep_operation::await_ready;
  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    note_wait(point.promise().party(), wait_kind::tick, 0, where);
    note_suspension(point, wait_kind::tick, where);
    return suspend(point.promise().party(), point);
  }
  steady_time await_resume();

 private:
  bool suspend(task_state& party, std::coroutine_handle<> point);

  interval& ticks_;
  const scheduler* where_ = nullptr;
  bool late_ = false;
};

}  // namespace detail

inline detail::tick_operation interval::next() noexcept { return detail::tick_operation{*this}; }

}  // namespace actors::inline v1
