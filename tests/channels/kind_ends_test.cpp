// The ends of all kinds of channel: what copies, moves and assignments count, and what an empty one does.
#include <actors/actors.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace {

using actors::broadcast_receiver;
using actors::broadcast_sender;
using actors::oneshot_receiver;
using actors::oneshot_sender;
using actors::receiver;
using actors::send_permit;
using actors::sender;
using actors::watch_receiver;
using actors::watch_sender;

template <class End>
void expect_moves_alone() {
  static_assert(!std::is_copy_constructible_v<End> && !std::is_copy_assignable_v<End>);
  static_assert(std::is_nothrow_move_constructible_v<End> && std::is_nothrow_move_assignable_v<End>);
}
template <class End>
void expect_copies() {
  static_assert(std::is_nothrow_copy_constructible_v<End> && std::is_nothrow_copy_assignable_v<End>);
  static_assert(std::is_nothrow_move_constructible_v<End> && std::is_nothrow_move_assignable_v<End>);
}

TEST(ends, are_copied_where_they_are_shared) {  // C10, C27
  expect_copies<sender<int>>();
  expect_copies<receiver<int>>();
  expect_copies<actors::weak_sender<int>>();
  expect_copies<broadcast_sender<int>>();
  expect_copies<broadcast_receiver<int>>();
  expect_copies<actors::weak_broadcast_sender<int>>();
  expect_copies<watch_sender<int>>();
  expect_copies<watch_receiver<int>>();
  expect_copies<actors::weak_watch_sender<int>>();
  expect_moves_alone<oneshot_sender<int>>();
  expect_moves_alone<oneshot_receiver<int>>();
  expect_moves_alone<send_permit<int>>();
  static_assert(sizeof(sender<int>) == sizeof(void*) && sizeof(oneshot_sender<int>) == sizeof(void*));
}

// `count` says how many ends there are of the channel of `first`, `other` is of another one.
template <class End, class Count>
void counts_come_out(End first, End other, const Count& count) {
  EXPECT_EQ(count(), 1U);
  End& same = first;
  first = same;
  EXPECT_EQ(count(), 1U) << "assigned to itself";
  first = std::move(same);
  EXPECT_EQ(count(), 1U) << "moved to itself";
  EXPECT_TRUE(first);
  {
    End copy = first;
    EXPECT_EQ(count(), 2U);
    End moved = std::move(copy);
    EXPECT_EQ(count(), 2U);
    EXPECT_FALSE(copy);  // NOLINT(bugprone-use-after-move): it is empty
    copy = moved;
    EXPECT_EQ(count(), 3U);
    copy = other;
    EXPECT_EQ(count(), 2U);
    copy = std::move(moved);
    EXPECT_EQ(count(), 2U);
    copy = {};
    EXPECT_EQ(count(), 1U);
    copy = End{};
    std::swap(copy, first);
    EXPECT_EQ(count(), 1U);
    EXPECT_TRUE(copy);
    std::swap(copy, first);
  }
  EXPECT_EQ(count(), 1U);
  first = {};
  EXPECT_EQ(count(), 0U);
}

TEST(ends, are_counted_whatever_is_done_with_them) {  // C10, C11
  {
    auto [tx, rx] = actors::channel<int>(1);
    const receiver<int>& known = rx;
    counts_come_out(std::move(tx), actors::channel<int>(1).first, [&known] { return known.statistics().senders; });
    EXPECT_TRUE(rx.closed());
  }
  {
    auto [tx, rx] = actors::channel<int>(1);
    const sender<int>& known = tx;
    counts_come_out(std::move(rx), actors::channel<int>(1).second, [&known] { return known.statistics().receivers; });
    EXPECT_TRUE(tx.closed());
  }
  {
    auto [tx, rx] = actors::broadcast<int>(1);
    const broadcast_sender<int>& known = tx;
    counts_come_out(std::move(rx), actors::broadcast<int>(1).second, [&known] { return known.receivers(); });
  }
  {
    auto [tx, rx] = actors::watch(1);
    const watch_sender<int>& known = tx;
    counts_come_out(std::move(rx), actors::watch(2).second, [&known] { return known.receivers(); });
  }
}

// Senders of these are not counted for all to see: the last one closes the channel.
template <class Sender, class Receiver>
void last_sender_closes(Sender tx, const Receiver& rx, Sender other) {
  Sender& same = tx;
  tx = same;
  tx = std::move(same);
  Sender copy = tx;
  tx = other;
  EXPECT_FALSE(rx.closed());
  tx = std::move(copy);
  EXPECT_FALSE(copy);  // NOLINT(bugprone-use-after-move): it is empty
  EXPECT_FALSE(rx.closed());
  std::swap(tx, other);
  EXPECT_FALSE(rx.closed());
  other = {};
  EXPECT_TRUE(rx.closed());
}

