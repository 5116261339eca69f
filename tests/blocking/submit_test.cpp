// submit: a call on a pool is a task with a handle, for plain threads, tasks and other calls.
#include <actors/actors.hpp>
#include <actors/blocking_pool.hpp>

#include "support/counted.hpp"
#include "support/time_limit.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::blocking;
using actors::blocking_pool;
using actors::cancelled;
using actors::join_handle;
using actors::task;

TEST(submit, gives_the_result_to_a_plain_thread) {
  blocking_pool pool;
  auto seven = pool.submit([] { return 7; });
  EXPECT_EQ(seven.get(), 7);
  EXPECT_TRUE(seven.done());
  EXPECT_EQ(pool.submit([](int a, const std::string& b) { return a + static_cast<int>(b.size()); }, 1, "four").get(),
            5);
  auto owner = pool.submit([p = std::make_unique<int>(8)]() mutable { return std::move(p); });
  EXPECT_EQ(*owner.get(), 8);
  int here = 9;
  int& there = pool.submit([&here]() -> int& { return here; }).get();
  EXPECT_EQ(&there, &here);
}

TEST(submit, done_says_no_before_the_end_and_yes_after_it) {
  blocking_pool pool;
  std::binary_semaphore gate{0};
  auto call = pool.submit([&] { gate.acquire(); });
  EXPECT_FALSE(call.done());
  EXPECT_THROW(call.result(), actors::usage_error);
  gate.release();
  call.wait();
  EXPECT_TRUE(call.done());
  EXPECT_FALSE(call.was_cancelled());
  call.result();
}

TEST(submit, gives_what_the_function_threw) {  // R5
  blocking_pool pool;
  auto broken = pool.submit([]() -> int { throw std::runtime_error{"broken"}; });
  EXPECT_THROW(broken.get(), std::runtime_error);
  EXPECT_THROW(broken.result(), std::runtime_error);
  auto stopped = pool.submit([] { throw cancelled{}; });
  EXPECT_THROW(stopped.get(), cancelled);
  EXPECT_TRUE(stopped.was_cancelled());
  EXPECT_EQ(pool.submit([] { return 1; }).get(), 1);
}

TEST(submit, is_awaited_by_tasks_and_calls_run_side_by_side) {
  blocking_pool pool;
  actors::run(
      [](blocking_pool& mine) -> task<> {
        std::counting_semaphore<8> gate{0};
        std::vector<join_handle<int>> calls;
        for (int i = 0; i != 8; ++i)
          calls.push_back(mine.submit([&gate, i] {
            gate.acquire();
            return i;
          }));
        for (int i = 0; i != 100; ++i) co_await actors::yield();
        gate.release(8);
        for (int i = 0; i != 8; ++i) {
          const int value = co_await calls[static_cast<std::size_t>(i)];
          EXPECT_EQ(value, i);
        }
      }(pool),
      {.workers = 1});
}

TEST(submit, two_pools_serve_one_task) {
  blocking_pool pool{{.name = "mine"}};
  actors::run([](blocking_pool& mine) -> task<> {
    auto on_own = mine.submit([] { return std::this_thread::get_id(); });
    auto on_usual = actors::submit([] { return std::this_thread::get_id(); });
    const auto own = co_await on_own;
    const auto usual = co_await on_usual;
    EXPECT_NE(own, usual);
    const int three = co_await blocking(
        mine, [](int a, int b) { return a + b; }, 1, 2);
    EXPECT_EQ(three, 3);
  }(pool));
}

TEST(submit, to_the_pool_of_a_runtime_from_a_plain_thread) {
  actors::runtime here{{.workers = 1}};
  EXPECT_EQ(here.pool().submit([] { return 4; }).get(), 4);
  EXPECT_THROW(actors::submit([] {}), actors::usage_error);
  EXPECT_THROW(here.pool().close(actors::pool_shutdown::drain), actors::usage_error);
  EXPECT_EQ(here.pool().statistics().done, 1U);
}

TEST(submit, in_a_call_goes_to_the_pool_of_that_call) {
  blocking_pool pool{{.max_threads = 1}};
  EXPECT_EQ(pool.submit([] { return actors::submit([] { return 5; }).get(); }).get(), 5);
  EXPECT_EQ(pool.statistics().done, 2U);
}

TEST(submit, a_queued_call_is_taken_back_at_once) {  // T6
  blocking_pool pool{{.max_threads = 1}};
  std::binary_semaphore gate{0};
  auto holding = pool.submit([&] { gate.acquire(); });
  std::atomic<bool> called = false;
  test::ledger books;
  {
    auto queued = pool.submit([&called, token = test::counted{books, 1}] { called = true; });
    EXPECT_TRUE(queued.cancel());
    EXPECT_TRUE(queued.done());
    EXPECT_TRUE(queued.was_cancelled());
    books.expect_settled();  // what the function owned is gone, too
    EXPECT_FALSE(queued.cancel());
    EXPECT_THROW(queued.get(), cancelled);
  }
  EXPECT_EQ(pool.statistics().cancelled, 1U);
  gate.release();
  holding.get();
  EXPECT_FALSE(called);
}

