// stack_text: an asynchronous stack as lines.
#pragma once

#include <actors/snapshot.hpp>

#include <string>
#include <vector>

namespace actors::inline v1::detail {

class task_state;

/// "    in read (config.cpp:21)\n    awaited by load (main.cpp:40)\n". `runs`: the first place is where the task last
/// waited, and not where it is.
std::string stack_text(const std::vector<snapshot_place>& stack, bool runs);

/// The stack of a task that the caller keeps alive, as it is now. Walks over all frames. Empty without memory for it.
std::string stack_text_of(const task_state& task) noexcept;

}  // namespace actors::inline v1::detail
