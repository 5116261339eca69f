// Channels under many schedules: rendezvous and buffered, closed with somebody waiting, cancelled at the moment of
// delivery.
#include <actors/actors.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using actors::channel_closed;
using actors::join_handle;
using actors::receiver;
using actors::sender;
using actors::spawn;
using actors::task;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class channel_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, channel_interleaving, testing::Values(1U << 20U, 1U));

task<> send_two(sender<int> to, int first) {
  co_await to.send(first);
  co_await to.send(first + 1);
}

task<> receive_all(receiver<int> from, std::vector<int>& got) {
  while (auto value = co_await from.receive()) got.push_back(*value);
}

task<> many_to_many(std::size_t capacity) {
  std::vector<int> a;
  std::vector<int> b;
  {
    auto [tx, rx] = actors::channel<int>(capacity);
    auto one = spawn(send_two(tx, 10));
    auto two = spawn(send_two(std::move(tx), 20));
    auto three = spawn(receive_all(rx, a));
    auto four = spawn(receive_all(std::move(rx), b));
    co_await one;
    co_await two;
    co_await three;
    co_await four;
  }
  for (const auto* each : {&a, &b}) {  // each sender's order
    const auto before = [each](int first, int second) {
      const auto at = std::find(each->begin(), each->end(), second);
      return at == each->end() || std::find(at, each->end(), first) == each->end();
    };
    EXPECT_TRUE(before(10, 11));
    EXPECT_TRUE(before(20, 21));
  }
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  EXPECT_EQ(a, (std::vector<int>{10, 11, 20, 21}));
}

TEST_P(channel_interleaving, each_value_arrives_once_in_its_senders_order) {  // C3, C4, C5
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{2}, actors::unbounded})
    holds_in_all([=] { return many_to_many(capacity); }, {.workers = 3});
}

// Once with a receiver that comes late: a send of a rendezvous may not end before somebody asks for its value.
task<> meet_at_a_rendezvous() {
  auto [tx, rx] = actors::channel<int>(0);
  std::atomic<bool> asked{false};
  const auto sends = [](sender<int> to, const std::atomic<bool>& flag) -> task<> {
    co_await to.send(1);
    EXPECT_TRUE(flag) << "nobody has asked for it yet";
  };
  auto sending = spawn(sends(std::move(tx), asked));
  co_await actors::yield();
  asked = true;
  auto value = co_await rx.receive();
  EXPECT_EQ(value, 1);
  co_await sending;
}

TEST_P(channel_interleaving, a_rendezvous_send_ends_when_somebody_takes_its_value) {  // C3
  holds_in_all(&meet_at_a_rendezvous);
}

// ---- close ---------------------------------------------------------------------------------------------------------

/// Sends until it is refused; how many sends came back as delivered.
task<> send_counted(sender<test::counted> to, test::ledger& books, int& delivered) {
  try {
    for (int i = 0; i != 3; ++i) {
      test::counted value{books, i};
      co_await to.send(std::move(value));
      ++delivered;
    }
  } catch (const channel_closed&) {
  }
}

task<> receive_counted(receiver<test::counted> from, int& received) {
  for (;;) {
    auto value = co_await from.receive();
    if (!value) co_return;
    ++received;
  }
}

task<> close_one(receiver<test::counted> end) {
  end.close();
  co_return;
}

task<> closed_amid_traffic(std::size_t capacity) {
  test::ledger books;
  int delivered = 0;
  int received = 0;
  {
    auto [tx, rx] = actors::channel<test::counted>(capacity);
    auto sending = spawn(send_counted(std::move(tx), books, delivered));
    auto receiving = spawn(receive_counted(rx, received));
    auto closing = spawn(close_one(std::move(rx)));
    co_await sending;
    co_await receiving;
    co_await closing;
  }
  EXPECT_EQ(received, delivered) << "a send that returned was received, one that threw was not";
  books.expect_settled();
}

TEST_P(channel_interleaving, a_close_amid_traffic_loses_and_doubles_nothing) {  // C7, C8, C9, C12
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { return closed_amid_traffic(capacity); }, {}, test::thorough);
}

