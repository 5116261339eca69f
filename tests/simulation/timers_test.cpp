// Timers of a runtime under simulation: the library's own queues and workers, in all kinds of schedules.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::explore;
using actors::spawn;
using actors::task;

// The delays touch several levels of the wheel; some are equal.
task<> sleep_side_by_side() {
  std::vector<actors::join_handle<>> sleepers;
  const auto begin = actors::simulated_time();
  for (const auto delay : {64ns, 1ns, 5000ns, 4096ns, 63ns, 64ns, 3'600'000'000'000ns, 262'144ns}) {
    sleepers.push_back(spawn([](auto until) -> task<> {
      co_await actors::sleep_until(until);
      EXPECT_GE(actors::simulated_time(), until);
    }(begin + delay)));
  }
  for (auto& each : sleepers) co_await each;
  EXPECT_EQ(actors::simulated_time() - begin, 1h);
}

TEST(simulated_timers, sleepers_wake_in_all_schedules_and_none_early) {  // R6, R9
  const auto report =
      explore({.schedules = 300, .each = {.workers = 2}, .failed = &::testing::Test::HasFailure}, sleep_side_by_side);
  EXPECT_TRUE(report) << report.text();
}

// The deadline and the cancellation come at the same time, on different workers.
task<> stop_a_sleep_that_is_due() {
  auto sleeper = spawn([]() -> task<bool> {
    bool over = true;
    try {
      co_await actors::sleep(100ns);
    } catch (const actors::cancelled&) {
      over = false;
    }
    co_return over;
  }());
  co_await actors::sleep(100ns);
  const bool asked = sleeper.cancel();
  bool over = true;
  try {
    over = co_await sleeper;
  } catch (const actors::cancelled&) {  // it had not begun
    over = false;
  }
  EXPECT_TRUE(asked || over);
}

TEST(simulated_timers, a_cancellation_and_a_deadline_at_the_same_time_are_told_apart) {  // C16, R6, T12
  const auto report = explore({.schedules = 500, .each = {.workers = 2}, .failed = &::testing::Test::HasFailure},
                              stop_a_sleep_that_is_due);
  EXPECT_TRUE(report) << report.text();
}

}  // namespace
