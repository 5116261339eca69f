// What belongs to the proof of a deadlock, and what is in its way. Each in a process of its own, as a test has threads
// besides.
#include <actors/actors.hpp>
#include <actors/blocking_pool.hpp>
#include <actors/io/asio.hpp>

#include "deadlocks.hpp"
#include "support/child.hpp"
#include "support/waiting.hpp"

#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <memory>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::task;
using test::ends;
using test::says;

task<> receives(actors::receiver<int> from) { co_await from.receive(); }

// Where it is not proved the program ends by the alarm.
task<> waits_for_ever_after_a_call() {
  std::signal(SIGALRM, [](int) { std::_Exit(9); });
  alarm(5);
  co_await actors::blocking([] {});
  auto [tx, rx] = actors::channel<int>();
  co_await receives(rx);
}

// The pool keeps a thread for the next call, and may have one that reports long calls; in debug mode one watches turns.
TEST(deadlock_proof, counts_the_other_threads_of_the_runtime) {  // R8
  for (const bool debug : {false, true}) {
    for (const auto warn_after : {0min, 1min}) {
      const auto end =
          ends(waits_for_ever_after_a_call, {.workers = 2, .blocking_warn_after = warn_after, .debug = debug});
      EXPECT_TRUE(end.exited_with(3)) << debug << warn_after.count() << end.said;
    }
  }
}

task<> with_handler() {
  auto [tx, rx] = actors::channel<int>();
  boost::asio::steady_timer timer{actors::io_context(), 400ms};
  timer.async_wait([to = tx](auto) mutable { EXPECT_EQ(to.try_send(1), actors::channel_status::ok); });
  co_await receives(rx);
}
// What runs in the pool, or is queued there, has a sender.
task<> with_submitted_calls() {
  auto [tx, rx] = actors::channel<int>();
  auto sleeps = actors::submit([] { test::let_pass(400ms); });
  auto sends = actors::submit([to = tx] { actors::blocking_send(to, 1); });
  co_await receives(rx);
  co_await sends;
  co_await sleeps;
}

TEST(deadlock_proof, is_none_where_a_handler_or_a_submitted_call_can_wake_a_task) {  // R8
  for (const auto main : {with_handler, with_submitted_calls}) {
    const auto end = ends(main, {.workers = 2, .blocking_threads = 1});
    EXPECT_TRUE(end.exited_with(0)) << end.said;
    EXPECT_EQ(end.said, "");
  }
}

task<> for_io() {
  boost::asio::steady_timer timer{actors::io_context(), 500ms};
  co_await timer.async_wait(actors::awaited);
}
// In a pool of the program's own: of its threads the runtime knows nothing.
task<> for_calls_elsewhere() {
  actors::blocking_pool own{{.max_threads = 1, .queue_bound = 1}};
  const auto sleep = [] { test::let_pass(250ms); };
  auto first = own.submit_async(sleep);
  auto one = co_await std::move(first);
  auto two = co_await own.submit_async(sleep);
  auto three = co_await own.submit_async(sleep);  // waits for room
  co_await actors::blocking(own, sleep);
}

TEST(deadlock_proof, nor_is_a_warning_where_tasks_wait_for_io_or_for_calls) {  // R8
  for (const auto main : {for_io, for_calls_elsewhere}) {
    const auto end = ends(main, {.workers = 2, .quiet_warning = 20ms});
    EXPECT_TRUE(end.exited_with(0)) << end.said;
    EXPECT_EQ(end.said, "");
  }
}

TEST(deadlock_proof, is_a_ring_of_one_where_a_task_locks_a_mutex_twice) {  // R8 I2
  const auto main = []() -> task<> {
    actors::mutex lock;
    const auto held = co_await lock.lock();
    const auto again = co_await lock.lock();
  };
  const auto end = ends(main);
  EXPECT_TRUE(end.exited_with(3)) << end.said;
  EXPECT_TRUE(says(end, "DEADLOCK: these tasks wait for each other")) << end.said;
  EXPECT_FALSE(says(end, "in the same order")) << end.said;
}

TEST(deadlock_proof, asks_who_has_the_last_sender_of_a_broadcast) {  // R8
  const auto main = []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(4);
    co_await rx.receive();
  };
  const auto end = ends(main);
  EXPECT_TRUE(end.exited_with(3)) << end.said;
  EXPECT_TRUE(says(end, "who still has one?")) << end.said;
}

// They are not asked a second time.
TEST(deadlock_proof, of_tasks_that_wait_again_at_the_end_of_run_ends_the_process) {  // R8 T2
  const auto main = []() -> task<> {
    static actors::event never;
    const auto stays = actors::spawn([]() -> task<> {
      try {
        co_await never.wait();
      } catch (const actors::cancelled&) {
      }
      co_await never.wait();
    }());
    co_await actors::yield();
  };
  const auto end = ends(main);
  EXPECT_TRUE(end.ended_by(SIGABRT)) << end.said;
  EXPECT_TRUE(says(end, "those that are left wait again")) << end.said;
}

}  // namespace
