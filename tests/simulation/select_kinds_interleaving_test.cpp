// Selects over one-shot, broadcast and watch channels under many schedules: no value is lost or doubled, and a select
// that did not win keeps nobody from being woken.
#include <actors/actors.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
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
using actors::oneshot_receiver;
using actors::oneshot_sender;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;
using actors::watch_receiver;
using actors::watch_sender;
using actors::when;
using test::cancels;
using test::counted;
using test::counted_unique;
using test::ended;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class select_kinds_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, select_kinds_interleaving, testing::Values(1U << 20U, 1U));

constexpr std::uint64_t many = 10'000;

task<> send_number(sender<int> to, int number) {
  to.try_send(int{number});
  co_return;
}

// ---- oneshot -------------------------------------------------------------------------------------------------------

task<> send_answer(oneshot_sender<counted_unique> to, test::ledger& books) {
  counted_unique value{books, 1};
  EXPECT_EQ(to.try_send(std::move(value)), channel_status::ok);
  co_return;
}

task<> takes_an_answer(const oneshot_receiver<counted_unique>& from, const receiver<int>& other, int& answers,
                       int& numbers) {
  co_await select(on_receive(from, [&](std::optional<counted_unique> value) { answers += value && value->holds(); }),
                  on_receive(other, [&](std::optional<int>) { ++numbers; }));
  co_await select(actors::after(1ms));  // ended by nobody whom the first one waited for
}

// The answer comes beside another value and, or not, a cancellation: it is taken by the select, or still there.
task<> answer_number_and_cancellation(bool is_cancelled) {
  test::ledger books;
  int answers = 0;
  int numbers = 0;
  {
    auto [tx, rx] = actors::oneshot<counted_unique>();
    auto [in, out] = actors::channel<int>(1);
    auto selecting = spawn(takes_an_answer(rx, out, answers, numbers));
    auto answering = spawn(send_answer(std::move(tx), books));
    auto sending = spawn(send_number(in, 1));
    join_handle<> cancelling;
    if (is_cancelled) cancelling = spawn(cancels(selecting));
    co_await ended(selecting);
    co_await answering;
    co_await sending;
    if (is_cancelled) co_await cancelling;
    EXPECT_LE(answers + numbers, 1);
    EXPECT_TRUE(is_cancelled || answers + numbers == 1);
    EXPECT_NE(rx.try_receive().value.has_value(), answers == 1);
    EXPECT_NE(out.try_receive().value.has_value(), numbers == 1);
  }
  EXPECT_EQ(books.values_destroyed, 1);
  books.expect_settled();
}

TEST_P(select_kinds_interleaving, an_answer_is_taken_by_the_select_or_still_there) {  // S1, S6, C16, C12, C27
  for (const bool is_cancelled : {false, true})
    holds_in_all([=] { return answer_number_and_cancellation(is_cancelled); }, {.workers = 3}, many);
}

// Two wait at it, one of them in two places; one has the value, the other is told that there will be none.
task<> answer_for_two() {
  test::ledger books;
  int values = 0;
  int ends = 0;
  {
    auto [tx, rx] = actors::oneshot<counted_unique>();
    const auto waits = [](const oneshot_receiver<counted_unique>& from, int& got, int& none) -> task<> {
      const auto note = [&](std::optional<counted_unique> value) { ++(value ? got : none); };
      co_await select(on_receive(from, note), on_receive(from, note));
    };
    auto one = spawn(waits(rx, values, ends));
    auto two = spawn([](const oneshot_receiver<counted_unique>& from, int& got, int& none) -> task<> {
      auto value = co_await from.receive();
      ++(value ? got : none);
    }(rx, values, ends));
    auto answering = spawn(send_answer(std::move(tx), books));
    co_await one;
    co_await two;
    co_await answering;
  }
  EXPECT_EQ(values, 1);
  EXPECT_EQ(ends, 1);
  books.expect_settled();
}

TEST_P(select_kinds_interleaving, an_answer_ends_the_wait_of_all_who_wait_for_it) {  // S1, S5, C18, C27
  holds_in_all(&answer_for_two, {.workers = 3}, many);
}

// ---- broadcast -----------------------------------------------------------------------------------------------------

struct tally {
  int received = 0;
  int missed = 0;
  int numbers = 0;
  int last = -1;
  bool open = true;

  void note(broadcast_received<counted>& next) {
    open = next.status == channel_status::ok;
    if (!next) return;
    EXPECT_TRUE(next->holds());
    EXPECT_LT(last, next->number());
    last = next->number();
    ++received;
    missed += static_cast<int>(next.missed);
  }
};

// Follows to the end; a cancellation ends one select, and loses nothing.
task<> follows_news(broadcast_receiver<counted> from, receiver<int> other, tally& all) {
  while (all.open) {
    try {
      co_await select(on_receive(from, [&](broadcast_received<counted> next) { all.note(next); }),
                      on_receive(other, [&](std::optional<int> v) {
                        if (v)
                          ++all.numbers;
                        else
                          other = {};
                      }));
    } catch (const actors::cancelled&) {
    }
  }
}

task<> send_news(broadcast_sender<counted> to, test::ledger& books, int count) {
  for (int i = 0; i != count; ++i) to.send(counted{books, i});
  co_return;
}

