// blocking(f): calls that block run beside the workers; their number is bounded, they can be taken back.
#include <actors/actors.hpp>

#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/time_limit.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <semaphore>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::blocking;
using actors::cancelled;
using actors::spawn;
using actors::task;

TEST(blocking, gives_the_result_of_the_function) {
  actors::run([]() -> task<> {
    const int seven = co_await blocking([] { return 7; });
    EXPECT_EQ(seven, 7);
    auto owner = co_await blocking([] { return std::make_unique<int>(8); });
    EXPECT_EQ(*owner, 8);
    bool called = false;
    co_await blocking([&] { called = true; });
    EXPECT_TRUE(called);
    auto owning = [p = std::make_unique<int>(9)] { return *p; };  // a local, see docs/compilers.md
    const int moved = co_await blocking(std::move(owning));
    EXPECT_EQ(moved, 9);
  }());
}

TEST(blocking, throws_what_the_function_threw) {  // R5
  actors::run([]() -> task<> {
    for (int i = 0; i != 20; ++i) {
      bool thrown = false;
      try {
        co_await blocking([]() -> int { throw std::runtime_error{"broken"}; });
      } catch (const std::runtime_error&) {
        thrown = true;
      }
      EXPECT_TRUE(thrown);
    }
  }());
}

TEST(blocking, runs_on_another_thread_and_resumes_on_a_worker) {
  actors::run([]() -> task<> {
    const auto outside = co_await blocking([] {
      return std::pair{std::this_thread::get_id(), actors::detail::current_scheduler() == nullptr};
    });
    EXPECT_NE(outside.first, std::this_thread::get_id());
    EXPECT_TRUE(outside.second);
    EXPECT_NE(actors::detail::current_scheduler(), nullptr);
  }());
}

TEST(blocking, calls_run_side_by_side_and_workers_go_on) {
  actors::run(
      []() -> task<> {
        std::counting_semaphore<8> gate{0};
        std::vector<actors::join_handle<>> calls;
        for (int i = 0; i != 8; ++i)
          calls.push_back(spawn([](auto& g) -> task<> { co_await blocking([&g] { g.acquire(); }); }(gate)));
        for (int i = 0; i != 100; ++i) co_await actors::yield();
        gate.release(8);
        for (auto& each : calls) co_await each;
      }(),
      {.workers = 1});
}

TEST(blocking, no_more_calls_run_at_once_than_allowed) {  // R7
  for (const std::size_t cap : {1U, 2U, 5U}) {
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    std::atomic<int> calls = 0;
    actors::run(
        [&]() -> task<> {
          std::vector<task<>> all;
          for (int i = 0; i != 200; ++i) {
            all.push_back([](auto& in, auto& high, auto& count) -> task<> {
              co_await blocking([&] {
                const int now = ++in;
                int seen = high;
                while (now > seen && !high.compare_exchange_weak(seen, now)) {
                }
                std::this_thread::yield();
                ++count;
                --in;
              });
            }(inside, most, calls));
          }
          co_await actors::gather(std::move(all));
        }(),
        {.workers = 2, .blocking_threads = cap});
    EXPECT_LE(most, static_cast<int>(cap));
    EXPECT_EQ(calls, 200);
  }
}

TEST(blocking, a_call_that_is_cancelled_in_the_queue_is_not_made) {  // T6, R7
  actors::run(
      []() -> task<> {
        std::binary_semaphore gate{0};
        auto holding = spawn([](auto& g) -> task<> { co_await blocking([&g] { g.acquire(); }); }(gate));
        for (int i = 0; i != 5; ++i) co_await actors::yield();
        bool called = false;
        auto queued = spawn([](bool& flag) -> task<> { co_await blocking([&flag] { flag = true; }); }(called));
        for (int i = 0; i != 5; ++i) co_await actors::yield();
        queued.cancel();
        bool thrown = false;
        try {
          co_await queued;  // before the gate is opened
        } catch (const cancelled&) {
          thrown = true;
        }
        EXPECT_TRUE(thrown);
        gate.release();
        co_await holding;
        EXPECT_FALSE(called);
      }(),
      {.workers = 1, .blocking_threads = 1});
}

TEST(blocking, a_call_that_runs_is_waited_for_and_the_cancellation_kept) {  // T6
  actors::run(
      []() -> task<> {
        std::atomic<bool> inside = false;
        std::binary_semaphore gate{0};
        auto running = spawn([](auto& in, auto& g) -> task<int> {
          const int result = co_await blocking([&] {
            in = true;
            g.acquire();
            return 5;
          });
          bool pending = false;
          try {
            co_await actors::yield();
          } catch (const cancelled&) {
            pending = true;
          }
          co_return pending ? result : -1;
        }(inside, gate));
        while (!inside) co_await actors::yield();
        running.cancel();
        running.cancel();
        for (int i = 0; i != 20; ++i) co_await actors::yield();
        EXPECT_FALSE(running.done());
        gate.release();
        const int result = co_await running;
        EXPECT_EQ(result, 5);
      }(),
      {.workers = 1});
}

