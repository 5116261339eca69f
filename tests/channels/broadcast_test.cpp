// Broadcast channels: every receiver gets every value, or is told how many it lost.
#include <actors/actors.hpp>
#include <actors/broadcast.hpp>

#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::broadcast_receiver;
using actors::broadcast_sender;
using actors::channel_closed;
using actors::channel_status;
using actors::spawn;
using actors::task;

std::vector<int> drain(broadcast_receiver<int>& in, std::uint64_t& missed) {
  std::vector<int> got;
  while (auto next = in.try_receive()) {
    got.push_back(*next);
    missed += next.missed;
  }
  return got;
}

task<int> receive_one(broadcast_receiver<int> in) {
  auto got = co_await in.receive();
  co_return got ? *got : -1;
}

TEST(broadcast, each_receiver_gets_what_was_sent_after_it_subscribed) {  // C27
  auto [tx, first] = actors::broadcast<int>(8);
  EXPECT_EQ(tx.send(1), 1U);
  auto second = tx.subscribe();
  EXPECT_EQ(tx.send(2), 2U);
  auto third = first.subscribe();
  EXPECT_EQ(tx.receivers(), 3U);
  EXPECT_EQ(tx.send(3), 3U);
  std::uint64_t missed = 0;
  EXPECT_EQ(drain(first, missed), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(drain(second, missed), (std::vector<int>{2, 3}));
  EXPECT_EQ(drain(third, missed), (std::vector<int>{3}));
  EXPECT_EQ(missed, 0U);
  EXPECT_EQ(first.try_receive().status, channel_status::empty);
}

TEST(broadcast, a_receiver_that_is_too_slow_loses_the_oldest_and_is_told_how_many) {  // C27
  auto [tx, slow] = actors::broadcast<int>(3);
  auto quick = tx.subscribe();
  for (int i = 0; i != 10; ++i) {
    tx.send(i);
    EXPECT_EQ(*quick.try_receive(), i);
  }
  EXPECT_EQ(slow.size(), 3U);
  auto next = slow.try_receive();
  EXPECT_EQ(*next, 7);
  EXPECT_EQ(next.missed, 7U);
  next = slow.try_receive();
  EXPECT_EQ(*next, 8);
  EXPECT_EQ(next.missed, 0U) << "told once";
  for (int i = 10; i != 13; ++i) tx.send(i);
  next = slow.try_receive();
  EXPECT_EQ(*next, 10);
  EXPECT_EQ(next.missed, 1U);
  EXPECT_EQ(quick.size(), 3U);
}

TEST(broadcast, a_capacity_of_one_keeps_the_last) {  // C27
  auto [tx, rx] = actors::broadcast<int>(1);
  auto other = rx;
  for (int i = 0; i != 5; ++i) tx.send(i);
  auto got = rx.try_receive();
  EXPECT_EQ(*got, 4);
  EXPECT_EQ(got.missed, 4U);
  tx.send(5);
  got = other.try_receive();
  EXPECT_EQ(*got, 5);
  EXPECT_EQ(got.missed, 5U);
  EXPECT_EQ(*rx.try_receive(), 5);
}

TEST(broadcast, a_send_with_no_receivers_says_so) {  // C27
  test::ledger books;
  auto [tx, rx] = actors::broadcast<test::counted>(2);
  tx.send(test::counted{books, 0});
  rx = {};
  EXPECT_EQ(books.alive(), 0) << "what nobody will take is destroyed";
  EXPECT_EQ(tx.send(test::counted{books, 1}), 0U);
  EXPECT_EQ(books.alive(), 0);
  auto late = tx.subscribe();
  EXPECT_EQ(late.try_receive().status, channel_status::empty);
  EXPECT_EQ(tx.send(test::counted{books, 2}), 1U);
  EXPECT_EQ(late.try_receive()->number(), 2);
  EXPECT_FALSE(tx.closed());
}

TEST(broadcast, without_a_limit_nothing_is_lost_and_a_capacity_of_none_is_refused) {  // C27
  auto [tx, rx] = actors::broadcast<int>(actors::unbounded);
  for (int i = 0; i != 10'000; ++i) tx.send(i);
  std::uint64_t missed = 0;
  EXPECT_EQ(drain(rx, missed).size(), 10'000U);
  EXPECT_EQ(missed, 0U);
  EXPECT_EQ(tx.capacity(), actors::unbounded);
  EXPECT_THROW(actors::broadcast<int>(0), actors::usage_error);
}

TEST(broadcast, what_is_in_the_ring_is_received_after_the_last_sender_has_gone) {  // C27, C8, C11
  auto [tx, rx] = actors::broadcast<int>(2);
  auto copy = tx;
  for (int i = 0; i != 3; ++i) tx.send(i);
  tx = {};
  EXPECT_FALSE(rx.closed());
  copy = {};
  EXPECT_TRUE(rx.closed());
  auto late = rx.subscribe();
  EXPECT_EQ(late.try_receive().status, channel_status::closed);
  auto got = rx.try_receive();
  EXPECT_EQ(*got, 1);
  EXPECT_EQ(got.missed, 1U);
  EXPECT_EQ(*rx.try_receive(), 2);
  for (int i = 0; i != 3; ++i) EXPECT_EQ(rx.try_receive().status, channel_status::closed);
}

TEST(broadcast, a_send_on_a_closed_one_throws) {  // C9, C10
  auto [tx, rx] = actors::broadcast<int>(2);
  tx.close();
  tx.close();
  EXPECT_THROW(tx.send(1), channel_closed);
  EXPECT_TRUE(tx.closed());
  EXPECT_FALSE(rx.try_receive());
}

TEST(broadcast, a_poisoned_one_throws_its_reason_when_all_was_received) {  // C28
  auto [tx, rx] = actors::broadcast<int>(2);
  tx.send(1);
  tx.poison(std::make_exception_ptr(std::runtime_error{"poison"}));
  EXPECT_THROW(tx.send(2), std::runtime_error);
  EXPECT_NE(tx.reason(), nullptr);
  test::run_simulated(1, [](broadcast_receiver<int> in) -> task<> {
    auto got = co_await in.receive();
    EXPECT_EQ(*got, 1);
    for (int i = 0; i != 2; ++i) {
      bool thrown = false;
      try {
        co_await in.receive();
      } catch (const std::runtime_error&) {
        thrown = true;
      }
      EXPECT_TRUE(thrown);
    }
  }(std::move(rx)));
}

TEST(broadcast, empty_endpoints_have_defined_results) {  // C10
  broadcast_sender<int> tx;
  broadcast_receiver<int> rx;
  EXPECT_THROW(tx.send(1), channel_closed);
  EXPECT_FALSE(tx.subscribe());
  EXPECT_FALSE(rx.subscribe());
  EXPECT_EQ(rx.try_receive().status, channel_status::closed);
  EXPECT_TRUE(tx.closed());
  EXPECT_TRUE(rx.closed());
  EXPECT_EQ(tx.receivers() + tx.capacity() + rx.size() + rx.capacity(), 0U);
  EXPECT_EQ(tx.reason(), nullptr);
  EXPECT_EQ(rx.reason(), nullptr);
  tx.close();
  const auto copied = rx;
  EXPECT_FALSE(copied);
  test::run_simulated(1, []() -> task<> {
    broadcast_receiver<int> nowhere;
    auto nothing = co_await nowhere.receive();
    EXPECT_FALSE(nothing);
    EXPECT_EQ(nothing.status, channel_status::closed);
    const broadcast_sender<int> nobody;
    co_await nobody.until_no_receivers();
  }());
}

TEST(broadcast, a_copy_of_a_receiver_is_one_of_its_own_at_the_same_place) {  // C10, C27
  auto [tx, rx] = actors::broadcast<int>(4);
  for (int i = 0; i != 6; ++i) tx.send(i);
  auto copy = rx;  // left behind: both are told
  EXPECT_EQ(tx.receivers(), 2U);
  std::uint64_t missed = 0;
  EXPECT_EQ(drain(rx, missed), (std::vector<int>{2, 3, 4, 5}));
  EXPECT_EQ(missed, 2U);
  auto moved = std::move(copy);
  EXPECT_FALSE(copy);  // NOLINT(bugprone-use-after-move): moved from means empty
  EXPECT_EQ(tx.receivers(), 2U);
  missed = 0;
  EXPECT_EQ(drain(moved, missed), (std::vector<int>{2, 3, 4, 5}));
  EXPECT_EQ(missed, 2U);
  auto& itself = moved;
  moved = std::move(itself);
  EXPECT_TRUE(moved);
  moved = rx;
  EXPECT_EQ(tx.receivers(), 2U);
}

TEST(broadcast, waiting_receivers_are_all_given_the_value) {  // C27, C7
  test::for_seeds(200, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(1);
    std::vector<actors::join_handle<int>> waiting;
    for (int i = 0; i != 4; ++i) waiting.push_back(spawn(receive_one(rx)));
    rx = {};
    co_await actors::sleep(1s);
    EXPECT_EQ(tx.send(3), 4U);
    tx.send(4);  // takes nothing from those who were given 3
    for (auto& each : waiting) {
      const int got = co_await each;
      EXPECT_EQ(got, 3);
    }
    auto late = spawn(receive_one(tx.subscribe()));
    co_await actors::sleep(1s);
    tx = {};
    const int end = co_await late;
    EXPECT_EQ(end, -1);
  });
}

TEST(broadcast, a_receive_that_was_delivered_before_its_cancel_returns_the_value) {  // C16
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(2);
    auto waiting = spawn(receive_one(rx));
    co_await actors::sleep(1s);
    tx.send(1);
    waiting.cancel();
    const int got = co_await waiting;
    EXPECT_EQ(got, 1);
  });
}

