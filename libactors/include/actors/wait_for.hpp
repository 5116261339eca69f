// wait_for: a task with a time limit.
#pragma once

#include <actors/detail/this_party.hpp>
#include <actors/join_handle.hpp>
#include <actors/task.hpp>

#include <chrono>
#include <cstdint>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

namespace detail {

/// Cancels the task it lives in when the time is over, and can tell its own cancellation from one that came from
/// outside. Lives in a frame of that task.
class time_limit : private callback_timer {
 public:
  time_limit(task_state& party, std::chrono::nanoseconds limit);
  ~time_limit() { scope().stop(*this); }
  time_limit(const time_limit&) = delete;
  time_limit& operator=(const time_limit&) = delete;

  /// The work ended by itself: a cancellation that the limit asked for meanwhile is taken back.
  void work_ended() noexcept;
  /// The work was cancelled: throws timed_out where that was this limit's doing alone, returns otherwise.
  void throw_if_own();

 private:
  scheduler& scope() const noexcept { return scheduler_of(party_); }
  static void on_time(callback_timer& self) noexcept;

  task_state& party_;
  std::uint32_t answered_before_;  ///< requests to cancel that were answered before this limit began
  bool fired_ = false;             ///< written under the lock of the timer queue, read after `stop`
};

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
  detail::task_state& party = co_await detail::this_party{};
  detail::time_limit watch{party, detail::to_nanoseconds(limit)};
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

/// The same for a task that was spawned: at the limit that task is cancelled.
template <class T, class Rep, class Period>
task<T> wait_for(join_handle<T> work, std::chrono::duration<Rep, Period> limit) {
  return wait_for(detail::await_handle(std::move(work)), limit);
}

}  // namespace actors::inline v1
