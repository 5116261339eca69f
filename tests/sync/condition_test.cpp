// condition: waits and notifications, with the mutex held again afterwards, under virtual time.
#include <actors/actors.hpp>
#include <actors/sync/condition.hpp>

#include "support/simulated_scheduler.hpp"
#include "trying.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::condition;
using actors::mutex;
using actors::sleep;
using actors::spawn;
using actors::task;
using actors::usage_error;
using test::for_seeds;

struct store {
  mutex lock;
  condition changed{lock};
  int items = 0;
  std::vector<int> log;
};

task<> take(store& from, int number) {
  co_await sleep(number * 1ms);
  auto guard = co_await from.lock.lock();
  while (from.items == 0) co_await from.changed.wait(guard);
  EXPECT_TRUE(from.lock.locked());
  --from.items;
  from.log.push_back(number);
}

TEST(condition, a_notification_wakes_the_one_that_waits_longest) {  // Q4
  for_seeds(20, []() -> task<> {
    store shared;
    auto two = spawn(take(shared, 2));
    auto one = spawn(take(shared, 1));
    auto three = spawn(take(shared, 3));
    for (int i = 0; i != 3; ++i) {
      co_await sleep(10ms);
      EXPECT_FALSE(shared.lock.locked()) << "who waits does not have it";
      auto guard = co_await shared.lock.lock();
      ++shared.items;
      shared.changed.notify_one();
      EXPECT_EQ(shared.log.size(), static_cast<std::size_t>(i)) << "not before the mutex is free";
    }
    co_await one;
    co_await two;
    co_await three;
    EXPECT_EQ(shared.log, (std::vector<int>{1, 2, 3}));
    shared.changed.notify_one();  // for nobody
    shared.changed.notify_all();
  });
}

task<> take_when(store& from, int number, int least) {
  co_await sleep(number * 1ms);
  auto guard = co_await from.lock.lock();
  const auto enough = [&from, least] { return from.items >= least; };
  co_await from.changed.wait(guard, enough);
  EXPECT_TRUE(guard.holds(from.lock));
  from.log.push_back(number);
}

TEST(condition, a_wait_with_a_predicate_ends_when_that_holds) {
  for_seeds(20, []() -> task<> {
    store shared;
    auto at_once = spawn(take_when(shared, 1, 0));
    auto two = spawn(take_when(shared, 2, 2));
    auto one = spawn(take_when(shared, 3, 1));
    for (int i = 0; i != 2; ++i) {
      co_await sleep(10ms);
      auto guard = co_await shared.lock.lock();
      ++shared.items;
      shared.changed.notify_all();
    }
    co_await at_once;
    co_await one;
    co_await two;
    EXPECT_EQ(shared.log, (std::vector<int>{1, 3, 2}));
  });
}

task<> wait_and_note(store& from, bool& cancelled_with_mutex) {
  auto guard = co_await from.lock.lock();
  try {
    co_await from.changed.wait(guard);
  } catch (const cancelled&) {
    cancelled_with_mutex = guard.holds(from.lock) && from.lock.locked();
    throw;
  }
}

// The mutex is taken while the wait is cancelled: the task has it before it is told, and waits in vain for nothing
// else.
TEST(condition, a_cancelled_wait_locks_the_mutex_before_it_throws) {  // Q4, T6
  for_seeds(20, []() -> task<> {
    store shared;
    bool with_mutex = false;
    auto waiting = spawn(wait_and_note(shared, with_mutex));
    co_await sleep(1ms);
    auto guard = co_await shared.lock.lock();
    waiting.cancel();
    co_await sleep(1ms);
    EXPECT_FALSE(waiting.done()) << "the mutex is taken";
    waiting.cancel();  // does not end the wait for the mutex
    co_await sleep(1ms);
    EXPECT_FALSE(waiting.done());
    guard.unlock();
    co_await sleep(1ms);
    EXPECT_TRUE(waiting.was_cancelled());
    EXPECT_TRUE(with_mutex);
    EXPECT_FALSE(shared.lock.locked());
  });
}

