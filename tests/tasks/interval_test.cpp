// Periodic ticks under virtual time, where every time can be said exactly. (Random programs: interval_model_test.)
#include <actors/actors.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::interval;
using actors::missed;
using actors::spawn;
using actors::task;
using actors::usage_error;
using test::simulation;
using time_point = std::chrono::steady_clock::time_point;

time_point virtual_now() { return simulation().now(); }

/// A tick as a task got it, in milliseconds since the interval was made.
struct tick {
  long taken;
  long due;
  friend bool operator==(const tick&, const tick&) = default;
  friend std::ostream& operator<<(std::ostream& out, const tick& t) { return out << t.taken << " (" << t.due << ")"; }
};

long milliseconds_since(time_point begin, time_point time) {
  EXPECT_EQ((time - begin) % 1ms, 0ns);
  return (time - begin) / 1ms;
}

/// Takes `count` ticks of 10 ms; before each but the first it is busy for as many milliseconds as `work` says, if any.
task<std::vector<tick>> take_ticks(missed policy, std::size_t count, std::vector<long> work) {
  const auto begin = virtual_now();
  interval ticks{10ms, policy};
  std::vector<tick> taken;
  for (std::size_t i = 0; i != count; ++i) {
    if (i != 0 && i - 1 < work.size()) simulation().elapse(std::chrono::milliseconds{work[i - 1]});
    const auto due = co_await ticks.next();
    taken.push_back({milliseconds_since(begin, virtual_now()), milliseconds_since(begin, due)});
  }
  co_return taken;
}

void expect_ticks(missed policy, const std::vector<long>& work, const std::vector<tick>& expected) {
  test::for_seeds(20, [&]() -> task<> {
    const auto taken = co_await take_ticks(policy, expected.size(), work);
    EXPECT_EQ(taken, expected);
  });
}

TEST(interval, in_time_every_policy_gives_the_same_ticks) {  // R6
  for (const missed policy : {missed::burst, missed::delay, missed::skip}) {
    expect_ticks(policy, {}, {{10, 10}, {20, 20}, {30, 30}, {40, 40}});
    expect_ticks(policy, {3, 9, 10}, {{10, 10}, {20, 20}, {30, 30}, {40, 40}});  // 10: back just as the tick is due
  }
}

// The table in the header. The task is back from the first tick at 35.
TEST(interval, burst_catches_up_without_waiting) {  // R6
  expect_ticks(missed::burst, {25}, {{10, 10}, {35, 20}, {35, 30}, {40, 40}, {50, 50}});
}

TEST(interval, delay_gives_the_next_tick_a_period_after_the_late_one) {  // R6
  expect_ticks(missed::delay, {25}, {{10, 10}, {35, 20}, {45, 45}, {55, 55}, {65, 65}});
}

TEST(interval, skip_stays_on_the_grid) {  // R6
  expect_ticks(missed::skip, {25}, {{10, 10}, {35, 20}, {40, 40}, {50, 50}, {60, 60}});
}

TEST(interval, a_little_late_is_late) {  // R6: the task is back at 21, no other tick is due
  expect_ticks(missed::burst, {11}, {{10, 10}, {21, 20}, {30, 30}, {40, 40}});
  expect_ticks(missed::delay, {11}, {{10, 10}, {21, 20}, {31, 31}, {41, 41}});
  expect_ticks(missed::skip, {11}, {{10, 10}, {21, 20}, {30, 30}, {40, 40}});
}

TEST(interval, late_by_whole_periods) {  // R6: the task is back at 40, when another tick is due
  expect_ticks(missed::burst, {30}, {{10, 10}, {40, 20}, {40, 30}, {40, 40}, {50, 50}});
  expect_ticks(missed::delay, {30}, {{10, 10}, {40, 20}, {50, 50}, {60, 60}});
  expect_ticks(missed::skip, {30}, {{10, 10}, {40, 20}, {50, 50}, {60, 60}});
}

