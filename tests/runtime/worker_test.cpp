// The workers: who runs what, and that nothing runnable is left lying while a worker sleeps.
#include <actors/actors.hpp>

#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::spawn;
using actors::task;
using actors::yield;
using test::spin_until;

task<> raise(std::atomic<bool>& flag) {
  flag = true;
  co_return;
}

TEST(worker, a_spawned_task_runs_beside_a_spinning_one) {  // R4
  actors::runtime two{{.workers = 2}};
  for (int round = 0; round != 100; ++round) {
    if (round < 5) test::wait_until_workers_sleep();
    std::atomic<bool> ran = false;
    auto spinner = two.spawn([](std::atomic<bool>& flag) -> task<> {
      spawn(raise(flag));
      spin_until([&] { return flag.load(); });  // this worker is busy: the other one must be awake for the new task
      co_return;
    }(ran));
    spinner.wait();
  }
}

// Also once those who sleep come by themselves, as they found next to nothing to do.
TEST(worker, what_a_long_turn_makes_ready_bit_by_bit_runs_beside_it) {  // R4
  for (const unsigned workers : {2U, 4U}) {  // of four, others go to sleep behind the one that comes
    actors::runtime some{{.workers = workers}};
    auto spinner = some.spawn([]() -> task<> {
      for (int round = 0; round != 1'000; ++round) {
        const auto next = std::chrono::steady_clock::now() + (round % 16) * 15us;  // the others linger, or sleep
        std::atomic<bool> ran = false;
        auto short_one = spawn(raise(ran));
        spin_until([&] { return ran.load(); });
        spin_until([&] { return std::chrono::steady_clock::now() >= next; });
        co_await std::move(short_one);  // need not wait: the turn goes on
      }
    }());
    spinner.wait();
  }
}

// Then those that run wake no others for it.
TEST(worker, what_lies_behind_long_turns_on_all_cpus_is_run_by_one_more_worker) {  // R4
  const unsigned cpus = std::max(1U, std::thread::hardware_concurrency());
  actors::runtime more{{.workers = cpus + 2}};
  for (int round = 0; round != 20; ++round) {
    std::vector<std::atomic<bool>> ran(cpus);
    std::atomic<unsigned> spinning{0};
    std::vector<actors::join_handle<>> spinners;
    for (std::atomic<bool>& flag : ran) {
      spinners.push_back(more.spawn([](std::atomic<bool>& mine, std::atomic<unsigned>& begun, unsigned all) -> task<> {
        ++begun;
        spin_until([&] { return begun.load() == all; });
        spawn(raise(mine));
        spin_until([&] { return mine.load(); });
        co_return;
      }(flag, spinning, cpus)));
    }
    for (auto& each : spinners) each.wait();
  }
}

TEST(worker, a_task_in_the_next_to_run_slot_of_a_spinning_worker_is_taken_by_another) {  // R4
  actors::runtime two{{.workers = 2}};
  for (int round = 0; round != 20; ++round) {
    if (round < 5) test::wait_until_workers_sleep();
    two.spawn([]() -> task<> {
         std::atomic<bool> received = false;
         auto [tx, rx] = actors::channel<int>(0);
         auto receiver = spawn([](actors::receiver<int> in, std::atomic<bool>& flag) -> task<> {
           co_await in.receive();
           flag = true;
         }(std::move(rx), received));
         // A full rendezvous: the receiver waits. The last send makes it runnable, and then this task computes.
         co_await tx.send(1);
         spin_until([&] { return received.load(); });
         co_await receiver;
       }())
        .get();
  }
}

TEST(worker, a_task_woken_by_a_timer_finds_help_for_what_it_spawns) {  // R4
  actors::runtime two{{.workers = 2}};
  // 61 turns between looks at the timers: every position in that period is met once.
  for (int round = 0; round != 70; ++round) {
    std::atomic<bool> ran = false;
    auto spinner = two.spawn([](std::atomic<bool>& flag) -> task<> {
      co_await actors::sleep(3ms);
      spawn(raise(flag));
      spin_until([&] { return flag.load(); });
    }(ran));
    spinner.wait();
  }
}

