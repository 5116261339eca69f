// sleep and yield under virtual time. (On real workers: runtime/timer_test.)
#include <actors/actors.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::spawn;
using actors::task;

auto virtual_now() { return actors::detail::current_scheduler()->now(); }

TEST(sleep, takes_exactly_its_time) {  // R6, R9
  test::for_seeds(50, []() -> task<> {
    const auto begin = virtual_now();
    co_await actors::sleep(1500ms);
    EXPECT_EQ(virtual_now() - begin, 1500ms);
    co_await actors::sleep(1ns);
    EXPECT_EQ(virtual_now() - begin, 1500ms + 1ns);
  });
}

TEST(sleep, fractions_are_rounded_up) {  // R6
  test::for_seeds(10, []() -> task<> {
    const auto begin = virtual_now();
    co_await actors::sleep(std::chrono::duration<double, std::nano>{0.25});
    EXPECT_EQ(virtual_now() - begin, 1ns);
  });
}

TEST(sleep, zero_negative_and_nan_are_one_turn) {  // T12
  test::for_seeds(50, []() -> task<> {
    const auto begin = virtual_now();
    co_await actors::sleep(0s);
    co_await actors::sleep(-1s);
    co_await actors::sleep(std::chrono::hours::min());
    co_await actors::sleep(std::chrono::duration<double>{std::numeric_limits<double>::quiet_NaN()});
    co_await actors::sleep(std::chrono::duration<double>{-std::numeric_limits<double>::infinity()});
    EXPECT_EQ(virtual_now(), begin);
  });
}

TEST(sleep, yield_lets_what_is_ready_run_once) {  // T12
  std::vector<int> order;
  actors::run(
      [](std::vector<int>& seen) -> task<> {
        auto other = spawn([](std::vector<int>& s) -> task<> {
          for (int i = 0; i != 3; ++i) {
            s.push_back(1);
            co_await actors::yield();
          }
        }(seen));
        for (int i = 0; i != 3; ++i) {
          seen.push_back(0);
          co_await actors::yield();
        }
        co_await other;
      }(order),
      {.workers = 1});
  EXPECT_EQ(order, (std::vector<int>{0, 1, 0, 1, 0, 1}));
}

TEST(sleep_until, ends_exactly_at_its_time) {  // R6
  test::for_seeds(50, []() -> task<> {
    co_await actors::sleep(7s);
    const auto begin = virtual_now();
    co_await actors::sleep_until(begin + 1ns);
    EXPECT_EQ(virtual_now(), begin + 1ns);
    co_await actors::sleep_until(begin + 1500ms);
    EXPECT_EQ(virtual_now(), begin + 1500ms);
  });
}

TEST(sleep_until, counts_the_time_from_its_making_to_its_suspension) {  // R6: unlike sleep, whose time begins later
  test::for_seeds(20, []() -> task<> {
    const auto begin = virtual_now();
    auto until = actors::sleep_until(begin + 10ms);
    auto during = actors::sleep(10ms);
    static_cast<test::simulated_scheduler*>(actors::detail::current_scheduler())->elapse(4ms);
    co_await until;
    EXPECT_EQ(virtual_now(), begin + 10ms);
    co_await during;
    EXPECT_EQ(virtual_now(), begin + 20ms);
  });
}

TEST(sleep_until, a_time_that_has_passed_is_one_turn) {  // T12
  test::for_seeds(50, []() -> task<> {
    co_await actors::sleep(7s);
    const auto begin = virtual_now();
    co_await actors::sleep_until(begin);
    co_await actors::sleep_until(begin - 1ns);
    co_await actors::sleep_until(std::chrono::steady_clock::time_point::min());
    EXPECT_EQ(virtual_now(), begin);
  });
  std::vector<int> order;
  actors::run(
      [](std::vector<int>& seen) -> task<> {
        auto other = spawn([](std::vector<int>& s) -> task<> {
          s.push_back(1);
          co_return;
        }(seen));
        co_await actors::sleep_until(std::chrono::steady_clock::time_point{});
        seen.push_back(0);
        co_await other;
      }(order),
      {.workers = 1});
  EXPECT_EQ(order, (std::vector<int>{1, 0}));
}

