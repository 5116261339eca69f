// Deadlocks: proved, where nobody is left who could run anything; otherwise a warning. Each in a process of its own, as
// a test has threads besides.
#include <actors/actors.hpp>
#include <actors/log.hpp>

#include "deadlocks.hpp"
#include "support/child.hpp"
#include "support/time_limit.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using actors::task;
using test::ends;
using test::says;

task<> locks(actors::mutex& first, actors::mutex& second, actors::barrier& both) {
  const auto held = co_await first.lock();
  co_await both.arrive_and_wait();
  const auto other = co_await second.lock();
}

task<> crossed() {
  actors::mutex a;
  actors::mutex b;
  actors::barrier both{2};
  const auto one = actors::spawn(locks(a, b, both), {.name = "one"});
  const auto two = actors::spawn(locks(b, a, both), {.name = "two"});
  co_await one;
  co_await two;
}

TEST(deadlock, of_two_mutexes_names_the_tasks_and_the_ring) {  // R8
  for (const unsigned workers : {1U, 2U, 4U}) {
    const auto end = ends(crossed, {.workers = workers});
    EXPECT_TRUE(end.exited_with(3)) << end.said;
    EXPECT_TRUE(says(
        end, "deadlock: 3 tasks wait, and nothing can wake them: no task, timer, call, I/O or other thread is left\n"))
        << end.said;
    EXPECT_TRUE(says(end,
                     "    tasks that need the same things do not wait for each other if all take them in the same "
                     "order\n\nDEADLOCK: these tasks wait for each other, each for the next:\n    task '"))
        << end.said;
    EXPECT_FALSE(says(end, "asleep")) << end.said;
    EXPECT_TRUE(says(end, "task 'one' 0x")) << end.said;
    EXPECT_TRUE(says(end, ", which task 'two' has\n    in ")) << end.said;
    EXPECT_TRUE(says(end, ", which task 'one' has\n    in ")) << end.said;
  }
}

task<> receives(actors::receiver<int> from) { co_await from.receive(); }
task<> nobody_sends() {
  auto [tx, rx] = actors::channel<int>(4, "orders");
  co_await receives(rx);
}

TEST(deadlock, of_a_channel_names_it) {  // R8
  const auto end = ends(nobody_sends);
  EXPECT_TRUE(end.exited_with(3)) << end.said;
  EXPECT_TRUE(says(end, "waiting: receive from channel 'orders' (0 of 4 values, 1 sender, 2 receivers)\n    in "))
      << end.said;
  EXPECT_TRUE(says(end, "awaited by ")) << end.said;
  EXPECT_TRUE(says(end, "deadlock: 1 task waits, and nothing can wake it: ")) << end.said;
  EXPECT_TRUE(says(end, "who still has one?")) << end.said;
}

TEST(deadlock, ends_its_tasks_in_order) {  // R8 T2
  const auto end = test::run_in_child([] {
    struct says_goodbye {
      ~says_goodbye() { std::fputs("destroyed\n", stderr); }
    };
    const auto main = []() -> task<> {
      const says_goodbye here;
      auto [tx, rx] = actors::channel<int>();
      co_await rx.receive();
    };
    try {
      actors::run(main(), {.workers = 2});
    } catch (const actors::deadlock&) {
      std::fputs("caught\n", stderr);
    }
    return 0;
  });
  EXPECT_EQ(end.said, "destroyed\ncaught\n");
}

TEST(deadlock, is_thrown_also_where_main_gives_a_result_when_it_is_asked_to_stop) {  // R8
  const auto end = test::run_in_child([] {
    actors::runtime on{{.workers = 2}};
    const auto main = []() -> task<int> {
      auto [tx, rx] = actors::channel<int>();
      try {
        co_await rx.receive();
      } catch (const actors::cancelled&) {
      }
      co_return 1;
    };
    try {
      on.run(main());
      return 1;
    } catch (const actors::deadlock&) {
    }
    // The runtime is as good as new, and finds the next one.
    if (on.run([]() -> task<int> { co_return 7; }()) != 7) return 2;
    try {
      on.run(main());
      return 3;
    } catch (const actors::deadlock&) {
      return 0;
    }
  });
  EXPECT_TRUE(end.exited_with(0)) << end.said;
}

task<> waits_again() {
  auto [tx, rx] = actors::channel<int>(0, "second");
  for (;;) {
    try {
      co_await rx.receive();
    } catch (const actors::cancelled&) {
    }
  }
}

