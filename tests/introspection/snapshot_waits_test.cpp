// Snapshots: each kind of wait has its name, and the stack of a task is found whatever it waits in.
#include <actors/blocking.hpp>
#include <actors/select_set.hpp>

#include "snapshots.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::task;

/// What a task waits for that was made by `make`.
class kinds_of_waits : public ::testing::Test {
 protected:
  void expect(task<> waits, const std::string& what, const std::string& object = {}, std::size_t depth = 2) {
    const auto handle = on_.spawn(within(std::move(waits)), {.name = "it"});
    const auto now = test::snapshot_when(on_, [&](const auto& each) {
      return test::named(each, "it").activity == actors::task_activity::waiting &&
             test::named(each, "it").waits_for == what;
    });
    const auto found = test::named(now, "it");
    EXPECT_EQ(found.object ? found.object->type : "", object) << what;
    EXPECT_EQ(found.object && found.object->id != 0, !object.empty()) << what;
    ASSERT_EQ(found.stack.size(), depth) << now.to_text();
    EXPECT_NE(found.stack.back().function.find("within"), std::string::npos);
    handle.cancel();
    handle.wait();
  }
  actors::runtime& on() { return on_; }

 private:
  static task<> within(task<> waits) { co_await waits; }
  actors::runtime on_{{.workers = 1}};
};

task<> sends(actors::sender<int> to) { co_await to.send(1); }
task<> reserves(actors::sender<int> to) { auto place = co_await to.reserve(); }
task<> receives(actors::receiver<int> from) { co_await from.receive(); }
task<> delivers(actors::receiver<int> from) { auto got = co_await actors::receive_delivery(from); }
task<> meets(actors::receiver<int> from) { auto got = co_await actors::receive_extended(from); }

TEST_F(kinds_of_waits, at_channels) {  // I1
  auto [tx, rx] = actors::channel<int>(0);
  auto [full, other] = actors::channel<int>(1);
  ASSERT_TRUE(full.try_send(1) == actors::channel_status::ok);
  expect(sends(tx), "send to channel", "channel");
  expect(reserves(full), "reserve a place in channel", "channel");
  expect(receives(rx), "receive from channel", "channel");
  expect(delivers(rx), "receive a delivery from channel", "channel");
  expect(meets(rx), "meet a sender at channel", "channel");
}

task<> from_oneshot(actors::oneshot_receiver<int> from) { co_await from.receive(); }
task<> until_closed(actors::oneshot_sender<int> of) { co_await of.until_closed(); }
task<> from_broadcast(actors::broadcast_receiver<int>& from) { co_await from.receive(); }
task<> for_change(actors::watch_receiver<int>& from) { co_await from.changed(); }

TEST_F(kinds_of_waits, at_channels_of_other_kinds) {  // I1
  auto [one, single] = actors::oneshot<int>();
  auto [unused, wanted] = actors::oneshot<int>();
  auto [to_all, from_all] = actors::broadcast<int>(1);
  auto [set, seen] = actors::watch<int>(1);
  expect(from_oneshot(std::move(single)), "receive from one-shot channel", "one-shot channel");
  expect(until_closed(std::move(unused)), "wait until nobody receives from channel", "one-shot channel");
  expect(from_broadcast(from_all), "receive from broadcast channel", "broadcast channel");
  expect(for_change(seen), "wait for change of watch channel", "watch channel");
}

task<> locks(actors::mutex& at) { auto held = co_await at.lock(); }
task<> locks_shared(actors::shared_mutex& at) { auto held = co_await at.lock_shared(); }
task<> locks_alone(actors::shared_mutex& at) { auto held = co_await at.lock(); }
task<> acquires(actors::semaphore& at) { auto permit = co_await at.acquire(); }
task<> for_event(actors::event& at) { co_await at.wait(); }
task<> for_latch(actors::latch& at) { co_await at.wait(); }
task<> at_barrier(actors::barrier& at) { co_await at.arrive_and_wait(); }
task<> for_condition(actors::mutex& with, actors::condition& at) {
  const auto held = co_await with.lock();
  co_await at.wait(held);
}
task<> gets(actors::queue<int>& from) { co_await from.get(); }
task<> puts(actors::queue<int>& into) { co_await into.put(1); }
task<> joins_queue(actors::queue<int>& all) { co_await all.join(); }