task<> news_numbers_and_cancellation(std::size_t capacity) {
  test::ledger books;
  tally a;
  tally b;
  {
    auto [tx, rx] = actors::broadcast<counted>(capacity);
    auto [in, out] = actors::channel<int>(2);
    auto one = spawn(follows_news(rx, out, a), {.eager = true});
    auto two = spawn(follows_news(std::move(rx), std::move(out), b));
    auto sending = spawn(send_news(std::move(tx), books, 3));
    auto number = spawn(send_number(std::move(in), 1));
    auto cancelling = spawn(cancels(one));
    co_await ended(one);
    co_await two;
    co_await sending;
    co_await number;
    co_await cancelling;
  }
  for (const tally& each : {a, b}) {
    EXPECT_EQ(each.received + each.missed, 3);
    EXPECT_EQ(each.last, 2) << "the last value is never lost";
  }
  EXPECT_LE(a.numbers + b.numbers, 1);
  books.expect_settled();
}

TEST_P(select_kinds_interleaving, news_are_received_or_counted_as_missed) {  // S1, S6, C16, C27
  for (const std::size_t capacity : {std::size_t{1}, actors::unbounded})
    holds_in_all([=] { return news_numbers_and_cancellation(capacity); }, {.workers = 3}, many);
}

// A select whose broadcast case lost stays in the list until it has been resumed: who is behind it is woken all the
// same, and the receiver of the one that lost is where it was.
task<> loser_in_the_list() {
  auto [tx, rx] = actors::broadcast<int>(2);
  auto [in, out] = actors::channel<int>(1);
  auto mine = rx;
  int got = 0;
  auto selecting = spawn([](broadcast_receiver<int>& from, const receiver<int>& other, int& taken) -> task<> {
    co_await select(on_receive(from, [&](broadcast_received<int> next) { taken = *next; }),
                    on_receive(other, [](std::optional<int>) {}));
  }(mine, out, got));
  auto behind = spawn([](broadcast_receiver<int> from) -> task<int> {
    auto next = co_await from.receive();
    EXPECT_EQ(next.missed, 0U);
    co_return *next;
  }(std::move(rx)));
  auto sending = spawn(send_number(in, 1));
  auto telling = spawn([](broadcast_sender<int> to) -> task<> {
    to.send(5);
    co_return;
  }(tx));
  const int heard = co_await behind;
  EXPECT_EQ(heard, 5);
  co_await selecting;
  co_await sending;
  co_await telling;
  EXPECT_EQ(mine.size(), got == 5 ? 0U : 1U);
  auto rest = mine.try_receive();
  EXPECT_EQ(rest.value.value_or(got), 5);
}

TEST_P(select_kinds_interleaving, a_select_that_lost_swallows_no_news) {  // S6, C18, C27
  holds_in_all(&loser_in_the_list, {.workers = 3}, many);
}

// ---- watch ---------------------------------------------------------------------------------------------------------

task<> follows_level(watch_receiver<int> from, const receiver<int>& other, int& last) {
  bool open = true;
  bool numbers = true;
  while (open) {
    try {
      co_await select(on_change(from,
                                [&](bool newer) {
                                  open = newer;
                                  EXPECT_LE(last, from.get());
                                  last = from.get();
                                }),
                      when(numbers, on_receive(other, [&](std::optional<int> v) { numbers = v.has_value(); })));
    } catch (const actors::cancelled&) {
    }
  }
}

task<> raises(watch_sender<int> to, int times) {
  for (int i = 0; i != times; ++i) to.modify([](int& value) { ++value; });
  co_return;
}

task<> levels_numbers_and_cancellation() {
  auto [tx, rx] = actors::watch(0);
  auto [in, out] = actors::channel<int>(1);
  int a = 0;
  int b = 0;
  auto one = spawn(follows_level(rx, out, a), {.eager = true});
  auto two = spawn(follows_level(rx, out, b));
  auto first = spawn(raises(tx, 2));
  auto second = spawn(raises(std::move(tx), 1));
  auto number = spawn(send_number(std::move(in), 1));
  auto cancelling = spawn(cancels(one));
  co_await ended(one);
  co_await two;
  co_await first;
  co_await second;
  co_await number;
  co_await cancelling;
  EXPECT_EQ(a, 3) << "who follows sees the last value before the end";
  EXPECT_EQ(b, 3);
}

TEST_P(select_kinds_interleaving, the_last_level_is_seen_by_all) {  // S1, S6, C16, C18, C27
  holds_in_all(&levels_numbers_and_cancellation, {.workers = 3}, many);
}

// Two levels in one select: a change of each is told of, now or with the next.
task<> two_levels() {
  auto [a_in, a] = actors::watch(0);
  auto [b_in, b] = actors::watch(0);
  auto one = spawn(raises(std::move(a_in), 1));
  auto two = spawn(raises(std::move(b_in), 1));
  int changes[2] = {0, 0};
  bool open[2] = {true, true};
  while (open[0] || open[1]) {
    co_await select(when(open[0], on_change(a, [&](bool newer) { changes[0] += open[0] = newer; })),
                    when(open[1], on_change(b, [&](bool newer) { changes[1] += open[1] = newer; })));
  }
  EXPECT_EQ(changes[0], 1);
  EXPECT_EQ(changes[1], 1);
  co_await one;
  co_await two;
}

TEST_P(select_kinds_interleaving, of_two_levels_no_change_is_lost_or_told_twice) {  // S1, S6, C27
  holds_in_all(&two_levels, {.workers = 3}, many);
}

}  // namespace
