// The list of live tasks by itself.
#include <actors/detail/task_list.hpp>
#include <actors/detail/task_state.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace {

using actors::detail::task_list;

struct listed_task : actors::detail::task_state {};

TEST(task_list, counts_what_is_added_and_removed) {
  task_list list;
  std::vector<std::unique_ptr<listed_task>> tasks;
  EXPECT_TRUE(list.empty());
  for (int i = 0; i != 100; ++i) {
    tasks.push_back(std::make_unique<listed_task>());
    EXPECT_TRUE(list.add(*tasks.back()));
  }
  EXPECT_EQ(list.size(), 100U);
  EXPECT_FALSE(list.empty());
  for (std::size_t i = 0; i != 100; ++i) list.remove(*tasks[i * 37 % 100]);
  EXPECT_TRUE(list.empty());
}

TEST(task_list, cancels_those_there_are_and_refuses_new_ones) {  // T2, R3
  task_list list;
  listed_task before;
  listed_task after;
  list.add(before);
  list.cancel_all();
  EXPECT_TRUE(before.cancel_pending());
  EXPECT_FALSE(list.add(after));  // listed all the same; whoever adds it cancels it
  EXPECT_EQ(list.size(), 2U);
  list.remove(before);
  list.remove(after);
  list.accept();
  EXPECT_TRUE(list.add(after));
  list.remove(after);
}

// A task that spawns another one and ends is the whole life of some programs: there is never a moment without a task.
TEST(task_list, is_not_empty_while_tasks_follow_upon_each_other) {  // R3
  task_list list;
  std::vector<std::unique_ptr<listed_task>> tasks(64);
  for (auto& each : tasks) each = std::make_unique<listed_task>();
  std::atomic<bool> stop = false;
  list.add(*tasks[0]);
  std::jthread successors{[&] {
    for (std::size_t i = 0; !stop; ++i) {
      list.add(*tasks[(i + 1) % tasks.size()]);
      list.remove(*tasks[i % tasks.size()]);
    }
  }};
  int empty = 0;
  for (int i = 0; i != 20'000; ++i) empty += list.empty() ? 1 : 0;
  stop = true;
  EXPECT_EQ(empty, 0);
}

}  // namespace
