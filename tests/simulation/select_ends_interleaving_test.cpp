// Selects over permits, and over the ends of all kinds of channel, under many schedules: what is reserved comes back, a
// close ends the wait, also at the end of its time.
#include <actors/actors.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::broadcast_received;
using actors::broadcast_receiver;
using actors::broadcast_sender;
using actors::channel_status;
using actors::join_handle;
using actors::on_change;
using actors::on_receive;
using actors::on_reserve;
using actors::oneshot_receiver;
using actors::oneshot_sender;
using actors::receiver;
using actors::select;
using actors::send_permit;
using actors::sender;
using actors::spawn;
using actors::task;
using actors::watch_sender;
using actors::when;
using test::cancels;
using test::counted;
using test::ended;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class select_ends_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, select_ends_interleaving, testing::Values(1U << 20U, 1U));

constexpr std::uint64_t many = 10'000;

// ---- permits -------------------------------------------------------------------------------------------------------

struct mail {
  int sent = 0;
  int received = 0;
};

task<> sends_with_permit(const sender<counted> a, const sender<counted> b, test::ledger& books, mail& all) {
  try {
    const auto send = [&](send_permit<counted> place) {
      place.send(counted{books, all.sent});
      ++all.sent;
    };
    co_await select(on_reserve(a, send), on_reserve(b, send));
    co_await select(actors::after(1ms));  // ended by nobody whom the first one waited for
  } catch (const actors::channel_closed&) {
  }
}

task<> sends_plainly(sender<counted> to, test::ledger& books, mail& all) {
  try {
    counted value{books, 9};
    co_await to.send(std::move(value));
    ++all.sent;
  } catch (const actors::channel_closed&) {
  }
}

task<> receives_all(receiver<counted> from, mail& all) {
  for (;;) {
    auto value = co_await from.receive();
    if (!value) co_return;
    ++all.received;
  }
}

task<> permits_of_two_channels(std::size_t capacity, bool is_cancelled, bool is_closed) {
  test::ledger books;
  mail all;
  {
    auto [a_in, a] = actors::channel<counted>(capacity);
    auto [b_in, b] = actors::channel<counted>(capacity);
    auto held = a_in.try_reserve();
    auto other = b_in.try_reserve();
    auto one = spawn(sends_with_permit(a_in, b_in, books, all));
    auto two = spawn(sends_with_permit(b_in, a_in, books, all));
    auto plain = spawn(sends_plainly(a_in, books, all));
    a_in = {};
    b_in = {};
    auto from_a = spawn(receives_all(a, all));
    auto from_b = spawn(receives_all(b, all));
    join_handle<> cancelling;
    if (is_cancelled) cancelling = spawn(cancels(one));
    held.release();
    other.release();
    if (is_closed) a.close();
    co_await ended(one);
    co_await two;
    co_await plain;
    co_await from_a;
    co_await from_b;
    if (is_cancelled) co_await cancelling;
    EXPECT_EQ(a.statistics().reserved + b.statistics().reserved, 0U);
  }
  EXPECT_EQ(all.received, all.sent);
  if (!is_closed && !is_cancelled) {
    EXPECT_EQ(all.sent, 3);
  }
  if (!is_closed) {
    EXPECT_GE(all.sent, 2) << "who was not cancelled has sent";
  }
  books.expect_settled();
}

TEST_P(select_ends_interleaving, permits_of_either_channel_are_given_once_and_come_back) {  // S1, S6, C17, C18
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    for (const bool is_cancelled : {false, true})
      holds_in_all([=] { return permits_of_two_channels(capacity, is_cancelled, false); }, {.workers = 3}, many / 4);
}

TEST_P(select_ends_interleaving, a_close_ends_the_wait_for_permits_and_loses_nothing) {  // S7, C7, C17
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { return permits_of_two_channels(capacity, true, true); }, {.workers = 3}, many / 2);
}

// ---- ends ----------------------------------------------------------------------------------------------------------

// Each kind is closed, or its last sender goes, or it is poisoned, while it is waited for in one select with the
// others.
task<> closed_while_selected(int how) {
  auto [answer, answered] = actors::oneshot<int>();
  auto [news, listener] = actors::broadcast<int>(1);
  auto [level, follower] = actors::watch(0);
  const auto why = std::make_exception_ptr(7);
  auto one = spawn([](oneshot_sender<int> of, int way, std::exception_ptr error) -> task<> {
    if (way == 1) of.close();
    if (way == 2) of.poison(std::move(error));
    co_return;
  }(std::move(answer), how, why));
  auto two = spawn([](broadcast_sender<int> of, int way, std::exception_ptr error) -> task<> {
    if (way == 1) of.close();
    if (way == 2) of.poison(std::move(error));
    co_return;
  }(std::move(news), how, why));
  auto three = spawn([](watch_sender<int> of, int way, std::exception_ptr error) -> task<> {
    if (way == 1) of.close();
    if (way == 2) of.poison(std::move(error));
    co_return;
  }(std::move(level), how, why));
  bool open[3] = {true, true, true};
  int thrown = 0;
  while (open[0] || open[1] || open[2]) {
    try {
      co_await select(when(open[0], on_receive(answered,
                                               [&](std::optional<int> v) {
                                                 EXPECT_FALSE(v);
                                                 open[0] = false;
                                               })),
                      when(open[1], on_receive(listener,
                                               [&](broadcast_received<int> v) {
                                                 EXPECT_FALSE(v);
                                                 open[1] = false;
                                               })),
                      when(open[2], on_change(follower, [&](bool newer) {
                             EXPECT_FALSE(newer);
                             open[2] = false;
                           })));
    } catch (int number) {
      thrown += number;
      if (thrown == 7) open[0] = open[1] = open[2] = false;
    }
  }
  EXPECT_EQ(thrown, how == 2 ? 7 : 0);
  co_await one;
  co_await two;
  co_await three;
}