TEST(interval, late_again_and_again) {  // R6: each tick takes 15 ms
  expect_ticks(missed::burst, {15, 15, 15, 15}, {{10, 10}, {25, 20}, {40, 30}, {55, 40}, {70, 50}});
  expect_ticks(missed::delay, {15, 15, 15, 15}, {{10, 10}, {25, 20}, {40, 35}, {55, 50}, {70, 65}});
  expect_ticks(missed::skip, {15, 15, 15, 15}, {{10, 10}, {25, 20}, {40, 30}, {55, 50}, {70, 60}});
}

/// The task waits in time, but its worker is busy until `held` ms after the tick.
task<std::vector<tick>> held_up(missed policy, std::chrono::milliseconds held) {
  auto taking = spawn(take_ticks(policy, 3, {}));
  co_await actors::sleep(5ms);
  simulation().elapse(5ms + held);
  const auto taken = co_await taking;
  co_return taken;
}

TEST(interval, one_that_waited_in_time_is_late_only_when_the_next_tick_is_due_too) {  // R6
  struct expectation {
    missed policy;
    std::chrono::milliseconds held;
    std::vector<tick> ticks;
  };
  for (const expectation& each : std::vector<expectation>{
           {missed::burst, 9ms, {{19, 10}, {20, 20}, {30, 30}}},
           {missed::delay, 9ms, {{19, 10}, {20, 20}, {30, 30}}},
           {missed::skip, 9ms, {{19, 10}, {20, 20}, {30, 30}}},
           {missed::burst, 10ms, {{20, 10}, {20, 20}, {30, 30}}},
           {missed::delay, 10ms, {{20, 10}, {30, 30}, {40, 40}}},
           {missed::skip, 10ms, {{20, 10}, {30, 30}, {40, 40}}},
           {missed::burst, 12ms, {{22, 10}, {22, 20}, {30, 30}}},
           {missed::delay, 12ms, {{22, 10}, {32, 32}, {42, 42}}},
           {missed::skip, 12ms, {{22, 10}, {30, 30}, {40, 40}}},
       }) {
    test::for_seeds(20, [&]() -> task<> {
      const auto taken = co_await held_up(each.policy, each.held);
      EXPECT_EQ(taken, each.ticks);
    });
  }
}

TEST(interval, one_that_asks_just_when_the_tick_is_due_is_in_time) {  // R6: whatever happens during its turn
  int held = 0;
  test::for_seeds(50, [&]() -> task<> {
    const auto begin = virtual_now();
    interval ticks{10ms, missed::delay};
    simulation().elapse(10ms);
    auto other = spawn([]() -> task<> {
      simulation().elapse(3ms);
      co_return;
    }());
    const auto due = co_await ticks.next();
    EXPECT_EQ(due, begin + 10ms);
    EXPECT_EQ(ticks.due(), begin + 20ms);
    if (virtual_now() == begin + 13ms) ++held;
    co_await other;
  });
  EXPECT_GT(held, 0);
}

TEST(interval, starts_at_the_time_asked_for) {  // R6
  test::for_seeds(20, []() -> task<> {
    const auto begin = virtual_now();
    interval ticks{10ms, missed::burst, begin + 3ms};
    EXPECT_EQ(ticks.due(), begin + 3ms);
    EXPECT_EQ(ticks.period(), 10ms);
    EXPECT_EQ(ticks.policy(), missed::burst);
    const auto first = co_await ticks.next();
    EXPECT_EQ(first, begin + 3ms);
    EXPECT_EQ(virtual_now(), begin + 3ms);
    const auto second = co_await ticks.next();
    EXPECT_EQ(second, begin + 13ms);
    EXPECT_EQ(virtual_now(), begin + 13ms);
  });
}

TEST(interval, a_start_in_the_past_is_a_late_tick) {  // R6
  test::for_seeds(20, []() -> task<> {
    co_await actors::sleep(100ms);
    const auto begin = virtual_now();
    for (const missed policy : {missed::burst, missed::delay, missed::skip}) {
      interval ticks{10ms, policy, begin - 12ms};
      const auto first = co_await ticks.next();
      EXPECT_EQ(first, begin - 12ms);
      EXPECT_EQ(virtual_now(), begin);
      EXPECT_EQ(ticks.due(), policy == missed::burst   ? begin - 2ms
                             : policy == missed::delay ? begin + 10ms
                                                       : begin + 8ms);
    }
  });
}

