// Rings of tasks that wait for each other.
#include "introspection/wait_cycles.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace {

using actors::snapshot_id;
using actors::task_snapshot;
using actors::detail::wait_kind;

/// Tasks 1 to n, and what they wait for.
struct program {
  explicit program(std::size_t count) : tasks(count), waits(count, wait_kind::receive) {
    for (std::size_t i = 0; i != count; ++i) tasks[i].id = i + 1;
  }
  program& joins(snapshot_id who, std::vector<snapshot_id> whom, wait_kind how = wait_kind::join_task) {
    tasks[who - 1].awaits = std::move(whom);
    waits[who - 1] = how;
    return *this;
  }
  program& locks(snapshot_id who, snapshot_id holder) {
    tasks[who - 1].object.emplace();
    tasks[who - 1].object->holder = holder;
    waits[who - 1] = wait_kind::lock_mutex;
    return *this;
  }
  std::vector<std::vector<snapshot_id>> cycles() const {
    std::vector<std::vector<snapshot_id>> found;
    for (const auto& each : actors::detail::find_wait_cycles(tasks, waits)) found.push_back(each.tasks);
    return found;
  }
  std::vector<task_snapshot> tasks;
  std::vector<wait_kind> waits;
};

using found = std::vector<std::vector<snapshot_id>>;

TEST(wait_cycles, are_found_over_joins_and_mutexes) {  // I2
  EXPECT_EQ(program{3}.joins(1, {2}).locks(2, 3).joins(3, {1}).cycles(), (found{{1, 2, 3}}));
  EXPECT_EQ(program{1}.locks(1, 1).cycles(), (found{{1}}));
  EXPECT_EQ(program{2}.joins(1, {2}, wait_kind::group).joins(2, {1}, wait_kind::shield).cycles(), (found{{1, 2}}));
  EXPECT_EQ(program{4}.joins(1, {2, 3}, wait_kind::gather).locks(3, 4).locks(4, 1).cycles(), (found{{1, 3, 4}}));
}

TEST(wait_cycles, are_told_without_those_who_only_wait_for_them) {  // I2
  EXPECT_EQ(program{4}.joins(1, {2}).joins(2, {3}).joins(3, {4}).joins(4, {3}).cycles(), (found{{3, 4}}));
}

TEST(wait_cycles, are_told_each_once) {  // I2
  EXPECT_EQ(program{5}.locks(1, 2).locks(2, 1).locks(3, 4).locks(4, 3).joins(5, {1, 3}, wait_kind::group).cycles(),
            (found{{1, 2}, {3, 4}}));
}

TEST(wait_cycles, need_waits_that_nothing_else_ends) {  // I2
  EXPECT_TRUE(program{2}.joins(1, {2}).cycles().empty());
  EXPECT_TRUE(program{2}.joins(1, {2}, wait_kind::race).joins(2, {1}).cycles().empty());
  EXPECT_TRUE(program{2}.joins(1, {2}, wait_kind::as_completed).joins(2, {1}).cycles().empty());
  EXPECT_TRUE(program{2}.joins(1, {2}).locks(2, 0).cycles().empty());  // not known who has it
  EXPECT_TRUE(program{2}.joins(1, {7}).joins(2, {1}).cycles().empty());
}

// Against a search that knows nothing of the order of a walk: a task is in a ring where it is reached from itself.
TEST(wait_cycles, of_random_programs_are_rings_and_miss_none) {  // I2
  std::uint32_t state = 1;
  const auto random = [&state](std::uint32_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
  };
  for (unsigned round = 0; round != 2000; ++round) {
    const std::uint32_t count = 1 + random(8);
    program made{count};
    std::vector<std::set<snapshot_id>> reach(count + 1);
    for (snapshot_id i = 1; i <= count; ++i) {
      const snapshot_id to = 1 + random(count);
      const std::uint32_t how = random(3);
      if (how == 0) made.locks(i, to);
      if (how == 1) made.joins(i, {to, 1 + random(count)}, wait_kind::gather);
      if (how == 0) reach[i].insert(to);
      if (how == 1) reach[i].insert(made.tasks[i - 1].awaits.begin(), made.tasks[i - 1].awaits.end());
    }
    const auto direct = reach;
    for (std::uint32_t k = 0; k != count; ++k)
      for (auto& each : reach)
        for (const snapshot_id on_way : std::set<snapshot_id>{each})
          each.insert(reach[on_way].begin(), reach[on_way].end());
    bool some = false;
    for (snapshot_id i = 1; i <= count; ++i) some = some || reach[i].contains(i);
    const auto cycles = made.cycles();
    EXPECT_EQ(cycles.empty(), !some) << "round " << round;
    std::set<snapshot_id> told;
    for (const auto& each : cycles) {
      for (std::size_t i = 0; i != each.size(); ++i) {
        EXPECT_TRUE(direct[each[i]].contains(each[(i + 1) % each.size()])) << "round " << round;
        EXPECT_TRUE(told.insert(each[i]).second) << "round " << round;
      }
    }
  }
}

}  // namespace
