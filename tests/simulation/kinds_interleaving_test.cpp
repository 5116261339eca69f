// One-shot, broadcast and watch channels under many schedules: the end of a side against a wait, a cancellation at the
// moment of delivery, and counts that must come out exactly.
#include <actors/actors.hpp>
#include <actors/broadcast.hpp>
#include <actors/oneshot.hpp>
#include <actors/watch.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace {

using actors::broadcast_received;
using actors::broadcast_receiver;
using actors::broadcast_sender;
using actors::channel_status;
using actors::join_handle;
using actors::oneshot_receiver;
using actors::oneshot_sender;
using actors::spawn;
using actors::task;
using actors::watch_receiver;
using actors::watch_sender;
using test::counted;
using test::counted_unique;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class kinds_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, kinds_interleaving, testing::Values(1U << 20U, 1U));

task<> cancel_it(join_handle<> which) {
  which.cancel();
  co_return;
}

// One that was cancelled before it began, too.
task<bool> ended_by_cancellation(join_handle<> which) {
  bool cancelled = false;
  try {
    co_await which;
  } catch (const actors::cancelled&) {
    cancelled = true;
  }
  co_return cancelled;
}

// ---- oneshot -------------------------------------------------------------------------------------------------------

task<> send_once(oneshot_sender<counted_unique> to, test::ledger& books, bool& sent) {
  counted_unique value{books, 1};
  sent = to.try_send(std::move(value)) == channel_status::ok;
  EXPECT_NE(sent, value.holds());  // NOLINT(bugprone-use-after-move): it keeps what was refused
  co_return;
}

task<> receive_once(oneshot_receiver<counted_unique> from, bool& received) {
  auto value = co_await from.receive();
  received = value.has_value();
  EXPECT_TRUE(!value || value->holds());
}

// Once with a receiver that is cancelled and gone then, once with one that stays and looks again.
task<> oneshot_cancelled_at_delivery() {
  test::ledger books;
  bool sent = false;
  bool received = false;
  {
    auto [tx, rx] = actors::oneshot<counted_unique>();
    auto receiving = spawn(receive_once(std::move(rx), received));
    auto sending = spawn(send_once(std::move(tx), books, sent));
    auto cancelling = spawn(cancel_it(receiving));
    const bool cancelled = co_await ended_by_cancellation(receiving);
    co_await sending;
    co_await cancelling;
    EXPECT_NE(cancelled, received) << "a receive that was cancelled took nothing, another one has the value";
    EXPECT_TRUE(sent || !received);
  }
  books.expect_settled();
  EXPECT_EQ(books.values_destroyed, 1);
}

task<> oneshot_cancelled_then_looked_at() {
  test::ledger books;
  bool sent = false;
  bool received = false;
  auto [tx, rx] = actors::oneshot<counted_unique>();
  const auto wait_at = [](const oneshot_receiver<counted_unique>& from, bool& got) -> task<> {
    got = (co_await from.receive()).has_value();
  };
  auto receiving = spawn(wait_at(rx, received));
  auto sending = spawn(send_once(std::move(tx), books, sent));
  auto cancelling = spawn(cancel_it(receiving));
  co_await ended_by_cancellation(receiving);
  co_await sending;
  co_await cancelling;
  EXPECT_TRUE(sent);
  EXPECT_NE(received, rx.try_receive().value.has_value());
}

TEST_P(kinds_interleaving, a_oneshot_value_is_received_or_left_where_the_receive_is_cancelled) {  // C27, C16, C12
  holds_in_all(&oneshot_cancelled_at_delivery, {.workers = 3}, test::thorough);
  holds_in_all(&oneshot_cancelled_then_looked_at, {.workers = 3}, test::thorough);
}

task<> oneshot_receiver_leaves() {
  test::ledger books;
  bool sent = false;
  {
    auto [tx, rx] = actors::oneshot<counted_unique>();
    auto leaving = spawn([](oneshot_receiver<counted_unique>) -> task<> { co_return; }(std::move(rx)));
    auto sending = spawn(send_once(std::move(tx), books, sent));
    co_await leaving;
    co_await sending;
  }
  EXPECT_EQ(books.values_destroyed, 1);
  books.expect_settled();
}

// The receiver's end is seen by who waits for it, and by the send; the wait outlasts the sender.
task<> oneshot_receiver_leaves_who_is_waited_for() {
  auto [tx, rx] = actors::oneshot<int>();
  const auto wait_for_end = [](const oneshot_sender<int>& to) -> task<> { co_await to.until_closed(); };
  auto waiting = spawn(wait_for_end(tx), {.eager = true});
  auto leaving = spawn([](oneshot_receiver<int> end) -> task<> {
    end.close();
    co_return;
  }(std::move(rx)));
  tx.try_send(1);
  co_await waiting;
  co_await leaving;
}

