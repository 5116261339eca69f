// wait: waits for several spawned tasks, until the first or all have ended, or for some time. It neither raises their
// errors nor stops them.
#pragma once

#include <actors/detail/members.hpp>
#include <actors/detail/this_party.hpp>
#include <actors/detail/timer.hpp>
#include <actors/join_handle.hpp>
#include <actors/task.hpp>

#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// When `wait` is to return.
enum class return_when {
  first_completed,  ///< as soon as one has ended, in any way
  first_exception,  ///< as soon as one has ended with an error (a cancellation is none), or all have ended
  all_completed     ///< when all have ended
};

/// The handles that `wait` was given, each in one of the two, in the order in which they were given.
template <class T>
struct waited {
  std::vector<join_handle<T>> done;
  std::vector<join_handle<T>> pending;
};

namespace detail {

/// `limit`: how long at most; negative: for ever.
task<> wait_for_ends(task_watch& watch, return_when when, std::chrono::nanoseconds limit);

/// The same for the calling plain thread. Throws usage_error on a worker.
void block_for_ends(task_watch& watch, return_when when, std::chrono::nanoseconds limit);

template <class T>
void watch_handles(task_watch& watch, const std::vector<join_handle<T>>& handles) {
  for (const join_handle<T>& each : handles) {
    if (!each) throw_empty_handle();
    watch.watch(*handle_access::block(each));
  }
}
template <class T>
waited<T> sort_handles(std::vector<join_handle<T>> handles) {
  waited<T> found;
  for (join_handle<T>& each : handles) (each.done() ? found.done : found.pending).push_back(std::move(each));
  return found;
}

template <class T>
waited<T> block_for_handles(std::vector<join_handle<T>> handles, return_when when, std::chrono::nanoseconds limit) {
  need_handles(handles.size(), "blocking_wait");
  {
    task_watch watch{handles.size(), wait_kind::wait_tasks};
    watch_handles(watch, handles);
    block_for_ends(watch, when, limit);
  }
  return sort_handles(std::move(handles));
}

template <class T>
task<waited<T>> wait_for_handles(std::vector<join_handle<T>> handles, return_when when,
                                 std::chrono::nanoseconds limit) {
  need_handles(handles.size(), "wait");
  {
    task_watch watch{handles.size(), wait_kind::wait_tasks};
    watch_handles(watch, handles);
    task<> ends = wait_for_ends(watch, when, limit);
    co_await ends;
  }
  co_return sort_handles(std::move(handles));
}

}  // namespace detail

/// Waits until `when`, or for at most `limit` where one is given, and tells which tasks have ended. Those that have not
/// run on: a limit stops nobody and is no error (see `wait_for`). Errors stay in the handles. Throws usage_error for an
/// empty vector or an empty handle, and `cancelled`; the tasks run on then, too.
template <class T>
task<waited<T>> wait(std::vector<join_handle<T>> handles, return_when when = return_when::all_completed) {
  return detail::wait_for_handles(std::move(handles), when, std::chrono::nanoseconds{-1});
}
template <class T, class Rep, class Period>
task<waited<T>> wait(std::vector<join_handle<T>> handles, std::chrono::duration<Rep, Period> limit,
                     return_when when = return_when::all_completed) {
  return detail::wait_for_handles(std::move(handles), when, detail::to_nanoseconds(limit));
}

/// The same for plain threads: blocks the calling one. Throws usage_error on a worker.
template <class T>
waited<T> blocking_wait(std::vector<join_handle<T>> handles, return_when when = return_when::all_completed) {
  return detail::block_for_handles(std::move(handles), when, std::chrono::nanoseconds{-1});
}
template <class T, class Rep, class Period>
waited<T> blocking_wait(std::vector<join_handle<T>> handles, std::chrono::duration<Rep, Period> limit,
                        return_when when = return_when::all_completed) {
  return detail::block_for_handles(std::move(handles), when, detail::to_nanoseconds(limit));
}

}  // namespace actors::inline v1
