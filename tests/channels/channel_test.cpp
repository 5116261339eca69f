// Channels: sending, receiving, order, capacity, endpoints. (Closing: channel_close_test; waiting: channel_wait_test.)
#include <actors/actors.hpp>

#include "support/channel_kinds.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_status;
using actors::spawn;
using actors::task;

class channel : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(channel);

task<> send_range(actors::sender<int> out, int begin, int end) {
  for (int i = begin; i != end; ++i) co_await out.send(i);
}

task<std::vector<int>> collect(actors::receiver<int> in) {
  std::vector<int> got;
  while (auto value = co_await in.receive()) got.push_back(*value);
  co_return got;
}

TEST_P(channel, is_first_in_first_out) {  // C4
  const auto got = run([]() -> task<std::vector<int>> {
    auto [tx, rx] = make_channel<int>();
    auto producer = spawn(send_range(std::move(tx), 0, 3000));
    auto values = co_await collect(std::move(rx));
    co_await producer;
    co_return values;
  }());
  ASSERT_EQ(got.size(), 3000U);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
}

TEST_P(channel, keeps_the_order_of_each_sender) {  // C4
  constexpr int each = 1000;
  const auto got = run([]() -> task<std::vector<int>> {
    auto [tx, rx] = make_channel<int>();
    for (int i = 0; i != 4; ++i) spawn(send_range(tx, i * each, (i + 1) * each));
    tx = {};
    co_return co_await collect(std::move(rx));
  }());
  ASSERT_EQ(got.size(), 4U * each);
  std::vector<int> next{0, each, 2 * each, 3 * each};
  for (const int value : got) EXPECT_EQ(value, next[static_cast<std::size_t>(value / each)]++);
}

TEST_P(channel, each_value_arrives_once_with_many_on_both_sides) {  // C5
  constexpr int each = 1000;
  auto got = run([]() -> task<std::vector<int>> {
    auto [tx, rx] = make_channel<int>();
    std::vector<task<std::vector<int>>> receivers;
    for (int i = 0; i != 5; ++i) receivers.push_back(collect(rx));
    for (int i = 0; i != 5; ++i) spawn(send_range(tx, i * each, (i + 1) * each));
    tx = {};
    rx = {};
    std::vector<int> all;
    for (auto& part : co_await actors::gather(std::move(receivers))) {
      // What one receiver got from one sender is in that sender's order (C4).
      std::vector<int> last(5, -1);
      for (const int value : part) {
        EXPECT_LT(last[static_cast<std::size_t>(value / each)], value);
        last[static_cast<std::size_t>(value / each)] = value;
      }
      all.insert(all.end(), part.begin(), part.end());
    }
    co_return all;
  }());
  std::sort(got.begin(), got.end());
  ASSERT_EQ(got.size(), 5U * each);
  for (int i = 0; i != 5 * each; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], i);
}

TEST_P(channel, a_chain_of_stages_passes_everything_on) {  // C5
  const long sum = run([]() -> task<long> {
    auto [first, in] = make_channel<int>();
    spawn(send_range(std::move(first), 0, 1000));
    for (int i = 0; i != 20; ++i) {
      auto [tx, rx] = make_channel<int>();
      spawn([](auto from, auto to) -> task<> {
        while (auto value = co_await from.receive()) co_await to.send(*value + 1);
      }(std::move(in), std::move(tx)));
      in = std::move(rx);
    }
    long total = 0;
    while (auto value = co_await in.receive()) total += *value;
    co_return total;
  }());
  EXPECT_EQ(sum, 999L * 1000 / 2 + 20 * 1000);
}

TEST_P(channel, the_buffer_never_holds_more_than_its_capacity) {  // C2, C14
  if (GetParam().capacity == actors::unbounded) return;
  run([]() -> task<> {
    auto [tx, rx] = make_channel<int>();
    spawn(send_range(tx, 0, 500));
    spawn(send_range(std::move(tx), 0, 500));
    std::size_t received = 0;
    while (co_await rx.receive()) {
      EXPECT_LE(rx.size(), rx.capacity());
      if (++received % 10 == 0) co_await actors::yield();
    }
    EXPECT_EQ(received, 1000U);
  }());
}

TEST(channel_plain, receive_on_an_empty_one_says_empty) {  // C1
  auto [tx, rx] = actors::channel<int>(2);
  auto nothing = rx.try_receive();
  EXPECT_FALSE(nothing);
  EXPECT_EQ(nothing.status, channel_status::empty);
  tx.try_send(1);
  auto one = rx.try_receive();
  EXPECT_TRUE(one);
  EXPECT_EQ(one.status, channel_status::ok);
  EXPECT_EQ(*one, 1);
}

