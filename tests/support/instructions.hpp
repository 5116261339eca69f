// instructions: how many instructions a part of a program takes. That is work and not time: the same on a busy machine.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace test {

/// In `program` of `count_instructions`: begins a part that is counted, or ends it. One part at a time.
void mark_instructions() noexcept;

/// Runs `program` in a copy of this process, and counts the instructions of each part that it marks: they are executed
/// one by one, each in some 20 microseconds. Gives a number for each part, in their order; a few hundred of each are
/// those of the marks. The copy has one thread, and must start no other. Throws std::runtime_error
/// where the program does not end as it should, and where this system, or a debugger, lets nobody trace the copy.
std::vector<std::uint64_t> count_instructions(const std::function<void()>& program);

}  // namespace test
