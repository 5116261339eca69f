// select under many schedules: no value lost or taken twice, whoever meets whom, with cancellations, closes and timers
// at every moment.
#include <actors/actors.hpp>
#include <actors/cases.hpp>
#include <actors/select.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::choice;
using actors::on_receive;
using actors::on_send;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;
using actors::when;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class select_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, select_interleaving, testing::Values(1U << 20U, 1U));

constexpr std::uint64_t many = 10'000;

task<> send_some(sender<int> to, int first, int count) {
  for (int i = 0; i != count; ++i) co_await to.send(first + i);
}

// Receives from both until both are closed.
task<> receive_from_both(receiver<int> a, receiver<int> b, std::vector<int>& got) {
  bool a_open = true;
  bool b_open = true;
  const auto take = [&](bool& open) {
    return [&](std::optional<int> value) {
      if (value)
        got.push_back(*value);
      else
        open = false;
    };
  };
  while (a_open || b_open)
    co_await select(when(a_open, on_receive(a, take(a_open))), when(b_open, on_receive(b, take(b_open))));
}

task<> from_two_channels(std::size_t capacity) {
  std::vector<int> got;
  std::vector<int> more;
  {
    auto [a_in, a] = actors::channel<int>(capacity);
    auto [b_in, b] = actors::channel<int>(capacity);
    auto first = spawn(send_some(std::move(a_in), 10, 2));
    auto second = spawn(send_some(std::move(b_in), 20, 2));
    auto one = spawn(receive_from_both(a, b, got));
    auto two = spawn(receive_from_both(std::move(b), std::move(a), more));
    co_await first;
    co_await second;
    co_await one;
    co_await two;
  }
  got.insert(got.end(), more.begin(), more.end());
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (std::vector<int>{10, 11, 20, 21}));
}

TEST_P(select_interleaving, each_value_is_taken_once_by_crossing_receivers) {  // S1, S6
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { return from_two_channels(capacity); }, {.workers = 3}, many);
}

// ---- close ---------------------------------------------------------------------------------------------------------

using test::counted;

task<> send_counted(sender<counted> to, sender<counted> other, test::ledger& books, int& sent) {
  try {
    for (int i = 0; i != 2; ++i) {
      counted value{books, i};
      const auto note = [&] { ++sent; };
      co_await select(on_send(to, value, note), on_send(other, value, note));
    }
  } catch (const actors::channel_closed&) {
  }
}

task<> receive_counted(receiver<counted> a, receiver<counted> b, int& received) {
  bool a_open = true;
  bool b_open = true;
  const auto take = [&](bool& open) {
    return [&](std::optional<counted> value) {
      if (value)
        received += value->holds() ? 1 : 100;
      else
        open = false;
    };
  };
  while (a_open || b_open)
    co_await select(when(a_open, on_receive(a, take(a_open))), when(b_open, on_receive(b, take(b_open))));
}

// Both senders wait, or send, or are about to, when the channels close; receivers drain what is buffered.
task<> closed_amid_selects(std::size_t capacity) {
  test::ledger books;
  int sent[2] = {0, 0};
  int received = 0;
  {
    auto [a_in, a] = actors::channel<counted>(capacity);
    auto [b_in, b] = actors::channel<counted>(0);
    auto one = spawn(send_counted(a_in, b_in, books, sent[0]));
    auto two = spawn(send_counted(b_in, a_in, books, sent[1]));
    a_in = {};
    b_in = {};
    auto taking = spawn(receive_counted(a, b, received));
    auto closing = spawn([](receiver<counted> x, receiver<counted> y) -> task<> {
      x.close();
      y.close();
      co_return;
    }(std::move(a), std::move(b)));
    co_await one;
    co_await two;
    co_await taking;
    co_await closing;
  }
  EXPECT_EQ(received, sent[0] + sent[1]) << "a send that returned was received, one that threw was not";
  books.expect_settled();
}

TEST_P(select_interleaving, a_close_wakes_all_and_loses_nothing_that_was_sent) {  // S7, C7, C8, C9, C12
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{2}})
    holds_in_all([=] { return closed_amid_selects(capacity); }, {.workers = 3}, many);
}

// ---- cancellation --------------------------------------------------------------------------------------------------

struct taker {
  int got = 0;
  bool cancelled = false;
};

