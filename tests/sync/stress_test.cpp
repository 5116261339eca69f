// Synchronisation on real workers and plain threads at once, with cancellations from outside.
#include <actors/actors.hpp>
#include <actors/sync/barrier.hpp>
#include <actors/sync/condition.hpp>
#include <actors/sync/event.hpp>
#include <actors/sync/latch.hpp>
#include <actors/sync/mutex.hpp>
#include <actors/sync/semaphore.hpp>
#include <actors/sync/shared_mutex.hpp>

#include "support/biased_locks.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace {

using actors::join_handle;
using actors::task;

// After how many turns locks are biased, and how many workers there are.
class sync_stress : public testing::TestWithParam<std::pair<std::uint32_t, unsigned>> {
 protected:
  static unsigned workers() { return GetParam().second; }

 private:
  test::biased_after few_{GetParam().first};
};
INSTANTIATE_TEST_SUITE_P(biased_after_and_workers, sync_stress,
                         testing::Values(std::pair{1024U, 1U}, std::pair{2U, 2U}, std::pair{1024U, 4U},
                                         std::pair{2U, 4U}));

constexpr int rounds = 8000 / test::slowness;
constexpr int parties = 6;

/// Cancels each of the tasks from a plain thread while they run; waits for all.
template <class T>
void cancel_some(std::vector<join_handle<T>>& all) {
  for (std::size_t i = 0; i < all.size(); i += 3) {
    std::this_thread::yield();
    all[i].cancel();
  }
  for (auto& each : all) each.wait();
}

TEST_P(sync_stress, mutex) {  // Q4
  actors::mutex lock;
  long inside = 0;  // guarded by the lock
  long turns = 0;
  std::atomic<long> done{0};
  const auto use = [&](int times) -> task<> {
    for (int i = 0; i != times; ++i) {
      auto guard = co_await lock.lock();
      EXPECT_EQ(++inside, 1);
      ++turns;
      --inside;
      ++done;
    }
  };
  {
    actors::runtime here{{.workers = workers()}};
    std::vector<join_handle<>> all;
    for (int k = 0; k != parties; ++k) all.push_back(here.spawn(use(rounds)));
    std::thread other{[&] {
      for (int i = 0; i != rounds; ++i) {
        auto guard = lock.blocking_lock();
        EXPECT_EQ(++inside, 1);
        ++turns;
        --inside;
        ++done;
      }
    }};
    cancel_some(all);
    other.join();
  }
  EXPECT_EQ(turns, done);
  EXPECT_FALSE(lock.locked());
}

TEST_P(sync_stress, shared_mutex) {  // Q4
  actors::shared_mutex lock;
  long value = 0;  // guarded by the lock
  std::atomic<long> readers{0};
  const auto use = [&](int seed) -> task<> {
    for (int i = 0; i != rounds; ++i) {
      if ((i + seed) % 4 == 0) {
        auto guard = co_await lock.lock();
        ++value;
        EXPECT_EQ(readers, 0);
      } else {
        auto guard = co_await lock.lock_shared();
        ++readers;
        EXPECT_GE(value, 0);
        --readers;
      }
    }
  };
  {
    actors::runtime here{{.workers = workers()}};
    std::vector<join_handle<>> all;
    for (int k = 0; k != parties; ++k) all.push_back(here.spawn(use(k)));
    std::thread other{[&] {
      for (int i = 0; i != rounds; ++i) {
        if (i % 2 == 0) {
          auto guard = lock.blocking_lock();
          ++value;
        } else {
          auto guard = lock.blocking_lock_shared();
          EXPECT_GE(value, 0);
        }
      }
    }};
    cancel_some(all);
    other.join();
  }
  EXPECT_TRUE(lock.try_lock());
}

TEST_P(sync_stress, semaphore) {  // Q4
  actors::semaphore permits{4, 4};
  std::atomic<std::size_t> used{0};
  const auto use = [&](int seed) -> task<> {
    for (int i = 0; i != rounds; ++i) {
      const auto count = static_cast<std::size_t>((i + seed) % 4 + 1);
      auto permit = co_await permits.acquire(count);
      EXPECT_LE(used += count, 4U);
      used -= count;
    }
  };
  {
    actors::runtime here{{.workers = workers()}};
    std::vector<join_handle<>> all;
    for (int k = 0; k != parties; ++k) all.push_back(here.spawn(use(k)));
    std::thread other{[&] {
      for (int i = 0; i != rounds; ++i) {
        auto permit = permits.blocking_acquire(2);
        EXPECT_LE(used += 2, 4U);
        used -= 2;
      }
    }};
    cancel_some(all);
    other.join();
  }
  EXPECT_EQ(permits.available(), 4U);
}

