// Priorities: who runs first among those that are ready, and that none of them starves.
#include <actors/actors.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace {

using actors::priority;
using actors::spawn;
using actors::task;

task<> note(std::string& order, char what) {
  order += what;
  co_return;
}

// One worker: the order is that of the queues.
task<std::string> spawn_in_mixed_order() {
  std::string order;
  std::vector<actors::join_handle<>> all;
  for (int i = 0; i != 3; ++i) {
    all.push_back(spawn(note(order, 'b'), priority::background));
    all.push_back(spawn(note(order, 'n')));
    all.push_back(spawn(note(order, 'h'), priority::high));
  }
  for (auto& each : all) co_await each;
  co_return order;
}

TEST(priority, high_runs_first_and_background_last) {
  EXPECT_EQ(actors::run(spawn_in_mixed_order(), {.workers = 1}), "hhhnnnbbb");
}

task<> spawn_child(std::string& order) {
  auto child = spawn(note(order, 'c'));
  co_await child;
}

task<std::string> children_of_a_high_task() {
  std::string order;
  std::vector<actors::join_handle<>> others;
  for (int i = 0; i != 10; ++i) others.push_back(spawn(note(order, 'n')));
  auto second = spawn(spawn_child(order), priority::high);
  co_await second;
  for (auto& each : others) co_await each;
  co_return order;
}

TEST(priority, children_have_that_of_their_parent) {
  // One of the others may have had its fair turn.
  EXPECT_LE(actors::run(children_of_a_high_task(), {.workers = 1}).find('c'), 1U);
}

task<> note_what_arrives(std::string& order, actors::receiver<int> in, char what) {
  while (const auto got = co_await in.receive()) order.append(static_cast<std::size_t>(*got), what);
}

task<std::string> wake_both() {
  std::string order;
  auto [to_normal, normal] = actors::channel<int>(1);
  auto [to_high, high] = actors::channel<int>(1);
  auto first = spawn(note_what_arrives(order, std::move(normal), 'n'));
  auto second = spawn(note_what_arrives(order, std::move(high), 'h'), priority::high);
  co_await actors::yield();
  co_await actors::yield();
  for (int i = 0; i != 3; ++i) {
    co_await to_normal.send(1);
    co_await to_high.send(1);
    co_await actors::yield();
    co_await actors::yield();
  }
  to_normal.close();
  to_high.close();
  co_await first;
  co_await second;
  co_return order;
}

TEST(priority, lasts_over_waits) { EXPECT_EQ(actors::run(wake_both(), {.workers = 1}), "hnhnhn"); }

task<> run_on(const std::atomic<bool>& stop) {
  while (!stop.load(std::memory_order_relaxed)) co_await actors::yield();
}

/// Tasks of priority `busy` are always ready, more than there are workers; one of priority `other` needs many turns.
task<> need_turns_beside(priority busy, priority other, unsigned workers) {
  std::atomic<bool> stop{false};
  std::vector<actors::join_handle<>> always_ready;
  for (unsigned i = 0; i != workers + 1; ++i) always_ready.push_back(spawn(run_on(stop), busy));
  auto turns = []() -> task<> {
    for (int i = 0; i != 200; ++i) co_await actors::yield();
  };
  auto needs_turns = spawn(turns(), other);
  co_await needs_turns;
  stop = true;
  for (auto& each : always_ready) co_await each;
}

TEST(priority, none_starves) {  // R2
  for (const unsigned workers : {1U, 2U, 4U}) {
    actors::runtime here{{.workers = workers}};
    for (const priority busy : {priority::high, priority::normal, priority::background}) {
      for (const priority other : {priority::high, priority::normal, priority::background}) {
        auto main = here.spawn(need_turns_beside(busy, other, workers), priority::background);
        main.get();
      }
    }
  }
}

/// How many turns of others a task sees between two of its own.
task<int> largest_gap(priority busy, priority other) {
  std::atomic<bool> stop{false};
  int turns = 0;
  auto count = [](const std::atomic<bool>& end, int& counted) -> task<> {
    while (!end.load(std::memory_order_relaxed)) {
      ++counted;
      co_await actors::yield();
    }
  };
  auto first = spawn(count(stop, turns), busy);
  auto measure = [](const int& counted) -> task<int> {
    int largest = 0;
    for (int i = 0; i != 100; ++i) {
      const int before = counted;
      co_await actors::yield();
      largest = std::max(largest, counted - before);
    }
    co_return largest;
  };
  auto second = spawn(measure(turns), other);
  const int gap = co_await second;
  stop = true;
  co_await first;
  co_return gap;
}

TEST(priority, the_shares_are_those_that_are_documented) {  // R2
  EXPECT_LE(actors::run(largest_gap(priority::high, priority::normal), {.workers = 1}), 17);
  EXPECT_LE(actors::run(largest_gap(priority::normal, priority::background), {.workers = 1}), 65);
  EXPECT_LE(actors::run(largest_gap(priority::high, priority::background), {.workers = 1}), 65);
}

TEST(priority, can_be_given_from_outside) {
  actors::runtime here{{.workers = 2}};
  std::string order;
  here.spawn(note(order, 'h'), priority::high).get();
  here.spawn(note(order, 'b'), priority::background).get();
  EXPECT_EQ(order, "hb");
}

// The end of `run` reaches tasks of all priorities.
TEST(priority, all_are_cancelled_at_the_end) {  // T2
  auto main = []() -> task<> {
    for (const priority each : {priority::high, priority::normal, priority::background}) {
      auto forever = []() -> task<> { co_await actors::sleep(std::chrono::hours{1}); };
      static_cast<void>(spawn(forever(), each));
    }
    co_await actors::yield();
  };
  for (const unsigned workers : {1U, 2U}) actors::run(main(), {.workers = workers});
}

}  // namespace
