// latch: counts to zero once.
#include <actors/actors.hpp>
#include <actors/sync/latch.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <thread>

namespace {

using namespace std::chrono_literals;
using actors::latch;
using actors::sleep;
using actors::spawn;
using actors::task;
using actors::usage_error;
using test::for_seeds;

task<> wait_and_count(latch& gate, int& passed) {
  co_await gate.wait();
  ++passed;
}

task<> arrive_and_count(latch& gate, int& passed) {
  co_await gate.arrive_and_wait();
  ++passed;
}

TEST(latch, lets_all_pass_when_the_count_is_zero) {
  for_seeds(10, []() -> task<> {
    latch gate{4};
    int passed = 0;
    auto one = spawn(wait_and_count(gate, passed));
    auto two = spawn(arrive_and_count(gate, passed));
    co_await sleep(1ms);
    gate.count_down(2);
    co_await sleep(1ms);
    EXPECT_EQ(passed, 0);
    EXPECT_FALSE(gate.try_wait());
    gate.count_down();
    EXPECT_TRUE(gate.try_wait());
    co_await one;
    co_await two;
    co_await gate.wait();
    EXPECT_EQ(passed, 2);
  });
}

TEST(latch, refuses_to_count_below_zero) {
  latch gate{2};
  EXPECT_THROW(gate.count_down(3), usage_error);
  gate.count_down(0);
  EXPECT_FALSE(gate.try_wait());
  gate.count_down(2);
  EXPECT_TRUE(gate.try_wait());
  EXPECT_THROW(gate.count_down(), usage_error);
  EXPECT_THROW(latch{std::numeric_limits<std::size_t>::max()}, usage_error);
  EXPECT_TRUE(latch{0}.try_wait());
}

TEST(latch, one_that_is_cancelled_has_counted) {  // T6
  for_seeds(10, []() -> task<> {
    latch gate{2};
    int passed = 0;
    auto cancelled = spawn(arrive_and_count(gate, passed));
    auto waiting = spawn(wait_and_count(gate, passed));
    co_await sleep(1ms);
    cancelled.cancel();
    co_await sleep(1ms);
    EXPECT_TRUE(cancelled.was_cancelled());
    gate.count_down();
    co_await waiting;
    EXPECT_EQ(passed, 1);
  });
}

TEST(latch, a_thread_may_wait_for_it_but_no_worker) {
  latch gate{2};
  std::thread other{[&] { gate.blocking_arrive_and_wait(); }};
  gate.count_down();
  gate.blocking_wait();
  other.join();
  const auto block_a_worker = [](latch& which) -> task<> {
    EXPECT_THROW(which.blocking_wait(), usage_error);
    EXPECT_THROW(which.blocking_arrive_and_wait(0), usage_error);
    co_return;
  };
  actors::run(block_a_worker(gate));
}

}  // namespace