TEST_P(select_ends_interleaving, closes_end_the_select) {  // S7, C7, C11, C28
  for (const int how : {0, 1, 2}) holds_in_all([=] { return closed_while_selected(how); }, {.workers = 3}, many / 2);
}

// The last receivers go while senders wait for that in selects; one is cancelled.
task<> deserted_while_selected() {
  auto [answer, answered] = actors::oneshot<int>();
  auto [news, listener] = actors::broadcast<int>(1);
  auto [level, follower] = actors::watch(0);
  int ends = 0;
  const auto waits = [](const oneshot_sender<int>& one, const broadcast_sender<int>& two,
                        const watch_sender<int>& three, int& count) -> task<> {
    bool open[3] = {true, true, true};
    while (open[0] || open[1] || open[2]) {
      co_await select(when(open[0], actors::on_closed(one, [&] { open[0] = false; })),
                      when(open[1], actors::on_no_receivers(two, [&] { open[1] = false; })),
                      when(open[2], actors::on_no_receivers(three, [&] { open[2] = false; })));
    }
    ++count;
  };
  auto first = spawn(waits(answer, news, level, ends));
  auto second = spawn(waits(answer, news, level, ends));
  auto cancelling = spawn(cancels(second));
  auto leaving = spawn([](oneshot_receiver<int> one, broadcast_receiver<int>) -> task<> {
    one.close();
    co_return;
  }(std::move(answered), std::move(listener)));
  follower = {};
  co_await first;
  co_await ended(second);
  co_await leaving;
  co_await cancelling;
  EXPECT_GE(ends, 1);
}

TEST_P(select_ends_interleaving, the_end_of_all_receivers_is_seen_by_all_who_wait_for_it) {  // S6, C7, C18, C27
  holds_in_all(&deserted_while_selected, {.workers = 3}, many / 2);
}

// ---- limits of time, weak senders ----------------------------------------------------------------------------------

// The value comes at the time when the limit is over. Whichever wins, it is received once.
task<> news_at_the_deadline() {
  const auto begin = actors::simulated_time();
  auto [tx, rx] = actors::broadcast<int>(1);
  auto sending = spawn([](broadcast_sender<int> to) -> task<> {
    co_await actors::sleep(5ms);
    to.send(7);
  }(std::move(tx)));
  auto got = co_await actors::receive_for(rx, 5ms);
  if (got.status == channel_status::empty) got = co_await actors::receive_for(rx, 1h);
  EXPECT_TRUE(got && *got == 7);
  EXPECT_EQ(actors::simulated_time() - begin, 5ms) << "a timer that lost was left";
  co_await sending;
}

TEST_P(select_ends_interleaving, news_at_the_end_of_the_time) {  // C23, S6, R6
  holds_in_all(&news_at_the_deadline, {.workers = 2}, many / 2);
}

template <class Weak>
task<> upgrades(Weak weak, int& sent) {
  auto strong = weak.upgrade();
  if (!strong) co_return;
  strong.send(1);
  ++sent;
}

task<> weak_senders() {
  auto [tx, rx] = actors::broadcast<int>(2);
  auto [level, seen] = actors::watch(0);
  int told = 0;
  int changed = 0;
  auto one = spawn(upgrades(tx.downgrade(), told));
  auto two = spawn(upgrades(level.downgrade(), changed));
  auto leaving =
      spawn([](broadcast_sender<int>, watch_sender<int>) -> task<> { co_return; }(std::move(tx), std::move(level)));
  auto got = co_await rx.receive();
  const bool newer = co_await seen.changed();
  co_await one;
  co_await two;
  co_await leaving;
  EXPECT_EQ(got.value.has_value(), told == 1);
  EXPECT_EQ(newer, changed == 1);
  EXPECT_TRUE(rx.closed() && seen.closed());
}

TEST_P(select_ends_interleaving, a_weak_sender_becomes_one_or_finds_the_channel_closed) {  // C25, C11, C27
  holds_in_all(&weak_senders, {.workers = 3}, many / 2);
}

}  // namespace