TEST(worker, four_workers_share_the_work_of_one) {  // R3: stealing really happens
  std::mutex lock;
  std::set<std::thread::id> threads;
  std::atomic<int> inside = 0;
  actors::run(
      [&]() -> task<> {
        std::vector<task<>> parts;
        for (int i = 0; i != 4; ++i) {
          parts.push_back([](auto& guarded, auto& seen, auto& count) -> task<> {
            {
              const std::lock_guard guard{guarded};
              seen.insert(std::this_thread::get_id());
            }
            ++count;
            spin_until([&] { return count == 4; });  // all four must be on a worker at once
            co_return;
          }(lock, threads, inside));
        }
        co_await actors::gather(std::move(parts));
      }(),
      {.workers = 4});
  EXPECT_EQ(threads.size(), 4U);
}

#if !ACTORS_TEST_SANITIZED  // under a sanitizer the 2 us for which it is left there are no time to get on
// What it has in the caches of its processor is of use to it there, so the other worker takes whom it woke last.
TEST(worker, one_that_steps_back_goes_on_where_it_was) {  // docs/decisions/thefts.md
  constexpr int turns = 3'000;
  actors::runtime two{{.workers = 2}};
  int moves = -1;
  two.run([](int& moved) -> task<> {
    auto [to, from] = actors::channel<int>(1);
    const auto woken = spawn([](actors::receiver<int> items) -> task<> {
      while (co_await items.receive()) {
      }
    }(std::move(from)));
    std::thread::id at;
    for (int i = 0; i != turns; ++i) {
      if (std::this_thread::get_id() != at) ++moved;
      at = std::this_thread::get_id();
      const auto end = std::chrono::steady_clock::now() + 20us;
      while (std::chrono::steady_clock::now() < end) {
      }
      static_cast<void>(to.try_send(i));
      co_await yield();
    }
  }(moves));
  EXPECT_LT(moves, turns / 50);
}
#endif

TEST(worker, work_from_another_thread_reaches_sleeping_workers) {  // R4: the injector
  actors::runtime here{{.workers = 2}};
  test::wait_until_workers_sleep();
  for (int i = 0; i != 2000; ++i) EXPECT_EQ(here.spawn([](int n) -> task<int> { co_return n; }(i)).get(), i);
}

TEST(worker, many_threads_push_at_once) {  // R3
  constexpr int each = 2000;
  actors::runtime here{{.workers = 3}};
  std::atomic<int> ran = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i != 4; ++i) {
      threads.emplace_back([&] {
        std::vector<actors::join_handle<>> handles;
        for (int k = 0; k != each; ++k) {
          handles.push_back(here.spawn([](std::atomic<int>& count) -> task<> {
            ++count;
            co_await yield();
            ++count;
          }(ran)));
        }
        for (auto& handle : handles) handle.wait();
      });
    }
  }
  EXPECT_EQ(ran, 4 * each * 2);
}

class on_workers : public ::testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(counts, on_workers, ::testing::Values(1U, 2U, 4U));

TEST_P(on_workers, no_task_is_lost_when_a_local_queue_overflows) {  // R3: its 1,024 entries, many times over
  constexpr int count = 20'000;
  std::atomic<int> ran = 0;
  actors::run(
      [&]() -> task<> {
        std::vector<actors::join_handle<>> handles;
        for (int i = 0; i != count; ++i) {
          handles.push_back(spawn([](std::atomic<int>& counter) -> task<> {
            co_await yield();
            ++counter;
          }(ran)));
        }
        for (auto& handle : handles) co_await handle;
      }(),
      {.workers = GetParam()});
  EXPECT_EQ(ran, count);
}

task<int> tree(int depth) {
  if (depth == 0) co_return 1;
  auto left = spawn(tree(depth - 1));
  auto right = spawn(tree(depth - 1));
  const int from_left = co_await left;
  const int from_right = co_await right;
  co_return from_left + from_right;
}

TEST_P(on_workers, a_tree_of_spawns_and_joins_is_complete) {  // R3: chained steals
  for (int round = 0; round != 5; ++round) EXPECT_EQ(actors::run(tree(12), {.workers = GetParam()}), 1 << 12);
}

