// instructions: how many instructions a part of a program takes. That is work and not time: the same on a busy machine.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

namespace test {

/// In `program` of `count_instructions`: begins a part that is counted, or ends it. One part at a time.
void mark_instructions() noexcept;

/// This system, or what the test runs under, does not let a process be traced.
class cannot_count : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Runs `program` in a copy of this process, and counts the instructions of each part that it marks: they are executed
/// one by one, each in some 20 microseconds. Gives a number for each part, in their order; a few hundred of each are
/// those of the marks. The copy has one thread, and must start no other. Throws cannot_count, and std::runtime_error
/// where the program does not end as it should.
std::vector<std::uint64_t> count_instructions(const std::function<void()>& program);

}  // namespace test