TEST(deadlock, of_tasks_that_wait_again_ends_the_process) {  // R8
  const auto end = ends(waits_again);
  EXPECT_TRUE(end.ended_by(SIGABRT)) << end.said;
  EXPECT_TRUE(says(end, "those that are left wait again")) << end.said;
  EXPECT_TRUE(says(end, "asked to stop\n")) << end.said;
}

task<> with_timer() {
  const auto sleeper = actors::spawn([]() -> task<> { co_await actors::sleep(600ms); }());
  auto [tx, rx] = actors::channel<int>();
  const auto waits = actors::spawn(receives(rx));
  co_await sleeper;
  co_await tx.send(1);
  co_await waits;
}
task<> with_call() {
  auto [tx, rx] = actors::channel<int>();
  const auto waits = actors::spawn(receives(rx));
  const auto sleep = [] { test::let_pass(600ms); };
  co_await actors::blocking(sleep);
  co_await tx.send(1);
  co_await waits;
}
task<> with_thread() {
  auto [tx, rx] = actors::channel<int>();
  std::thread sends{[to = tx] {
    test::let_pass(600ms);
    actors::blocking_send(to, 1);
  }};
  co_await receives(rx);
  sends.join();
}

TEST(deadlock, is_none_where_something_else_can_wake_a_task) {  // R8
  for (const auto main : {with_timer, with_call, with_thread}) {
    const auto end = ends(main);
    EXPECT_TRUE(end.exited_with(0)) << end.said;
    EXPECT_EQ(end.said, "");
  }
}

TEST(deadlock, that_cannot_be_proved_is_warned_of_after_a_while) {  // R8
  const auto end = ends(with_thread, {.workers = 2, .quiet_warning = 200ms});
  EXPECT_TRUE(end.exited_with(0)) << end.said;
  EXPECT_TRUE(says(end, "actors: 1 task waits, and for a while nothing has happened")) << end.said;
  EXPECT_TRUE(says(end, "This is no proof")) << end.said;
  EXPECT_TRUE(says(end, "waiting: receive from channel 0x")) << end.said;
  EXPECT_EQ(end.said.find("This is no proof"), end.said.rfind("This is no proof"));
}

TEST(deadlock, is_only_warned_of_where_that_was_asked_for) {  // R8
  const auto main = []() -> task<> {
    auto [tx, rx] = actors::channel<int>();
    std::signal(SIGALRM, [](int) { std::_Exit(9); });
    alarm(1);
    co_await rx.receive();
  };
  const auto warns = ends(main, {.workers = 2, .deadlock = actors::on_deadlock::warn, .quiet_warning = 200ms});
  EXPECT_TRUE(warns.exited_with(9)) << warns.said;
  EXPECT_TRUE(says(warns, "This is no proof")) << warns.said;
  EXPECT_EQ(warns.said.find("This is no proof"), warns.said.rfind("This is no proof"));
  const auto never = ends(main, {.workers = 2, .deadlock = actors::on_deadlock::warn, .quiet_warning = 0ms});
  EXPECT_TRUE(never.exited_with(9)) << never.said;
  EXPECT_EQ(never.said, "");
  const auto ignores = ends(main, {.workers = 2, .deadlock = actors::on_deadlock::ignore, .quiet_warning = 200ms});
  EXPECT_TRUE(ignores.exited_with(9)) << ignores.said;
  EXPECT_EQ(ignores.said, "");
}

TEST(deadlock, of_a_runtime_that_somebody_else_uses_is_none) {  // R8
  const auto end = test::run_in_child([] {
    actors::runtime on{{.workers = 2}};
    auto [tx, rx] = actors::channel<int>();
    auto waits = on.spawn(receives(rx));
    test::let_pass(400ms);
    actors::blocking_send(tx, 1);
    waits.get();
    return 0;
  });
  EXPECT_TRUE(end.exited_with(0)) << end.said;
}

TEST(deadlock, of_tasks_that_run_waits_for_at_its_end_is_warned_of) {  // R8 T2
  const auto main = []() -> task<> {
    static actors::event never;
    const auto stays = actors::spawn([]() -> task<> {
      for (;;) {
        try {
          co_await never.wait();
        } catch (const actors::cancelled&) {
        }
      }
    }());
    std::signal(SIGALRM, [](int) { std::_Exit(9); });
    alarm(1);
    co_await actors::yield();
  };
  const auto end = ends(main, {.workers = 2, .deadlock = actors::on_deadlock::warn, .quiet_warning = 200ms});
  EXPECT_TRUE(end.exited_with(9)) << end.said;
  EXPECT_TRUE(says(end, "though asked to stop, and run() waits for their ends")) << end.said;
}

}  // namespace
