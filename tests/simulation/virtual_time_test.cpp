// Virtual time: it moves on only when everything waits, and then at once.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::simulate;
using actors::simulated_time;
using actors::simulation_summary;
using actors::sleep;
using actors::spawn;
using actors::task;

TEST(virtual_time, a_day_takes_no_time) {  // R9
  simulation_summary summary;
  const auto begin = std::chrono::steady_clock::now();
  simulate({.summary = &summary}, []() -> task<> { co_await sleep(24h); });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
  EXPECT_GE(summary.time, 24h);
  EXPECT_LT(summary.time, 24h + 1ms);
}

task<> note_after(std::chrono::milliseconds delay, std::vector<int>& order) {
  const auto begin = simulated_time();
  co_await sleep(delay);
  EXPECT_EQ(simulated_time() - begin, delay);  // not even late
  order.push_back(static_cast<int>(delay.count()));
}

TEST(virtual_time, sleepers_wake_in_the_order_of_their_times) {  // R6, R9
  test::holds_in_all([]() -> task<> {
    std::vector<int> order;
    co_await actors::gather(note_after(30ms, order), note_after(10ms, order), note_after(20ms, order));
    EXPECT_EQ(order, (std::vector<int>{10, 20, 30}));
  });
}

task<> be_busy(bool& busy) {
  busy = true;
  for (int i = 0; i != 2'000; ++i) co_await actors::yield();
  busy = false;
}

TEST(virtual_time, it_stands_still_while_a_task_is_busy) {  // R9
  test::holds_in_all(
      []() -> task<> {
        bool busy = true;
        const auto begin = simulated_time();
        auto work = spawn(be_busy(busy));
        co_await sleep(1ms);
        EXPECT_FALSE(busy);
        EXPECT_EQ(simulated_time() - begin, 1ms);
        co_await work;
      },
      {}, 40);
}

TEST(virtual_time, a_thread_that_computes_holds_it_too) {  // R9
  test::holds_in_all(
      [] {
        actors::detail::mutex lock;
        actors::detail::condition_variable never;
        actors::detail::atomic<int> rounds{0};
        actors::detail::joining_thread busy{[&] {
          for (int i = 0; i != 100; ++i) rounds.fetch_add(1);
        }};
        std::unique_lock guard{lock};
        EXPECT_EQ(never.wait_for(guard, 1ns), std::cv_status::timeout);
        EXPECT_EQ(rounds.load(), 100);
      },
      {}, 500);
}

TEST(virtual_time, begins_at_the_same_time_in_each_simulation) {  // R9
  const auto outside = simulated_time();
  EXPECT_EQ(simulate({}, [] { return simulated_time(); }), outside);
  simulate({}, []() -> task<> { co_await sleep(1h); });
  EXPECT_EQ(simulate({}, [] { return simulated_time(); }), outside);
  EXPECT_EQ(simulated_time(), outside);
}

// A blocking call is one step: nobody else runs meanwhile, and it takes no virtual time.
TEST(virtual_time, a_blocking_call_is_one_step) {  // R9
  test::holds_in_all([]() -> task<> {
    int inside = 0;
    const auto call = [&inside] {
      EXPECT_EQ(++inside, 1);
      volatile int work = 0;
      for (int i = 0; i != 100; ++i) work = work + 1;
      --inside;
    };
    const auto watch = [](const int& seen) -> task<> {
      for (int i = 0; i != 5; ++i) {
        EXPECT_EQ(seen, 0);
        co_await actors::yield();
      }
    };
    const auto begin = simulated_time();
    auto watching = spawn(watch(inside));
    const auto twice = [](const auto& once) -> task<> {
      co_await actors::blocking([&] { once(); });
      co_await actors::blocking([&] { once(); });
    };
    co_await actors::gather(twice(call), twice(call));
    co_await watching;
    EXPECT_EQ(simulated_time(), begin);
  });
}

}  // namespace