TEST(interval, the_clock_starts_when_it_is_made) {  // R6
  test::for_seeds(20, []() -> task<> {
    const auto begin = virtual_now();
    interval ticks{10ms};
    EXPECT_EQ(ticks.due(), begin + 10ms);
    co_await actors::sleep(4ms);
    const auto first = co_await ticks.next();
    EXPECT_EQ(first, begin + 10ms);
    EXPECT_EQ(virtual_now(), begin + 10ms);
  });
}

TEST(interval, a_tick_given_up_by_a_time_limit_is_not_lost) {  // R6, G5
  test::for_seeds(50, []() -> task<> {
    for (const missed policy : {missed::burst, missed::delay, missed::skip}) {
      const auto begin = virtual_now();
      interval ticks{10ms, policy};
      for (int i = 0; i != 3; ++i) {
        bool over = false;
        try {
          co_await actors::wait_for([](interval& t) -> task<> { co_await t.next(); }(ticks), 3ms);
        } catch (const actors::timed_out&) {
          over = true;
        }
        EXPECT_TRUE(over);
        EXPECT_EQ(ticks.due(), begin + 10ms);
      }
      EXPECT_EQ(virtual_now(), begin + 9ms);
      const auto first = co_await ticks.next();
      EXPECT_EQ(first, begin + 10ms);
      EXPECT_EQ(virtual_now(), begin + 10ms);
    }
  });
}

TEST(interval, a_pending_cancellation_is_thrown_and_the_tick_stays) {  // T4, R6: whether it is due or not
  test::for_seeds(50, []() -> task<> {
    for (const auto wait : {1ms, 10ms, 50ms}) {
      interval ticks{10ms, missed::skip};
      const auto due = ticks.due();
      auto [go, gone] = actors::channel<int>(0);
      auto working = spawn([](auto start, interval& t) -> task<> {
        co_await start.receive();
        bool thrown = false;
        try {
          co_await t.next();
        } catch (const cancelled&) {
          thrown = true;
        }
        EXPECT_TRUE(thrown);
      }(std::move(gone), ticks));
      co_await actors::sleep(wait);
      go.try_send(1);
      working.cancel();
      co_await working;
      EXPECT_EQ(ticks.due(), due);
    }
  });
}

TEST(interval, holds_no_timer_while_nobody_waits) {  // T12
  test::for_seeds(20, []() -> task<> {
    interval ticks{10ms};
    auto waiting = spawn([](interval& t) -> task<> { co_await t.next(); }(ticks));
    co_await actors::yield();
    waiting.cancel();
    try {
      co_await waiting;
    } catch (const cancelled&) {
    }
    const auto begin = virtual_now();
    co_await actors::sleep(1h);  // one jump: a timer in between would make it two
    EXPECT_EQ(virtual_now() - begin, 1h);
  });
}

TEST(interval, ticks_that_are_due_let_others_run) {  // R2
  test::for_seeds(20, []() -> task<> {
    int turns = 0;
    bool caught_up = false;
    auto other = spawn([](int& n, bool& end) -> task<> {
      while (!end) {
        ++n;
        co_await actors::yield();
      }
    }(turns, caught_up));
    interval ticks{1ms};
    simulation().elapse(1000ms);
    const auto begin = virtual_now();
    for (int i = 0; i != 1000; ++i) co_await ticks.next();
    EXPECT_EQ(virtual_now(), begin);
    EXPECT_GE(turns, 300);  // half of the steps, by chance
    caught_up = true;
    co_await other;
  });
}

