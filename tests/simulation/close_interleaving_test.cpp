// The end of a channel against those who wait at it, under many schedules: everybody is woken, whoever waits in
// whatever way, and what was buffered is still delivered.
#include <actors/actors.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using actors::channel_closed;
using actors::on_receive;
using actors::on_send;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;
using test::counted;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class close_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, close_interleaving, testing::Values(1U << 20U, 1U));

enum class how { by_a_sender, by_a_receiver, with_an_error, by_leaving };
constexpr how all_ways[] = {how::by_a_sender, how::by_a_receiver, how::with_an_error, how::by_leaving};

struct tally {
  int sent = 0;
  int received = 0;
  int refused = 0;
};

task<> sends(sender<counted> to, test::ledger& books, tally& found) {
  try {
    counted value{books, 1};
    co_await to.send(std::move(value));
    ++found.sent;
  } catch (const std::exception&) {
    ++found.refused;
  }
}

task<> reserves(sender<counted> to, test::ledger& books, tally& found) {
  try {
    auto permit = co_await to.reserve();
    permit.send(counted{books, 2});
    ++found.sent;
  } catch (const std::exception&) {
    ++found.refused;
  }
}

// The other case waits where nobody comes.
task<> selects_a_send(sender<counted> to, receiver<counted> from, test::ledger& books, tally& found) {
  try {
    counted value{books, 3};
    const auto note = [&found] { ++found.sent; };
    co_await select(on_send(to, value, note), on_receive(from, [](auto&&) {}));
  } catch (const std::exception&) {
    ++found.refused;
  }
}

task<> receives(receiver<counted> from, tally& found) {
  try {
    for (;;) {
      auto value = co_await from.receive();
      if (!value) co_return;
      EXPECT_TRUE(value->holds());
      ++found.received;
    }
  } catch (const std::runtime_error&) {
  }
}

task<> selects_receives(receiver<counted> from, receiver<counted> other, tally& found) {
  try {
    for (bool open = true; open;) {
      const auto note = [&](std::optional<counted> value) { value ? ++found.received : open = false; };
      co_await select(on_receive(from, note), on_receive(other, [](auto&&) {}));
    }
  } catch (const std::runtime_error&) {
  }
}

void end(how way, sender<counted>& to, receiver<counted>& from) {
  if (way == how::by_a_sender) to.close();
  if (way == how::by_a_receiver) from.close();
  if (way == how::with_an_error) from.poison(std::make_exception_ptr(std::runtime_error{"the end"}));
}

task<> cancel_it(actors::join_handle<> which) {
  which.cancel();
  co_return;
}

task<> ended(actors::join_handle<> which) {
  try {
    co_await which;
  } catch (const actors::cancelled&) {
  }
}

// Nobody receives while three send, one of whom is cancelled; without the wake-up one of them waits for ever.
task<> senders_wait(how way, std::size_t capacity) {
  test::ledger books;
  tally found;
  {
    auto [tx, rx] = actors::channel<counted>(capacity);
    auto [nobody, none] = actors::channel<counted>(0);
    auto one = spawn(selects_a_send(tx, none, books, found));
    auto two = spawn(reserves(tx, books, found));
    auto three = spawn(sends(tx, books, found));
    auto cancelling = spawn(cancel_it(one));
    end(way, tx, rx);
    if (way == how::by_leaving) rx = {};
    co_await two;
    co_await three;
    co_await ended(one);
    co_await cancelling;
    // The one place of a rendezvous is for a permit: what is sent with it waits there.
    EXPECT_LE(found.sent, static_cast<int>(capacity == 0 ? 1 : capacity));
    EXPECT_GE(found.sent + found.refused, 2);
    while (rx.try_receive()) ++found.received;
    EXPECT_TRUE(way == how::by_leaving || found.received == found.sent) << "what was buffered is delivered";
  }
  books.expect_settled();
}

TEST_P(close_interleaving, every_sender_that_waits_is_woken) {  // C7, C9, C11, C12, C28, S7
  for (const how way : all_ways) holds_in_all([=] { return senders_wait(way, 1); }, {.workers = 3}, test::thorough);
  for (const how way : all_ways) holds_in_all([=] { return senders_wait(way, 0); }, {.workers = 3}, test::thorough / 5);
}

// Two values, and three who wait for them.
task<> receivers_wait(how way, std::size_t capacity) {
  test::ledger books;
  tally found;
  {
    auto [tx, rx] = actors::channel<counted>(capacity);
    auto [nobody, none] = actors::channel<counted>(0);
    auto one = spawn(selects_receives(rx, none, found));
    auto two = spawn(receives(rx, found));
    auto sending = spawn(sends(tx, books, found));
    if (tx.try_send(counted{books, 0}) == actors::channel_status::ok) ++found.sent;
    end(way, tx, rx);
    if (way == how::by_leaving) tx = {};
    co_await one;
    co_await two;
    co_await sending;
  }
  EXPECT_EQ(found.received, found.sent) << "what was sent is received";
  books.expect_settled();
}

TEST_P(close_interleaving, every_receiver_that_waits_is_woken_after_what_is_buffered) {  // C7, C8, C11, C12, C28, S7
  for (const how way : all_ways) holds_in_all([=] { return receivers_wait(way, 2); }, {.workers = 3}, test::thorough);
  for (const how way : all_ways)
    holds_in_all([=] { return receivers_wait(way, 0); }, {.workers = 3}, test::thorough / 5);
}

task<> is_refused(sender<int> to, std::vector<int>& reasons) {
  try {
    co_await to.send(7);
    ADD_FAILURE() << "nobody has received it";
  } catch (const int reason) {
    reasons.push_back(reason);
  }
}

task<> poisons(sender<int> to) {
  to.poison(std::make_exception_ptr(1));
  co_return;
}

task<> two_reasons() {
  std::vector<int> reasons;
  auto [tx, rx] = actors::channel<int>(0);
  auto one = spawn(is_refused(tx, reasons));
  auto poisoning = spawn(poisons(tx));
  rx.poison(std::make_exception_ptr(2));
  auto two = spawn(is_refused(tx, reasons));
  co_await poisoning;
  co_await one;
  co_await two;
  try {
    co_await rx.receive();
  } catch (const int reason) {
    reasons.push_back(reason);
  }
  EXPECT_TRUE(reasons == std::vector<int>(3, 1) || reasons == std::vector<int>(3, 2)) << "the one that came first";
}

TEST_P(close_interleaving, one_reason_is_seen_by_all_where_two_close_at_once) {  // C28, C10
  holds_in_all(&two_reasons, {.workers = 3}, test::thorough);
}

}  // namespace
