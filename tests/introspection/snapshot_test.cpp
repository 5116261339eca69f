// Snapshots: who waits for what, where, and for whom; names; the asynchronous stack.
#include <actors/blocking_pool.hpp>
#include <actors/debug.hpp>

#include "snapshots.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::task;
using actors::task_activity;
using test::named;
using test::stack_of;

std::string line(int number) { return std::to_string(number); }

constexpr int inner_line = __LINE__ + 2;
task<int> inner(actors::receiver<int> from) {
  const auto got = co_await from.receive();
  co_return got.value_or(-1);
}
constexpr int middle_line = __LINE__ + 2;
task<int> middle(actors::receiver<int> from) {
  const int got = co_await inner(std::move(from));
  co_return got;
}
constexpr int outer_line = __LINE__ + 2;
task<int> outer(actors::receiver<int> from) {
  const int got = co_await middle(std::move(from));
  co_return got;
}

TEST(snapshot, tells_what_a_task_waits_for_and_the_chain_of_those_who_await_it) {  // I1 T16
  actors::runtime on{{.workers = 2}};
  auto [tx, rx] = actors::channel<int>(4, "jobs");
  const int spawned = __LINE__ + 1;
  auto handle = on.spawn(outer(rx), {.name = "worker"});
  const auto now = test::snapshot_when(on, [](const auto& each) { return test::all_wait(each, 1); });
  const actors::task_snapshot found = named(now, "worker");
  EXPECT_EQ(found.activity, task_activity::waiting);
  EXPECT_EQ(found.waits_for, "receive from channel");
  ASSERT_TRUE(found.object);
  EXPECT_EQ(found.object->type, "channel");
  EXPECT_EQ(found.object->name, "jobs");
  EXPECT_EQ(found.object->size, 0);
  EXPECT_EQ(found.object->capacity, 4);
  EXPECT_EQ(found.object->senders, 1);
  EXPECT_EQ(found.object->receivers, 2);  // one here, and one that went from coroutine to coroutine
  EXPECT_FALSE(found.object->closed);
  EXPECT_EQ(stack_of(found),
            "inner:" + line(inner_line) + " middle:" + line(middle_line) + " outer:" + line(outer_line));
  EXPECT_EQ(found.stack[0].file, __FILE__);
  EXPECT_EQ(found.spawned_at.file, __FILE__);
  EXPECT_EQ(found.spawned_at.line, static_cast<unsigned>(spawned));
  EXPECT_FALSE(found.idle_for);
  ASSERT_TRUE(tx.try_send(1) == actors::channel_status::ok);
  EXPECT_EQ(handle.get(), 1);
  EXPECT_TRUE(on.snapshot().tasks.empty());
}

TEST(snapshot, tells_who_waits_for_whose_end) {  // I1 T16
  actors::runtime on{{.workers = 2}};
  auto [tx, rx] = actors::channel<int>(0, "never");
  const auto bottom = on.spawn(outer(rx), {.name = "bottom"});
  const auto joins = [](actors::join_handle<int> of) -> task<int> {
    const int got = co_await of;
    co_return got;
  };
  const auto first = on.spawn(joins(bottom), {.name = "first"});
  const auto second =
      on.spawn([](std::vector<actors::join_handle<int>> of) -> task<> { co_await actors::gather(of); }({bottom, first}),
               {.name = "second"});
  const auto grouped = on.spawn(
      [](actors::receiver<int> from) -> task<> {
        actors::task_group group;
        const auto work = [&from](actors::task_group& all) -> task<> {
          all.spawn(outer(from)).set_name("child");
          co_return;
        };
        co_await actors::with_group(group, work);
      }(rx),
      {.name = "grouped"});
  const auto now = test::snapshot_when(on, [](const auto& each) { return test::all_wait(each, 5); });
  const auto id = [&](const char* name) { return named(now, name).id; };
  using ids = std::vector<actors::snapshot_id>;
  EXPECT_EQ(named(now, "first").waits_for, "wait for the end of task");
  EXPECT_EQ(named(now, "first").awaits, ids{id("bottom")});
  EXPECT_EQ(named(now, "second").waits_for, "gather: wait for the end of task");
  auto awaited = named(now, "second").awaits;
  std::sort(awaited.begin(), awaited.end());
  auto both = ids{id("bottom"), id("first")};
  std::sort(both.begin(), both.end());
  EXPECT_EQ(awaited, both);
  EXPECT_EQ(named(now, "bottom").awaited_by.size(), 2U);
  EXPECT_EQ(named(now, "grouped").waits_for, "wait for the children of a group");
  EXPECT_EQ(named(now, "grouped").awaits, ids{id("child")});
  EXPECT_EQ(named(now, "child").awaited_by, ids{id("grouped")});
  EXPECT_TRUE(named(now, "bottom").awaits.empty());
  EXPECT_TRUE(now.cycles.empty());
}

