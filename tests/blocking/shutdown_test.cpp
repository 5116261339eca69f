// The end of a pool, and of a runtime with calls on its pool.
#include <actors/actors.hpp>
#include <actors/blocking_pool.hpp>

#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>
#include <thread>
#include <vector>

namespace {

using actors::blocking;
using actors::blocking_pool;
using actors::cancelled;
using actors::join_handle;
using actors::pool_closed;
using actors::pool_shutdown;
using actors::task;

TEST(pool_end, drains_what_is_queued) {  // R7
  std::atomic<int> made = 0;
  std::vector<join_handle<>> calls;
  {
    blocking_pool pool{{.max_threads = 2}};
    for (int i = 0; i != 200; ++i)
      calls.push_back(pool.submit([&] {
        std::this_thread::yield();
        ++made;
      }));
  }
  EXPECT_EQ(made, 200);
  for (auto& each : calls) each.get();
}

TEST(pool_end, refuses_what_is_queued_and_waits_for_what_runs) {  // R7
  blocking_pool pool{{.max_threads = 1}};
  std::binary_semaphore inside{0};
  std::binary_semaphore gate{0};
  auto running = pool.submit([&] {
    inside.release();
    gate.acquire();
    return 1;
  });
  inside.acquire();
  auto queued = pool.submit([] { return 2; });
  std::thread closing{[&] { pool.close(pool_shutdown::refuse); }};
  EXPECT_THROW(queued.get(), pool_closed);
  EXPECT_FALSE(running.done());
  EXPECT_THROW(pool.submit([] {}), pool_closed);
  gate.release();
  closing.join();
  EXPECT_EQ(running.result(), 1);
  const auto after = pool.statistics();
  EXPECT_EQ(after.refused, 1U);
  EXPECT_EQ(after.done, 1U);
  EXPECT_EQ(after.threads, 0U);
  pool.close(pool_shutdown::drain);  // a second time it does nothing
}

TEST(pool_end, in_a_call_of_the_pool_it_is_refused) {
  blocking_pool pool;
  EXPECT_THROW(pool.submit([&] { pool.close(pool_shutdown::drain); }).get(), actors::usage_error);
  EXPECT_EQ(pool.submit([] { return 1; }).get(), 1);
}

TEST(pool_end, an_awaited_call_throws_pool_closed) {  // R7
  actors::run([]() -> task<> {
    blocking_pool pool;
    co_await blocking([&pool] { pool.close(pool_shutdown::drain); });
    bool refused = false;
    try {
      co_await blocking(pool, [] {});
    } catch (const pool_closed&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
    co_await actors::yield();  // the task is none the worse
  }());
}

// What `calls_left_behind` counts.
struct left_behind {
  int done = 0;
  int cancelled = 0;
};

// A runtime with one thread for calls, and twenty calls submitted when its main task ends while the first of them runs.
left_behind calls_left_behind(pool_shutdown how) {
  left_behind found;
  std::vector<join_handle<>> calls;
  std::binary_semaphore inside{0};
  std::binary_semaphore gate{0};
  actors::runtime here{{.workers = 1, .blocking_threads = 1, .blocking_at_shutdown = how}};
  std::thread opening{[&] {
    inside.acquire();
    // They are cancelled in no order: all but the one that runs, before that ends and its thread takes the next.
    if (how == pool_shutdown::refuse)
      for (auto each = calls.begin() + 1; each != calls.end(); ++each) test::spin_until([&] { return each->done(); });
    gate.release();
  }};
  std::atomic<bool> first_runs = false;
  here.run([](auto& all, auto& runs, auto& in, auto& opens) -> task<> {
    all.push_back(actors::submit([&] {
      runs = true;
      opens.acquire();
    }));
    for (int i = 1; i != 20; ++i) all.push_back(actors::submit([] {}));
    test::spin_until([&] { return runs.load(); });
    in.release();
    co_return;
  }(calls, first_runs, inside, gate));
  opening.join();
  for (auto& each : calls) {
    EXPECT_TRUE(each.done());
    ++(each.was_cancelled() ? found.cancelled : found.done);
  }
  return found;
}

TEST(pool_end, a_run_that_ends_cancels_calls_that_are_queued) {  // T2, R7
  const auto found = calls_left_behind(pool_shutdown::refuse);
  EXPECT_EQ(found.done, 1);
  EXPECT_EQ(found.cancelled, 19);
}

TEST(pool_end, or_makes_them_if_asked) {  // T2, R7
  const auto found = calls_left_behind(pool_shutdown::drain);
  EXPECT_EQ(found.done, 20);
  EXPECT_EQ(found.cancelled, 0);
}

}  // namespace