TEST(blocking, threads_that_are_about_to_leave_drop_no_job) {  // R7
  for (const auto keep_alive : {0ms, 1ms}) {
    std::atomic<int> calls = 0;
    const int rounds = 400 / test::slowness;
    actors::run(
        [](auto& count, int laps) -> task<> {
          for (int round = 0; round != laps; ++round) {
            std::vector<task<>> some;
            for (int i = 0; i != 3; ++i)
              some.push_back([](auto& c) -> task<> { co_await blocking([&c] { ++c; }); }(count));
            co_await actors::gather(std::move(some));
            if (round % 2 == 0) co_await actors::sleep(std::chrono::microseconds{1000 + round});
          }
        }(calls, rounds),
        {.workers = 2, .blocking_threads = 4, .blocking_keep_alive = keep_alive});
    EXPECT_EQ(calls, 3 * rounds);
  }
}

TEST(blocking, a_keep_alive_without_end_works) {  // R7
  actors::run(
      []() -> task<> {
        for (int i = 0; i != 10; ++i) co_await blocking([] {});
      }(),
      {.workers = 1, .blocking_keep_alive = std::chrono::milliseconds::max()});
}

TEST(blocking, none_allowed_means_one) {
  EXPECT_EQ(actors::run([]() -> task<int> { co_return co_await blocking([] { return 1; }); }(),
                        {.workers = 1, .blocking_threads = 0}),
            1);
}

TEST(blocking, cancels_race_with_calls) {  // T6, C16
  for (const unsigned workers : {1U, 2U, 4U}) {
    test::ledger books;
    std::atomic<int> made = 0;
    std::atomic<int> returned = 0;
    const int rounds = 60 / test::slowness;
    actors::run(
        [](auto& ledger, auto& calls, auto& ends, int laps) -> task<> {
          std::mt19937 random{4};
          for (int round = 0; round != laps; ++round) {
            std::vector<actors::join_handle<>> all;
            for (int i = 0; i != 20; ++i) {
              all.push_back(spawn([](auto& l, auto& c, auto& e) -> task<> {
                auto value = co_await blocking([&] {
                  ++c;
                  return test::counted{l, 1};
                });
                EXPECT_TRUE(value.holds());
                ++e;
              }(ledger, calls, ends)));
            }
            for (auto& each : all) {
              if (random() % 2 == 0) co_await actors::yield();
              if (random() % 3 != 0) each.cancel();
            }
            for (auto& each : all) {
              try {
                co_await each;
              } catch (const cancelled&) {
              }
            }
          }
        }(books, made, returned, rounds),
        {.workers = workers, .blocking_threads = 2, .blocking_keep_alive = 1ms});
    EXPECT_EQ(made, returned);  // a call that was made gives its result, cancelled or not
    EXPECT_GT(made, 0);
    books.expect_settled();
  }
}

TEST(blocking, cancels_at_any_moment_under_simulation) {  // T6, C16, R9
  int taken_back = 0;
  int made = 0;
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    test::run_simulated(seed, [](int& back, int& calls) -> task<> {
      int mine = 0;
      auto calling = spawn([](int& count) -> task<int> {
        try {
          const int result = co_await blocking([&count] { return ++count; });
          co_return result;
        } catch (const cancelled&) {
        }
        co_return 0;
      }(mine));
      co_await actors::yield();
      calling.cancel();
      calling.cancel();
      int result = 0;
      try {
        result = co_await calling;
      } catch (const cancelled&) {  // before it began
      }
      EXPECT_EQ(result, mine);
      (mine == 0 ? back : calls) += 1;
    }(taken_back, made));
  }
  EXPECT_GT(taken_back, 0);
  EXPECT_GT(made, 0);
}

TEST(blocking, channels_and_threads_of_the_pool_meet) {  // C24: the forms that do not wait
  actors::run([]() -> task<> {
    auto [tx, rx] = actors::channel<int>(actors::unbounded);
    auto filling = spawn([](auto out) -> task<> {
      co_await blocking([&out] {
        for (int i = 0; i != 1000; ++i) out.try_send(i);
      });
    }(std::move(tx)));
    int next = 0;
    while (auto value = co_await rx.receive()) {
      EXPECT_EQ(*value, next);
      ++next;
    }
    EXPECT_EQ(next, 1000);
    co_await filling;
  }());
}

}  // namespace