task<> the_last_receiver_leaves(std::size_t capacity) {
  test::ledger books;
  int delivered = 0;
  {
    auto [tx, rx] = actors::channel<test::counted>(capacity);
    const auto take_one = [](receiver<test::counted> from) -> task<> { co_await from.receive(); };
    auto taking = spawn(take_one(std::move(rx)));
    auto one = spawn(send_counted(tx, books, delivered));
    auto two = spawn(send_counted(std::move(tx), books, delivered));
    co_await one;
    co_await two;
    co_await taking;
  }
  EXPECT_GE(delivered, 1);
  books.expect_settled();
}

TEST_P(channel_interleaving, senders_fail_when_the_last_receiver_leaves) {  // C9, C11, C12
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { return the_last_receiver_leaves(capacity); }, {}, test::thorough);
}

// ---- cancellation --------------------------------------------------------------------------------------------------

task<> receive_or_be_cancelled(receiver<int> from, int& got, bool& cancelled) {
  try {
    auto value = co_await from.receive();
    if (value) got = *value;
  } catch (const actors::cancelled&) {
    cancelled = true;
  }
}

task<> cancel_it(join_handle<> which) {
  which.cancel();
  co_return;
}

// One value, two who wait for it, one of whom is cancelled: whoever has it was not cancelled, and if nobody else has
// it, the other one does.
task<> cancelled_at_delivery(std::size_t capacity) {
  auto [tx, rx] = actors::channel<int>(capacity);
  int first = 0;
  int second = 0;
  bool first_cancelled = false;
  bool second_cancelled = false;
  auto one = spawn(receive_or_be_cancelled(rx, first, first_cancelled));
  auto two = spawn(receive_or_be_cancelled(std::move(rx), second, second_cancelled));
  auto cancelling = spawn(cancel_it(one));
  co_await tx.send(7);
  tx.close();
  try {
    co_await one;
  } catch (const actors::cancelled&) {  // before it began
    first_cancelled = true;
  }
  co_await two;
  co_await cancelling;
  EXPECT_FALSE(second_cancelled);
  EXPECT_FALSE(first_cancelled && first != 0) << "a receive that was cancelled took a value";
  EXPECT_EQ(first + second, 7) << "the value went to one of the two";
}

TEST_P(channel_interleaving, a_receiver_that_is_cancelled_hands_its_turn_on) {  // C16, C18
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { return cancelled_at_delivery(capacity); }, {.workers = 3}, test::thorough);
}

task<> send_or_be_cancelled(sender<int> to, int value, bool& sent) {
  try {
    co_await to.send(value);
    sent = true;
  } catch (const actors::cancelled&) {
  }
}

task<> sender_cancelled_at_delivery(std::size_t capacity) {
  std::vector<int> got;
  bool first_sent = false;
  bool second_sent = false;
  {
    auto [tx, rx] = actors::channel<int>(capacity);
    auto one = spawn(send_or_be_cancelled(tx, 1, first_sent));
    auto two = spawn(send_or_be_cancelled(std::move(tx), 2, second_sent));
    auto cancelling = spawn(cancel_it(one));
    auto receiving = spawn(receive_all(std::move(rx), got));
    co_await receiving;
    try {
      co_await one;
    } catch (const actors::cancelled&) {  // before it began
    }
    co_await two;
    co_await cancelling;
  }
  EXPECT_TRUE(second_sent);
  EXPECT_EQ(std::count(got.begin(), got.end(), 1), first_sent ? 1 : 0) << "a send that was cancelled was not delivered";
  EXPECT_EQ(std::count(got.begin(), got.end(), 2), 1);
}

TEST_P(channel_interleaving, a_sender_that_is_cancelled_was_not_delivered) {  // C17, C18
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { return sender_cancelled_at_delivery(capacity); }, {.workers = 3}, test::thorough);
}

// Of two who wait to send, the first leaves; the second must then move up into the buffer by itself.
task<> the_first_of_two_senders_leaves() {
  auto [tx, rx] = actors::channel<int>(1);
  co_await tx.send(0);
  bool first_sent = false;
  bool second_sent = false;
  auto one = spawn(send_or_be_cancelled(tx, 1, first_sent));
  auto two = spawn(send_or_be_cancelled(tx, 2, second_sent));
  auto cancelling = spawn(cancel_it(one));
  int sum = 0;
  for (int i = 0; i != 2; ++i) {
    auto value = co_await rx.receive();
    sum += *value;
    if (sum >= 2) break;
  }
  try {
    co_await one;
  } catch (const actors::cancelled&) {
  }
  co_await two;
  co_await cancelling;
  EXPECT_TRUE(second_sent);
}