TEST(broadcast, a_cancelled_receive_lost_nothing) {  // C16, C18
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(4);
    const auto wait_at = [](broadcast_receiver<int>& in) -> task<> { co_await in.receive(); };
    auto waiting = spawn(wait_at(rx));
    auto other = spawn(receive_one(rx));
    co_await actors::sleep(1s);
    waiting.cancel();
    EXPECT_EQ(tx.send(1), 2U);
    tx.send(2);
    co_await actors::sleep(1s);
    EXPECT_TRUE(waiting.was_cancelled());
    const int got = co_await other;
    EXPECT_EQ(got, 1);
    std::uint64_t missed = 0;
    EXPECT_EQ(drain(rx, missed), (std::vector<int>{1, 2}));
    EXPECT_EQ(missed, 0U);
  });
}

TEST(broadcast, two_tasks_at_one_receiver_are_an_error) {  // C10
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(4);
    auto waiting = spawn([](broadcast_receiver<int>& in) -> task<> { co_await in.receive(); }(rx));
    co_await actors::sleep(1s);
    EXPECT_THROW(rx.try_receive(), actors::usage_error);
    EXPECT_THROW((void)rx.receive(), actors::usage_error);
    tx.send(1);
    co_await waiting;
    EXPECT_EQ(rx.try_receive().status, channel_status::empty);
  });
}

