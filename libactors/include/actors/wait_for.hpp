// wait_for: a task with a time limit.
#pragma once

#include <actors/detail/this_party.hpp>
#include <actors/detail/time_limit.hpp>
#include <actors/errors.hpp>
#include <actors/join_handle.hpp>
#include <actors/task.hpp>

#include <chrono>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

namespace detail {

template <class T>
task<T> await_for(task<T> work, std::chrono::nanoseconds limit) {
  task_state& party = co_await this_party{};
  time_limit watch{party, time_limit::in(limit)};
  try {
    if constexpr (std::is_void_v<T>) {
      co_await work;
      watch.work_ended();
      co_return;
    } else {
      T result = co_await work;
      watch.work_ended();
      co_return std::forward<T>(result);
    }
  } catch (const cancelled&) {
    watch.throw_if_own();
    throw;
  } catch (...) {
    watch.work_ended();
    throw;
  }
}

template <class T>
task<T> await_handle(join_handle<T> handle) {
  co_return co_await std::move(handle);
}

}  // namespace detail

/// Runs `work` as a part of the calling task for at most `limit`; then cancels it, waits until it has really ended, and
/// throws `timed_out`. A value or an error that came in the meantime is given all the same. A cancellation from outside
/// is passed on as such. A limit of zero or less is over when the worker next looks at its
/// timers: work that only yields may go on for a moment.
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
