// Waits that are over before they begin: a loop of them can be cancelled and starves nobody.
#include <actors/actors.hpp>
#include <actors/as_completed.hpp>
#include <actors/race.hpp>
#include <actors/shield.hpp>
#include <actors/task_group.hpp>
#include <actors/wait.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace {

using actors::join_handle;
using actors::spawn;
using actors::task;
using actors::waiter;

task<int> at_once(int value) { co_return value; }

/// One wait for what has ended.
using operation = std::function<task<>(join_handle<int>)>;

task<> again_and_again(operation once, join_handle<int> ended, std::int64_t& turns) {
  for (;;) {
    task<> next = once(ended);
    co_await next;
    ++turns;
  }
}

void expect_a_loop_that_can_be_stopped(const operation& once) {
  test::for_seeds(20, [&once]() -> task<> {
    auto ended = spawn(at_once(1));
    co_await ended;
    std::int64_t turns = 0;
    auto looping = spawn(again_and_again(once, ended, turns));
    while (turns < 3 * waiter::turn_budget) co_await actors::yield();
    const std::int64_t before = turns;
    looping.cancel();
    while (!looping.done()) co_await actors::yield();
    EXPECT_TRUE(looping.was_cancelled());
    EXPECT_LE(turns, before + 2 * waiter::turn_budget);
    const int value = co_await ended;  // it is still there
    EXPECT_EQ(value, 1);
  });
}

TEST(turn_budget, of_joins) {  // T4, R2
  expect_a_loop_that_can_be_stopped([](join_handle<int> ended) -> task<> { co_await ended; });
}

TEST(turn_budget, of_gather) {  // T4, R2
  expect_a_loop_that_can_be_stopped([](join_handle<int> ended) -> task<> {
    auto both = actors::gather(ended, ended);
    co_await both;
  });
}

TEST(turn_budget, of_wait) {  // T4, R2
  expect_a_loop_that_can_be_stopped([](join_handle<int> ended) -> task<> {
    std::vector<join_handle<int>> all{ended};
    auto ends = actors::wait(all);
    co_await ends;
  });
}

TEST(turn_budget, of_as_completed) {  // T4, R2
  expect_a_loop_that_can_be_stopped([](join_handle<int> ended) -> task<> {
    auto ends = actors::as_completed(std::vector<join_handle<int>>{ended});
    auto next = ends.next();
    co_await next;
  });
}

TEST(turn_budget, of_shield) {  // T4, R2
  expect_a_loop_that_can_be_stopped([](join_handle<int> ended) -> task<> {
    auto inner = actors::shield(ended);
    co_await inner;
  });
}

TEST(turn_budget, of_groups_without_children) {  // T4, R2
  expect_a_loop_that_can_be_stopped([](join_handle<int>) -> task<> {
    const auto body = [](actors::task_group&) -> task<> { co_return; };
    auto group = actors::with_group(body);
    co_await group;
  });
}

}  // namespace