TEST(condition, a_notification_goes_past_one_that_was_cancelled) {  // Q4, C18
  for_seeds(20, []() -> task<> {
    store shared;
    auto first = spawn(take(shared, 1));
    auto second = spawn(take(shared, 2));
    co_await sleep(10ms);
    auto guard = co_await shared.lock.lock();
    first.cancel();
    ++shared.items;
    shared.changed.notify_one();
    guard.unlock();
    co_await second;
    EXPECT_FALSE(co_await test::went_through(first));
    EXPECT_EQ(shared.log, std::vector<int>{2});
  });
}

task<> wait_then_sleep(store& from, bool& returned) {
  auto guard = co_await from.lock.lock();
  co_await from.changed.wait(guard);
  returned = true;
  co_await sleep(1s);
}

TEST(condition, one_that_was_notified_before_the_cancellation_returns) {  // C16
  for_seeds(20, []() -> task<> {
    store shared;
    bool returned = false;
    auto waiting = spawn(wait_then_sleep(shared, returned));
    co_await sleep(1ms);
    auto guard = co_await shared.lock.lock();
    shared.changed.notify_one();
    waiting.cancel();
    co_await sleep(1ms);
    EXPECT_FALSE(returned);
    guard.unlock();
    co_await sleep(1ms);
    EXPECT_TRUE(returned);
    EXPECT_TRUE(waiting.was_cancelled()) << "the cancellation stayed for the sleep";
    EXPECT_FALSE(shared.lock.locked());
  });
}

task<> cancel_itself_and_wait(store& from, bool& with_mutex) {
  auto guard = co_await from.lock.lock();
  auto& self = co_await actors::detail::this_party{};
  self.request_cancel();
  try {
    co_await from.changed.wait(guard);
  } catch (const cancelled&) {
    with_mutex = guard.holds(from.lock) && from.lock.locked();
  }
}

TEST(condition, a_pending_cancellation_is_thrown_without_a_wait) {  // T6
  for_seeds(5, []() -> task<> {
    store shared;
    bool with_mutex = false;
    auto waiting = spawn(cancel_itself_and_wait(shared, with_mutex));
    co_await waiting;
    EXPECT_TRUE(with_mutex);
    EXPECT_FALSE(shared.lock.locked());
  });
}

TEST(condition, wants_a_guard_of_its_own_mutex) {
  for_seeds(1, []() -> task<> {
    store shared;
    mutex other;
    const auto refused = [&shared](mutex::guard& guard) -> task<bool> {
      try {
        co_await shared.changed.wait(guard);
      } catch (const usage_error&) {
        co_return true;
      }
      co_return false;
    };
    auto of_another = co_await other.lock();
    const bool another = co_await refused(of_another);
    EXPECT_TRUE(another);
    EXPECT_TRUE(of_another.holds(other));
    mutex::guard none;
    const bool empty = co_await refused(none);
    EXPECT_TRUE(empty);
  });
}

TEST(condition, a_thread_may_wait_for_it_but_no_worker) {
  store shared;
  std::thread other{[&] {
    auto guard = shared.lock.blocking_lock();
    shared.changed.blocking_wait(guard, [&] { return shared.items == 1; });
    shared.items = 2;
    shared.changed.notify_all();
  }};
  {
    auto guard = shared.lock.blocking_lock();
    shared.items = 1;
    shared.changed.notify_all();
    shared.changed.blocking_wait(guard, [&] { return shared.items == 2; });
    EXPECT_TRUE(guard.holds(shared.lock));
  }
  other.join();
  mutex::guard none;
  EXPECT_THROW(shared.changed.blocking_wait(none), usage_error);
  const auto block_a_worker = [](store& which) -> task<> {
    auto guard = co_await which.lock.lock();
    EXPECT_THROW(which.changed.blocking_wait(guard), usage_error);
  };
  actors::run(block_a_worker(shared));
}

}  // namespace
