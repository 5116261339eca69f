// task_text: what a text says of one task of a snapshot.
#pragma once

#include "snapshot_words.hpp"

#include <chrono>
#include <string>

namespace actors::inline v1::detail {

/// "1.500".
std::string seconds_of(std::chrono::nanoseconds time);

/// "task 'consumer' 0x10, last ran 2.000 s ago".
std::string heading_of(const task_snapshot& task);

/// Everything but who it is: lines, the first of which is what it does.
std::string details_of(const task_snapshot& task, const naming& names);

/// Whether what it waits for goes on with whose end that is.
bool ends_with_tasks(const task_snapshot& task);

}  // namespace actors::inline v1::detail
