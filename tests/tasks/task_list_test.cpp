// The list of live tasks: how many there are, who they are, and that all of them can be asked to end.
#include <actors/actors.hpp>
#include <actors/detail/task_list.hpp>

#include "runtime/thread_context.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <thread>
#include <vector>

namespace {

using actors::spawn;
using actors::task;
using actors::detail::task_list;
using actors::detail::task_state;

task<> wait_long() { co_await actors::sleep(std::chrono::hours{1}); }

std::set<task_state*> listed(const task_list& list) {
  std::set<task_state*> found;
  list.for_each([](task_state& each, void* into) { static_cast<std::set<task_state*>*>(into)->insert(&each); }, &found);
  return found;
}

TEST(task_list, counts_and_names_the_tasks_of_its_scheduler) {
  test::simulated_scheduler other{1};
  auto stranger = actors::detail::start_task(wait_long(), other);
  test::run_simulated(1, []() -> task<> {
    task_list& list = actors::detail::current_scheduler()->tasks;
    EXPECT_EQ(list.size(), 1U);
    std::vector<actors::join_handle<>> handles;
    for (int i = 0; i != 100; ++i) handles.push_back(spawn(wait_long()));
    task<> never_started = wait_long();
    EXPECT_EQ(list.size(), 101U);
    const auto all = listed(list);
    EXPECT_EQ(all.size(), 101U);
    EXPECT_TRUE(all.contains(actors::detail::current_task_state()));
    for (int i = 0; i != 50; ++i) handles[static_cast<std::size_t>(i)].cancel();
    for (int i = 0; i != 50; ++i) {
      while (!handles[static_cast<std::size_t>(i)].done()) co_await actors::yield();
    }
    EXPECT_EQ(list.size(), 51U);
    EXPECT_EQ(listed(list).size(), 51U);
  }());
  EXPECT_EQ(other.tasks.size(), 1U);
  other.cancel_rest();
  EXPECT_TRUE(other.tasks.empty());
}

TEST(task_list, asks_each_task_once_and_those_that_start_meanwhile) {  // T2, R3
  test::run_simulated(1, []() -> task<> {
    task_list& list = actors::detail::current_scheduler()->tasks;
    auto before = spawn(wait_long());
    list.cancel_all();
    list.cancel_all();
    EXPECT_EQ(actors::detail::current_task_state()->cancel_requests(), 1U);
    auto after = spawn(wait_long());
    list.accept();
    auto late = spawn(wait_long());
    // This task was asked, too: the first wait says so, and is answered.
    bool asked = false;
    try {
      co_await actors::yield();
    } catch (const actors::cancelled&) {
      asked = true;
    }
    EXPECT_TRUE(asked);
    while (!before.done() || !after.done()) co_await actors::yield();
    EXPECT_FALSE(late.done());
  }());
}

// A task that spawns another one and ends is the whole life of some programs: there is never a moment without a task.
TEST(task_list, is_not_empty_while_tasks_follow_upon_each_other) {  // R3
  test::simulated_scheduler owner{1};
  task_list list{owner, 1};
  std::atomic<bool> stop = false;
  const actors::detail::thread_context here;
  list.add(here);
  std::jthread successors{[&] {
    while (!stop) {
      list.add(here);
      list.remove(here);
    }
  }};
  int empty = 0;
  for (int i = 0; i != 20'000; ++i) empty += list.empty() ? 1 : 0;
  stop = true;
  EXPECT_EQ(empty, 0);
}

}  // namespace