TEST_P(kinds_interleaving, the_end_of_a_oneshot_receiver_is_seen_by_its_sender) {  // C27, C11, C12
  holds_in_all(&oneshot_receiver_leaves);
  holds_in_all(&oneshot_receiver_leaves_who_is_waited_for);
}

task<> oneshot_sender_leaves() {
  auto [tx, rx] = actors::oneshot<int>();
  auto leaving = spawn([](oneshot_sender<int>) -> task<> { co_return; }(std::move(tx)));
  auto value = co_await rx.receive();
  EXPECT_FALSE(value);
  co_await leaving;
}

TEST_P(kinds_interleaving, the_end_of_a_oneshot_sender_wakes_its_receiver) {  // C27, C7
  holds_in_all(&oneshot_sender_leaves);
}

// ---- broadcast -----------------------------------------------------------------------------------------------------

struct tally {
  int received = 0;
  int missed = 0;
  int last = -1;
};

task<> count_to_the_end(broadcast_receiver<counted> from, tally& all) {
  for (;;) {
    auto next = co_await from.receive();
    if (!next) co_return;
    EXPECT_TRUE(next->holds());
    EXPECT_LT(all.last, next->number());
    all.last = next->number();
    ++all.received;
    all.missed += static_cast<int>(next.missed);
  }
}

task<> send_some(broadcast_sender<counted> to, test::ledger& books, int first, int count) {
  for (int i = first; i != first + count; ++i) to.send(counted{books, i});
  co_return;
}

task<> counts_come_out(std::size_t capacity) {
  test::ledger books;
  tally a;
  tally b;
  {
    auto [tx, rx] = actors::broadcast<counted>(capacity);
    auto one = spawn(count_to_the_end(rx, a));
    auto two = spawn(count_to_the_end(std::move(rx), b));
    auto sending = spawn(send_some(std::move(tx), books, 0, 5));
    co_await one;
    co_await two;
    co_await sending;
  }
  for (const tally& each : {a, b}) {
    EXPECT_EQ(each.received + each.missed, 5);
    EXPECT_EQ(each.last, 4) << "the last value is never lost";
  }
  books.expect_settled();
}

