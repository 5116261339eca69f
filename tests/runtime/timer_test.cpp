// Timers of a running runtime.
#include <actors/actors.hpp>
#include <actors/detail/frame_pool.hpp>

#include "support/time_limit.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <random>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::spawn;
using actors::task;
using clock = std::chrono::steady_clock;

class timers : public ::testing::TestWithParam<unsigned> {
 protected:
  template <class T>
  static T run(task<T> main) {
    return actors::run(std::move(main), {.workers = GetParam()});
  }
};
INSTANTIATE_TEST_SUITE_P(workers, timers, ::testing::Values(1U, 2U, 4U));

TEST_P(timers, never_fire_early) {  // R6
  run([]() -> task<> {
    std::vector<actors::join_handle<>> sleepers;
    for (int i = 0; i != 2000; ++i) {
      sleepers.push_back(spawn([](std::chrono::microseconds delay) -> task<> {
        const auto begin = clock::now();
        co_await actors::sleep(delay);
        EXPECT_GE(clock::now() - begin, delay);
      }(std::chrono::microseconds{i * 7 % 20'000})));
    }
    for (auto& each : sleepers) co_await each;
  }());
}

TEST_P(timers, fire_soon_beside_a_worker_that_computes) {  // R4, R11
  if (GetParam() == 1) return;                             // nobody else could
  run([]() -> task<> {
    // The sleeping task is queued on the worker that computes; the others must serve it.
    for (int round = 0; round != 20; ++round) {
      std::atomic<bool> woken = false;
      auto sleeper = spawn([](auto& flag) -> task<> {
        co_await actors::sleep(2ms);
        flag = true;
      }(woken));
      co_await actors::yield();
      test::spin_until([&] { return woken.load(); });
      co_await sleeper;
    }
  }());
}

// All workers sleep; the one that wakes for the first timer is in a long turn when the second one is due.
TEST_P(timers, fire_soon_beside_a_long_turn_that_a_timer_began) {  // R4, R11
  if (GetParam() == 1) return;                                     // nobody else could
  run([]() -> task<> {
    for (int i = 0; i != 50; ++i) co_await actors::sleep(100us);  // turns are known to be short
    for (int round = 0; round != 20; ++round) {
      std::atomic<bool> woken = false;
      auto first = spawn([](auto& flag) -> task<> {
        co_await actors::sleep(2ms);
        test::spin_until([&] { return flag.load(); });
      }(woken));
      auto second = spawn([](auto& flag, std::chrono::milliseconds delay) -> task<> {
        co_await actors::sleep(delay);
        flag = true;
      }(woken, round % 2 == 0 ? 2ms : 5ms));
      co_await first;
      co_await second;
    }
  }());
}

TEST_P(timers, a_sleep_that_is_cancelled_ends_at_once_and_leaves_nothing) {  // T12, R6
  run([]() -> task<> {
    const auto begin = clock::now();
    std::vector<actors::join_handle<>> sleepers;
    for (int i = 0; i != 1000; ++i) sleepers.push_back(spawn([]() -> task<> { co_await actors::sleep(10min); }()));
    for (int i = 0; i != 3; ++i) co_await actors::yield();
    for (auto& each : sleepers) each.cancel();
    for (auto& each : sleepers) {
      bool thrown = false;
      try {
        co_await each;
      } catch (const actors::cancelled&) {
        thrown = true;
      }
      EXPECT_TRUE(thrown);
    }
    EXPECT_LT(clock::now() - begin, 5min);
  }());
}

TEST_P(timers, cancellations_race_with_the_deadline) {  // R6, C16: decided once, whoever is first
  std::atomic<int> over = 0;
  std::atomic<int> stopped = 0;
  run([&]() -> task<> {
    std::mt19937 random{3};
    for (int round = 0; round != 100; ++round) {
      std::vector<actors::join_handle<>> sleepers;
      for (int i = 0; i != 20; ++i) {
        sleepers.push_back(spawn([](auto delay, auto& ended, auto& thrown) -> task<> {
          try {
            co_await actors::sleep(delay);
            ++ended;
          } catch (const actors::cancelled&) {
            ++thrown;
          }
        }(std::chrono::microseconds{random() % 400}, over, stopped)));
      }
      for (auto& each : sleepers) {
        co_await actors::sleep(std::chrono::microseconds{random() % 30});
        each.cancel();
      }
      for (auto& each : sleepers) {
        try {
          co_await each;
        } catch (const actors::cancelled&) {  // before it began
          ++stopped;
        }
      }
    }
  }());
  EXPECT_EQ(over + stopped, 2000);
  EXPECT_GT(over, 0);
}

TEST_P(timers, a_hundred_thousand_sleepers_are_normal) {
  std::atomic<int> woken = 0;
  const int count = 100'000 / test::slowness;
  run([&]() -> task<> {
    std::vector<actors::join_handle<>> sleepers;
    for (int i = 0; i != count; ++i) {
      sleepers.push_back(spawn([](int n, auto& counter) -> task<> {
        co_await actors::sleep(std::chrono::microseconds{50'000 + n % 1000});
        ++counter;
      }(i, woken)));
    }
    for (auto& each : sleepers) co_await each;
  }());
  EXPECT_EQ(woken, count);
}

// The table of docs/decisions/frames-and-timers.md: 168 bytes under an optimising g++, in a class of 176.
task<> doze_until(clock::time_point time, std::atomic<int>& woken) {
  co_await actors::sleep_until(time);
  ++woken;
}

TEST_P(timers, a_sleeping_task_takes_less_than_192_bytes_and_they_are_given_back) {  // C21
  if (test::slowness != 1) return;                                                   // sanitizers change frames
  constexpr std::size_t count = 100'000;
  const auto pages = [] { return actors::detail::frame_statistics().pages_in_use; };
  std::size_t during = 0;
  const std::size_t before = pages();
  run([&]() -> task<> {
    std::atomic<int> woken = 0;
    std::vector<actors::join_handle<>> sleepers;
    for (std::size_t i = 0; i != count; ++i) sleepers.push_back(spawn(doze_until(clock::now() + 50ms, woken)));
    during = pages();
    for (auto& each : sleepers) co_await each;
  }());
  constexpr std::size_t page_bytes = std::size_t{64} << 10;
  EXPECT_LT((during - before) * page_bytes, count * 192);
  EXPECT_LT(pages(), before + 20);
}

TEST_P(timers, tasks_started_from_another_thread_can_sleep) {
  actors::runtime here{{.workers = GetParam()}};
  for (int i = 0; i != 50; ++i) {
    const auto begin = clock::now();
    here.spawn([]() -> task<> { co_await actors::sleep(1ms); }()).get();
    EXPECT_GE(clock::now() - begin, 1ms);
  }
}

TEST_P(timers, a_sooner_one_wakes_a_worker_that_sleeps_for_a_later_one) {  // R4
  actors::runtime here{{.workers = GetParam()}};
  auto late = here.spawn([]() -> task<> { co_await actors::sleep(10min); }());
  test::wait_until_workers_sleep();
  here.spawn([]() -> task<> { co_await actors::sleep(1ms); }()).get();
  late.cancel();
}

}  // namespace
