// Random programs with slow consumers of periodic ticks, held against a model of each policy; and ticks in real time.
#include <actors/actors.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <random>
#include <string>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::interval;
using actors::missed;
using actors::spawn;
using actors::task;
using test::simulation;
using time_point = std::chrono::steady_clock::time_point;

time_point virtual_now() { return simulation().now(); }

/// What an interval promises, written down the slow way.
struct model {
  missed policy;
  std::chrono::nanoseconds period;
  time_point due;

  /// The tick that was asked for at `asked` and given at `given`.
  void take(time_point asked, time_point given) {
    const bool late = asked > due || given >= due + period;
    if (policy == missed::delay && late) due = given;
    due += period;
    while (policy == missed::skip && due <= given) due += period;
  }
};

class policies : public ::testing::TestWithParam<missed> {};
INSTANTIATE_TEST_SUITE_P(
    all, policies, ::testing::Values(missed::burst, missed::delay, missed::skip), [](const auto& chosen) {
      return std::string{chosen.param == missed::burst ? "burst" : chosen.param == missed::delay ? "delay" : "skip"};
    });

class dice {
 public:
  explicit dice(std::uint64_t seed) : random_{seed} {}
  /// True in one of `count` cases.
  bool one_in(unsigned count) { return random_() % count == 0; }
  /// From nothing to somewhat more than `most`, and often a round number, so that times coincide.
  std::chrono::nanoseconds up_to(std::chrono::nanoseconds most) {
    const auto count = static_cast<std::uint64_t>(most.count());
    return one_in(2) ? std::chrono::nanoseconds{random_() % (count + 1)} : most / 5 * static_cast<int>(random_() % 7);
  }

 private:
  std::mt19937_64 random_;
};

/// Takes ticks, and is slow in between.
task<> consume(missed policy, std::uint64_t seed, int& given) {
  dice random{seed};
  const std::chrono::nanoseconds period = 1ns + random.up_to(10us);
  interval ticks{period, policy};
  model expected{policy, period, virtual_now() + period};
  for (;;) {
    EXPECT_EQ(ticks.due(), expected.due);
    const auto asked = virtual_now();
    bool stopped = false;
    try {
      const auto due = co_await ticks.next();
      const auto now = virtual_now();
      EXPECT_EQ(due, expected.due);
      EXPECT_GE(now, due) << "early";
      expected.take(asked, now);
      ++given;
    } catch (const cancelled&) {
      stopped = true;
    }
    EXPECT_EQ(ticks.due(), expected.due) << "after " << (stopped ? "a cancellation" : "a tick");
    if (given >= 60) co_return;
    try {
      if (random.one_in(3)) co_await actors::sleep(random.up_to(3 * period));
    } catch (const cancelled&) {
    }
    if (random.one_in(4)) simulation().elapse(random.up_to(3 * period));
    if (random.one_in(20)) simulation().elapse(random.up_to(100 * period));
  }
}

/// Lets time pass while others wait or are ready, and cancels the consumer now and then.
task<> disturb(actors::join_handle<> consumer, std::uint64_t seed) {
  dice random{seed};
  while (!consumer.done()) {
    co_await actors::sleep(random.up_to(7us));
    if (random.one_in(3)) simulation().elapse(random.up_to(15us));
    if (random.one_in(4)) consumer.cancel();
  }
}

TEST_P(policies, random_programs_get_the_ticks_of_the_model) {  // R6, R9
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    int given = 0;
    test::run_simulated(seed, [](missed policy, std::uint64_t s, int& count) -> task<> {
      auto consumer = spawn(consume(policy, s, count));
      co_await actors::yield();
      auto disturbance = spawn(disturb(consumer, s * 31));
      try {
        co_await consumer;
        EXPECT_EQ(count, 60);
      } catch (const cancelled&) {  // before it began
        EXPECT_EQ(count, 0);
      }
      co_await disturbance;
    }(GetParam(), seed, given));
    if (HasFailure()) return;
  }
}

TEST_P(policies, in_real_time_no_tick_is_early) {  // R6
  for (const unsigned workers : {1U, 2U}) {
    actors::run(
        [](missed policy) -> task<> {
          const auto begin = std::chrono::steady_clock::now();
          interval ticks{500us, policy};
          auto before = begin;
          for (int i = 1; i <= 100; ++i) {
            const auto due = co_await ticks.next();
            EXPECT_GE(std::chrono::steady_clock::now(), due);
            EXPECT_GE(due - before, 500us);
            if (policy == missed::burst) {
              EXPECT_EQ(ticks.due() - due, 500us);
            }
            before = due;
          }
          EXPECT_GE(std::chrono::steady_clock::now() - begin, 100 * 500us);
        }(GetParam()),
        {.workers = workers});
  }
}

}  // namespace