TEST_P(kinds_interleaving, broadcast_values_are_received_or_counted_as_missed) {  // C27, C4, C7, C8, C12
  for (const std::size_t capacity : {std::size_t{1}, std::size_t{2}, actors::unbounded})
    holds_in_all([=] { return counts_come_out(capacity); }, {.workers = 3}, 1'000);
}

// One of two receivers is cancelled while it waits; it goes on afterwards, and has lost nothing by that.
task<> broadcast_cancelled_at_delivery() {
  test::ledger books;
  tally a;
  tally b;
  {
    auto [tx, rx] = actors::broadcast<counted>(4);
    auto mine = rx;
    const auto take_one = [](broadcast_receiver<counted>& from, tally& all) -> task<> {
      auto next = co_await from.receive();
      if (!next) co_return;
      ++all.received;
      all.last = next->number();
    };
    auto one = spawn(take_one(mine, a));
    auto two = spawn(count_to_the_end(std::move(rx), b));
    auto cancelling = spawn(cancel_it(one));
    auto sending = spawn(send_some(std::move(tx), books, 0, 2));
    const bool cancelled = co_await ended_by_cancellation(one);
    EXPECT_EQ(cancelled, a.received == 0);
    co_await cancelling;
    co_await sending;
    co_await count_to_the_end(std::move(mine), a);
    co_await two;
  }
  EXPECT_EQ(a.received, 2);
  EXPECT_EQ(b.received, 2);
  EXPECT_EQ(a.missed + b.missed, 0);
  books.expect_settled();
}

TEST_P(kinds_interleaving, a_broadcast_receive_that_is_cancelled_loses_nothing) {  // C16, C18, C27
  holds_in_all(&broadcast_cancelled_at_delivery, {.workers = 3}, test::thorough);
}

// Receivers come, copy themselves and go beside a sender; nobody gets what was sent before it came.
task<> broadcast_receivers_come_and_go() {
  test::ledger books;
  {
    auto [tx, rx] = actors::broadcast<counted>(2);
    const auto visit = [](broadcast_sender<counted> to) -> task<> {
      auto mine = to.subscribe();
      auto copy = mine;
      to = {};
      auto next = co_await mine.receive();
      auto same = copy.try_receive();
      EXPECT_EQ(next.value.has_value(), same.value.has_value());
      if (!next || !same) co_return;
      const auto first = [](broadcast_received<counted>& got) { return got->number() - static_cast<int>(got.missed); };
      EXPECT_EQ(first(next), first(same)) << "they were at the same place";
    };
    auto one = spawn(visit(tx));
    auto two = spawn(visit(tx));
    auto sending = spawn(send_some(std::move(tx), books, 0, 4));
    auto leaving = spawn([](broadcast_receiver<counted>) -> task<> { co_return; }(std::move(rx)));
    co_await one;
    co_await two;
    co_await sending;
    co_await leaving;
  }
  books.expect_settled();
}

TEST_P(kinds_interleaving, broadcast_receivers_may_come_and_go) {  // C27, C12
  holds_in_all(&broadcast_receivers_come_and_go, {.workers = 3});
}

task<> broadcast_deserted() {
  auto [tx, rx] = actors::broadcast<int>(2);
  auto leaving = spawn([](broadcast_receiver<int>) -> task<> { co_return; }(rx));
  auto other = spawn([](broadcast_receiver<int>) -> task<> { co_return; }(std::move(rx)));
  co_await tx.until_no_receivers();
  EXPECT_EQ(tx.send(1), 0U);
  co_await leaving;
  co_await other;
}

TEST_P(kinds_interleaving, who_waits_for_the_end_of_all_receivers_sees_it) {  // C27, C7
  holds_in_all(&broadcast_deserted);
}

// ---- watch ---------------------------------------------------------------------------------------------------------

task<> follow(watch_receiver<int> from, int& last) {
  for (;;) {
    const bool newer = co_await from.changed();
    const int now = from.get();
    EXPECT_LE(last, now);
    last = now;
    if (!newer) co_return;
  }
}

task<> count_up(watch_sender<int> to) {
  for (int i = 0; i != 3; ++i) to.modify([](int& value) { ++value; });
  co_return;
}

task<> changes_are_kept() {
  auto [tx, rx] = actors::watch(0);
  int a = 0;
  int b = 0;
  auto one = spawn(count_up(tx));
  auto two = spawn(count_up(std::move(tx)));
  auto three = spawn(follow(rx, a));
  auto four = spawn(follow(rx, b));
  co_await one;
  co_await two;
  co_await three;
  co_await four;
  EXPECT_EQ(rx.get(), 6);
  EXPECT_EQ(a, 6) << "who follows sees the last value before the end";
  EXPECT_EQ(b, 6);
}

TEST_P(kinds_interleaving, no_change_of_a_watched_value_is_lost) {  // C27, C7, C8
  holds_in_all(&changes_are_kept, {.workers = 3});
}

task<> watch_cancelled_at_delivery() {
  auto [tx, rx] = actors::watch(0);
  bool newer = false;
  const auto wait_at = [](watch_receiver<int>& from, bool& seen) -> task<> { seen = co_await from.changed(); };
  auto other = rx;
  auto waiting = spawn(wait_at(rx, newer));
  auto cancelling = spawn(cancel_it(waiting));
  auto sending = spawn(count_up(std::move(tx)));
  const bool still = co_await other.changed();
  EXPECT_TRUE(still);
  const bool cancelled = co_await ended_by_cancellation(waiting);
  co_await cancelling;
  co_await sending;
  EXPECT_NE(cancelled, newer);
  if (cancelled) {
    EXPECT_TRUE(rx.has_changed()) << "a wait that was cancelled saw nothing";
  }
  int last = 0;
  co_await follow(rx, last);
  EXPECT_EQ(last, 3);
}

TEST_P(kinds_interleaving, a_watch_that_is_cancelled_saw_nothing) {  // C16, C18, C27
  holds_in_all(&watch_cancelled_at_delivery, {.workers = 3}, test::thorough);
}

task<> watched_values_are_destroyed() {
  test::ledger books;
  {
    auto [tx, rx] = actors::watch(counted{books, 0});
    auto reading = spawn([](watch_receiver<counted> from) -> task<> {
      for (int i = 0; i != 3; ++i) EXPECT_TRUE(from.borrow()->holds());
      co_return;
    }(rx));
    auto sending = spawn([](watch_sender<counted> to, test::ledger& l) -> task<> {
      for (int i = 1; i != 3; ++i) to.send(counted{l, i});
      co_return;
    }(std::move(tx), books));
    rx = {};
    co_await reading;
    co_await sending;
  }
  books.expect_settled();
}

TEST_P(kinds_interleaving, watched_values_outlive_those_who_read_them) {  // C12, C27
  holds_in_all(&watched_values_are_destroyed);
}

}  // namespace