TEST(ends, of_which_the_last_sender_is_gone_are_closed) {  // C10, C11
  auto all = actors::broadcast<int>(1);
  last_sender_closes(std::move(all.first), all.second, actors::broadcast<int>(1).first);
  auto level = actors::watch(1);
  last_sender_closes(std::move(level.first), level.second, actors::watch(1).first);
  auto one = actors::oneshot<int>();
  oneshot_sender<int>& same = one.first;
  one.first = std::move(same);
  EXPECT_FALSE(one.second.closed());
  oneshot_sender<int> moved = std::move(one.first);
  EXPECT_FALSE(one.second.closed());
  moved = actors::oneshot<int>().first;
  EXPECT_TRUE(one.second.closed());
}

TEST(ends, of_a_permit_give_its_place_back_once) {  // C10, C17
  auto [tx, rx] = actors::channel<int>(2);
  auto first = tx.try_reserve();
  send_permit<int>& same = first;
  first = std::move(same);
  EXPECT_EQ(tx.statistics().reserved, 1U);
  auto second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): it is empty
  first = tx.try_reserve();
  EXPECT_EQ(tx.statistics().reserved, 2U);
  EXPECT_EQ(tx.statistics().senders, 3U) << "a permit keeps the channel open";
  first = std::move(second);
  EXPECT_EQ(tx.statistics().reserved, 1U);
  first.send(1);
  EXPECT_FALSE(first);
  EXPECT_THROW(first.send(2), actors::usage_error);
  first.release();
  EXPECT_EQ(tx.statistics().reserved, 0U);
  EXPECT_EQ(tx.statistics().senders, 1U);
  EXPECT_EQ(rx.size(), 1U);
}

// A copy of a receiver is at the same place, one that was moved from is at none.
TEST(ends, with_a_place_take_it_along) {  // C10, C27
  auto [tx, rx] = actors::broadcast<int>(2);
  for (int i = 0; i != 3; ++i) tx.send(i);
  auto copy = rx;
  auto moved = std::move(rx);
  EXPECT_EQ(rx.size(), 0U);  // NOLINT(bugprone-use-after-move): it is empty
  rx = tx.subscribe();
  EXPECT_EQ(rx.size(), 0U);
  for (broadcast_receiver<int>* each : {&copy, &moved}) {
    auto next = each->try_receive();
    EXPECT_EQ(next.missed, 1U);
    EXPECT_EQ(*next, 1);
  }
  rx = copy;
  EXPECT_EQ(*rx.try_receive(), 2);
  auto [level, seen] = actors::watch(0);
  level.send(1);
  auto unseen = seen;
  EXPECT_TRUE(seen.borrow_and_update());
  EXPECT_TRUE(unseen.has_changed());
  EXPECT_FALSE(seen.has_changed());
  EXPECT_FALSE(unseen.subscribe().has_changed());
  unseen = seen;
  EXPECT_FALSE(unseen.has_changed());
}

template <class Sender, class Receiver>
void weak_senders_keep_nothing_open(Sender tx, const Receiver& rx) {
  const auto weak = tx.downgrade();
  auto strong = weak.upgrade();
  EXPECT_TRUE(strong);
  tx = {};
  EXPECT_FALSE(rx.closed()) << "there is a sender still";
  strong.send(7);
  strong.close();
  EXPECT_TRUE(weak.upgrade()) << "it has senders, though it was closed";
  strong = {};
  EXPECT_TRUE(rx.closed());
  EXPECT_FALSE(weak.upgrade());
}

TEST(weak_ends, keep_no_channel_open) {  // C25, C27
  auto all = actors::broadcast<int>(1);
  weak_senders_keep_nothing_open(std::move(all.first), all.second);
  EXPECT_EQ(*all.second.try_receive(), 7);
  auto level = actors::watch(1);
  weak_senders_keep_nothing_open(std::move(level.first), level.second);
  EXPECT_EQ(level.second.get(), 7);
}

TEST(weak_ends, outlive_both_sides) {  // C25, C12
  auto value = std::make_shared<int>(1);
  actors::weak_broadcast_sender<std::shared_ptr<int>> all;
  actors::weak_watch_sender<std::shared_ptr<int>> latest;
  EXPECT_FALSE(all.upgrade());
  EXPECT_FALSE(latest.upgrade());
  {
    auto [tx, rx] = actors::broadcast<std::shared_ptr<int>>(2);
    auto [level, seen] = actors::watch(value);
    all = tx.downgrade();
    latest = level.downgrade();
    tx.send(value);
  }
  const auto copy = all;
  all = {};
  EXPECT_FALSE(copy.upgrade());
  EXPECT_FALSE(latest.upgrade());
  latest = {};
  EXPECT_EQ(value.use_count(), 1) << "what is in a watch lives as long as that is known, not longer";
}

}  // namespace
