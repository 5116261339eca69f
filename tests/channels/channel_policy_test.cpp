// Channels: what becomes of values for which there is no room, places that are reserved, and what can be told of a
// channel.
#include <actors/actors.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_status;
using actors::overflow;
using actors::receiver;
using actors::sender;
using actors::spawn;
using actors::task;

std::vector<int> all_in(const receiver<int>& from) {
  std::vector<int> got;
  while (auto value = from.try_receive()) got.push_back(*value);
  return got;
}

// ---- overflow ------------------------------------------------------------------------------------------------------

task<> send_up_to(sender<int> to, int last) {
  for (int i = 1; i <= last; ++i) co_await to.send(i);
}

std::pair<std::vector<int>, std::uint64_t> left_of_five(std::size_t capacity, overflow policy) {
  auto [tx, rx] = actors::channel<int>(capacity, policy);
  actors::run(send_up_to(tx, 5));
  const std::uint64_t dropped = tx.dropped();
  EXPECT_EQ(rx.dropped(), dropped);
  EXPECT_EQ(rx.statistics().dropped, dropped);
  return {all_in(rx), dropped};
}

TEST(overflow, drops_what_the_policy_says_and_counts_it) {  // C19
  using found = std::pair<std::vector<int>, std::uint64_t>;
  EXPECT_EQ(left_of_five(2, overflow::drop_oldest), (found{{4, 5}, 3}));
  EXPECT_EQ(left_of_five(2, overflow::drop_newest), (found{{1, 2}, 3}));
  EXPECT_EQ(left_of_five(2, overflow::keep_latest), (found{{5}, 4}));
  EXPECT_EQ(left_of_five(1, overflow::drop_oldest), (found{{5}, 4}));
  EXPECT_EQ(left_of_five(1, overflow::keep_latest), (found{{5}, 4}));
  for (const overflow policy : {overflow::drop_oldest, overflow::drop_newest, overflow::keep_latest}) {
    EXPECT_EQ(left_of_five(0, policy), (found{{}, 5}));
    EXPECT_EQ(left_of_five(64, policy), (found{{1, 2, 3, 4, 5}, 0}));
    EXPECT_EQ(left_of_five(actors::unbounded, policy), (found{{1, 2, 3, 4, 5}, 0}));
  }
}

TEST(overflow, gives_a_value_to_a_receiver_that_waits_whatever_the_capacity) {  // C19, C1
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{2}})
    for (const overflow policy : {overflow::drop_oldest, overflow::drop_newest, overflow::keep_latest}) {
      test::for_seeds(20, [=]() -> task<> {
        auto [tx, rx] = actors::channel<int>(capacity, policy);
        const auto receive = [](receiver<int> from) -> task<int> {
          auto value = co_await from.receive();
          co_return value.value_or(-1);
        };
        auto receiving = spawn(receive(std::move(rx)));
        co_await actors::sleep(1ms);
        EXPECT_EQ(tx.try_send(7), channel_status::ok);
        const int got = co_await receiving;
        EXPECT_EQ(got, 7);
        EXPECT_EQ(tx.dropped(), 0U);
      });
    }
}

// Its destructor uses the channel that drops it, which blocks for ever where the lock is held.
struct looks {
  explicit looks(const std::function<void()>* at) : look{at} {}
  looks(looks&& other) noexcept : look{std::exchange(other.look, nullptr)} {}
  ~looks() {
    if (look != nullptr) (*look)();
  }
  const std::function<void()>* look;
};

TEST(overflow, destroys_each_value_once_and_none_under_the_lock) {  // C19, C12
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{3}})
    for (const overflow policy : {overflow::drop_oldest, overflow::drop_newest, overflow::keep_latest}) {
      {
        auto [tx, rx] = actors::channel<looks>(capacity, policy);
        const std::function<void()> look = [&tx = tx] { static_cast<void>(tx.size()); };
        for (int i = 0; i != 10; ++i) EXPECT_EQ(tx.try_send(looks{&look}), channel_status::ok);
        while (auto value = rx.try_receive()) value->look = nullptr;
      }
      test::ledger books;
      {
        auto [counted_tx, counted_rx] = actors::channel<test::counted>(capacity, policy);
        for (int i = 0; i != 10; ++i) counted_tx.try_send(test::counted{books, i});
        EXPECT_EQ(books.values_destroyed, static_cast<long>(counted_tx.dropped()));
        EXPECT_EQ(counted_tx.dropped() + counted_tx.size(), 10U);
      }
      books.expect_settled();
      EXPECT_EQ(books.values_destroyed, 10);
    }
}

