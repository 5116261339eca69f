// semaphore: permits, limits, and the order in which requests are met, under virtual time.
#include <actors/actors.hpp>
#include <actors/sync/semaphore.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::semaphore;
using actors::sleep;
using actors::spawn;
using actors::task;
using actors::usage_error;
using test::for_seeds;

TEST(semaphore, permits_come_back_with_their_object) {
  for_seeds(1, []() -> task<> {
    semaphore permits{3};
    {
      auto two = co_await permits.acquire(2);
      EXPECT_EQ(two.count(), 2U);
      EXPECT_EQ(permits.available(), 1U);
      EXPECT_FALSE(permits.try_acquire(2));
      auto one = permits.try_acquire();
      EXPECT_TRUE(one);
      EXPECT_EQ(permits.available(), 0U);
      one.release();
      EXPECT_THROW(one.release(), usage_error);
      EXPECT_EQ(one.count(), 0U);
      EXPECT_EQ(permits.available(), 1U);
      semaphore::permit moved{std::move(two)};
      EXPECT_EQ(moved.count(), 2U);
    }
    EXPECT_EQ(permits.available(), 3U);
    auto kept = co_await permits.acquire(2);
    kept.forget();
    EXPECT_FALSE(kept);
    EXPECT_EQ(permits.available(), 1U);
    permits.release(2);
    EXPECT_EQ(permits.available(), 3U);
    auto none = co_await permits.acquire(0);
    EXPECT_EQ(permits.available(), 3U);
  });
}

TEST(semaphore, a_bounded_one_refuses_more_than_its_limit) {  // Q4
  semaphore bounded{2, 2};
  EXPECT_THROW(bounded.release(), usage_error);
  EXPECT_EQ(bounded.available(), 2U);
  auto one = bounded.try_acquire();
  one.forget();
  bounded.release();
  EXPECT_THROW(bounded.release(), usage_error);
  EXPECT_EQ(bounded.available(), 2U);
  EXPECT_THROW(static_cast<void>(bounded.acquire(3)), usage_error) << "it would wait for ever";
  EXPECT_THROW(static_cast<void>(bounded.blocking_acquire(3)), usage_error);
  EXPECT_FALSE(bounded.try_acquire(3));
  EXPECT_THROW((semaphore{3, 2}), usage_error);
  EXPECT_THROW((semaphore{0, semaphore::no_limit + 1}), usage_error);
  semaphore free_one{0};
  EXPECT_THROW(free_one.release(semaphore::no_limit + 1), usage_error);
  free_one.release(5);
  EXPECT_EQ(free_one.available(), 5U);
}

struct request {
  int at;
  std::size_t count;
};

task<> ask(semaphore& permits, request what, std::vector<int>& order) {
  co_await sleep(what.at * 1ms);
  auto permit = co_await permits.acquire(what.count);
  order.push_back(what.at);
  co_await sleep(100ms);
}

// Those who are served together run in any order.
std::vector<int> sorted(std::vector<int> order) {
  std::sort(order.begin(), order.end());
  return order;
}

TEST(semaphore, requests_are_met_in_order_of_arrival) {  // Q4
  for_seeds(20, []() -> task<> {
    semaphore permits{2};
    std::vector<int> order;
    std::vector<actors::join_handle<>> all;
    for (const int at : {5, 1, 4, 2, 3}) all.push_back(spawn(ask(permits, {at, 2}, order)));
    for (auto& each : all) co_await each;
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3, 4, 5}));
    EXPECT_EQ(permits.available(), 2U);
  });
}

// Small requests that keep coming would have all permits for ever.
TEST(semaphore, a_large_request_is_not_starved_by_small_ones) {  // Q4
  for_seeds(20, []() -> task<> {
    semaphore permits{3};
    std::vector<int> order;
    std::vector<actors::join_handle<>> all;
    all.push_back(spawn(ask(permits, {1, 1}, order)));
    all.push_back(spawn(ask(permits, {50, 3}, order)));
    for (int at = 60; at != 90; ++at) all.push_back(spawn(ask(permits, {at, 1}, order)));
    co_await sleep(55ms);
    EXPECT_EQ(permits.available(), 2U);
    EXPECT_FALSE(permits.try_acquire()) << "two are free, and kept for the one that waits";
    for (auto& each : all) co_await each;
    EXPECT_EQ(order[0], 1);
    EXPECT_EQ(order[1], 50);
  });
}

TEST(semaphore, a_large_request_that_is_cancelled_frees_what_was_kept_for_it) {  // C18, T6
  for_seeds(20, []() -> task<> {
    semaphore permits{3};
    std::vector<int> order;
    auto held = co_await permits.acquire();
    auto large = spawn(ask(permits, {1, 3}, order));
    auto small = spawn(ask(permits, {2, 1}, order));
    auto also_small = spawn(ask(permits, {3, 1}, order));
    auto not_so_small = spawn(ask(permits, {4, 2}, order));
    co_await sleep(10ms);
    EXPECT_TRUE(order.empty());
    large.cancel();
    co_await sleep(10ms);
    EXPECT_EQ(sorted(order), (std::vector<int>{2, 3}));
    held.release();
    co_await not_so_small;
    EXPECT_EQ(sorted(order), (std::vector<int>{2, 3, 4}));
    co_await small;
    co_await also_small;
    EXPECT_EQ(permits.available(), 3U);
  });
}

TEST(semaphore, one_release_serves_as_many_as_it_can) {
  for_seeds(20, []() -> task<> {
    semaphore permits{0};
    std::vector<int> order;
    auto one = spawn(ask(permits, {1, 1}, order));
    auto two = spawn(ask(permits, {2, 2}, order));
    auto three = spawn(ask(permits, {3, 3}, order));
    co_await sleep(10ms);
    permits.release(4);
    co_await sleep(1ms);
    EXPECT_EQ(sorted(order), (std::vector<int>{1, 2}));
    EXPECT_EQ(permits.available(), 1U);
    permits.release(10);
    co_await one;
    co_await two;
    co_await three;
    EXPECT_EQ(permits.available(), 14U);
  });
}

TEST(semaphore, a_thread_may_wait_for_it_but_no_worker) {
  semaphore permits{0};
  std::thread other{[&] {
    auto two = permits.blocking_acquire(2);
    two.forget();
  }};
  permits.release();
  permits.release();
  other.join();
  EXPECT_EQ(permits.available(), 0U);
  const auto block_a_worker = [](semaphore& which) -> task<> {
    EXPECT_THROW(static_cast<void>(which.blocking_acquire()), usage_error);
    co_return;
  };
  actors::run(block_a_worker(permits));
}

}  // namespace
