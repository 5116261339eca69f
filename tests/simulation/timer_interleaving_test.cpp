// Timers under many schedules: time limits against what they limit, cancellations against timers that fire, intervals.
#include <actors/actors.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::join_handle;
using actors::simulated_time;
using actors::sleep;
using actors::spawn;
using actors::task;
using test::holds_in_all;

task<int> takes(std::chrono::milliseconds time) {
  co_await sleep(time);
  co_return 5;
}

// The work ends at the very time of its limit: a value or the end of the time, and nothing of either is left behind.
TEST(timer_interleaving, work_that_ends_at_its_limit) {  // G5, R6
  holds_in_all([]() -> task<> {
    const auto begin = simulated_time();
    int value = 0;
    try {
      value = co_await actors::wait_for(takes(1ms), 1ms);
    } catch (const actors::timed_out&) {
      value = -1;
    }
    EXPECT_TRUE(value == 5 || value == -1);
    EXPECT_EQ(simulated_time() - begin, 1ms);
    co_await sleep(1ms);  // a request to cancel that was left over would end it
    EXPECT_EQ(simulated_time() - begin, 2ms);
  });
}

// The work was begun before its limit, so its time comes first: it gives its value, though it is cancelled as well.
// Then the cancellation is taken back.
TEST(timer_interleaving, a_value_that_comes_with_the_limit_is_given) {  // G5, T5
  int values = 0;
  holds_in_all([&]() -> task<> {
    auto work = spawn(takes(1ms));
    co_await actors::yield();
    int value = 0;
    try {
      value = co_await actors::wait_for(work, 1ms);
    } catch (const actors::timed_out&) {
      value = -1;
    }
    EXPECT_TRUE(value == 5 || value == -1);
    if (value == 5) ++values;
    co_await sleep(1ms);
  });
  EXPECT_GT(values, 0);
}

task<> limited(int& outcome) {
  try {
    outcome = co_await actors::wait_for(takes(2ms), 1ms);
  } catch (const actors::timed_out&) {
    outcome = 1;
  } catch (const cancelled&) {
    outcome = 2;
    throw;
  }
}

task<> cancel_at(join_handle<> which, std::chrono::milliseconds time) {
  co_await sleep(time);
  which.cancel();
}

// Cancelled from outside at the very time of the limit: the task ends as cancelled at its next wait at the latest.
TEST(timer_interleaving, a_limit_and_a_cancellation_at_the_same_time) {  // G5, G8
  holds_in_all(
      []() -> task<> {
        int outcome = 0;
        int reached = 0;
        const auto whole = [](int& result, int& after) -> task<> {
          co_await limited(result);
          co_await sleep(5ms);
          after = 1;
        };
        auto work = spawn(whole(outcome, reached));
        auto cancelling = spawn(cancel_at(work, 1ms));
        bool was_cancelled = false;
        try {
          co_await work;
        } catch (const cancelled&) {
          was_cancelled = true;
        }
        co_await cancelling;
        EXPECT_TRUE(was_cancelled) << "the cancellation from outside was swallowed";
        EXPECT_EQ(reached, 0);
        EXPECT_NE(outcome, 0);
      },
      {}, 4'000);
}

task<> sleeps(bool& over, std::chrono::steady_clock::time_point& end) {
  try {
    co_await sleep(1ms);
    over = true;
  } catch (const cancelled&) {
  }
  end = simulated_time();
}

TEST(timer_interleaving, a_sleep_cancelled_when_its_time_comes) {  // T12, R6
  holds_in_all([]() -> task<> {
    const auto begin = simulated_time();
    bool over = false;
    std::chrono::steady_clock::time_point end{};
    auto sleeping = spawn(sleeps(over, end));
    auto cancelling = spawn(cancel_at(sleeping, 1ms));
    co_await sleeping;
    co_await cancelling;
    EXPECT_EQ(end - begin, 1ms);
    co_await sleep(1ms);  // the other's timer is gone
    EXPECT_EQ(simulated_time() - begin, 2ms);
  });
}

TEST(timer_interleaving, a_sleep_cancelled_at_any_moment) {  // T12
  holds_in_all(
      []() -> task<> {
        const auto begin = simulated_time();
        const auto sleeps_long = []() -> task<> { co_await sleep(1h); };
        auto sleeping = spawn(sleeps_long());
        co_await actors::yield();
        sleeping.cancel();
        bool was_cancelled = false;
        try {
          co_await sleeping;
        } catch (const cancelled&) {
          was_cancelled = true;
        }
        EXPECT_TRUE(was_cancelled);
        EXPECT_EQ(simulated_time(), begin) << "no time has passed";
        co_await sleep(2h);  // a timer that was left would fire into the frame that is gone
      },
      {.workers = 3}, 4'000);
}

// A timer of one worker fires while another one starts and stops its own.
TEST(timer_interleaving, timers_of_several_workers_fire_in_order) {  // R6, R11
  holds_in_all(
      []() -> task<> {
        const auto ticks = [](int count) -> task<> {
          const auto begin = simulated_time();
          for (int i = 1; i <= count; ++i) {
            co_await sleep(1ms);
            EXPECT_EQ(simulated_time() - begin, i * 1ms);
          }
        };
        co_await actors::gather(ticks(3), ticks(3), ticks(2));
      },
      {.workers = 3}, 1'000);
}

TEST(timer_interleaving, an_interval_ticks_on_time_beside_others) {  // R6
  holds_in_all(
      []() -> task<> {
        const auto counts = [](actors::missed policy) -> task<> {
          actors::interval ticks{2ms, policy};
          const auto begin = simulated_time();
          for (int i = 1; i != 4; ++i) {
            const auto due = co_await ticks.next();
            EXPECT_EQ(due - begin, i * 2ms);
            EXPECT_EQ(simulated_time(), due);
          }
        };
        co_await actors::gather(counts(actors::missed::burst), counts(actors::missed::skip));
      },
      {}, 1'000);
}

}  // namespace
