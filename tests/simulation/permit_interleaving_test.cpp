// Permits and overflow policies of channels under many schedules.
#include <actors/actors.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace {

using actors::overflow;
using actors::receiver;
using actors::sender;
using actors::spawn;
using actors::task;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class permit_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, permit_interleaving, testing::Values(1U << 20U, 1U));

struct tally {
  int sent = 0;
  int received = 0;
};

task<> send_reserved(sender<test::counted> to, test::ledger& books, tally& found) {
  try {
    for (int i = 0; i != 2; ++i) {
      auto permit = co_await to.reserve();
      permit.send(test::counted{books, i});
      ++found.sent;
    }
  } catch (const actors::channel_closed&) {
  }
}

task<> send_plain(sender<test::counted> to, test::ledger& books, tally& found) {
  try {
    for (int i = 0; i != 2; ++i) {
      test::counted value{books, i};
      co_await to.send(std::move(value));
      ++found.sent;
    }
  } catch (const actors::channel_closed&) {
  }
}

task<> receive_all(receiver<test::counted> from, tally& found) {
  for (;;) {
    auto value = co_await from.receive();
    if (!value) co_return;
    ++found.received;
  }
}

task<> reserve_and_drop(sender<test::counted> to) { const auto permit = co_await to.reserve(); }

task<> permits_beside_sends(std::size_t capacity) {
  test::ledger books;
  tally found;
  {
    auto [tx, rx] = actors::channel<test::counted>(capacity);
    auto one = spawn(send_reserved(tx, books, found));
    auto two = spawn(send_plain(tx, books, found));
    auto three = spawn(reserve_and_drop(std::move(tx)));
    auto all = spawn(receive_all(std::move(rx), found));
    co_await one;
    co_await two;
    co_await three;
    co_await all;
  }
  EXPECT_EQ(found.sent, 4);
  EXPECT_EQ(found.received, 4);
  books.expect_settled();
}

TEST_P(permit_interleaving, sends_and_permits_share_the_room_and_lose_nothing) {  // C17, C5, C6
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{2}})
    holds_in_all([=] { return permits_beside_sends(capacity); }, {.workers = 3}, test::thorough);
}

task<> cancelled_while_it_waits_for_a_permit(std::size_t capacity) {
  test::ledger books;
  tally found;
  {
    auto [tx, rx] = actors::channel<test::counted>(capacity);
    auto held = co_await tx.reserve();
    auto waiting = spawn(reserve_and_drop(tx));
    auto sending = spawn(send_plain(tx, books, found));
    tx = {};
    auto all = spawn(receive_all(std::move(rx), found));
    waiting.cancel();
    held.release();
    co_await sending;
    try {
      co_await waiting;
    } catch (const actors::cancelled&) {
    }
    co_await all;
  }
  EXPECT_EQ(found.received, 2);
  books.expect_settled();
}

TEST_P(permit_interleaving, a_cancelled_wait_for_a_permit_keeps_nobody_waiting) {  // C17, C18
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { return cancelled_while_it_waits_for_a_permit(capacity); }, {.workers = 3}, test::thorough);
}

task<> closed_amid_permits(std::size_t capacity) {
  test::ledger books;
  tally found;
  {
    auto [tx, rx] = actors::channel<test::counted>(capacity);
    auto one = spawn(send_reserved(tx, books, found));
    auto two = spawn(send_reserved(std::move(tx), books, found));
    auto all = spawn(receive_all(rx, found));
    rx.close();
    co_await one;
    co_await two;
    co_await all;
  }
  EXPECT_EQ(found.received, found.sent) << "what was sent with a permit was received, what was refused was not";
  books.expect_settled();
}

TEST_P(permit_interleaving, a_close_amid_permits_loses_nothing_that_was_sent) {  // C17, C8, C9
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { return closed_amid_permits(capacity); }, {.workers = 3}, test::thorough);
}

task<> dropping(std::size_t capacity, overflow policy) {
  test::ledger books;
  tally found;
  std::uint64_t dropped = 0;
  {
    auto [tx, rx] = actors::channel<test::counted>(capacity, policy);
    auto one = spawn(send_plain(tx, books, found));
    auto two = spawn(send_plain(tx, books, found));
    auto all = spawn(receive_all(std::move(rx), found));
    co_await one;
    co_await two;
    dropped = tx.dropped();
    tx = {};
    co_await all;
  }
  EXPECT_EQ(found.sent, 4);
  EXPECT_EQ(static_cast<std::uint64_t>(found.received) + dropped, 4U);
  books.expect_settled();
}

TEST_P(permit_interleaving, what_is_sent_to_a_channel_that_drops_is_received_or_counted) {  // C19, C12
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{2}})
    for (const overflow policy : {overflow::drop_oldest, overflow::drop_newest, overflow::keep_latest})
      holds_in_all([=] { return dropping(capacity, policy); }, {.workers = 3}, test::thorough / 5);
}

}  // namespace
