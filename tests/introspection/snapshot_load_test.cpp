// Snapshots while everything runs: tasks begin and end, await each other, wait and are woken, and a worker is stuck.
#include "snapshots.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::task;

/// What the tasks below may be found to wait for.
const std::set<std::string> known_waits{"",
                                        "send to channel",
                                        "receive from channel",
                                        "select",
                                        "sleep",
                                        "lock mutex",
                                        "wait for the end of task",
                                        "gather: wait for the end of task",
                                        "receive from one-shot channel",
                                        "wait"};

void check(const actors::runtime_snapshot& now) {
  std::set<actors::snapshot_id> ids;
  for (const auto& each : now.tasks) {
    EXPECT_TRUE(ids.insert(each.id).second);
    EXPECT_TRUE(known_waits.contains(each.waits_for)) << each.waits_for;
    EXPECT_LE(each.stack.size(), 8U);
    for (const auto& place : each.stack) EXPECT_TRUE(place.file.ends_with("snapshot_load_test.cpp")) << place.file;
    if (each.object && each.object->type == "channel") {
      EXPECT_TRUE(each.object->name == "ring" || each.object->name.empty()) << each.object->name;
      EXPECT_TRUE(each.object->capacity == 0 || each.object->capacity == 2 || each.object->capacity == 1);
    }
    // The kind of a wait and what it is at belong together.
    if (!each.object) continue;
    EXPECT_TRUE(each.waits_for.ends_with(each.object->type)) << each.waits_for << ", " << each.object->type;
  }
  EXPECT_TRUE(now.cycles.empty()) << now.to_text();
}

task<int> deep(int left, actors::receiver<int>& from) {
  if (left == 0) {
    auto got = co_await from.receive();
    co_return got.value_or(-1);
  }
  const int below = co_await deep(left - 1, from);
  co_return below + 1;
}

task<> passes_on(actors::receiver<int> from, actors::sender<int> to, std::atomic<bool>& stop) {
  while (!stop) {
    const int got = co_await deep(3, from);
    if (got < 0) co_return;
    if (!stop) co_await to.send(got % 1000);
  }
}

task<int> leaf(int value, actors::mutex& lock) {
  const auto held = co_await lock.lock();
  co_await actors::yield();
  co_return value;
}

task<> spawns(std::atomic<bool>& stop, actors::mutex& lock) {
  for (int round = 0; !stop; ++round) {
    std::vector<actors::join_handle<int>> all;
    for (int i = 0; i != 8; ++i) all.push_back(actors::spawn(leaf(i, lock)));
    const auto got = co_await actors::gather(all);
    auto [answer, question] = actors::oneshot<int>();
    auto [tx, rx] = actors::channel<int>(1);
    answer.send(static_cast<int>(got.size()));
    co_await question.receive();
    if (round % 16 == 0) co_await actors::sleep(10us);
    co_await actors::select(actors::on_send(tx, 1, [] {}), actors::on_receive(rx, [](std::optional<int>) {}));
  }
}

class snapshot_load : public ::testing::TestWithParam<unsigned> {};

TEST_P(snapshot_load, is_consistent_while_everything_runs) {  // I1
  std::atomic<bool> stop{false};
  actors::mutex lock;
  actors::runtime on{{.workers = GetParam()}};
  std::vector<actors::join_handle<>> all;
  constexpr std::size_t ring = 6;
  {
    std::vector<std::pair<actors::sender<int>, actors::receiver<int>>> channels;
    for (std::size_t i = 0; i != ring; ++i) channels.push_back(actors::channel<int>(i % 2 * 2, "ring"));
    for (std::size_t i = 0; i != ring; ++i)
      all.push_back(on.spawn(passes_on(channels[i].second, channels[(i + 1) % ring].first, stop)));
    for (int i = 0; i != 3; ++i) actors::blocking_send(channels[0].first, i);
  }
  for (int i = 0; i != 3; ++i) all.push_back(on.spawn(spawns(stop, lock)));
  const auto looks = [&on] {
    for (int round = 0; round != 200 / test::slowness; ++round) check(on.snapshot());
  };
  std::thread beside{looks};
  looks();
  EXPECT_FALSE(on.dump().empty());
  EXPECT_FALSE(on.dump(actors::dump_format::json).empty());
  beside.join();
  stop = true;
  for (const auto& each : all) each.cancel();
  for (const auto& each : all) each.wait();
  EXPECT_TRUE(on.snapshot().tasks.empty());
}

// A task that never gives its worker back keeps nobody from looking, and is seen.
TEST_P(snapshot_load, does_not_wait_for_a_worker_that_is_stuck) {  // I1
  std::atomic<bool> stop{false};
  actors::runtime on{{.workers = GetParam()}};
  std::vector<actors::join_handle<>> all;
  for (unsigned i = 0; i != GetParam(); ++i)
    all.push_back(on.spawn(
        [](std::atomic<bool>& until) -> task<> {
          while (!until) {
          }
          co_return;
        }(stop),
        {.name = "stuck"}));
  const auto now = test::snapshot_when(on, [](const actors::runtime_snapshot& each) {
    return std::all_of(each.workers.begin(), each.workers.end(),
                       [](const auto& worker) { return worker.running != 0; });
  });
  EXPECT_EQ(now.tasks.size(), GetParam());
  for (const auto& each : now.tasks) EXPECT_EQ(each.activity, actors::task_activity::running);
  stop = true;
}

INSTANTIATE_TEST_SUITE_P(workers, snapshot_load, ::testing::Values(1U, 2U, 4U),
                         [](const auto& workers) { return std::to_string(workers.param); });

}  // namespace