TEST(broadcast, a_sender_can_wait_until_nobody_receives) {  // C27
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(4);
    auto other = rx;
    auto waiting = spawn([](broadcast_sender<int> to) -> task<> { co_await to.until_no_receivers(); }(tx));
    co_await actors::sleep(1s);
    rx = {};
    co_await actors::sleep(1s);
    EXPECT_FALSE(waiting.done());
    other = {};
    co_await waiting;
    co_await tx.until_no_receivers();
    other = tx.subscribe();
    auto again = spawn([](broadcast_sender<int> to) -> task<> { co_await to.until_no_receivers(); }(tx));
    co_await actors::sleep(1s);
    EXPECT_FALSE(again.done());
    again.cancel();
  });
}

TEST(broadcast, a_cancel_reaches_a_loop_of_receives_that_are_always_ready) {  // T4, C16
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(actors::unbounded);
    constexpr int n = 1000;
    for (int i = 0; i != n; ++i) tx.send(i);
    int got = 0;
    auto loop = spawn([](broadcast_receiver<int>& in, int& count) -> task<> {
      while (auto next = co_await in.receive()) {
        EXPECT_EQ(*next, count);
        ++count;
      }
    }(rx, got));
    co_await actors::yield();
    loop.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(loop.was_cancelled());
    EXPECT_LT(got, n);
    EXPECT_EQ(*rx.try_receive(), got) << "what it threw for was not taken";
  });
}

}  // namespace
