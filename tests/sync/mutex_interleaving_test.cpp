// mutex under many schedules: exclusion, hand-over against cancellation, threads beside tasks, destruction.
#include <actors/sync/mutex.hpp>

#include "simulation/exploring.hpp"
#include "support/biased_locks.hpp"
#include "trying.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <utility>

namespace {

using actors::mutex;
using actors::spawn;
using actors::task;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class mutex_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, mutex_interleaving, testing::Values(1U << 20U, 1U));

struct critical {
  mutex lock;
  int inside = 0;
  int passed = 0;
};

task<> pass(critical& shared, int times, bool pause) {
  for (int i = 0; i != times; ++i) {
    auto guard = co_await shared.lock.lock();
    EXPECT_EQ(++shared.inside, 1);
    // A value that only the holder changes: a holder who is cancelled here leaves it right.
    try {
      if (pause) co_await actors::yield();
    } catch (const actors::cancelled&) {
      --shared.inside;
      throw;
    }
    --shared.inside;
    ++shared.passed;
  }
}

task<> exclude(bool pause) {
  critical shared;
  auto one = spawn(pass(shared, 2, pause));
  auto two = spawn(pass(shared, 2, false));
  auto three = spawn(pass(shared, 1, pause));
  co_await one;
  co_await two;
  co_await three;
  EXPECT_EQ(shared.passed, 5);
  EXPECT_FALSE(shared.lock.locked());
}

TEST_P(mutex_interleaving, one_at_a_time_is_inside) {  // Q4
  for (const bool pause : {false, true}) holds_in_all([=] { return exclude(pause); }, {.workers = 3});
}

// A lock that was cancelled must not keep the wake-up that it was about to get (bpo-27585, bpo-32734).
task<> cancel_one() {
  critical shared;
  auto first = spawn(pass(shared, 1, true));
  auto second = spawn(pass(shared, 1, false));
  auto third = spawn(pass(shared, 1, true));
  auto stop = spawn(test::cancel(second));
  co_await first;
  const bool second_passed = co_await test::went_through(second);
  co_await third;
  co_await stop;
  EXPECT_EQ(shared.passed, second_passed ? 3 : 2);
  EXPECT_EQ(shared.inside, 0);
  EXPECT_FALSE(shared.lock.locked());
  EXPECT_TRUE(shared.lock.try_lock());
}

TEST_P(mutex_interleaving, a_cancelled_waiter_hands_its_turn_on) {  // Q4, C18
  holds_in_all(cancel_one, {.workers = 3}, test::thorough);
}

task<> lock_and_sleep(critical& shared, bool& had_it, bool& was_cancelled) {
  try {
    auto guard = co_await shared.lock.lock();
    had_it = true;
    guard.unlock();
    co_await actors::sleep(std::chrono::seconds{1});
  } catch (const actors::cancelled&) {
    was_cancelled = true;
  }
}

task<> cancel_with_the_hand_over() {
  critical shared;
  bool had_it = false;
  bool was_cancelled = false;
  auto guard = co_await shared.lock.lock();
  auto waiting = spawn(lock_and_sleep(shared, had_it, was_cancelled));
  co_await actors::yield();
  auto stop = spawn(test::cancel(waiting));
  guard.unlock();
  const auto begin = actors::simulated_time();
  const bool began = co_await test::went_through(waiting);
  co_await stop;
  // Where it had the mutex the cancellation stayed for the sleep.
  EXPECT_EQ(actors::simulated_time(), begin);
  EXPECT_EQ(was_cancelled, began);
  EXPECT_TRUE(shared.lock.try_lock());
}

TEST_P(mutex_interleaving, a_hand_over_before_the_cancellation_is_kept) {  // C16, T6
  holds_in_all(cancel_with_the_hand_over);
}