TEST(overflow, never_makes_a_sender_wait_also_in_a_select_and_a_closed_channel_is_closed) {  // C19, C9, S7
  actors::run([]() -> task<> {
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}}) {
      auto [tx, rx] = actors::channel<int>(capacity, overflow::drop_oldest);
      for (int i = 0; i != 3; ++i) {
        int value = i;
        co_await actors::select(actors::on_send(tx, value));
      }
      EXPECT_EQ(tx.dropped(), 3U - capacity);
      rx.close();
      channel_status found = channel_status::ok;
      const auto told = [&](channel_status status) { found = status; };
      co_await actors::select(actors::on_send(tx, 4, told));
      EXPECT_EQ(found, channel_status::closed);
      EXPECT_EQ(tx.try_send(5), channel_status::closed);
      EXPECT_EQ(tx.dropped(), 3U - capacity);
    }
  }());
}

// ---- permits -------------------------------------------------------------------------------------------------------

class permits : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(permits);

task<> send_with_permits(sender<int> to, int first, int count) {
  for (int i = 0; i != count; ++i) {
    auto permit = co_await to.reserve();
    permit.send(first + i);
  }
}
task<> send_plainly(sender<int> to, int first, int count) {
  for (int i = 0; i != count; ++i) co_await to.send(first + i);
}
task<std::vector<int>> receive_all(receiver<int> from) {
  std::vector<int> got;
  while (auto value = co_await from.receive()) got.push_back(*value);
  co_return got;
}

TEST_P(permits, send_each_value_once_and_in_order_beside_plain_sends) {  // C17, C4, C5
  constexpr int count = 2000 / (ACTORS_TEST_SANITIZED != 0 ? 10 : 1);
  run([]() -> task<> {
    auto [tx, rx] = make_channel<int>();
    auto one = spawn(send_with_permits(tx, 0, count));
    auto two = spawn(send_plainly(tx, count, count));
    auto three = spawn(send_with_permits(std::move(tx), 2 * count, count));
    const std::vector<int> got = co_await receive_all(std::move(rx));
    co_await one;
    co_await two;
    co_await three;
    EXPECT_EQ(got.size(), 3U * count);
    int next[3] = {0, count, 2 * count};
    for (const int value : got) EXPECT_EQ(value, next[value / count]++);
  }());
}

TEST(permit, keeps_its_place_from_others_until_it_is_used_or_dropped) {  // C17, C14
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
    auto [tx, rx] = actors::channel<int>(capacity);
    std::vector<actors::send_permit<int>> all;
    while (auto permit = tx.try_reserve()) all.push_back(std::move(permit));
    EXPECT_EQ(all.size(), capacity == 0 ? 1U : capacity);
    EXPECT_EQ(tx.size(), 0U);
    EXPECT_EQ(tx.statistics().reserved, all.size());
    EXPECT_EQ(tx.try_send(1), channel_status::full);
    all.back().send(7);
    EXPECT_FALSE(all.back());
    EXPECT_EQ(tx.size(), 1U);
    EXPECT_EQ(tx.try_send(1), channel_status::full);
    all.clear();
    EXPECT_EQ(tx.statistics().reserved, 0U);
    EXPECT_EQ(all_in(rx), std::vector<int>{7});
    EXPECT_TRUE(tx.try_reserve()) << "the place is free again";
    EXPECT_EQ(tx.try_send(1), capacity == 0 ? channel_status::full : channel_status::ok);
  }
}