TEST_F(kinds_of_waits, at_locks_and_queues) {  // I1
  actors::mutex lock;
  const auto held = lock.try_lock();
  expect(locks(lock), "lock mutex", "mutex");
  actors::shared_mutex shared;
  const auto alone = shared.try_lock();
  expect(locks_shared(shared), "lock shared_mutex to read", "shared_mutex");
  expect(locks_alone(shared), "lock shared_mutex to write", "shared_mutex");
  actors::semaphore none{0};
  expect(acquires(none), "acquire semaphore", "semaphore");
  actors::event unset;
  expect(for_event(unset), "wait for event", "event");
  actors::latch count{1};
  expect(for_latch(count), "wait for latch", "latch");
  actors::barrier two{2};
  expect(at_barrier(two), "arrive at barrier", "barrier");
  actors::mutex with;
  actors::condition changed{with};
  expect(for_condition(with, changed), "wait for condition", "condition");
  actors::queue<int> items{1};
  expect(gets(items), "get from queue", "queue");
  ASSERT_TRUE(items.try_put(1) == actors::channel_status::ok);
  expect(puts(items), "put into queue", "queue");
  expect(joins_queue(items), "join queue", "queue");
}

task<> sleeps() { co_await actors::sleep(1h); }
task<> ticks() {
  actors::interval each{1h};
  co_await each.next();
  co_await each.next();
}
task<> calls(std::atomic<bool>& stop) {
  co_await actors::blocking([&stop] {
    while (!stop) test::let_pass(1ms);
  });
}

TEST_F(kinds_of_waits, for_time_and_calls) {  // I1
  expect(sleeps(), "sleep");
  expect(ticks(), "wait for a tick");
  std::atomic<bool> stop{false};
  const auto call = on().spawn(calls(stop), {.name = "call"});
  test::snapshot_when(on(), [](const auto& each) {
    return test::named(each, "call").waits_for == "wait for a blocking call" && each.pool.running == 1;
  });
  stop = true;
  call.wait();
}

task<> selects(actors::receiver<int> a, actors::sender<int> b) {
  co_await actors::select(actors::on_receive(a, [](std::optional<int>) {}), actors::on_send(b, 1, [] {}));
}
task<> selects_again_and_again(actors::receiver<int> a, actors::receiver<int> b) {
  actors::select_set set;
  set.add(actors::on_receive(a, [](std::optional<int>) {}));
  set.add(actors::on_receive(b, [](std::optional<int>) {}));
  co_await set.next();
}
task<> select_then_runs(actors::receiver<int> a, actors::receiver<int> never) {
  co_await actors::select(actors::on_receive(a, [&never](std::optional<int>) -> task<> { co_await receives(never); }));
}

TEST_F(kinds_of_waits, of_selects) {  // I1
  auto [tx, rx] = actors::channel<int>(0, "in");
  auto [full, other] = actors::channel<int>(0, "out");
  const auto handle = on().spawn(selects(rx, full), {.name = "it"});
  const auto now = test::snapshot_when(on(), [](const auto& each) { return test::all_wait(each, 1); });
  const auto found = test::named(now, "it");
  EXPECT_EQ(found.waits_for, "select");
  ASSERT_EQ(found.alternatives.size(), 2U) << now.to_text();
  EXPECT_NE(found.alternatives[0].name, found.alternatives[1].name);
  handle.cancel();
  handle.wait();
  // What a handler waits for is what the task waits for; where the select was awaited stays in the stack.
  const auto runs = on().spawn(select_then_runs(rx, other), {.name = "it"});
  actors::blocking_send(tx, 1);
  const auto then = test::snapshot_when(on(), [](const auto& each) {
    return test::named(each, "it").object && test::named(each, "it").object->name == "out";
  });
  EXPECT_EQ(test::named(then, "it").waits_for, "receive from channel");
  EXPECT_GE(test::named(then, "it").stack.size(), 3U) << then.to_text();
  runs.cancel();
  runs.wait();
}

