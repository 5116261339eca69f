// The parts that workers are made of, each by itself, between simulated threads.
#include <actors/actors.hpp>

#include "exploring.hpp"
#include "injector.hpp"
#include "local_queue.hpp"
#include "parker.hpp"

#include <gtest/gtest.h>

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using actors::runnable;
using actors::waiter;
using actors::detail::injector;
using actors::detail::joining_thread;
using actors::detail::local_queue;
using actors::detail::parker;
using test::holds_in_all;

struct piece : runnable {
  actors::detail::atomic<int> taken{0};
};

void take(runnable* work) {
  if (work != nullptr) static_cast<piece*>(work)->taken.fetch_add(1);
}

void steal_twice(local_queue& from) {
  local_queue own;
  for (int i = 0; i != 2; ++i) {
    take(from.steal_into(own));
    while (runnable* work = own.pop()) take(work);
  }
}

template <std::size_t N, class Owner>
void owner_and_two_thieves(Owner owner) {
  local_queue queue;
  std::array<piece, N> pieces;
  {
    joining_thread one{[&] { steal_twice(queue); }};
    joining_thread two{[&] { steal_twice(queue); }};
    owner(queue, pieces);
  }
  while (runnable* work = queue.pop()) take(work);
  for (const piece& each : pieces) EXPECT_EQ(each.taken.load(), 1);
}

TEST(queue_interleaving, each_entry_of_a_local_queue_is_taken_once) {  // R1, R3
  holds_in_all([] {
    owner_and_two_thieves<5>([](local_queue& queue, auto& pieces) {
      for (piece& each : pieces) EXPECT_TRUE(queue.push(each));
      take(queue.pop());
      take(queue.pop_newest());
      take(queue.pop());
    });
  });
}

TEST(queue_interleaving, the_newest_entry_and_a_thief) {  // R1, R3
  holds_in_all([] {
    owner_and_two_thieves<4>([](local_queue& queue, auto& pieces) {
      for (std::size_t i = 0; i != 4; ++i) {
        EXPECT_TRUE(queue.push(pieces[i]));
        take(queue.pop_newest());
      }
    });
  });
}

TEST(queue_interleaving, half_of_a_full_queue_and_a_thief) {  // R3
  holds_in_all(
      [] {
        owner_and_two_thieves<local_queue::capacity + 1>([](local_queue& queue, auto& pieces) {
          for (piece& each : pieces) {
            while (!queue.push(each)) {
              std::size_t count = 0;
              for (runnable* work = queue.pop_half(count); work != nullptr;) {
                runnable* const next = work->next;
                take(work);
                work = next;
              }
            }
          }
        });
      },
      {}, 60);
}

TEST(queue_interleaving, each_entry_of_an_injector_is_taken_once) {  // R1, R3
  holds_in_all([] {
    injector queue;
    std::array<piece, 6> pieces;
    const auto pushes = [&](std::size_t first) {
      for (std::size_t i = first; i != first + 3; ++i) queue.push(pieces[i]);
    };
    const auto pops = [&] {
      for (runnable* work = queue.pop_share(2, 2); work != nullptr;) {
        runnable* const next = work->next;
        take(work);
        work = next;
      }
      take(queue.pop());
    };
    {
      joining_thread one{[&] { pushes(0); }};
      joining_thread two{pops};
      joining_thread three{pops};
      pushes(3);
    }
    while (!queue.empty()) take(queue.pop());
    for (const piece& each : pieces) EXPECT_EQ(each.taken.load(), 1);
  });
}

// Exhaustive: a token that is left is found, whether before, in the middle of, or after the wait; also where the time
// is over just then.
TEST(queue_interleaving, a_parker_loses_no_token) {  // R4
  for (const std::int64_t after : {INT64_MAX, std::int64_t{0}, std::int64_t{1000}}) {
    const auto report = actors::explore(
        {.schedules = 100'000, .strategy = actors::strategy::exhaustive, .failed = &testing::Test::HasFailure}, [=] {
          parker place;
          const auto deadline = after == INT64_MAX ? after : actors::detail::clock_now() + after;
          joining_thread waker{[&] { static_cast<void>(place.wake()); }};
          bool woken = place.wait(deadline);
          if (!woken) woken = place.wait(INT64_MAX);
          EXPECT_TRUE(woken);
        });
    EXPECT_TRUE(report) << report.text();
    EXPECT_TRUE(report.exhausted);
    EXPECT_GT(report.schedules, 3U);
  }
}

// ---- a wait that may be decided before the party has armed for it
// ----------------------------------------------------

struct counting_executor final : actors::executor {
  void post(runnable&) noexcept override { posts.fetch_add(1); }
  actors::detail::atomic<int> posts{0};
};

struct party final : waiter {
  party(counting_executor& where) noexcept { home = &where; }  // NOLINT(google-explicit-constructor)
};

// Whoever comes when: the party finds the decision, or is posted once for it; or a cancellation ends the wait, posts it
// once, and the decision is still there when it arms again.
TEST(queue_interleaving, a_wait_is_decided_once_also_before_it_begins) {  // R1
  const auto main = [] {
    counting_executor where;
    party who{where};
    joining_thread source{[&] {
      if (who.decide()) who.wake();
    }};
    joining_thread canceller{[&] { who.request_cancel(); }};
    bool decided = false;
    switch (who.arm_unless_decided()) {
      case waiter::arming::decided:
        decided = true;
        break;
      case waiter::arming::cancelled:
        decided = !who.arm_shielded_unless_decided();
        break;
      case waiter::arming::armed:
        break;
    }
    source.join();
    canceller.join();
    if (decided) {
      EXPECT_EQ(where.posts.load(), 0);
      return;
    }
    EXPECT_EQ(where.posts.load(), 1);
    EXPECT_FALSE(who.waits()) << "posted, and so not armed";
    // Either it was posted for the decision, or that is found now.
    who.arm_shielded_unless_decided();
    EXPECT_EQ(where.posts.load(), 1);
  };
  const auto report = actors::explore(
      {.schedules = 100'000, .strategy = actors::strategy::exhaustive, .failed = &testing::Test::HasFailure}, main);
  EXPECT_TRUE(report) << report.text();
  EXPECT_TRUE(report.exhausted);
}

}  // namespace
