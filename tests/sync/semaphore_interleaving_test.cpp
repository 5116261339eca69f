// semaphore under many schedules: requests of several sizes, cancelled at any moment; nothing is lost or doubled.
#include <actors/sync/semaphore.hpp>

#include "simulation/exploring.hpp"
#include "support/biased_locks.hpp"
#include "trying.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace {

using actors::semaphore;
using actors::spawn;
using actors::task;
using test::holds_in_all;

class semaphore_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, semaphore_interleaving, testing::Values(1U << 20U, 1U));

// How many permits are in use: counted while they are held.
struct meter {
  std::atomic<std::size_t> used{0};
  std::size_t most;

  void add(std::size_t count) { EXPECT_LE(used += count, most); }
  void take(std::size_t count) { used -= count; }
};

task<> use(semaphore& permits, std::size_t count, meter& in_use, bool pause) {
  auto permit = co_await permits.acquire(count);
  in_use.add(count);
  try {
    if (pause) co_await actors::yield();
  } catch (const actors::cancelled&) {
    in_use.take(count);
    throw;
  }
  in_use.take(count);
}

task<> use_and_cancel() {
  semaphore permits{3, 3};
  meter in_use{.most = 3};
  auto small = spawn(use(permits, 1, in_use, true));
  auto large = spawn(use(permits, 3, in_use, true));
  auto medium = spawn(use(permits, 2, in_use, false));
  auto stop = spawn(test::cancel(large));
  co_await small;
  co_await test::went_through(large);
  co_await medium;
  co_await stop;
  EXPECT_EQ(permits.available(), 3U);
  EXPECT_EQ(in_use.used, 0U);
}

TEST_P(semaphore_interleaving, never_more_is_used_than_there_is_and_all_comes_back) {  // Q4, C18
  holds_in_all(use_and_cancel, {.workers = 3}, test::thorough);
}

// Those behind a large request that is cancelled go on with what was kept for it, while somebody holds the rest
// (bpo-45997).
task<> cancel_the_large_one() {
  semaphore permits{2};
  meter in_use{.most = 2};
  auto held = co_await permits.acquire();
  auto large = spawn(use(permits, 2, in_use, false));
  auto small = spawn(use(permits, 1, in_use, false));
  large.cancel();
  EXPECT_FALSE(co_await test::went_through(large)) << "half of what it wanted is held";
  co_await small;
  EXPECT_EQ(permits.available(), 1U);
}

TEST_P(semaphore_interleaving, a_large_request_that_is_cancelled_lets_those_behind_it_go_on) {  // Q4, C18
  holds_in_all(cancel_the_large_one, {}, test::thorough);
}

task<> add(semaphore& permits, std::size_t count) {
  permits.release(count);
  co_return;
}

task<> release_against_cancellation() {
  semaphore permits{0};
  meter in_use{.most = 2};
  auto one = spawn(use(permits, 2, in_use, false));
  auto two = spawn(use(permits, 1, in_use, false));
  auto stop = spawn(test::cancel(one));
  auto more = spawn(add(permits, 1));
  auto yet_more = spawn(add(permits, 1));
  co_await test::went_through(one);
  co_await two;
  co_await stop;
  co_await more;
  co_await yet_more;
  EXPECT_EQ(permits.available(), 2U);
}

TEST_P(semaphore_interleaving, a_release_beside_a_cancellation_is_not_lost) {  // Q4, C18
  holds_in_all(release_against_cancellation, {.workers = 3}, test::thorough);
}

task<> take_one(semaphore& permits) {
  auto permit = co_await permits.acquire();
  permit.forget();
}

// Who gets the last of what one release brings may end the life of the semaphore, while that release returns.
task<> destroy_after_the_last() {
  auto* permits = new semaphore{0};
  for (int i = 0; i != 2; ++i) EXPECT_FALSE(permits->try_acquire());  // it is biased now, where that comes early
  auto one = spawn(take_one(*permits));
  auto more = spawn(add(*permits, 3));
  co_await one;  // the wait is done: of `more` nothing is known
  auto second = co_await permits->acquire(2);
  second.forget();
  delete permits;
  co_await more;
}

task<> take_one_and_destroy(semaphore* permits) {
  auto permit = co_await permits->acquire();
  permit.forget();
  delete permits;
}

// The one who waited does nothing more with the semaphore before it is gone.
task<> destroy_at_once(bool by_permit) {
  auto* permits = new semaphore{by_permit ? 1U : 0U};
  auto permit = permits->try_acquire();
  EXPECT_EQ(static_cast<bool>(permit), by_permit);
  auto one = spawn(take_one_and_destroy(permits));
  co_await actors::yield();
  if (by_permit)
    permit.release();
  else
    permits->release();
  co_await one;
}

TEST_P(semaphore_interleaving, it_may_be_destroyed_while_the_last_release_returns) {
  holds_in_all(destroy_after_the_last);
  for (const bool by_permit : {false, true}) holds_in_all([=] { return destroy_at_once(by_permit); });
}

// The lock is biased to this worker (where locks are biased early); what it acquired comes back on another one.
task<> give_permits_away() {
  semaphore permits{2, 2};
  meter in_use{.most = 2};
  for (int i = 0; i != 2; ++i) auto permit = co_await permits.acquire();
  auto permit = co_await permits.acquire(2);
  auto one = spawn(use(permits, 2, in_use, true));
  auto other = spawn([](semaphore::permit here) -> task<> {
    here.release();
    co_return;
  }(std::move(permit)));
  auto two = spawn(use(permits, 1, in_use, false));
  co_await other;
  co_await use(permits, 1, in_use, false);
  co_await one;
  co_await two;
  EXPECT_EQ(permits.available(), 2U);
}

TEST_P(semaphore_interleaving, permits_may_come_back_on_another_worker) {  // Q4
  holds_in_all(give_permits_away, {.workers = 3});
}

void acquire_on_a_thread() {
  semaphore permits{1, 1};
  meter in_use{.most = 1};
  {
    actors::runtime here{{.workers = 2}};
    auto one = here.spawn(use(permits, 1, in_use, true));
    auto two = here.spawn(use(permits, 1, in_use, false));
    auto stop = here.spawn(test::cancel(one));
    {
      auto permit = permits.blocking_acquire();
      in_use.add(1);
      in_use.take(1);
    }
    one.wait();
    two.wait();
    stop.wait();
  }
  EXPECT_EQ(permits.available(), 1U);
}

TEST_P(semaphore_interleaving, threads_wait_among_tasks) {  // Q4
  holds_in_all(acquire_on_a_thread);
}

}  // namespace