// Whoever takes an item has been let on by one that put it there.
TEST_P(sync_stress, condition) {  // Q4
  actors::mutex lock;
  actors::condition changed{lock};
  long items = 0;  // guarded by the lock
  long taken = 0;
  const auto take = [&]() -> task<> {
    for (;;) {
      auto guard = co_await lock.lock();
      while (items == 0) co_await changed.wait(guard);
      --items;
      ++taken;
    }
  };
  constexpr long all_items = 3L * rounds;
  {
    actors::runtime here{{.workers = workers()}};
    std::vector<join_handle<>> all;
    for (int k = 0; k != parties; ++k) all.push_back(here.spawn(take()));
    std::thread other{[&] {
      for (long i = 0; i != all_items; ++i) {
        auto guard = lock.blocking_lock();
        ++items;
        changed.notify_one();
      }
    }};
    for (std::size_t i = 0; i < all.size(); i += 2) all[i].cancel();
    other.join();
    {
      // Those who were not cancelled take the rest; the thread waits among them.
      const auto finished = [&]() -> task<> {
        for (bool empty = false; !empty;) {
          auto guard = co_await lock.lock();
          empty = items == 0;
        }
      };
      here.spawn(finished()).wait();
    }
    for (auto& each : all) each.cancel();
    for (auto& each : all) each.wait();
  }
  EXPECT_EQ(taken, all_items);
  EXPECT_FALSE(lock.locked());
}

TEST_P(sync_stress, event_and_latch) {  // Q4
  actors::runtime here{{.workers = workers()}};
  for (int i = 0; i != rounds / 10; ++i) {
    actors::event ready;
    actors::latch gate{parties + 1};
    int value = 0;
    const auto wait = [&]() -> task<> {
      co_await ready.wait();
      EXPECT_EQ(value, 7);
      co_await gate.arrive_and_wait();
    };
    std::vector<join_handle<>> all;
    for (int k = 0; k != parties; ++k) all.push_back(here.spawn(wait()));
    auto waits_too = here.spawn([](actors::event& which) -> task<> { co_await which.wait(); }(ready));
    waits_too.cancel();
    value = 7;
    ready.set();
    gate.blocking_arrive_and_wait();
    waits_too.wait();
    for (auto& each : all) each.wait();
    EXPECT_TRUE(gate.try_wait());
  }
}

TEST_P(sync_stress, barrier) {  // Q4
  actors::barrier meeting{parties + 1};
  std::vector<int> steps(parties + 1, 0);  // each by its party; read by all between two meetings
  const auto check = [&](int generation) {
    for (const int each : steps) EXPECT_EQ(each, generation);
  };
  const auto step = [&](std::size_t number) -> task<> {
    for (int i = 1; i <= rounds / 5; ++i) {
      steps[number] = i;
      co_await meeting.arrive_and_wait();
      check(i);
      co_await meeting.arrive_and_wait();
    }
  };
  actors::runtime here{{.workers = workers()}};
  std::vector<join_handle<>> all;
  for (std::size_t k = 0; k != parties; ++k) all.push_back(here.spawn(step(k)));
  for (int i = 1; i <= rounds / 5; ++i) {
    steps[parties] = i;
    meeting.blocking_arrive_and_wait();
    check(i);
    meeting.blocking_arrive_and_wait();
  }
  for (auto& each : all) each.wait();
}

// An object that its users share and the last one destroys, as soon as it has unlocked.
TEST_P(sync_stress, the_last_user_destroys_a_mutex) {
  struct object {
    actors::mutex lock;
    int users = 3;
  };
  const auto use = [](object* shared) -> task<> {
    auto guard = co_await shared->lock.lock();
    const bool last = --shared->users == 0;
    guard.unlock();
    if (last) delete shared;
  };
  actors::runtime here{{.workers = workers()}};
  for (int i = 0; i != rounds; ++i) {
    auto* shared = new object;
    auto one = here.spawn(use(shared));
    auto two = here.spawn(use(shared));
    auto three = here.spawn(use(shared));
    one.wait();
    two.wait();
    three.wait();
  }
}

}  // namespace
