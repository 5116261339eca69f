// spawn: starts a task of its own, beside the one that runs.
#pragma once

#include <actors/join_handle.hpp>
#include <actors/priority.hpp>
#include <actors/task.hpp>

#include <utility>

namespace actors::inline v1 {

namespace detail {

[[noreturn]] void throw_empty_task();

template <class T>
join_handle<T> start_task(task<T> work, lane& where) {
  task_block<T>* block = task_access::take(work);
  if (block == nullptr) throw_empty_task();
  join_handle<T> handle{block};
  block->start(where);
  return handle;
}

}  // namespace detail

/// Starts `work` on the runtime of the calling task, behind what is ready there, with the priority of the calling task.
/// Does not suspend. The task runs on when the handle is dropped. Throws usage_error outside of a runtime (use
/// runtime::spawn there) and for an empty task.
template <class T>
join_handle<T> spawn(task<T> work) {
  return detail::start_task(std::move(work), detail::need_lane("spawn"));
}

/// The same with a priority of its own.
template <class T>
join_handle<T> spawn(task<T> work, priority among) {
  return detail::start_task(std::move(work), detail::need_scheduler("spawn").lane_of(among));
}

}  // namespace actors::inline v1