TEST(sleep_until, the_present_time_is_one_turn) {  // T12: not the end of all that is ready
  test::for_seeds(50, []() -> task<> {
    bool over = false;
    auto other = spawn([](bool& end) -> task<> {
      for (int i = 0; i != 1000 && !end; ++i) co_await actors::yield();
      EXPECT_TRUE(end);
    }(over));
    co_await actors::sleep_until(virtual_now());
    over = true;
    co_await other;
  });
}

TEST(sleep_until, a_cancelled_one_takes_its_timer_along) {  // T12
  test::for_seeds(50, []() -> task<> {
    for (const bool passed : {false, true}) {
      const auto begin = virtual_now();
      auto sleeping = spawn([](auto time) -> task<> { co_await actors::sleep_until(time); }(begin + 1h));
      if (!passed) co_await actors::sleep(1s);
      sleeping.cancel();
      bool thrown = false;
      try {
        co_await sleeping;
      } catch (const cancelled&) {
        thrown = true;
      }
      EXPECT_TRUE(thrown);
      EXPECT_LE(virtual_now() - begin, 1s);
      sleeping = {};  // its frame is gone
      co_await actors::sleep(2h);
    }
  });
}

TEST(sleep_until, the_latest_time_there_is_can_be_waited_for_and_cancelled) {  // T12
  test::for_seeds(10, []() -> task<> {
    auto sleeping =
        spawn([]() -> task<> { co_await actors::sleep_until(std::chrono::steady_clock::time_point::max()); }());
    co_await actors::sleep(10000h);
    EXPECT_FALSE(sleeping.done());
    sleeping.cancel();
    co_await actors::yield();
  });
}

TEST(sleep, a_pending_cancellation_ends_it_before_it_begins) {  // T4
  test::for_seeds(100, []() -> task<> {
    for (const auto delay : {0s, 1s}) {
      auto [go, gone] = actors::channel<int>(0);
      auto working = spawn([](auto start, auto pause) -> task<std::chrono::nanoseconds> {
        co_await start.receive();
        const auto begin = virtual_now();
        bool thrown = false;
        try {
          co_await actors::sleep(pause);
        } catch (const cancelled&) {
          thrown = true;
        }
        EXPECT_TRUE(thrown);
        co_return virtual_now() - begin;
      }(std::move(gone), delay));
      co_await actors::sleep(1s);
      go.try_send(1);
      working.cancel();
      const auto taken = co_await working;
      EXPECT_EQ(taken, 0ns);
    }
  });
}

TEST(sleep, a_cancelled_one_takes_its_timer_along) {  // T12
  test::for_seeds(100, []() -> task<> {
    auto sleeping = spawn([]() -> task<> { co_await actors::sleep(1h); }());
    co_await actors::sleep(1s);
    sleeping.cancel();
    const auto begin = virtual_now();
    try {
      co_await sleeping;
    } catch (const cancelled&) {
    }
    EXPECT_EQ(virtual_now(), begin);
    sleeping = {};               // its frame is gone
    co_await actors::sleep(2h);  // beyond the time of the timer that was taken out
  });
}

TEST(sleep, many_wake_in_the_order_of_their_times) {  // R6
  test::for_seeds(100, []() -> task<> {
    std::vector<int> order;
    std::vector<actors::join_handle<>> sleepers;
    for (int i = 0; i != 50; ++i) {
      sleepers.push_back(spawn([](std::vector<int>& seen, int n) -> task<> {
        co_await actors::sleep(std::chrono::seconds{n});
        seen.push_back(n);
      }(order, 1 + i * 29 % 50)));
    }
    co_await actors::sleep(100s);
    EXPECT_EQ(order.size(), 50U);
    for (std::size_t i = 1; i < order.size(); ++i) EXPECT_LT(order[i - 1], order[i]);
  });
}

TEST(sleep, the_longest_duration_there_is_can_be_slept_and_cancelled) {  // T12
  test::for_seeds(10, []() -> task<> {
    auto sleeping = spawn([]() -> task<> { co_await actors::sleep(std::chrono::years::max()); }());
    co_await actors::sleep(10000h);
    EXPECT_FALSE(sleeping.done());
    sleeping.cancel();
    co_await actors::yield();
  });
}

}  // namespace
