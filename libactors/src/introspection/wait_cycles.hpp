// wait_cycles: tasks that wait for each other in a ring.
#pragma once

#include <actors/detail/wait_kind.hpp>
#include <actors/snapshot.hpp>

#include <vector>

namespace actors::inline v1::detail {

/// Whether such a wait ends only when all tasks that it is for have ended.
bool waits_for_all(wait_kind what) noexcept;

/// `waits`: what each of the tasks waits for. Counts are only waits that do not end before all that they are for has
/// happened: for the end of a task, or of several, and for a mutex whose holder is known. Each task is in one cycle at
/// most. Throws std::bad_alloc.
std::vector<wait_cycle> find_wait_cycles(const std::vector<task_snapshot>& tasks, const std::vector<wait_kind>& waits);

}  // namespace actors::inline v1::detail
