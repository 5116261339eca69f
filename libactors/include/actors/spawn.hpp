// spawn: starts a task of its own, beside the one that runs.
#pragma once

#include <actors/join_handle.hpp>
#include <actors/priority.hpp>
#include <actors/task.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace actors::inline v1 {

namespace detail {

[[noreturn]] void throw_empty_task();

template <class T>
[[gnu::always_inline]] inline join_handle<T> start_task(task<T> work, lane& where,
                                                        place_ref place = place_ref::here()) {
  task_block<T>* block = task_access::take(work);
  if (block == nullptr) throw_empty_task();
  join_handle<T> handle{block};
  note_spawned_at(*block, place);
  block->start(where);
  return handle;
}

}  // namespace detail

/// What can be said of a task when it is spawned.
struct spawn_options {
  /// Its name, which is copied; without one it has a number. (No std::string: g++ 12 destroys aggregates twice that
  /// are written inside of a co_await expression, so nothing here may have a destructor. See docs/compilers.md.)
  std::string_view name{};
  /// The priority of the calling task where none is given.
  std::optional<priority> among{};
  /// Runs it at once, inside the turn of the calling task, up to its first suspension: what ends before that costs no
  /// turn of its own. Where that is not possible (from outside of tasks, on another lane, sixteen inside each other)
  /// it is queued as any other.
  bool eager = false;
};

namespace detail {

template <class T>
join_handle<T> start_task(task<T> work, lane& where, const spawn_options& options, place_ref place) {
  task_block<T>* block = task_access::take(work);
  if (block == nullptr) throw_empty_task();
  join_handle<T> handle{block};
  note_spawned_at(*block, place);
  if (!options.name.empty()) set_name_of(*block, std::string{options.name});
  if (options.eager)
    block->start_eagerly(where);
  else
    block->start(where);
  return handle;
}

}  // namespace detail

/// Starts `work` on the runtime of the calling task, behind what is ready there, with the priority of the calling task.
/// Does not suspend. The task runs on when the handle is dropped. Throws usage_error outside of a runtime (use
/// runtime::spawn there) and for an empty task.
template <class T>
[[gnu::always_inline]] inline join_handle<T> spawn(task<T> work, detail::place_ref where = detail::place_ref::here()) {
  // Inlined, it is shorter than a call with a task and a handle in memory.
  return detail::start_task(std::move(work), detail::need_lane("spawn"), where);
}

/// The same with a priority of its own.
template <class T>
join_handle<T> spawn(task<T> work, priority among, detail::place_ref where = detail::place_ref::here()) {
  return detail::start_task(std::move(work), detail::need_scheduler("spawn").lane_of(among), where);
}

/// The same with a name, and so on.
///
///     auto page = actors::spawn(fetch(url), {.name = "fetch " + url});
template <class T>
join_handle<T> spawn(task<T> work, const spawn_options& options, detail::place_ref where = detail::place_ref::here()) {
  detail::lane& among =
      options.among ? detail::need_scheduler("spawn").lane_of(*options.among) : detail::need_lane("spawn");
  return detail::start_task(std::move(work), among, options, where);
}

}  // namespace actors::inline v1
