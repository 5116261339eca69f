// exploring: runs a small program under many schedules and fails the test with the report of the first that goes wrong.
#pragma once

#include <actors/simulate.hpp>

#include <gtest/gtest.h>

#include <cstdint>

namespace test {

/// A sanitizer makes a schedule ten to fifty times slower.
constexpr std::uint64_t scaled(std::uint64_t schedules) {
  return ACTORS_TEST_SANITIZED != 0 ? schedules / 20 + 1 : schedules;
}

/// How many schedules where the fault would be one that others have made: a value that is lost or taken twice, a
/// wake-up that is lost, a wait that no close ends, selects that block each other. Twice as many with each strategy
/// where a test runs with two kinds of locks.
inline constexpr std::uint64_t thorough = 5'000;

/// Explores with the random and then with the priority-based strategy. `main` may throw, and use EXPECT.
template <class F>
void holds_in_all(F main, const actors::simulation_options& each = {}, std::uint64_t schedules = 2'000) {
  for (const actors::strategy how : {actors::strategy::random, actors::strategy::pct}) {
    const auto report = actors::explore(
        {.schedules = scaled(schedules), .strategy = how, .each = each, .failed = &::testing::Test::HasFailure}, main);
    EXPECT_TRUE(report) << report.text();
    if (!report) return;
  }
}

}  // namespace test
