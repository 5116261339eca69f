// Task-local values: own ones, inherited at spawn, undone at the end of a scope.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>
#include <actors/task_local.hpp>

#include "simulation/exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;
using actors::spawn;
using actors::task;

const actors::task_local<int> level{1};
const actors::task_local<std::string> request{"none"};

task<int> level_after(std::chrono::nanoseconds delay = 0ns) {
  co_await actors::sleep(delay);
  co_return level.get();
}

TEST(task_local, has_the_initial_value_until_one_is_set) {  // T10
  EXPECT_EQ(level.get(), 1);
  EXPECT_THROW(level.set(2), actors::usage_error);
  actors::simulate({}, []() -> task<> {
    EXPECT_EQ(level.get(), 1);
    EXPECT_EQ(request.get(), "none");
    level.set(2);
    EXPECT_EQ(level.get(), 2);
    EXPECT_EQ(request.get(), "none");
    request.set("seven");
    level.set(3);
    EXPECT_EQ(level.get(), 3);
    EXPECT_EQ(request.get(), "seven");
    co_return;
  });
}

TEST(task_local, is_inherited_at_spawn_and_changed_for_oneself_only) {  // T10
  actors::simulate({}, []() -> task<> {
    level.set(2);
    auto before = spawn(level_after(1s));
    level.set(3);
    auto after = spawn([]() -> task<int> {
      const int inherited = level.get();
      level.set(10);
      auto child = spawn(level_after());
      EXPECT_EQ(co_await child, 10);
      co_return inherited;
    }());
    EXPECT_EQ(co_await before, 2);
    EXPECT_EQ(co_await after, 3);
    EXPECT_EQ(level.get(), 3);
  });
}

TEST(task_local, of_an_awaited_task_is_that_of_its_caller) {  // T10
  actors::simulate({}, []() -> task<> {
    auto part = []() -> task<> {
      level.set(8);
      co_return;
    };
    task<> inner = part();
    co_await inner;
    EXPECT_EQ(level.get(), 8);
  });
}

TEST(task_local, a_scope_ends_with_the_values_of_before) {  // T10
  actors::simulate({}, []() -> task<> {
    level.set(2);
    {
      const auto inner = level.with(5);
      co_await actors::sleep(1s);
      EXPECT_EQ(level.get(), 5);
      auto child = spawn(level_after(1h));
      {
        const auto innermost = level.with(6);
        EXPECT_EQ(level.get(), 6);
      }
      EXPECT_EQ(level.get(), 5);
      EXPECT_EQ(co_await child, 5);
    }
    EXPECT_EQ(level.get(), 2);
    const auto results = co_await actors::gather(level_after(), level_after(1s));
    EXPECT_EQ(std::get<1>(results), 2);
  });
}

TEST(task_local, many_are_kept_apart) {
  actors::simulate({}, []() -> task<> {
    const actors::task_local<int> many[8];
    for (int round = 0; round != 5; ++round) {
      for (int i = 0; i != 8; ++i) many[(i * 3 + round) % 8].set(100 * round + (i * 3 + round) % 8);
      for (int i = 0; i != 8; ++i) EXPECT_EQ(many[i].get(), 100 * round + i);
    }
    co_return;
  });
}

TEST(task_local, is_each_tasks_own_in_all_schedules) {  // T10
  test::holds_in_all([]() -> task<> {
    level.set(7);
    const auto count = [](int own) -> task<> {
      EXPECT_EQ(level.get(), 7);
      level.set(own);
      co_await actors::yield();
      EXPECT_EQ(level.get(), own);
      auto child = spawn(level_after());
      EXPECT_EQ(co_await child, own);
    };
    co_await actors::gather(count(20), count(30), count(40));
    EXPECT_EQ(level.get(), 7);
  });
}

}  // namespace