task<> selects_one(receiver<int> a, receiver<int> b, taker& end) {
  try {
    co_await select(on_receive(b, [&](std::optional<int> v) { end.got += v.value_or(0); }),
                    on_receive(a, [&](std::optional<int> v) { end.got += v.value_or(0); }));
  } catch (const actors::cancelled&) {
    end.cancelled = true;
  }
}

task<> receives_one(receiver<int> from, taker& end) {
  try {
    auto value = co_await from.receive();
    end.got += value.value_or(0);
  } catch (const actors::cancelled&) {
    end.cancelled = true;
  }
}

task<> cancels(actors::join_handle<> which) {
  which.cancel();
  co_return;
}

task<> ended(actors::join_handle<> which, taker& end) {
  try {
    co_await which;
  } catch (const actors::cancelled&) {  // before it began
    end.cancelled = true;
  }
}

// One value, and two who wait for it, of whom one is cancelled: whoever has it was not cancelled, and where that one
// has it not, the other one has.
task<> cancelled_at_delivery(std::size_t capacity, bool select_is_cancelled) {
  auto [tx, rx] = actors::channel<int>(capacity);
  auto [other_in, other] = actors::channel<int>(0);
  taker selecting;
  taker plain;
  auto one = spawn(selects_one(rx, other, selecting));
  auto two = spawn(receives_one(std::move(rx), plain));
  auto cancelling = spawn(cancels(select_is_cancelled ? one : two));
  co_await tx.send(7);
  tx.close();
  co_await ended(one, selecting);
  co_await ended(two, plain);
  co_await cancelling;
  EXPECT_FALSE((select_is_cancelled ? plain : selecting).cancelled);
  EXPECT_FALSE(selecting.cancelled && selecting.got != 0) << "a select that was cancelled took a value";
  EXPECT_FALSE(plain.cancelled && plain.got != 0);
  EXPECT_EQ(selecting.got + plain.got, 7) << "the value went to one of the two";
}

TEST_P(select_interleaving, who_is_cancelled_hands_the_turn_on) {  // S1, S6, C16, C18
  for (const bool select_is_cancelled : {true, false})
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
      holds_in_all([=] { return cancelled_at_delivery(capacity, select_is_cancelled); }, {.workers = 3}, many / 2);
}

// The select loses a case at one channel at the moment when it is served by the other: that one's turn goes on, too.
task<> served_by_both() {
  auto [a_in, a] = actors::channel<int>(0);
  auto [b_in, b] = actors::channel<int>(0);
  taker both;
  taker plain;
  auto selecting = spawn(selects_one(a, b, both));
  auto sending = spawn([](sender<int> to) -> task<> { co_await to.send(1); }(a_in));
  auto waiting = spawn(receives_one(b, plain));
  co_await select(on_send(b_in, 10), on_send(b_in, 10));
  b_in.close();
  auto last = spawn(receives_one(a, plain));
  co_await sending;
  a_in.close();
  co_await selecting;
  co_await waiting;
  co_await last;
  EXPECT_EQ(both.got + plain.got, 11);
}

TEST_P(select_interleaving, a_select_that_two_want_to_serve_takes_one_value) {  // S1, S6, C18
  holds_in_all([] { return served_by_both(); }, {.workers = 3}, many);
}

// The senders' side: the front of the queue leaves for another channel at the moment when there is room.
task<> leaves_the_front_of_the_senders() {
  auto [tx, rx] = actors::channel<int>(1);
  auto [other_in, other] = actors::channel<int>(0);
  tx.try_send(1);
  int sent = 0;
  auto front = spawn([](sender<int> to, receiver<int> from, int& count) -> task<> {
    co_await select(on_send(to, 2, [&] { ++count; }), on_receive(from, [](auto&&) {}));
  }(tx, other, sent));
  auto behind = spawn([](sender<int> to) -> task<> { co_await to.send(4); }(tx));
  auto ending = spawn([](sender<int> end) -> task<> {
    end.close();
    co_return;
  }(other_in));
  int sum = 0;
  auto first = co_await rx.receive();
  sum += *first;
  auto second = co_await rx.receive();
  sum += *second;
  co_await ending;
  co_await front;
  if (sent != 0) {
    auto third = co_await rx.receive();
    sum += *third;
  }
  co_await behind;
  EXPECT_EQ(sum, 5 + 2 * sent);
}

