// wait_for: a task with a time limit.
#pragma once

#include <actors/detail/time_limit.hpp>
#include <actors/errors.hpp>
#include <actors/join_handle.hpp>
#include <actors/task.hpp>

#include <chrono>
#include <coroutine>
#include <optional>
#include <utility>

namespace actors::inline v1 {

namespace detail {

/// Awaits a task, with a limit from then on. In one step: two of the coroutine's suspensions less.
template <class T>
class limited_wait : private task_awaiter<T> {
 public:
  limited_wait(const task<T>& work, std::chrono::nanoseconds limit) noexcept
      : task_awaiter<T>{work.operator co_await()}, limit_{limit} {}

  using task_awaiter<T>::await_ready;
  template <task_promise_type Promise>
  void await_suspend(std::coroutine_handle<Promise> parent, await_place where = await_place::here()) noexcept {
    watch_.emplace(parent.promise().party(), time_limit::in(limit_));
    task_awaiter<T>::await_suspend(parent, where);
  }
  T await_resume() {
    if (this->outcome() == task_status::cancelled)
      watch_->throw_if_own();
    else
      watch_->work_ended();
    return task_awaiter<T>::await_resume();
  }

 private:
  const std::chrono::nanoseconds limit_;
  std::optional<time_limit> watch_{};
};

template <class T>
task<T> await_for(task<T> work, std::chrono::nanoseconds limit) {
  limited_wait<T> end{work, limit};
  co_return co_await end;
}

template <class T>
task<T> await_handle(join_handle<T> handle) {
  co_return co_await std::move(handle);
}

}  // namespace detail

/// Runs `work` as a part of the calling task for at most `limit`; then cancels it, waits until it has really ended, and
/// throws `timed_out`. A value or an error that came in the meantime is given all the same. A cancellation from outside
/// is passed on as such. The limit counts from the call on; one that is over when the work first waits, as one of zero
/// or less is, lets nothing begin that would have to be waited for.
template <class T, class Rep, class Period>
task<T> wait_for(task<T> work, std::chrono::duration<Rep, Period> limit) {
  return detail::await_for(std::move(work), detail::to_nanoseconds(limit));
}

/// The same for a task that was spawned: at the limit that task is cancelled.
template <class T, class Rep, class Period>
task<T> wait_for(join_handle<T> work, std::chrono::duration<Rep, Period> limit) {
  return wait_for(detail::await_handle(std::move(work)), limit);
}

}  // namespace actors::inline v1