TEST(snapshot, tells_that_a_thread_waits_for_a_task) {  // I1
  actors::runtime on{{.workers = 1}};
  auto [tx, rx] = actors::channel<int>(0, "late");
  auto handle = on.spawn(outer(rx), {.name = "asked"});
  std::thread waits{[&handle] { EXPECT_EQ(handle.get(), 7); }};
  test::snapshot_when(on, [](const auto& each) { return named(each, "asked").awaited_by_thread; });
  actors::blocking_send(tx, 7);
  waits.join();
}

TEST(snapshot, tells_what_runs_where_and_what_is_ready) {  // I1
  std::atomic<bool> stop{false};
  actors::runtime on{{.workers = 1}};
  const auto spins = [](std::atomic<bool>& until) -> task<> {
    while (!until) {
    }
    co_return;
  };
  const auto busy = on.spawn(spins(stop), {.name = "busy"});
  const auto queued = on.spawn(spins(stop), {.name = "queued"});
  const auto now = test::snapshot_when(on, [](const auto& each) { return each.workers[0].running != 0; });
  EXPECT_EQ(now.workers[0].running, named(now, "busy").id);
  EXPECT_EQ(named(now, "busy").activity, task_activity::running);
  EXPECT_EQ(named(now, "busy").worker, 0);
  EXPECT_EQ(named(now, "queued").activity, task_activity::ready);
  EXPECT_EQ(named(now, "queued").worker, -1);
  EXPECT_FALSE(now.workers[0].asleep);
  stop = true;
  busy.wait();
  queued.wait();
  EXPECT_TRUE(test::snapshot_when(on, [](const auto& each) { return each.workers[0].asleep; }).tasks.empty());
}

task<> spins_behind_a_wait(actors::receiver<int> from, std::atomic<bool>& until) {
  co_await from.receive();
  test::spin_until([&until] { return until.load(); });
}
task<> awaits_what_spins(actors::receiver<int> from, std::atomic<bool>& until) {
  co_await spins_behind_a_wait(std::move(from), until);
}

TEST(snapshot, tells_of_one_that_runs_where_it_waited_last) {  // I1
  std::atomic<bool> stop{false};
  actors::runtime on{{.workers = 1}};
  auto [tx, rx] = actors::channel<int>();
  const auto handle = on.spawn(awaits_what_spins(rx, stop), {.name = "it"});
  test::snapshot_when(on, [](const auto& each) { return test::all_wait(each, 1); });
  actors::blocking_send(tx, 1);
  const auto now =
      test::snapshot_when(on, [](const auto& each) { return named(each, "it").activity == task_activity::running; });
  stop = true;
  handle.wait();
  const auto stack = named(now, "it").stack;
  ASSERT_EQ(stack.size(), 2U) << now.to_text();
  EXPECT_NE(stack[0].function.find("spins_behind_a_wait"), std::string::npos) << now.to_text();
}

TEST(snapshot, names_a_task_by_its_coroutine_where_it_has_no_name) {  // I1
  actors::runtime on{{.workers = 1}};
  auto [tx, rx] = actors::channel<int>();
  const auto handle = on.spawn(outer(rx));
  const auto now = test::snapshot_when(on, [](const auto& each) { return test::all_wait(each, 1); });
  EXPECT_TRUE(now.tasks[0].name.empty());
  EXPECT_NE(now.to_text().find(" (outer)\n"), std::string::npos) << now.to_text();
  const std::string name = handle.name();  // which it gets when it is asked for
  EXPECT_EQ(on.snapshot().tasks[0].name, name);
}

TEST(snapshot, tells_that_a_task_was_asked_to_stop) {  // I1
  actors::runtime on{{.workers = 1}};
  auto [tx, rx] = actors::channel<int>();
  auto [hold, held] = actors::channel<int>(0, "held");
  const auto stubborn = on.spawn(
      [](actors::receiver<int> first, actors::receiver<int> second) -> task<> {
        try {
          co_await first.receive();
        } catch (const actors::cancelled&) {
        }
        co_await second.receive();
      }(rx, held),
      {.name = "stubborn"});
  test::snapshot_when(on, [](const auto& each) { return test::all_wait(each, 1); });
  EXPECT_FALSE(on.snapshot().tasks[0].cancelled);
  stubborn.cancel();
  const auto now = test::snapshot_when(on, [](const auto& each) {
    return test::all_wait(each, 1) && each.tasks[0].object && each.tasks[0].object->name == "held";
  });
  EXPECT_TRUE(now.tasks[0].cancelled);
}

TEST(snapshot, says_in_debug_mode_how_long_ago_a_task_ran) {  // I1
  actors::runtime on{{.workers = 1, .debug = true}};
  auto [tx, rx] = actors::channel<int>();
  const auto handle = on.spawn(outer(rx));
  test::snapshot_when(on, [](const auto& each) { return test::all_wait(each, 1) && each.tasks[0].idle_for >= 3ms; });
}

