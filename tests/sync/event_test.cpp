// event: set, clear and wait, under virtual time.
#include <actors/actors.hpp>
#include <actors/sync/event.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::event;
using actors::sleep;
using actors::spawn;
using actors::task;
using test::for_seeds;

task<> wait_and_count(event& ready, int& woken) {
  co_await ready.wait();
  ++woken;
}

TEST(event, wakes_all_who_wait_and_stays_set) {  // Q4
  for_seeds(10, []() -> task<> {
    event ready;
    int woken = 0;
    std::vector<actors::join_handle<>> all;
    for (int i = 0; i != 5; ++i) all.push_back(spawn(wait_and_count(ready, woken)));
    co_await sleep(1ms);
    EXPECT_EQ(woken, 0);
    EXPECT_FALSE(ready.is_set());
    ready.set();
    ready.set();
    EXPECT_TRUE(ready.is_set());
    for (auto& each : all) co_await each;
    EXPECT_EQ(woken, 5);
    co_await ready.wait();  // at once
    ready.clear();
    ready.clear();
    EXPECT_FALSE(ready.is_set());
  });
}

TEST(event, a_clear_takes_a_set_back_from_nobody_who_waited) {  // Q4
  for_seeds(10, []() -> task<> {
    event ready;
    int woken = 0;
    auto before = spawn(wait_and_count(ready, woken));
    co_await sleep(1ms);
    ready.set();
    ready.clear();
    auto after = spawn(wait_and_count(ready, woken));
    co_await before;
    co_await sleep(1ms);
    EXPECT_EQ(woken, 1);
    after.cancel();
    co_await sleep(1ms);
    EXPECT_TRUE(after.was_cancelled());  // T6
    ready.clear();
    EXPECT_FALSE(ready.is_set());
    ready.set();
    EXPECT_TRUE(ready.is_set());
  });
}

task<> wait_for_ever(event& ready, long& turns) {
  for (;;) {
    co_await ready.wait();
    ++turns;
  }
}

TEST(event, a_loop_of_waits_for_one_that_is_set_can_be_cancelled) {  // T6, R2
  for_seeds(3, []() -> task<> {
    event ready;
    ready.set();
    long turns = 0;
    auto looping = spawn(wait_for_ever(ready, turns));
    while (turns == 0) co_await actors::yield();
    looping.cancel();
    const long before = turns;
    co_await sleep(1ms);
    EXPECT_TRUE(looping.was_cancelled());
    EXPECT_LE(turns, before + 2 * actors::waiter::turn_budget);
  });
}

TEST(event, a_thread_may_wait_for_it_but_no_worker) {
  event ready;
  int value = 0;
  std::thread other{[&] {
    ready.blocking_wait();
    EXPECT_EQ(value, 1);
  }};
  value = 1;
  ready.set();
  other.join();
  const auto block_a_worker = [](event& which) -> task<> {
    EXPECT_THROW(which.blocking_wait(), actors::usage_error);
    co_return;
  };
  actors::run(block_a_worker(ready));
}

}  // namespace
