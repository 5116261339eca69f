// priority: which of the tasks that are ready a worker prefers.
#pragma once

#include <cstdint>

namespace actors::inline v1 {

/// A preference among tasks that are ready at the same moment; a turn that runs is never interrupted. None starves: of
/// each 17 turns of a worker at most 16 go to `high` tasks while others are ready, and at least one of each 64 goes to
/// a `background` task, in which otherwise only those run for whom no task of another priority is ready.
///
/// Tasks of the priorities high and background wait in queues that all workers share: meant for some, not for a
/// million.
enum class priority : std::uint8_t { high, normal, background };

}  // namespace actors::inline v1
