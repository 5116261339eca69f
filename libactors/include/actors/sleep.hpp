// sleep: suspends the task for a while, or until a time; yield: for one turn.
#pragma once

#include <actors/detail/task_state.hpp>
#include <actors/detail/timer.hpp>

#include <chrono>
#include <coroutine>

namespace actors::inline v1 {

namespace detail {

/// The awaiter of `sleep` and `sleep_until`. What has no time to wait for steps back for one turn.
class sleep_operation : private wake_timer {
 public:
  /// Precondition: delay >= 0.
  explicit sleep_operation(std::chrono::nanoseconds delay) noexcept {
    deadline = steady_time{delay};
    relative = true;
  }
  explicit sleep_operation(steady_time until) noexcept { deadline = until; }

  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    note_wait(point.promise().party(), wait_kind::sleep, 0, where);
    note_suspension(point, wait_kind::sleep, where);
    return suspend(point.promise().party(), point);
  }
  void await_resume();

 protected:
  bool suspend(task_state& party, std::coroutine_handle<> point);
};
static_assert(sizeof(sleep_operation) == 40);

}  // namespace detail

/// Awaitable: suspends for at least `delay`. Zero, negative and NaN durations are one turn (see `yield`); a duration
/// beyond 292 years is that long. Throws `cancelled`.
template <class Rep, class Period>
[[nodiscard("co_await it")]] detail::sleep_operation sleep(const std::chrono::duration<Rep, Period>& delay) noexcept {
  return detail::sleep_operation{detail::to_nanoseconds(delay)};
}

/// Awaitable: suspends until the runtime's clock (std::chrono::steady_clock; under simulation a virtual one) has
/// reached `time`, never less. A time that has passed is one turn. Throws `cancelled`.
[[nodiscard("co_await it")]] inline detail::sleep_operation sleep_until(
    std::chrono::steady_clock::time_point time) noexcept {
  return detail::sleep_operation{time};
}

/// Awaitable: lets everything that is ready run once before this task goes on. Throws `cancelled`.
[[nodiscard("co_await it")]] inline detail::sleep_operation yield() noexcept {
  return detail::sleep_operation{std::chrono::nanoseconds{0}};
}

}  // namespace actors::inline v1
