// Waits that are over before they begin: a loop of them can be cancelled and starves nobody.
#include <actors/actors.hpp>
#include <actors/as_completed.hpp>
#include <actors/race.hpp>
#include <actors/shield.hpp>
#include <actors/task_group.hpp>
#include <actors/wait.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
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

// A cancellation that is pending where the turn ends: the others are cancelled, and waited for, as at any other point.
TEST(turn_budget, a_gather_that_is_cancelled_where_the_turn_ends_stops_all) {  // G2, T4
  for (int before = 120; before != 136; ++before) {
    for (const bool collects : {false, true}) {
      test::run_simulated(1, [](int operations, bool collect) -> task<> {
        auto ended = spawn(at_once(1));
        co_await ended;
        auto sleeping = spawn([]() -> task<int> {
          co_await actors::sleep(std::chrono::hours{1});
          co_return 1;
        }());
        auto gathering =
            spawn([](join_handle<int> done, join_handle<int> other, int count, bool with_errors) -> task<> {
              co_await actors::yield();
              actors::current_task().cancel();
              for (int i = 0; i != count; ++i) {
                try {
                  co_await done;
                } catch (const actors::cancelled&) {  // the turn ended here
                  actors::current_task().cancel();
                }
              }
              if (with_errors) {
                auto all = actors::gather(actors::collect_errors, other);
                co_await all;
              } else {
                auto all = actors::gather(other);
                co_await all;
              }
            }(ended, sleeping, operations, collect));
        auto ends = actors::wait(std::vector<join_handle<>>{gathering});
        co_await ends;
        EXPECT_TRUE(gathering.was_cancelled());
        EXPECT_TRUE(sleeping.done());
        EXPECT_TRUE(sleeping.was_cancelled());
      }(before, collects));
    }
  }
}

}  // namespace