TEST(submit, a_task_takes_a_queued_call_back) {  // T6
  blocking_pool pool{{.max_threads = 1}};
  actors::run(
      [](blocking_pool& mine) -> task<> {
        std::binary_semaphore gate{0};
        auto holding = mine.submit([&] { gate.acquire(); });
        auto queued = mine.submit([] { ADD_FAILURE() << "it was taken back"; });
        queued.cancel();
        bool thrown = false;
        try {
          co_await queued;  // before the gate opens
        } catch (const cancelled&) {
          thrown = true;
        }
        EXPECT_TRUE(thrown);
        gate.release();
        co_await holding;
      }(pool),
      {.workers = 1});
}

TEST(submit, a_call_that_runs_gives_its_result_though_it_was_cancelled) {  // T6
  blocking_pool pool;
  std::binary_semaphore inside{0};
  std::binary_semaphore gate{0};
  auto call = pool.submit([&] {
    inside.release();
    gate.acquire();
    return 3;
  });
  inside.acquire();
  EXPECT_TRUE(call.cancel());
  EXPECT_FALSE(call.done());
  gate.release();
  EXPECT_EQ(call.get(), 3);
}

TEST(submit, a_call_with_a_stop_token_is_asked_to_stop) {  // T6
  blocking_pool pool;
  std::binary_semaphore inside{0};
  auto call = pool.submit(
      [&](std::stop_token stop, int value) {
        inside.release();
        test::spin_until([&] { return stop.stop_requested(); });
        return value;
      },
      6);
  inside.acquire();
  call.cancel();
  EXPECT_EQ(call.get(), 6);
  auto throwing = pool.submit([&](const std::stop_token& stop) {
    inside.release();
    test::spin_until([&] { return stop.stop_requested(); });
    throw cancelled{};
  });
  inside.acquire();
  throwing.cancel();
  EXPECT_THROW(throwing.get(), cancelled);
}

TEST(submit, so_is_an_awaited_call_when_its_task_is_cancelled) {  // T6
  actors::run(
      []() -> task<> {
        std::atomic<bool> inside = false;
        auto calling = actors::spawn([](std::atomic<bool>& in) -> task<int> {
          const int value = co_await blocking([&in](std::stop_token stop) {
            in = true;
            test::spin_until([&] { return stop.stop_requested(); });
            return 5;
          });
          co_return value;
        }(inside));
        while (!inside) co_await actors::yield();
        calling.cancel();
        const int value = co_await calling;
        EXPECT_EQ(value, 5);
      }(),
      {.workers = 1});
}

TEST(submit, handles_outlive_the_pool) {
  join_handle<std::string> done;
  join_handle<std::string> refused;
  {
    blocking_pool pool{{.max_threads = 1, .at_shutdown = actors::pool_shutdown::refuse}};
    std::binary_semaphore inside{0};
    std::binary_semaphore gate{0};
    done = pool.submit([&] {
      inside.release();
      gate.acquire();
      return std::string(100, 'x');
    });
    inside.acquire();
    refused = pool.submit([] { return std::string{}; });
    std::thread closing{[&] { pool.close(actors::pool_shutdown::refuse); }};
    test::spin_until([&] { return refused.done(); });
    gate.release();
    closing.join();
  }
  EXPECT_EQ(done.get().size(), 100U);
  EXPECT_THROW(refused.get(), actors::pool_closed);
  EXPECT_FALSE(refused.cancel());
}

TEST(submit, a_handle_may_be_dropped_and_the_call_is_made) {  // T11
  std::atomic<int> made = 0;
  {
    blocking_pool pool{{.max_threads = 2}};
    for (int i = 0; i != 100; ++i) pool.submit([&] { ++made; });
  }
  EXPECT_EQ(made, 100);
}

TEST(submit, nested_calls_end_with_one_thread_and_a_full_queue) {
  blocking_pool pool{{.max_threads = 1, .queue_bound = 1}};
  struct tree {
    blocking_pool& on;
    int grow(int depth) const {
      if (depth == 0) return 1;
      auto left = on.submit([this, depth] { return grow(depth - 1); });
      auto right = on.submit([this, depth] { return grow(depth - 1); });
      return left.get() + right.get();
    }
  };
  const tree root{pool};
  EXPECT_EQ(pool.submit([&] { return root.grow(8); }).get(), 256);
  EXPECT_EQ(pool.statistics().threads, 1U);
}

TEST(submit, many_threads_submit_cancel_and_wait) {  // T6, R7
  test::ledger books;
  {
    blocking_pool pool{{.max_threads = 3, .keep_alive = 0ms, .queue_bound = 8}};
    const auto user = [&](unsigned seed) {
      const int rounds = 2'000 / test::slowness;
      for (int i = 0; i != rounds; ++i) {
        auto one = pool.submit([token = test::counted{books, i}] { return token.holds(); });
        auto two = pool.submit([](std::stop_token stop) { return !stop.stop_requested(); });
        seed = seed * 1664525U + 1013904223U;
        if (seed >> 30 == 0) one.cancel();
        if (seed >> 30 == 1) two.cancel();
        if (seed >> 29 == 7) std::this_thread::yield();
        try {
          EXPECT_TRUE(one.get());
        } catch (const cancelled&) {
          EXPECT_EQ(seed >> 30, 0U);
        }
        try {
          two.get();
        } catch (const cancelled&) {
          EXPECT_EQ(seed >> 30, 1U);
        }
      }
    };
    std::vector<std::jthread> users;
    for (unsigned i = 0; i != 4; ++i) users.emplace_back(user, i);
  }
  books.expect_settled();
}

}  // namespace