TEST(permit, that_is_dropped_lets_the_next_in_line_go_on) {  // C17, C6, C18
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    auto held = tx.try_reserve();
    std::vector<int> order;
    const auto plain = [&order](sender<int> to, int value) -> task<> {
      co_await to.send(value);
      order.push_back(value);
    };
    const auto reserving = [&order](sender<int> to, int value) -> task<> {
      auto permit = co_await to.reserve();
      order.push_back(value);
      permit.send(value);
    };
    auto one = spawn(plain(tx, 1));
    co_await actors::sleep(1ms);
    auto two = spawn(reserving(tx, 2));
    co_await actors::sleep(1ms);
    auto gone = spawn(reserving(tx, 9));
    co_await actors::sleep(1ms);
    auto three = spawn(plain(tx, 3));
    co_await actors::sleep(1ms);
    EXPECT_EQ(tx.statistics().waiting_senders, 4U);
    gone.cancel();
    co_await actors::sleep(1ms);
    held.release();
    for (int i = 1; i != 4; ++i) {
      co_await actors::sleep(1ms);  // who has a permit uses it: until then the next sender's value would be taken
      const auto value = co_await rx.receive();
      EXPECT_EQ(value, i);
    }
    co_await one;
    co_await two;
    co_await three;
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(tx.statistics().reserved, 0U);
  });
}

TEST(permit, keeps_the_channel_open_and_says_when_it_was_closed) {  // C17, C11, C9
  actors::run([]() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    auto permit = co_await tx.reserve();
    tx = {};
    EXPECT_EQ(rx.try_receive().status, channel_status::empty);
    permit.send(5);
    EXPECT_EQ(rx.try_receive().value, 5);
    EXPECT_EQ(rx.try_receive().status, channel_status::closed) << "the permit was the last sender";

    auto [tx2, rx2] = actors::channel<int>(1);
    auto late = co_await tx2.reserve();
    rx2.close();
    EXPECT_THROW(late.send(1), actors::channel_closed);
    EXPECT_FALSE(late);
    EXPECT_THROW(late.send(1), actors::usage_error);
    EXPECT_FALSE(tx2.try_reserve());
    const auto reserve = [](sender<int> to) -> task<> { const auto reservation = co_await to.reserve(); };
    auto refused = spawn(reserve(tx2));
    bool closed = false;
    try {
      co_await refused;
    } catch (const actors::channel_closed&) {
      closed = true;
    }
    EXPECT_TRUE(closed);
  }());
}

TEST(permit, goes_to_a_receiver_that_waits) {  // C17, C1
  test::for_seeds(20, []() -> task<> {
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, actors::unbounded}) {
      auto [tx, rx] = actors::channel<int>(capacity);
      const auto receive = [](receiver<int> from) -> task<int> {
        auto value = co_await from.receive();
        co_return value.value_or(-1);
      };
      auto receiving = spawn(receive(std::move(rx)));
      co_await actors::sleep(1ms);
      EXPECT_EQ(tx.statistics().waiting_receivers, 1U);
      auto permit = co_await tx.reserve();
      permit.send(3);
      const int got = co_await receiving;
      EXPECT_EQ(got, 3);
    }
  });
}

// What is dropped for one value can have had room for more.
TEST(permit, is_given_to_who_waits_when_values_are_dropped) {  // C17, C18, C19
  actors::run(
      []() -> task<> {
        auto [tx, rx] = actors::channel<int>(3, overflow::keep_latest);
        for (int i = 0; i != 3; ++i) EXPECT_EQ(tx.try_send(i), channel_status::ok);
        const auto reserve = [](sender<int> to) -> task<> {
          auto place = co_await to.reserve();
          place.send(7);
        };
        std::vector<actors::join_handle<>> reserving;
        for (int i = 0; i != 3; ++i) reserving.push_back(spawn(reserve(tx)));
        while (tx.statistics().waiting_senders != 3) co_await actors::yield();
        EXPECT_EQ(tx.try_send(3), channel_status::ok);
        EXPECT_EQ(tx.statistics().waiting_senders, 1U);
        EXPECT_EQ(tx.statistics().reserved, 2U);
        co_await reserving[0];
        co_await reserving[1];
        EXPECT_EQ(all_in(rx), (std::vector<int>{3, 7, 7}));
        co_await reserving[2];
        EXPECT_EQ(all_in(rx), std::vector<int>{7});
      }(),
      {.workers = 1});
}

}  // namespace
