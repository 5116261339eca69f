// condition under many schedules: a notification reaches one who waits, whoever is cancelled beside it.
#include <actors/sync/condition.hpp>

#include "simulation/exploring.hpp"
#include "support/biased_locks.hpp"
#include "trying.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace {

using actors::condition;
using actors::mutex;
using actors::spawn;
using actors::task;
using test::holds_in_all;

class condition_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, condition_interleaving, testing::Values(1U << 20U, 1U));

struct store {
  mutex lock;
  condition changed{lock};
  int items = 0;
  int inside = 0;  ///< who has the mutex, as they say
  int taken = 0;
};

// Whether it returns or throws, the wait has the mutex again.
task<> wait_once(store& from) {
  auto guard = co_await from.lock.lock();
  EXPECT_EQ(++from.inside, 1);
  while (from.items == 0) {
    --from.inside;
    try {
      co_await from.changed.wait(guard);
    } catch (const actors::cancelled&) {
      EXPECT_EQ(++from.inside, 1);
      --from.inside;
      EXPECT_TRUE(guard.holds(from.lock));
      throw;
    }
    EXPECT_EQ(++from.inside, 1);
  }
  --from.items;
  ++from.taken;
  --from.inside;
}

task<> put(store& into) {
  auto guard = co_await into.lock.lock();
  EXPECT_EQ(++into.inside, 1);
  ++into.items;
  into.changed.notify_one();
  --into.inside;
}

// Two items, three who want one, of whom one is cancelled: the notification of one that is cancelled goes to another,
// and where all three are left, one more item is needed.
task<> take_and_cancel() {
  store shared;
  auto one = spawn(wait_once(shared));
  auto two = spawn(wait_once(shared));
  auto three = spawn(wait_once(shared));
  auto stop = spawn(test::cancel(two));
  auto first = spawn(put(shared));
  auto second = spawn(put(shared));
  co_await first;
  co_await second;
  co_await stop;
  if (co_await test::went_through(two)) {
    auto last = spawn(put(shared));
    co_await last;
  }
  co_await one;
  co_await three;
  EXPECT_EQ(shared.items, 0);
  EXPECT_EQ(shared.inside, 0);
  EXPECT_FALSE(shared.lock.locked());
}

TEST_P(condition_interleaving, a_notification_beside_a_cancellation_is_not_lost) {  // Q4, C18
  holds_in_all(take_and_cancel, {.workers = 3}, test::thorough);
}

// What a task that was cancelled while it waited for the mutex again does: it has the mutex when it is told.
task<> hold_for_a_turn(store& shared) {
  auto guard = co_await shared.lock.lock();
  EXPECT_EQ(++shared.inside, 1);
  shared.changed.notify_one();
  co_await actors::yield();
  --shared.inside;
}

task<> cancel_while_it_locks_again() {
  store shared;
  shared.items = 0;
  auto waiting = spawn(wait_once(shared));
  auto holding = spawn(hold_for_a_turn(shared));
  auto also_holding = spawn(hold_for_a_turn(shared));
  co_await actors::yield();
  waiting.cancel();
  EXPECT_FALSE(co_await test::went_through(waiting));
  co_await holding;
  co_await also_holding;
  EXPECT_EQ(shared.inside, 0);
  EXPECT_TRUE(shared.lock.try_lock());
}

TEST_P(condition_interleaving, a_cancelled_wait_has_the_mutex_again) {  // Q4
  holds_in_all(cancel_while_it_locks_again, {.workers = 3});
}

// One that was notified returns from its wait, though it is cancelled before it has the mutex.
task<> wait_and_sleep(store& shared, bool& returned) {
  auto guard = co_await shared.lock.lock();
  shared.items = 1;  // it waits as soon as the mutex is free
  co_await shared.changed.wait(guard);
  returned = true;
  guard.unlock();
  co_await actors::sleep(std::chrono::seconds{1});
}

task<> notify_then_cancel() {
  store shared;
  bool returned = false;
  auto waiting = spawn(wait_and_sleep(shared, returned));
  mutex::guard guard;
  for (bool waits = false; !waits;) {
    guard = {};
    co_await actors::yield();
    guard = co_await shared.lock.lock();
    waits = shared.items != 0;
  }
  shared.changed.notify_one();
  waiting.cancel();
  guard.unlock();
  const auto begin = actors::simulated_time();
  EXPECT_FALSE(co_await test::went_through(waiting)) << "the cancellation is for the sleep";
  EXPECT_EQ(actors::simulated_time(), begin);
  EXPECT_TRUE(returned) << "it was notified first";
}

TEST_P(condition_interleaving, a_notification_before_the_cancellation_is_kept) {  // C16
  holds_in_all(notify_then_cancel);
}

task<> notify_them_all(store& shared) {
  auto guard = co_await shared.lock.lock();
  shared.items = 9;
  guard.unlock();
  shared.changed.notify_all();  // without the mutex
}

void wait_on_a_thread() {
  store shared;
  actors::runtime here{{.workers = 2}};
  auto one = here.spawn(wait_once(shared));
  auto two = here.spawn(wait_once(shared));
  auto stop = here.spawn(test::cancel(two));
  auto more = here.spawn(notify_them_all(shared));
  {
    auto guard = shared.lock.blocking_lock();
    shared.changed.blocking_wait(guard, [&] { return shared.items != 0; });
    --shared.items;
    ++shared.taken;
  }
  one.wait();
  two.wait();
  stop.wait();
  more.wait();
  EXPECT_EQ(shared.taken + shared.items, 9);
}

TEST_P(condition_interleaving, all_are_notified_threads_and_tasks) {  // Q4
  holds_in_all(wait_on_a_thread);
}

// The one who is notified last destroys all of it, while the notification returns.
struct shared_end {
  mutex lock;
  condition changed{lock};
  bool over = false;
  int users = 2;
};

task<> leave_when_over(shared_end* shared) {
  auto guard = co_await shared->lock.lock();
  while (!shared->over) co_await shared->changed.wait(guard);
  const bool last = --shared->users == 0;
  guard.unlock();
  if (last) delete shared;
}

task<> end_it(shared_end* shared) {
  auto guard = co_await shared->lock.lock();
  shared->over = true;
  shared->changed.notify_all();
}

task<> destroy_while_it_notifies() {
  auto* shared = new shared_end;
  auto one = spawn(leave_when_over(shared));
  auto two = spawn(leave_when_over(shared));
  auto ending = spawn(end_it(shared));
  co_await one;
  co_await two;
  co_await ending;
}

TEST_P(condition_interleaving, it_may_be_destroyed_while_the_notification_returns) {
  holds_in_all(destroy_while_it_notifies, {.workers = 3});
}

}  // namespace
