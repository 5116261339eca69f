// wait_for: limits inside limits, and limits that race with everything else.
#include <actors/actors.hpp>

#include "endings.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <random>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::spawn;
using actors::task;
using actors::wait_for;
using test::ending;
using test::how;
using test::number;
using test::wait_long;

constexpr std::uint64_t seeds = 1000;

TEST(wait_for, nested_limits_are_told_apart) {  // G5, G8
  test::for_seeds(seeds, []() -> task<> {
    // The inner one is shorter: it throws, and the outer one lets the rest go on.
    auto inner_first = co_await how(wait_for(
        []() -> task<int> {
          auto inner = co_await how(wait_for(wait_long(), 1s));
          EXPECT_EQ(inner, ending::over_time);
          co_return co_await number(1, 1s);
        }(),
        10s));
    EXPECT_EQ(inner_first, ending::value);

    // The outer one is shorter: the inner one passes its cancellation on.
    auto seen_inside = ending::value;
    auto outer_first = co_await how(wait_for(
        [](ending& seen) -> task<> {
          seen = co_await how(wait_for(wait_long(), 10s));
          throw cancelled{};
        }(seen_inside),
        1s));
    EXPECT_EQ(seen_inside, ending::stopped);
    EXPECT_EQ(outer_first, ending::over_time);
    co_await actors::sleep(1h);
  });
}

TEST(wait_for, nested_limits_at_the_same_moment_give_a_time_out) {  // G5, G8
  test::for_seeds(seeds, []() -> task<> {
    auto result = co_await how(wait_for(wait_for(wait_for(wait_long(), 1s), 1s), 1s));
    EXPECT_EQ(result, ending::over_time);
    co_await actors::sleep(1h);
  });
}

TEST(wait_for, three_limits_and_an_outer_cancellation_at_the_same_moment) {  // G5, G8
  test::for_seeds(seeds, []() -> task<> {
    auto working = spawn([]() -> task<ending> {
      auto result = co_await how(wait_for(wait_for(wait_for(wait_long(), 1s), 1s), 1s));
      if (result == ending::stopped) co_return result;
      co_return co_await how(wait_long());
    }());
    auto cancelling = spawn([](auto handle) -> task<> {
      co_await actors::sleep(1s);
      handle.cancel();
    }(working));
    const ending last = co_await working;
    EXPECT_EQ(last, ending::stopped);
    co_await cancelling;
  });
}

TEST(wait_for, on_real_workers_every_end_is_one_of_the_possible_ones) {  // G5, C16
  for (const unsigned workers : {1U, 2U, 4U}) {
    std::atomic<int> values = 0;
    std::atomic<int> limits = 0;
    std::atomic<int> stops = 0;
    const int rounds = 2000 / test::slowness;
    actors::run(
        [](auto& value, auto& limit, auto& stop, int count) -> task<> {
          std::mt19937 random{1};
          for (int i = 0; i != count; ++i) {
            auto working = spawn([](auto delay, auto until) -> task<ending> {
              auto first = co_await how(wait_for(number(1, delay), until));
              auto after = co_await how(number(1, 1us));  // a cancellation that came too late for the first
              co_return after == ending::stopped ? after : first;
            }(std::chrono::microseconds{random() % 60}, std::chrono::microseconds{random() % 60}));
            if (random() % 3 == 0) {
              for (auto turns = random() % 10; turns != 0; --turns) co_await actors::yield();
              working.cancel();
            }
            auto last = ending::stopped;  // cancelled before it began
            try {
              last = co_await working;
            } catch (const cancelled&) {
            }
            EXPECT_NE(last, ending::error);
            ++(last == ending::value ? value : last == ending::over_time ? limit : stop);
          }
        }(values, limits, stops, rounds),
        {.workers = workers});
    EXPECT_EQ(values + limits + stops, rounds);
    EXPECT_GT(values, 0);
    EXPECT_GT(limits, 0);
  }
}

}  // namespace
