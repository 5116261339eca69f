// interrupt: what Ctrl-C does to a running `run`.
#pragma once

#include <actors/detail/task_state.hpp>

namespace actors::inline v1::detail {

/// Blocks the calling plain thread until `main` has ended. SIGINT cancels it; a second one ends the process at once.
/// Only where SIGINT has its default action, and for one caller in the process at a time; otherwise it only waits. True
/// where there was a SIGINT.
bool wait_interruptibly(task_state& main);

/// Ends the process by SIGINT, as if nobody had handled it.
[[noreturn]] void end_by_interrupt();

}  // namespace actors::inline v1::detail
