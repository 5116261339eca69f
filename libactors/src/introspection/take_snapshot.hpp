// take_snapshot: looks at all that a runtime does, while it goes on.
#pragma once

#include <actors/detail/wait_kind.hpp>
#include <actors/snapshot.hpp>

#include <vector>

namespace actors::inline v1::detail {

class task_state;
class worker_scheduler;

/// Any thread. Neither stops workers nor waits for one. `waits`: is given what each of the tasks waits for. Throws
/// std::bad_alloc.
runtime_snapshot take_snapshot(worker_scheduler& of, std::vector<wait_kind>* waits = nullptr);

/// The asynchronous stack of one task that is in use: where it waits, or last did, and who awaits whom there. Walks
/// over all frames. Throws std::bad_alloc.
std::vector<snapshot_place> stack_of(const task_state& task);

snapshot_id id_of(const void* of) noexcept;

}  // namespace actors::inline v1::detail
