// mutex: what each operation gives, in order of arrival, under virtual time.
#include <actors/actors.hpp>
#include <actors/sync/mutex.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::mutex;
using actors::sleep;
using actors::spawn;
using actors::task;
using actors::usage_error;
using test::for_seeds;

TEST(mutex, belongs_to_a_guard_until_that_is_gone) {
  for_seeds(1, []() -> task<> {
    mutex lock;
    EXPECT_FALSE(lock.locked());
    {
      auto guard = co_await lock.lock();
      EXPECT_TRUE(guard);
      EXPECT_TRUE(guard.holds(lock));
      EXPECT_TRUE(lock.locked());
      EXPECT_FALSE(lock.try_lock());
      mutex::guard moved{std::move(guard)};
      EXPECT_FALSE(guard);  // NOLINT(bugprone-use-after-move): it is empty
      EXPECT_TRUE(lock.locked());
      mutex other;
      moved = other.try_lock();
      EXPECT_TRUE(moved.holds(other));
      EXPECT_FALSE(lock.locked());
    }
    auto again = lock.try_lock();
    EXPECT_TRUE(again);
    again.unlock();
    EXPECT_FALSE(lock.locked());
  });
}

TEST(mutex, a_guard_that_has_nothing_unlocks_nothing) {
  mutex lock;
  mutex::guard guard;
  EXPECT_THROW(guard.unlock(), usage_error);
  guard = lock.try_lock();
  guard.unlock();
  EXPECT_THROW(guard.unlock(), usage_error);
  EXPECT_FALSE(lock.locked());
}

task<> arrive(mutex& lock, int number, std::vector<int>& order) {
  co_await sleep(number * 1ms);
  auto guard = co_await lock.lock();
  order.push_back(number);
  co_await sleep(100ms);
}

TEST(mutex, is_handed_over_in_order_of_arrival) {  // Q4
  for_seeds(20, []() -> task<> {
    mutex lock;
    std::vector<int> order;
    std::vector<actors::join_handle<>> all;
    for (const int number : {4, 2, 5, 1, 3}) all.push_back(spawn(arrive(lock, number, order)));
    for (auto& each : all) co_await each;
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5}));
  });
}

TEST(mutex, nobody_gets_in_between_while_somebody_waits) {  // Q4
  for_seeds(20, []() -> task<> {
    mutex lock;
    std::vector<int> order;
    auto guard = co_await lock.lock();
    auto waiting = spawn(arrive(lock, 1, order));
    co_await sleep(10ms);
    guard.unlock();
    // The one that waits has it, though it has not run yet.
    EXPECT_TRUE(lock.locked());
    EXPECT_FALSE(lock.try_lock());
    guard = co_await lock.lock();
    EXPECT_EQ(order, std::vector<int>{1});
    co_await waiting;
  });
}

TEST(mutex, a_cancelled_waiter_does_not_get_it_and_the_next_one_does) {  // Q4, T6, C18
  for_seeds(20, []() -> task<> {
    mutex lock;
    std::vector<int> order;
    auto guard = co_await lock.lock();
    auto first = spawn(arrive(lock, 1, order));
    auto second = spawn(arrive(lock, 2, order));
    co_await sleep(10ms);
    first.cancel();
    guard.unlock();
    co_await second;
    EXPECT_TRUE(first.was_cancelled());
    EXPECT_EQ(order, std::vector<int>{2});
    EXPECT_FALSE(lock.locked());
  });
}

task<> lock_and_sleep(mutex& lock, bool& had_it) {
  auto guard = co_await lock.lock();
  had_it = true;
  co_await sleep(1s);
  ADD_FAILURE() << "the cancellation stayed for the sleep";
}

TEST(mutex, one_that_got_it_before_the_cancellation_has_it) {  // C16
  for_seeds(20, []() -> task<> {
    mutex lock;
    bool had_it = false;
    auto guard = co_await lock.lock();
    auto waiting = spawn(lock_and_sleep(lock, had_it));
    co_await sleep(1ms);
    guard.unlock();
    waiting.cancel();
    try {
      co_await waiting;
    } catch (const cancelled&) {
    }
    EXPECT_TRUE(had_it);
    EXPECT_FALSE(lock.locked());
  });
}

task<> lock_for_ever(mutex& lock, long& turns) {
  for (;;) {
    auto guard = co_await lock.lock();
    ++turns;
  }
}

// A loop of locks that need not wait can be cancelled, and lets others run.
TEST(mutex, a_loop_of_locks_can_be_cancelled_and_starves_nobody) {  // T6, R2
  for_seeds(3, []() -> task<> {
    mutex lock;
    long turns = 0;
    auto looping = spawn(lock_for_ever(lock, turns));
    while (turns == 0) co_await actors::yield();
    const long before = turns;
    looping.cancel();
    try {
      co_await looping;
    } catch (const cancelled&) {
    }
    EXPECT_LE(turns, before + 2 * actors::waiter::turn_budget);
    EXPECT_FALSE(lock.locked());
  });
}

TEST(mutex, a_wait_for_it_can_have_a_time_limit) {
  for_seeds(5, []() -> task<> {
    mutex lock;
    const auto lock_it = [](mutex& which) -> task<mutex::guard> { co_return co_await which.lock(); };
    auto guard = co_await lock.lock();
    auto limited = actors::wait_for(lock_it(lock), 10ms);
    bool late = false;
    try {
      auto other = co_await limited;
    } catch (const actors::timed_out&) {
      late = true;
    }
    EXPECT_TRUE(late);
    guard.unlock();
    EXPECT_TRUE(lock.try_lock());
  });
}

TEST(mutex, a_thread_may_wait_for_it_but_no_worker) {
  mutex lock;
  auto guard = lock.blocking_lock();
  std::thread other{[&] { auto theirs = lock.blocking_lock(); }};
  guard.unlock();
  other.join();
  EXPECT_FALSE(lock.locked());
  const auto block_a_worker = [](mutex& which) -> task<> {
    EXPECT_THROW(static_cast<void>(which.blocking_lock()), usage_error);
    co_return;
  };
  actors::run(block_a_worker(lock));
}

TEST(mutex_death_test, to_destroy_one_that_is_waited_for_ends_the_program) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto main = []() -> task<> {
    auto lock = std::make_unique<mutex>();
    auto guard = co_await lock->lock();
    bool had_it = false;
    auto waiting = spawn(lock_and_sleep(*lock, had_it));
    co_await sleep(1ms);
    lock.reset();
  };
  EXPECT_DEATH(test::run_simulated(1, main()), "a mutex was destroyed while somebody waits for it");
}

}  // namespace