TEST_P(channel_interleaving, those_behind_a_sender_that_leaves_move_up) {  // C6, C18
  holds_in_all([] { return the_first_of_two_senders_leaves(); }, {}, test::thorough);
}

// ---- from threads that are no workers ------------------------------------------------------------------------------

TEST_P(channel_interleaving, a_thread_feeds_a_task_without_waiting) {  // C24
  holds_in_all(
      [] {
        std::vector<int> got;
        auto [tx, rx] = actors::channel<int>(actors::unbounded);
        actors::runtime here{{.workers = 2}};
        actors::detail::joining_thread feeding{[to = std::move(tx)] {
          for (int i = 0; i != 3; ++i) EXPECT_EQ(to.try_send(i), actors::channel_status::ok);
        }};
        here.run(receive_all(std::move(rx), got));
        feeding.join();
        EXPECT_EQ(got, (std::vector<int>{0, 1, 2}));
      },
      {}, 1'000);
}

// ---- ends and batches

// The last sender goes while a weak one is turned into another.
task<> upgrades(actors::weak_sender<int> weak, int& sent) {
  const sender<int> strong = weak.upgrade();
  if (strong && strong.try_send(1) == actors::channel_status::ok) ++sent;
  co_return;
}

task<> the_last_sender_goes() {
  int sent = 0;
  auto [tx, rx] = actors::channel<int>(4);
  auto one = spawn(upgrades(tx.downgrade(), sent));
  auto another = spawn([](sender<int>) -> task<> { co_return; }(std::move(tx)));
  std::vector<int> got;
  co_await receive_all(std::move(rx), got);  // ends, whatever comes first
  co_await one;
  co_await another;
  EXPECT_EQ(got.size(), static_cast<std::size_t>(sent));
}

TEST_P(channel_interleaving, a_weak_sender_becomes_one_or_finds_the_channel_closed) {  // C25, C11
  holds_in_all(&the_last_sender_goes);
}

task<> two_in_batches(std::size_t capacity) {
  std::vector<int> a;
  std::vector<int> b;
  auto [tx, rx] = actors::channel<int>(capacity);
  const auto takes = [](receiver<int> from, std::vector<int>& into) -> task<> {
    for (;;) {
      const std::size_t count = co_await from.receive_many(into, 2);
      if (count == 0) break;
    }
  };
  auto first = spawn(takes(rx, a));
  auto second = spawn(takes(std::move(rx), b));
  auto sending = spawn(send_two(tx, 10));
  co_await send_two(std::move(tx), 20);
  co_await sending;
  co_await first;
  co_await second;
  std::vector<int> all = a;
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (std::vector<int>{10, 11, 20, 21}));
}

TEST_P(channel_interleaving, batches_take_each_value_once) {  // C20, C5
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{2}})
    holds_in_all([capacity] { return two_in_batches(capacity); }, {}, 700);
}

task<> poisoned_and_closed() {
  auto [tx, rx] = actors::channel<int>(1);
  int errors = 0;
  int ends = 0;
  const auto receives = [](receiver<int> from, int& failed, int& ended) -> task<> {
    try {
      while (co_await from.receive()) {
      }
      ++ended;
    } catch (const std::runtime_error&) {
      ++failed;
    }
  };
  auto receiving = spawn(receives(std::move(rx), errors, ends));
  auto poisoning = spawn([](sender<int> to) -> task<> {
    to.poison(std::make_exception_ptr(std::runtime_error{"poison"}));
    co_return;
  }(tx));
  tx.try_send(1);
  tx.close();
  co_await poisoning;
  co_await receiving;
  EXPECT_EQ(errors + ends, 1);
  EXPECT_EQ(errors == 1, tx.reason() != nullptr);
}

TEST_P(channel_interleaving, a_poison_and_a_close_are_told_apart_by_all_in_the_same_way) {  // C28, C10
  holds_in_all(&poisoned_and_closed);
}

}  // namespace