TEST(channel_plain, send_on_a_full_one_says_full_and_leaves_the_value) {  // C2
  auto [tx, rx] = actors::channel<std::vector<int>>(1);
  EXPECT_EQ(tx.try_send({1}), channel_status::ok);
  std::vector<int> mine{1, 2, 3};
  EXPECT_EQ(tx.try_send(std::move(mine)), channel_status::full);
  EXPECT_EQ(mine.size(), 3U);  // NOLINT(bugprone-use-after-move): that is the contract
  rx.close();
  EXPECT_EQ(tx.try_send(std::move(mine)), channel_status::closed);
  EXPECT_EQ(mine.size(), 3U);  // NOLINT(bugprone-use-after-move)
}

TEST(channel_plain, a_rendezvous_takes_nothing_without_a_receiver) {  // C3
  auto [tx, rx] = actors::channel<int>(0);
  EXPECT_EQ(tx.try_send(1), channel_status::full);
  EXPECT_EQ(rx.size(), 0U);
}

TEST(channel_plain, size_and_capacity_can_be_read) {  // C14
  auto [tx, rx] = actors::channel<int>(3);
  EXPECT_EQ(tx.capacity(), 3U);
  EXPECT_EQ(rx.capacity(), 3U);
  for (std::size_t i = 0; i != 3; ++i) {
    EXPECT_EQ(rx.size(), i);
    tx.try_send(1);
  }
  EXPECT_EQ(tx.size(), 3U);
  EXPECT_EQ(actors::channel<int>(actors::unbounded).first.capacity(), actors::unbounded);
  EXPECT_EQ(actors::channel<int>().first.capacity(), 0U);
}

TEST(channel_plain, empty_endpoints_have_defined_results) {  // C10
  actors::sender<int> tx;
  actors::receiver<int> rx;
  EXPECT_FALSE(tx);
  EXPECT_FALSE(rx);
  EXPECT_EQ(tx.try_send(1), channel_status::closed);
  EXPECT_EQ(rx.try_receive().status, channel_status::closed);
  EXPECT_TRUE(tx.closed());
  EXPECT_TRUE(rx.closed());
  EXPECT_EQ(tx.size(), 0U);
  EXPECT_EQ(rx.capacity(), 0U);
  tx.close();
  rx.close();
  test::run_simulated(1, []() -> task<> {
    actors::sender<int> empty_out;
    actors::receiver<int> empty_in;
    auto nothing = co_await empty_in.receive();
    EXPECT_FALSE(nothing);
    bool thrown = false;
    try {
      co_await empty_out.send(1);
    } catch (const actors::channel_closed&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  }());
}

TEST(channel_plain, moved_from_endpoints_are_empty) {  // C10
  auto [tx, rx] = actors::channel<int>(1);
  auto moved = std::move(tx);
  EXPECT_FALSE(tx);  // NOLINT(bugprone-use-after-move): moved from means empty
  EXPECT_FALSE(rx.closed());
  auto& itself = moved;
  moved = std::move(itself);
  EXPECT_TRUE(moved);
  EXPECT_FALSE(rx.closed());
  auto copy = moved;
  const auto& same = copy;
  copy = same;
  EXPECT_EQ(copy.try_send(1), channel_status::ok);
}

TEST(channel_plain, a_rendezvous_send_ends_when_the_value_is_taken_and_not_before) {  // C3
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    auto sending = spawn(send_range(tx, 7, 8));
    co_await actors::sleep(1s);
    EXPECT_FALSE(sending.done());
    auto value = co_await rx.receive();
    EXPECT_EQ(value, 7);
    co_await sending;
  });
}

TEST(channel_plain, try_send_and_try_receive_meet_waiting_partners) {  // C1, C2, C3
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    auto receiving = spawn([](auto in) -> task<int> {
      auto value = co_await in.receive();
      co_return *value;
    }(rx));
    co_await actors::sleep(1s);
    EXPECT_EQ(tx.try_send(5), channel_status::ok);
    const int got = co_await receiving;
    EXPECT_EQ(got, 5);
    auto sending = spawn(send_range(tx, 6, 7));
    co_await actors::sleep(1s);
    EXPECT_EQ(*rx.try_receive(), 6);
    co_await sending;
  });
}

TEST(channel_plain, a_receiver_that_leaves_early_keeps_the_rest_for_others) {  // C22
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(4);
    auto producer = spawn(send_range(std::move(tx), 0, 20));
    auto early = spawn([](auto in) -> task<int> {
      int seen = 0;
      while (auto value = co_await in.receive()) {
        if (++seen == 5) break;
      }
      co_return seen;
    }(rx));
    const int before = co_await early;
    const auto rest = co_await collect(std::move(rx));
    EXPECT_EQ(static_cast<std::size_t>(before) + rest.size(), 20U);
    EXPECT_EQ(rest.front(), 5);
    co_await producer;
  });
}

TEST(channel_plain, a_receive_with_a_zero_limit_still_takes_what_is_there) {  // C23
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    co_await tx.send(9);
    auto value = co_await actors::wait_for(
        [](auto in) -> task<int> {
          auto got = co_await in.receive();
          co_return *got;
        }(rx),
        0s);
    EXPECT_EQ(value, 9);
  });
}

}  // namespace