TEST_P(select_interleaving, those_behind_a_sender_that_leaves_move_up) {  // S6, C6, C18
  holds_in_all([] { return leaves_the_front_of_the_senders(); }, {.workers = 3}, many);
}

// ---- crossing ------------------------------------------------------------------------------------------------------

task<> passes_round(sender<int> to, receiver<int> from, int& got) {
  bool sent = false;
  bool received = false;
  while (!sent || !received)
    co_await select(when(!sent, on_send(to, 1, [&] { sent = true; })), when(!received, on_receive(from, [&](auto v) {
                      received = true;
                      got += *v;
                    })));
}

task<> ring(std::size_t size) {
  std::vector<int> got(size);
  std::vector<actors::join_handle<>> all;
  std::vector<std::pair<sender<int>, receiver<int>>> links;
  for (std::size_t i = 0; i != size; ++i) links.push_back(actors::channel<int>(0));
  for (std::size_t i = 0; i != size; ++i)
    all.push_back(spawn(passes_round(links[i].first, links[(i + 1) % size].second, got[i])));
  for (auto& each : all) co_await each;
  EXPECT_EQ(std::count(got.begin(), got.end(), 1), static_cast<std::ptrdiff_t>(size));
}

TEST_P(select_interleaving, crossing_selects_never_deadlock) {  // S9, S1
  holds_in_all([] { return ring(2); }, {.workers = 2}, many);
  holds_in_all([] { return ring(3); }, {.workers = 3}, many);
}

// ---- many at one channel -------------------------------------------------------------------------------------------

task<> two_selects_and_a_plain_receiver() {
  test::ledger books;
  int received = 0;
  int sent = 0;
  {
    auto [tx, rx] = actors::channel<counted>(0);
    auto [other_in, other] = actors::channel<counted>(1);
    auto one = spawn(receive_counted(rx, other, received));
    auto two = spawn(receive_counted(other, rx, received));
    auto three = spawn([](receiver<counted> from, int& count) -> task<> {
      while (auto value = co_await from.receive()) ++count;
    }(rx, received));
    auto sending = spawn(send_counted(tx, other_in, books, sent));
    co_await send_counted(std::move(other_in), std::move(tx), books, sent);
    co_await sending;
    co_await one;
    co_await two;
    co_await three;
  }
  EXPECT_EQ(sent, 4);
  EXPECT_EQ(received, 4);
  books.expect_settled();
}

TEST_P(select_interleaving, two_selects_and_a_plain_receiver_share_a_channel) {  // S1, S6, C5
  holds_in_all([] { return two_selects_and_a_plain_receiver(); }, {.workers = 3}, many);
}

// ---- otherwise -----------------------------------------------------------------------------------------------------

// One of the two has a value at each moment: it is put into the one before it is taken from the other.
task<> moved_between_two() {
  sender<int> a_in;
  receiver<int> a;
  std::tie(a_in, a) = actors::channel<int>(8);
  sender<int> b_in;
  receiver<int> b;
  std::tie(b_in, b) = actors::channel<int>(8);
  a_in.try_send(0);
  auto moving = spawn([](sender<int> x, receiver<int> x_end, sender<int> y, receiver<int> y_end) -> task<> {
    for (int i = 0; i != 2; ++i) {
      EXPECT_EQ(y.try_send(i), actors::channel_status::ok);
      x_end.try_receive();
      EXPECT_EQ(x.try_send(i), actors::channel_status::ok);
      y_end.try_receive();
    }
    co_return;
  }(a_in, a, b_in, b));
  for (int i = 0; i != 3; ++i) {
    // What is taken is put back at once; the mover may find nothing then, and there are one or two from then on.
    const int which = co_await select(on_receive(b, [&](auto v) { return b_in.try_send(int{*v}), 1; }),
                                      on_receive(a, [&](auto v) { return a_in.try_send(int{*v}), 2; }),
                                      actors::otherwise([] { return 0; }));
    EXPECT_NE(which, 0) << "one of the two had a value at each moment";
  }
  co_await moving;
}

TEST_P(select_interleaving, otherwise_is_not_taken_where_one_is_ready_at_each_moment) {  // S4
  holds_in_all([] { return moved_between_two(); }, {.workers = 2}, many);
}

}  // namespace
