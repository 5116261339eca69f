// Extended rendezvous and deliveries under many schedules.
#include <actors/actors.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace {

using actors::receiver;
using actors::sender;
using actors::spawn;
using actors::task;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class open_receive_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, open_receive_interleaving, testing::Values(1U << 20U, 1U));

constexpr std::uint64_t many = 4'000;

// ---- extended rendezvous -------------------------------------------------------------------------------------------

/// What a sender lends for the time of its send.
struct loan {
  bool open = false;
  int answer = 0;
};

task<> lend(sender<loan*> to, int& sent) {
  loan mine{.open = true};
  loan* value = &mine;
  try {
    co_await to.send(value);
    ++sent;
    EXPECT_EQ(mine.answer, 1);
  } catch (const actors::cancelled&) {
    EXPECT_EQ(mine.answer, 0);
  } catch (const actors::channel_closed&) {
    EXPECT_EQ(mine.answer, 0);
  }
  mine.open = false;
}

task<> use_loans(receiver<loan*> from, int& received) {
  while (auto met = co_await actors::receive_extended(from)) {
    ++received;
    EXPECT_TRUE((**met)->open);
    co_await actors::yield();
    EXPECT_TRUE((**met)->open);
    (**met)->answer = 1;
  }
}

task<> borrowed() {
  int sent = 0;
  int received = 0;
  auto [tx, rx] = actors::channel<loan*>();
  auto one = spawn(use_loans(rx, received)), two = spawn(use_loans(std::move(rx), received));
  auto a = spawn(lend(tx, sent)), b = spawn(lend(tx, sent)), c = spawn(lend(std::move(tx), sent));
  co_await a;
  co_await b;
  co_await c;
  co_await one;
  co_await two;
  EXPECT_EQ(sent, 3);
  EXPECT_EQ(received, 3);
}

TEST_P(open_receive_interleaving, a_sender_stays_until_the_rendezvous_ends) {  // C29
  holds_in_all(borrowed, {.workers = 3}, many);
}

task<> sender_cancelled() {
  int sent = 0;
  int received = 0;
  auto [tx, rx] = actors::channel<loan*>();
  auto using_loans = spawn(use_loans(std::move(rx), received));
  auto a = spawn(lend(tx, sent)), b = spawn(lend(std::move(tx), sent));
  a.cancel();
  try {
    co_await a;
  } catch (const actors::cancelled&) {
  }
  co_await b;
  co_await using_loans;
  EXPECT_EQ(sent, received);
}

// May be cancelled in a rendezvous.
task<> use_loans_until_cancelled(receiver<loan*> from, int& received) {
  while (auto met = co_await actors::receive_extended(from)) {
    ++received;
    EXPECT_TRUE((**met)->open);
    (**met)->answer = 1;
    co_await actors::yield();
    EXPECT_TRUE((**met)->open);
  }
}

task<> receiver_cancelled() {
  int sent = 0;
  int received = 0;
  auto [tx, rx] = actors::channel<loan*>();
  auto using_loans = spawn(use_loans_until_cancelled(std::move(rx), received));
  auto a = spawn(lend(tx, sent)), b = spawn(lend(std::move(tx), sent));
  using_loans.cancel();
  try {
    co_await using_loans;
  } catch (const actors::cancelled&) {
  }
  co_await a;
  co_await b;
  EXPECT_EQ(sent, received);
}

TEST_P(open_receive_interleaving, a_cancellation_of_either_side_leaves_nobody_held) {  // C29, C16, C18
  holds_in_all(sender_cancelled, {.workers = 3}, many);
  holds_in_all(receiver_cancelled, {.workers = 3}, many);
}

// ---- deliveries ----------------------------------------------------------------------------------------------------

task<> send_some(sender<test::counted> to, test::ledger& books, int from, int count) {
  for (int i = from; i != from + count; ++i) {
    test::counted value{books, i};
    co_await to.send(std::move(value));
  }
}

task<> acknowledge_second_attempts(receiver<test::counted> from, int& done) {
  while (auto next = co_await actors::receive_delivery(from)) {
    if (next->attempt() == 1) continue;
    next->acknowledge();
    ++done;
  }
}

