// take_snapshot: looks at all that a runtime does, while it goes on.
#pragma once

#include <actors/snapshot.hpp>

#include <string>

namespace actors::inline v1::detail {

class scheduler;
class task_state;
class worker_scheduler;

/// Any thread. Neither stops workers nor waits for one. Throws std::bad_alloc.
runtime_snapshot take_snapshot(worker_scheduler& of);

/// The asynchronous stack of one task that is in use: where it waits, or last did, and who awaits whom there. Walks over
/// all frames. Throws std::bad_alloc.
std::vector<snapshot_place> stack_of(const task_state& task);

snapshot_id id_of(const void* of) noexcept;

}  // namespace actors::inline v1::detail