void lock_on_a_thread() {
  critical shared;
  {
    actors::runtime here{{.workers = 2}};
    auto one = here.spawn(pass(shared, 1, true));
    auto two = here.spawn(pass(shared, 1, false));
    auto stop = here.spawn(test::cancel(two));
    {
      auto guard = shared.lock.blocking_lock();
      EXPECT_EQ(++shared.inside, 1);
      --shared.inside;
      ++shared.passed;
    }
    one.wait();
    two.wait();
    stop.wait();
    EXPECT_EQ(shared.passed, two.was_cancelled() ? 2 : 3);
  }
  EXPECT_FALSE(shared.lock.locked());
}

TEST_P(mutex_interleaving, threads_wait_among_tasks) {  // Q4
  holds_in_all(lock_on_a_thread);
}

// Two turns in a row: where locks are biased early, it is biased to this worker now.
task<> use_alone(mutex& lock) {
  for (int i = 0; i != 2; ++i) auto guard = co_await lock.lock();
}

task<> unlock_here(mutex::guard guard) {
  guard.unlock();
  co_return;
}

// A guard that is given away is unlocked on another worker than that to which the lock is biased.
task<> give_the_guard_away() {
  critical shared;
  co_await use_alone(shared.lock);
  auto guard = co_await shared.lock.lock();
  auto one = spawn(pass(shared, 2, false));
  auto other = spawn(unlock_here(std::move(guard)));
  auto two = spawn(pass(shared, 2, true));
  co_await other;
  co_await pass(shared, 1, false);
  co_await one;
  co_await two;
  EXPECT_EQ(shared.passed, 5);
  EXPECT_FALSE(shared.lock.locked());
}

TEST_P(mutex_interleaving, a_guard_may_be_unlocked_on_another_worker) {  // Q4
  holds_in_all(give_the_guard_away, {.workers = 3});
}

void unlock_on_a_thread() {
  critical shared;
  {
    actors::runtime here{{.workers = 2}};
    mutex::guard guard;
    here.spawn(use_alone(shared.lock)).wait();
    here.spawn([](mutex& lock, mutex::guard& place) -> task<> { place = co_await lock.lock(); }(shared.lock, guard))
        .wait();
    auto one = here.spawn(pass(shared, 2, true));
    auto two = here.spawn(pass(shared, 2, false));
    guard.unlock();
    one.wait();
    two.wait();
  }
  EXPECT_EQ(shared.passed, 4);
  EXPECT_FALSE(shared.lock.locked());
}

TEST_P(mutex_interleaving, a_guard_may_be_unlocked_on_a_plain_thread) {  // Q4
  holds_in_all(unlock_on_a_thread);
}

// The last of those who share an object ends its life, also while the one before is still unlocking.
struct counted_object {
  mutex lock;
  int users = 3;
};

task<> use_and_leave(counted_object* object) {
  auto guard = co_await object->lock.lock();
  const bool last = --object->users == 0;
  guard.unlock();
  if (last) delete object;
}

task<> cancelled_user(counted_object* object) {
  mutex::guard guard;
  try {
    guard = co_await object->lock.lock();
  } catch (const actors::cancelled&) {
    guard = {};
  }
  if (!guard) guard = co_await object->lock.lock();
  const bool last = --object->users == 0;
  guard.unlock();
  if (last) delete object;
}

task<> leave_one_after_another() {
  auto* object = new counted_object;
  co_await use_alone(object->lock);
  auto guard = co_await object->lock.lock();
  auto one = spawn(use_and_leave(object));
  auto two = spawn(use_and_leave(object));
  auto three = spawn(cancelled_user(object));
  co_await actors::yield();
  three.cancel();
  guard.unlock();
  co_await one;
  co_await two;
  const bool began = co_await test::went_through(three);
  if (!began) {
    auto instead = spawn(use_and_leave(object));
    co_await instead;
  }
}

TEST_P(mutex_interleaving, it_may_be_destroyed_while_the_last_unlock_returns) {
  holds_in_all(leave_one_after_another, {.workers = 3});
}

}  // namespace