task<> receive_plainly(receiver<test::counted> from, int& done) {
  while (auto next = co_await from.receive()) ++done;
}

task<> given_back(std::size_t capacity, bool beside_plain) {
  test::ledger books;
  int done = 0;
  {
    auto [tx, rx] = actors::channel<test::counted>(capacity);
    auto one = spawn(acknowledge_second_attempts(rx, done));
    auto two =
        spawn(beside_plain ? receive_plainly(std::move(rx), done) : acknowledge_second_attempts(std::move(rx), done));
    auto a = spawn(send_some(tx, books, 0, 2)), b = spawn(send_some(std::move(tx), books, 2, 1));
    co_await a;
    co_await b;
    co_await one;
    co_await two;
  }
  EXPECT_EQ(done, 3);
  books.expect_settled();
}

TEST_P(open_receive_interleaving, what_is_given_back_is_received_again_and_nothing_is_lost) {  // C30, C4
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{2}})
    for (const bool beside_plain : {false, true})
      holds_in_all([=] { return given_back(capacity, beside_plain); }, {.workers = 3}, many / 2);
}

task<> receive_and_sleep(receiver<test::counted> from) {
  auto next = co_await actors::receive_delivery(from);
  co_await actors::sleep(std::chrono::hours{1});
}

task<> cancelled_with_a_delivery() {
  test::ledger books;
  int done = 0;
  {
    auto [tx, rx] = actors::channel<test::counted>();
    auto holding = spawn(receive_and_sleep(rx));
    auto all = spawn(receive_plainly(std::move(rx), done));
    auto sending = spawn(send_some(std::move(tx), books, 0, 2));
    holding.cancel();
    co_await sending;
    try {
      co_await holding;
    } catch (const actors::cancelled&) {
    }
    co_await all;
  }
  EXPECT_EQ(done, 2);
  books.expect_settled();
}

TEST_P(open_receive_interleaving, a_cancellation_gives_the_value_back) {  // C30, C16, C18
  holds_in_all(cancelled_with_a_delivery, {.workers = 3}, many);
}

task<> last_receiver_goes() {
  test::ledger books;
  {
    auto [tx, rx] = actors::channel<test::counted>(2);
    co_await send_some(std::move(tx), books, 0, 2);
    auto give_back = [](receiver<test::counted> from) -> task<> {
      auto next = co_await actors::receive_delivery(from);
    };
    auto one = spawn(give_back(rx)), two = spawn(give_back(std::move(rx)));
    co_await one;
    co_await two;
  }
  books.expect_settled();
}

TEST_P(open_receive_interleaving, what_comes_back_when_nobody_receives_is_destroyed) {  // C30, C12
  holds_in_all(last_receiver_goes, {.workers = 3}, many);
}

task<> selected_beside_others() {
  test::ledger books;
  int done = 0;
  {
    auto [tx, rx] = actors::channel<test::counted>();
    auto [stop, stopped] = actors::channel<int>();
    auto serve = [](receiver<test::counted> from, receiver<int> end, int& count) -> task<> {
      for (bool more = true; more;) {
        co_await actors::select(actors::on_delivery(from,
                                                    [&](std::optional<actors::delivery<test::counted>> next) {
                                                      if (next && next->attempt() == 2) {
                                                        next->acknowledge();
                                                        ++count;
                                                      }
                                                      more = next.has_value();
                                                    }),
                                actors::on_receive(end, [&](std::optional<int>) { more = false; }));
      }
    };
    auto serving = spawn(serve(rx, std::move(stopped), done));
    auto all = spawn(receive_plainly(std::move(rx), done));
    co_await send_some(std::move(tx), books, 0, 2);
    stop = {};
    co_await serving;
    co_await all;
  }
  EXPECT_EQ(done, 2);
  books.expect_settled();
}

TEST_P(open_receive_interleaving, a_select_that_takes_another_case_has_taken_no_delivery) {  // C30, S3
  holds_in_all(selected_beside_others, {.workers = 3}, many);
}

}  // namespace
