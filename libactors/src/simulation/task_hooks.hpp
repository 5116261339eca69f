// task_hooks: what the tasks tell a simulation about themselves; nothing in other builds.
#pragma once

#include <actors/detail/task_state.hpp>

namespace actors::inline v1::detail {

#if ACTORS_SIMULATION
/// The calling thread has started a task, or ended one.
void watch_start(task_state& task) noexcept;
void watch_end(task_state& task) noexcept;
/// The task that was started first of those started after number `before` that have not ended, and its number; null
/// where there is none. So tasks are visited in an order that does not depend on addresses.
task_state* next_watched(unsigned& before) noexcept;
#else
inline void watch_start(task_state&) noexcept {}
inline void watch_end(task_state&) noexcept {}
#endif

}  // namespace actors::inline v1::detail
