// Names, current_task, all_tasks, references to tasks of any type.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include "simulation/exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::spawn;
using actors::task;
using actors::task_ref;

task<int> number(int n, std::chrono::nanoseconds delay = 0ns) {
  co_await actors::sleep(delay);
  co_return n;
}
task<std::string> own_name() {
  co_await actors::yield();
  co_return actors::current_task().name();
}

TEST(task_ref, a_name_is_given_at_spawn_or_later) {  // T10
  actors::simulate({}, []() -> task<> {
    auto named = spawn(own_name(), {.name = "fetch"});
    EXPECT_EQ(named.name(), "fetch");
    EXPECT_EQ(co_await named, "fetch");
    auto renamed = spawn(own_name());
    renamed.set_name("renamed");
    EXPECT_EQ(co_await renamed, "renamed");
    EXPECT_EQ(renamed.name(), "renamed");  // also when it has ended
    renamed.set_name("again");
    EXPECT_EQ(renamed.ref().name(), "again");
    auto unnamed = spawn(own_name());
    const std::string number = unnamed.name();
    EXPECT_TRUE(number.starts_with("task-")) << number;
    EXPECT_EQ(co_await unnamed, number);
    auto late = spawn(own_name());
    const std::string own = co_await late;
    EXPECT_EQ(late.name(), own);
    EXPECT_NE(own, number);
    auto never_asked = spawn(::number(1));
    co_await never_asked;
    never_asked.set_name("after its end");
    EXPECT_EQ(never_asked.name(), "after its end");
  });
}

TEST(task_ref, the_current_task_is_the_one_that_was_spawned) {  // T10
  actors::simulate({}, []() -> task<> {
    auto handle = spawn([]() -> task<task_ref> {
      const task_ref before = actors::current_task();
      const auto awaited = []() -> task<task_ref> { co_return actors::current_task(); };
      task<task_ref> inner = awaited();
      const task_ref inside = co_await inner;
      EXPECT_EQ(inside, before);
      co_await actors::sleep(1s);
      EXPECT_EQ(actors::current_task(), before);
      co_return before;
    }());
    EXPECT_EQ(co_await handle, handle.ref());
    EXPECT_NE(actors::current_task(), handle.ref());
  });
}

TEST(task_ref, all_tasks_are_those_that_have_not_ended) {  // T10
  actors::simulate({}, []() -> task<> {
    EXPECT_EQ(actors::all_tasks(), std::vector<task_ref>{actors::current_task()});
    std::set<task_ref> expected{actors::current_task()};
    std::vector<actors::join_handle<int>> handles;
    for (int i = 0; i != 10; ++i) {
      handles.push_back(spawn(number(i, std::chrono::seconds{i % 2 == 0 ? 1 : 10})));
      if (i % 2 == 1) expected.insert(handles.back());
    }
    co_await actors::sleep(2s);
    const auto found = actors::all_tasks();
    EXPECT_EQ((std::set<task_ref>{found.begin(), found.end()}), expected);
    EXPECT_EQ(found.size(), expected.size());
  });
}

TEST(task_ref, tells_the_state_without_the_type) {
  actors::simulate({}, []() -> task<> {
    const task_ref value = spawn(number(1));
    auto handle = spawn([]() -> task<int> {
      co_await actors::yield();
      throw std::runtime_error{"why"};
    }());
    const task_ref failed = handle;
    const task_ref stopped = spawn(number(1, 1h));
    EXPECT_THROW(static_cast<void>(failed.exception()), actors::usage_error);
    co_await actors::sleep(1s);
    EXPECT_TRUE(value.done());
    EXPECT_EQ(value.exception(), nullptr);
    EXPECT_FALSE(value.cancel());
    EXPECT_TRUE(failed.done());
    EXPECT_NE(failed.exception(), nullptr);
    EXPECT_FALSE(stopped.done());
    EXPECT_TRUE(stopped.cancel());
    EXPECT_EQ(stopped.cancel_requests(), 1U);
    co_await actors::sleep(1s);
    EXPECT_TRUE(stopped.was_cancelled());
    EXPECT_NE(stopped.exception(), nullptr);
  });
  EXPECT_THROW(static_cast<void>(task_ref{}.name()), actors::usage_error);
}

TEST(task_ref, a_name_is_set_and_read_while_the_task_ends) {  // T10, in all schedules
  test::holds_in_all([]() -> task<> {
    auto handle = spawn([]() -> task<> { co_await actors::yield(); }());
    auto first = spawn([](auto of) -> task<std::string> {
      co_await actors::yield();
      co_return of.name();
    }(handle));
    auto second = spawn([](auto of) -> task<std::string> {
      co_await actors::yield();
      co_return of.name();
    }(handle));
    const std::string a = co_await first;
    const std::string b = co_await second;
    EXPECT_EQ(a, b);
    EXPECT_EQ(handle.name(), a);
    co_await handle;
    EXPECT_EQ(handle.name(), a);
  });
}

}  // namespace