TEST_F(kinds_of_waits, of_select_sets_and_the_text_of_both) {  // I1
  auto [tx, rx] = actors::channel<int>(0, "in");
  auto [to, from] = actors::channel<int>(0, "more");
  const auto handle = on().spawn(selects_again_and_again(rx, from), {.name = "it"});
  const auto now = test::snapshot_when(on(), [](const auto& each) { return test::all_wait(each, 1); });
  EXPECT_EQ(test::named(now, "it").alternatives.size(), 2U);
  const std::string text = now.to_text();
  const auto begin = text.find("  waiting: ");
  const std::string line = text.substr(begin, text.find('\n', begin) - begin);
  EXPECT_NE(line.find(" of channel '"), std::string::npos) << text;
  EXPECT_NE(line.find("channel 'in' (no buffer, 1 sender, 2 receivers)"), std::string::npos) << text;
  EXPECT_NE(line.find("channel 'more' (no buffer, 1 sender, 2 receivers)"), std::string::npos) << text;
  handle.cancel();
  handle.wait();
}

// Also those who wait to send, and for a permit.
TEST_F(kinds_of_waits, of_selects_that_send_and_reserve) {  // I1
  auto [tx, rx] = actors::channel<int>(1, "full");
  ASSERT_TRUE(tx.try_send(1) == actors::channel_status::ok);
  const auto sends_or_reserves = [](actors::sender<int> to, bool reserves) -> task<> {
    if (reserves)
      co_await actors::select(actors::on_reserve(to, [](actors::send_permit<int>) {}));
    else
      co_await actors::select(actors::on_send(to, 2, [] {}));
  };
  for (const bool reserving : {false, true}) {
    const auto handle = on().spawn(sends_or_reserves(tx, reserving), {.name = "it"});
    const auto now = test::snapshot_when(on(), [](const auto& each) { return test::all_wait(each, 1); });
    const auto found = test::named(now, "it").alternatives;
    ASSERT_EQ(found.size(), 1U) << reserving;
    EXPECT_EQ(found[0].name, "full");
    handle.cancel();
    handle.wait();
  }
}

actors::generator<int> yields(actors::receiver<int> from) {
  co_yield 1;
  co_await from.receive();
}
task<> consumes(actors::receiver<int> from) {
  auto all = yields(std::move(from));
  co_await all.next();
  co_await all.next();
}

TEST_F(kinds_of_waits, in_a_generator) {  // I1
  auto [tx, rx] = actors::channel<int>();
  const auto handle = on().spawn(consumes(rx), {.name = "it"});
  const auto now = test::snapshot_when(on(), [](const auto& each) { return test::all_wait(each, 1); });
  const auto found = test::named(now, "it");
  ASSERT_EQ(found.stack.size(), 2U) << now.to_text();
  EXPECT_NE(found.stack[0].function.find("yields"), std::string::npos);
  EXPECT_NE(found.stack[1].function.find("consumes"), std::string::npos);
  handle.cancel();
  handle.wait();
}

struct large {
  char bytes[20'000] = {};
};
task<std::size_t> with_much(actors::receiver<int> from) {
  large here;  // so that the frame is one of those that do not come from the pool's pages
  co_await from.receive();
  co_return sizeof here.bytes + static_cast<std::size_t>(here.bytes[1]);
}
task<> awaits_much(actors::receiver<int> from) { co_await with_much(std::move(from)); }

TEST_F(kinds_of_waits, with_large_frames) {  // I1
  auto [tx, rx] = actors::channel<int>();
  expect(awaits_much(rx), "receive from channel", "channel", 3);
}

}  // namespace