TEST(interval, several_keep_their_times_side_by_side) {  // R6
  test::for_seeds(50, []() -> task<> {
    const auto begin = virtual_now();
    std::vector<actors::join_handle<>> clocks;
    for (int i = 1; i <= 20; ++i) {
      clocks.push_back(spawn([](std::chrono::milliseconds period, time_point start) -> task<> {
        interval ticks{period, missed::delay, start + period};
        for (int n = 1; n <= 20; ++n) {
          const auto due = co_await ticks.next();
          EXPECT_EQ(due, start + n * period);
          EXPECT_EQ(virtual_now(), due);
        }
      }(std::chrono::milliseconds{i * 7 % 20 + 1}, begin)));
    }
    for (auto& each : clocks) co_await each;
  });
}

template <class Duration>
std::string refusal_of(Duration period) {
  std::string text;
  for (const bool with_start : {false, true}) {
    try {
      if (with_start)
        interval{period, missed::burst, time_point{}};
      else
        interval{period};
      ADD_FAILURE() << "nothing was thrown";
    } catch (const usage_error& e) {
      if (with_start) {
        EXPECT_EQ(e.what(), text);
      }
      text = e.what();
    }
  }
  return text;
}

TEST(interval, a_period_that_is_not_longer_than_zero_is_refused) {  // T12
  test::for_seeds(1, []() -> task<> {
    const auto says = [](const std::string& message, const std::string& found) {
      EXPECT_NE(message.find("interval: expected a period longer than zero, found " + found + ";"), std::string::npos)
          << message;
      EXPECT_NE(message.find("yield()"), std::string::npos) << message;  // says what to do instead
    };
    says(refusal_of(0s), "0 s");
    says(refusal_of(-5ms), "-0.005 s");
    says(refusal_of(std::chrono::duration<double>{std::numeric_limits<double>::quiet_NaN()}), "nan s");
    says(refusal_of(std::chrono::duration<double>{-std::numeric_limits<double>::infinity()}), "-inf s");
    says(refusal_of(std::chrono::nanoseconds::min()), "-9.22337e+09 s");
    co_return;
  });
}

TEST(interval, outside_of_a_task_it_needs_a_start) {
  try {
    interval{10ms};
    ADD_FAILURE() << "nothing was thrown";
  } catch (const usage_error& e) {
    EXPECT_NE(std::string{e.what()}.find("interval"), std::string::npos) << e.what();
    EXPECT_NE(std::string{e.what()}.find("call it in a task"), std::string::npos) << e.what();
  }
  const interval ticks{10ms, missed::skip, time_point{5ms}};
  EXPECT_EQ(ticks.due(), time_point{5ms});
}

TEST(interval, the_shortest_and_the_longest_period) {  // R6
  test::for_seeds(10, []() -> task<> {
    const auto begin = virtual_now();
    interval shortest{std::chrono::duration<double, std::nano>{0.25}};
    for (int i = 1; i <= 10; ++i) co_await shortest.next();
    EXPECT_EQ(virtual_now(), begin + 10ns);
    for (const missed policy : {missed::burst, missed::delay, missed::skip}) {
      interval longest{std::chrono::years::max(), policy, virtual_now()};
      co_await longest.next();
      EXPECT_EQ(longest.due(), time_point::max());
      interval infinite{std::chrono::duration<double>{std::numeric_limits<double>::infinity()}, policy};
      EXPECT_EQ(infinite.due(), time_point::max());
    }
  });
}

TEST(interval, the_earliest_start_there_is) {  // R6: no overflow
  test::for_seeds(10, []() -> task<> {
    co_await actors::sleep(1h);
    for (const missed policy : {missed::burst, missed::delay, missed::skip}) {
      interval ticks{10ms, policy, time_point::min()};
      const auto first = co_await ticks.next();
      EXPECT_EQ(first, time_point::min());
      const auto next = ticks.due();
      if (policy == missed::burst) {
        EXPECT_EQ(next, first + 10ms);
      }
      if (policy == missed::delay) {
        EXPECT_EQ(next, virtual_now() + 10ms);
      }
      if (policy == missed::skip) {
        EXPECT_GT(next, first + std::chrono::hours{24 * 365 * 290});
      }
    }
  });
}

}  // namespace
