// sleep: suspends the task for a while; yield: for one turn.
#pragma once

#include <actors/detail/task_state.hpp>
#include <actors/detail/timer.hpp>

#include <chrono>
#include <coroutine>

namespace actors::inline v1 {

namespace detail {

class sleep_operation : private timer {
 public:
  explicit sleep_operation(std::chrono::nanoseconds delay) noexcept : delay_{delay} {}
  sleep_operation(const sleep_operation&) = delete;
  sleep_operation& operator=(const sleep_operation&) = delete;

  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point) {
    return suspend(point.promise().party(), point);
  }
  void await_resume();

 private:
  bool suspend(task_state& party, std::coroutine_handle<> point);
  static void on_time(timer& self) noexcept;

  std::chrono::nanoseconds delay_;
  task_state* who_ = nullptr;
  bool over_ = false;
};

}  // namespace detail

/// Awaitable: suspends for at least `delay`. Zero, negative and NaN durations are one turn (see `yield`); a duration
/// beyond 292 years is that long. Throws `cancelled`.
template <class Rep, class Period>
[[nodiscard("co_await it")]] detail::sleep_operation sleep(std::chrono::duration<Rep, Period> delay) noexcept {
  return detail::sleep_operation{detail::to_nanoseconds(delay)};
}

/// Awaitable: lets everything that is ready run once before this task goes on. Throws `cancelled`.
[[nodiscard("co_await it")]] inline detail::sleep_operation yield() noexcept {
  return detail::sleep_operation{std::chrono::nanoseconds{0}};
}

}  // namespace actors::inline v1