TEST_P(on_workers, two_tasks_that_wake_each_other_do_not_starve_a_third) {  // R2
  std::atomic<bool> stop = false;
  std::atomic<long> turns = 0;
  actors::run(
      [&]() -> task<> {
        // More pairs than workers: no worker is left that has nothing else to do.
        std::vector<actors::join_handle<>> pairs;
        for (unsigned i = 0; i != GetParam() + 1; ++i) {
          auto [ping, pong] = actors::channel<int>(0);
          auto [back, forth] = actors::channel<int>(0);
          pairs.push_back(spawn([](auto out, auto in, auto& ended, auto& count) -> task<> {
            while (!ended) {
              co_await out.send(1);
              co_await in.receive();
              ++count;
            }
          }(std::move(ping), std::move(forth), stop, turns)));
          pairs.push_back(spawn([](auto in, auto out) -> task<> {
            while (co_await in.receive()) co_await out.send(1);
          }(std::move(pong), std::move(back))));
        }
        // Another task gets 1000 turns although the pairs are always ready.
        for (int i = 0; i != 1000; ++i) co_await yield();
        stop = true;
        for (auto& each : pairs) co_await each;
      }(),
      {.workers = GetParam()});
  EXPECT_GT(turns, 0);
}

TEST_P(on_workers, tasks_that_are_always_ready_do_not_starve_timers) {  // R2, R11
  std::atomic<bool> stop = false;
  actors::run(
      [&]() -> task<> {
        std::vector<actors::join_handle<>> busy;
        for (int i = 0; i != 8; ++i) {
          busy.push_back(spawn([](std::atomic<bool>& ended) -> task<> {
            while (!ended) co_await yield();
          }(stop)));
        }
        for (int i = 0; i != 20; ++i) co_await actors::sleep(1ms);
        stop = true;
        for (auto& each : busy) co_await each;
      }(),
      {.workers = GetParam()});
}

TEST_P(on_workers, a_channel_loop_that_never_waits_does_not_starve_others) {  // R2: the budget of a turn
  std::atomic<bool> stop = false;
  std::atomic<long> passed = 0;
  actors::run(
      [&]() -> task<> {
        std::vector<actors::join_handle<>> busy;
        for (unsigned i = 0; i != GetParam(); ++i) {
          busy.push_back(spawn([](std::atomic<bool>& ended, std::atomic<long>& count) -> task<> {
            auto [tx, rx] = actors::channel<int>(4);
            while (!ended) {
              co_await tx.send(1);
              co_await rx.receive();
              ++count;
            }
          }(stop, passed)));
        }
        for (int i = 0; i != 20; ++i) co_await yield();
        co_await actors::sleep(2ms);
        stop = true;
        for (auto& each : busy) co_await each;
      }(),
      {.workers = GetParam()});
  EXPECT_GT(passed, 0);
}

TEST_P(on_workers, work_from_outside_is_served_while_all_workers_are_busy) {  // R2: the injector comes first at times
  actors::runtime here{{.workers = GetParam()}};
  std::atomic<bool> stop = false;
  std::vector<actors::join_handle<>> busy;
  for (int i = 0; i != 8; ++i) {
    busy.push_back(here.spawn([](std::atomic<bool>& ended) -> task<> {
      while (!ended) co_await yield();
    }(stop)));
  }
  for (int i = 0; i != 50; ++i) here.spawn([]() -> task<> { co_return; }()).wait();
  stop = true;
  for (auto& each : busy) each.wait();
}

TEST(worker, one_worker_runs_in_order_of_arrival) {  // as asyncio: no next-to-run slot
  std::vector<int> order;
  actors::run(
      [&]() -> task<> {
        std::vector<actors::join_handle<>> handles;
        for (int i = 0; i != 300; ++i) {
          handles.push_back(spawn([](std::vector<int>& seen, int n) -> task<> {
            seen.push_back(n);
            co_await yield();
            seen.push_back(n);
          }(order, i)));
          if (i % 60 == 59) co_await yield();
        }
        for (auto& handle : handles) co_await handle;
      }(),
      {.workers = 1});
  ASSERT_EQ(order.size(), 600U);
  std::vector<int> times(300);
  for (const int n : order) ++times[static_cast<std::size_t>(n)];
  EXPECT_EQ(std::count(times.begin(), times.end(), 2), 300);
  // Those that were spawned together started in their order.
  for (int i = 1; i != 60; ++i)
    EXPECT_EQ(order[static_cast<std::size_t>(i)], order[static_cast<std::size_t>(i - 1)] + 1);
}

}  // namespace
