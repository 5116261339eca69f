// A join whose task ends while a cancellation of the join is on its way, in all kinds of schedules.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::explore;
using actors::spawn;
using actors::task;

task<> stop_a_join_at_its_end() {
  auto child = spawn([]() -> task<> { co_await actors::yield(); }());
  auto joiner = spawn([](auto handle) -> task<> {
    int thrown = 0;
    try {
      co_await handle;
    } catch (const actors::cancelled&) {
      ++thrown;
    }
    handle = {};  // the task is gone: nobody may look at it any more
    for (int i = 0; i != 2; ++i) {
      const auto begin = actors::simulated_time();
      try {
        co_await actors::sleep(1us);
        EXPECT_GE(actors::simulated_time() - begin, 1us);
      } catch (const actors::cancelled&) {
        ++thrown;
      }
    }
    EXPECT_LE(thrown, 1);  // it was asked once
  }(std::move(child)));
  co_await actors::yield();
  joiner.cancel();
  try {
    co_await joiner;
  } catch (const actors::cancelled&) {  // it had not begun
  }
}

TEST(simulated_join, ends_once_when_a_cancellation_comes_at_the_end_of_its_task) {  // R1, T6
  for (const auto how : {actors::strategy::random, actors::strategy::pct}) {
    const auto report =
        explore({.schedules = 3000, .strategy = how, .each = {.workers = 3}, .failed = &::testing::Test::HasFailure},
                stop_a_join_at_its_end);
    EXPECT_TRUE(report) << report.text();
  }
}

}  // namespace
