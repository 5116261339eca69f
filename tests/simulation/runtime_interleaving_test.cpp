// The workers under many schedules: posts from outside to an idle runtime, stealing, fairness, the blocking pool.
#include <actors/actors.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::receiver;
using actors::sender;
using actors::simulated_time;
using actors::spawn;
using actors::task;
using test::holds_in_all;
using counter = actors::detail::atomic<int>;

// ---- idle workers --------------------------------------------------------------------------------------------------

task<> echo(receiver<int> from, sender<int> to) {
  while (auto value = co_await from.receive()) co_await to.send(*value);
}

/// Waits for what others do, without an end: no time may pass meanwhile.
template <class Ready>
void spin_until(Ready ready) {
  for (unsigned round = 0; !ready(); ++round) actors::detail::give_way(round);
}

// What a thread posts to workers that are idle, or about to be, is run at once: were it run only when some timer wakes
// a worker, time would have passed.
TEST(runtime_interleaving, a_post_from_outside_wakes_a_worker_at_once) {  // R3, R4
  for (const unsigned workers : {1U, 2U, 3U}) {
    holds_in_all(
        [=] {
          auto [to_task, in_task] = actors::channel<int>(actors::unbounded);
          auto [from_task, here] = actors::channel<int>(actors::unbounded);
          actors::runtime idle{{.workers = workers}};
          auto echoing = idle.spawn(echo(std::move(in_task), std::move(from_task)));
          const auto begin = simulated_time();
          const receiver<int>& answers = here;
          for (int i = 0; i != 3; ++i) {
            ASSERT_EQ(to_task.try_send(i), actors::channel_status::ok);
            spin_until([&] { return answers.try_receive().value == i; });
          }
          EXPECT_EQ(simulated_time(), begin);
          to_task.close();
          echoing.get();
        },
        {}, 1'000);
  }
}

TEST(runtime_interleaving, several_threads_post_at_once) {  // R3, R4
  holds_in_all(
      [] {
        counter ran{0};
        const auto counts = [](counter& count) -> task<> {
          count.fetch_add(1);
          co_return;
        };
        actors::runtime here{{.workers = 2}};
        const auto posts = [&] {
          for (int i = 0; i != 2; ++i) here.spawn(counts(ran)).get();
        };
        actors::detail::joining_thread one{posts};
        actors::detail::joining_thread two{posts};
        one.join();
        two.join();
        EXPECT_EQ(ran.load(), 4);
        EXPECT_EQ(simulated_time().time_since_epoch(), 1s) << "time passed: somebody slept who was needed";
      },
      {}, 1'000);
}

TEST(runtime_interleaving, a_channel_between_two_runtimes) {  // R4, R12
  holds_in_all(
      [] {
        auto [tx, rx] = actors::channel<int>();
        actors::runtime first{{.workers = 1}};
        actors::runtime second{{.workers = 2}};
        const auto sends = [](sender<int> to) -> task<> {
          for (int i = 1; i != 4; ++i) co_await to.send(i);
        };
        const auto adds = [](receiver<int> from) -> task<int> {
          int sum = 0;
          while (auto value = co_await from.receive()) sum += *value;
          co_return sum;
        };
        auto sending = first.spawn(sends(std::move(tx)));
        EXPECT_EQ(second.spawn(adds(std::move(rx))).get(), 6);
        sending.get();
      },
      {}, 1'000);
}

/// Pings until the worker knows its turns to be short, then is in a turn of 5 ms, and sends in it.
task<> send_late_in_a_long_turn(sender<int> to, receiver<int> back, counter& arrived, std::chrono::nanoseconds& took) {
  for (int i = 0; i != 64; ++i) {
    co_await to.send(i);
    co_await back.receive();
  }
  actors::detail::mutex lock;
  actors::detail::condition_variable never;
  {
    std::unique_lock guard{lock};
    never.wait_for(guard, 5ms);
  }
  const auto begin = simulated_time();
  co_await to.send(64);
  {
    std::unique_lock guard{lock};
    while (arrived.load() == 0) never.wait_for(guard, 1us);
  }
  took = simulated_time() - begin;
}

task<> answer_until_the_last(receiver<int> from, sender<int> to, counter& arrived) {
  while (const auto value = co_await from.receive()) {
    if (*value == 64) {
      arrived.store(1);
      co_return;
    }
    co_await to.send(*value);
  }
}

// The watch over a turn that lasts for milliseconds comes by once in a millisecond. What the turn makes ready after it
// was seen does not wait for that.
TEST(runtime_interleaving, what_a_long_turn_makes_ready_wakes_somebody_at_once) {  // R4
  holds_in_all(
      [] {
        counter arrived{0};
        std::chrono::nanoseconds took{};
        {
          auto [to, from] = actors::channel<int>();
          auto [back_to, back] = actors::channel<int>();
          actors::runtime here{{.workers = 2}};
          auto answering = here.spawn(answer_until_the_last(std::move(from), std::move(back_to), arrived));
          auto sending = here.spawn(send_late_in_a_long_turn(std::move(to), std::move(back), arrived, took));
          sending.get();
          answering.get();
        }
        EXPECT_LE(took, 10us);
      },
      {}, 200);
}

// ---- more than a queue holds, and its theft ------------------------------------------------------------------------

task<> once(counter& ran) {
  ran.fetch_add(1);
  co_return;
}

TEST(runtime_interleaving, no_task_is_lost_when_a_queue_overflows) {  // R3
  holds_in_all(
      []() -> task<> {
        counter ran{0};
        std::vector<actors::join_handle<>> handles;
        for (int i = 0; i != 300; ++i) handles.push_back(spawn(once(ran)));
        for (auto& each : handles) co_await each;
        EXPECT_EQ(ran.load(), 300);
      },
      {.workers = 3}, 40);
}

task<> tree(counter& ran, int depth) {
  ran.fetch_add(1);
  if (depth == 0) co_return;
  co_await actors::gather(tree(ran, depth - 1), tree(ran, depth - 1), tree(ran, depth - 1));
}

TEST(runtime_interleaving, a_tree_of_tasks_on_three_workers) {  // R1, R3
  holds_in_all(
      []() -> task<> {
        counter ran{0};
        co_await tree(ran, 2);
        EXPECT_EQ(ran.load(), 13);
      },
      {.workers = 3}, 1'000);
}

// What a worker has queued, or a timer it has started, when it is in for a turn that does not end, another one runs.
TEST(runtime_interleaving, a_task_behind_an_endless_turn_is_stolen) {  // R3
  for (const unsigned workers : {2U, 3U}) {
    holds_in_all(
        []() -> task<> {
          counter first{0};
          counter second{0};
          auto one = spawn(once(first));
          auto two = spawn(once(second));
          spin_until([&] { return first.load() + second.load() == 2; });
          co_await one;
          co_await two;
        },
        {.workers = workers, .max_points = 200'000}, 1'000);
  }
}

TEST(runtime_interleaving, a_timer_behind_an_endless_turn_fires) {  // R11
  holds_in_all(
      []() -> task<> {
        counter fired{0};
        const auto sleeps = [](counter& count) -> task<> {
          co_await actors::sleep(5ms);
          count.fetch_add(1);
        };
        auto sleeping = spawn(sleeps(fired));
        co_await actors::yield();
        spin_until([&] { return fired.load() == 1; });
        co_await sleeping;
      },
      {.workers = 2, .max_points = 200'000}, 1'000);
}

// A task that was woken by the running one, and waits in its slot.
TEST(runtime_interleaving, a_task_in_the_slot_of_an_endless_turn_is_stolen) {  // R3
  holds_in_all(
      []() -> task<> {
        counter got{0};
        auto [tx, rx] = actors::channel<int>();
        const auto receives = [](receiver<int> from, counter& count) -> task<> {
          while (co_await from.receive()) count.fetch_add(1);
        };
        auto receiving = spawn(receives(std::move(rx), got));
        for (int i = 1; i != 3; ++i) {
          co_await tx.send(i);
          spin_until([&] { return got.load() == i; });
        }
        tx.close();
        co_await receiving;
      },
      {.workers = 2, .max_points = 200'000}, 1'000);
}

// ---- fairness ------------------------------------------------------------------------------------------------------

// Two that wake each other, and a third that is ready: it must run within a bounded number of their rounds.
TEST(runtime_interleaving, tasks_that_wake_each_other_starve_no_third) {  // R2
  for (const unsigned workers : {1U, 2U}) {
    holds_in_all(
        []() -> task<> {
          auto [to_b, in_b] = actors::channel<int>();
          auto [to_a, in_a] = actors::channel<int>();
          counter third_ran{0};
          auto echoing = spawn(echo(std::move(in_b), std::move(to_a)));
          auto third = spawn(once(third_ran));
          int rounds = 0;
          while (third_ran.load() == 0 && rounds != 500) {
            co_await to_b.send(++rounds);
            co_await in_a.receive();
          }
          EXPECT_LT(rounds, 500);
          to_b.close();
          co_await echoing;
          co_await third;
        },
        {.workers = workers}, 300);
  }
}

// ---- the blocking pool ---------------------------------------------------------------------------------------------

TEST(runtime_interleaving, calls_keep_to_the_limit_of_threads) {  // R7
  holds_in_all(
      []() -> task<> {
        counter inside{0};
        counter done{0};
        const auto call = [](counter& now, counter& ended) -> task<> {
          co_await actors::blocking([&] {
            EXPECT_LE(now.fetch_add(1), 1);
            ended.fetch_add(1);
            now.fetch_sub(1);
          });
        };
        co_await actors::gather(call(inside, done), call(inside, done), call(inside, done), call(inside, done));
        EXPECT_EQ(done.load(), 4);
      },
      {.blocking_threads = 2}, 1'000);
}

// A thread whose time to leave comes with the next call.
TEST(runtime_interleaving, no_call_is_lost_by_a_thread_that_leaves) {  // R7
  holds_in_all(
      []() -> task<> {
        for (int i = 0; i != 3; ++i) {
          const int value = co_await actors::blocking([i] { return i; });
          EXPECT_EQ(value, i);
          co_await actors::sleep(1ms);
        }
      },
      {.blocking_threads = 1, .blocking_keep_alive = 1ms}, 2'000);
}

TEST(runtime_interleaving, a_cancelled_call_was_made_or_was_not) {  // T6, R7
  holds_in_all(
      []() -> task<> {
        counter calls{0};
        const auto makes_one = [](counter& made) -> task<> { co_await actors::blocking([&] { made.fetch_add(1); }); };
        auto first = spawn(makes_one(calls));
        auto second = spawn(makes_one(calls));
        co_await actors::yield();
        second.cancel();
        int expected = 1;
        try {
          co_await second;
          ++expected;
        } catch (const actors::cancelled&) {
        }
        co_await first;
        EXPECT_EQ(calls.load(), expected);
      },
      {.workers = 2, .blocking_threads = 1}, 2'000);
}

TEST(runtime_interleaving, at_the_end_calls_that_run_are_waited_for) {  // R7, T2
  holds_in_all(
      [] {
        counter begun{0};
        counter ended{0};
        {
          actors::runtime here{{.workers = 2, .blocking_threads = 1}};
          const auto calls = [](counter& first, counter& last) -> task<> {
            co_await actors::blocking([&] {
              first.fetch_add(1);
              last.fetch_add(1);
            });
          };
          here.spawn(calls(begun, ended));
          here.spawn(calls(begun, ended));
        }
        EXPECT_EQ(begun.load(), ended.load());
      },
      {}, 1'000);
}

}  // namespace