TEST(snapshot, says_in_debug_mode_for_how_long_a_worker_is_held) {  // I1
  std::atomic<bool> stop{false};
  actors::runtime on{{.workers = 1, .debug = true, .long_turn = 0ms}};
  const auto busy = on.spawn([](std::atomic<bool>& until) -> task<> {
    test::spin_until([&until] { return until.load(); });
    co_return;
  }(stop));
  test::snapshot_when(on, [](const auto& each) { return each.workers[0].held_for >= 3ms; });
  stop = true;
  busy.wait();
  test::snapshot_when(on, [](const auto& each) { return !each.workers[0].held_for; });
}

TEST(snapshot, has_the_calls_that_were_submitted) {  // I1
  actors::runtime on{{.workers = 1}};
  std::atomic<bool> stop{false};
  const auto call = on.pool().submit([&stop] { test::spin_until([&stop] { return stop.load(); }); });
  const auto now = test::snapshot_when(on, [](const auto& each) { return each.pool.running == 1; });
  ASSERT_EQ(now.tasks.size(), 1U);
  EXPECT_EQ(now.tasks[0].activity, task_activity::running);
  EXPECT_EQ(now.tasks[0].worker, -1);
  EXPECT_TRUE(now.tasks[0].stack.empty());
  stop = true;
  call.wait();
}

TEST(snapshot, lists_the_channels_of_the_process) {  // I4
  actors::runtime on{{.workers = 1}};
  const auto count = [&](std::string_view name) {
    const auto all = on.snapshot().channels;
    return std::count_if(all.begin(), all.end(), [name](const auto& each) { return each.name == name; });
  };
  {
    auto [tx, rx] = actors::channel<int>(2, "full");
    auto [in, out] = actors::channel<int>(actors::unbounded, "endless");
    auto [one, other] = actors::oneshot<int>("single");
    auto [to_all, from_all] = actors::broadcast<int>(8, "news");
    auto [set, seen] = actors::watch<int>(1, "state");
    const int made = __LINE__ + 1;
    auto [nameless, unnamed] = actors::channel<int>(3);
    auto request = actors::oneshot<int>();
    ASSERT_TRUE(tx.try_send(1) == actors::channel_status::ok);
    const auto all = on.snapshot().channels;
    ASSERT_EQ(all.size(), 6U);
    const auto find = [&](std::string_view name) {
      return *std::find_if(all.begin(), all.end(), [name](const auto& each) { return each.name == name; });
    };
    EXPECT_EQ(find("full").type, "channel");
    EXPECT_EQ(find("full").size, 1);
    EXPECT_EQ(find("full").capacity, 2);
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; }));
    EXPECT_EQ(find("endless").capacity, INT64_MAX);
    EXPECT_EQ(find("single").type, "one-shot channel");
    EXPECT_EQ(find("news").type, "broadcast channel");
    EXPECT_EQ(find("state").type, "watch channel");
    EXPECT_EQ(find("").made_at.line, static_cast<unsigned>(made));
    EXPECT_EQ(find("").made_at.file, __FILE__);
    EXPECT_FALSE(find("full").closed);
    tx.close();
    EXPECT_EQ(count("full"), 1);
    const auto later = on.snapshot().channels;
    EXPECT_TRUE(
        std::any_of(later.begin(), later.end(), [](const auto& each) { return each.name == "full" && each.closed; }));
  }
  EXPECT_EQ(count("full"), 0);
  EXPECT_TRUE(on.snapshot().channels.empty());
}

task<> waits_for_mutex(actors::mutex& first, actors::mutex& second, actors::barrier& both) {
  const auto held = co_await first.lock();
  co_await both.arrive_and_wait();
  const auto other = co_await second.lock();
}

TEST(snapshot, finds_tasks_that_wait_for_each_other) {  // I2
  actors::mutex a;
  actors::mutex b;
  actors::barrier both{2};
  actors::runtime on{{.workers = 2}};
  auto [tx, rx] = actors::channel<int>();
  const auto bystander = on.spawn(outer(rx), {.name = "bystander"});
  const auto one = on.spawn(waits_for_mutex(a, b, both), {.name = "one"});
  const auto two = on.spawn(waits_for_mutex(b, a, both), {.name = "two"});
  const auto now = test::snapshot_when(on, [](const auto& each) { return !each.cycles.empty(); });
  ASSERT_EQ(now.cycles.size(), 1U);
  EXPECT_EQ(now.cycles[0].tasks.size(), 2U);
  const auto first = named(now, "one");
  ASSERT_TRUE(first.object);
  EXPECT_EQ(first.object->type, "mutex");
  EXPECT_EQ(first.object->holder, named(now, "two").id);
  EXPECT_NE(now.to_text().find("DEADLOCK"), std::string::npos);
  one.cancel();
  two.wait();
  EXPECT_TRUE(on.snapshot().cycles.empty());
}

}  // namespace
