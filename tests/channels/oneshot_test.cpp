// One-shot channels: one value, taken once; either side may go before.
#include <actors/actors.hpp>
#include <actors/oneshot.hpp>

#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/workers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::channel_closed;
using actors::channel_status;
using actors::oneshot_receiver;
using actors::oneshot_sender;
using actors::spawn;
using actors::task;

task<int> receive_one(oneshot_receiver<int> in) {
  auto value = co_await in.receive();
  co_return value ? *value : -1;
}

TEST(oneshot, a_value_that_was_sent_is_received_once) {  // C27, C8
  auto [tx, rx] = actors::oneshot<int>();
  EXPECT_EQ(rx.try_receive().status, channel_status::empty);
  EXPECT_FALSE(tx.closed());
  tx.send(7);
  EXPECT_FALSE(tx) << "a send uses the sender up";
  EXPECT_TRUE(rx.closed()) << "nothing more will come";
  auto got = rx.try_receive();
  EXPECT_EQ(got.status, channel_status::ok);
  EXPECT_EQ(*got, 7);
  for (int i = 0; i != 3; ++i) EXPECT_EQ(rx.try_receive().status, channel_status::closed);
}

TEST(oneshot, a_waiting_receiver_is_given_the_value) {  // C27, C1
  test::for_seeds(200, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    auto waiting = spawn(receive_one(std::move(rx)));
    co_await actors::sleep(1s);
    EXPECT_FALSE(waiting.done());
    tx.send(3);
    const int got = co_await waiting;
    EXPECT_EQ(got, 3);
  });
}

TEST(oneshot, a_sender_that_is_dropped_closes) {  // C27, C7, C11
  test::for_seeds(200, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    auto waiting = spawn(receive_one(std::move(rx)));
    co_await actors::sleep(1s);
    tx = {};
    const int got = co_await waiting;
    EXPECT_EQ(got, -1);
  });
  auto [tx, rx] = actors::oneshot<int>();
  tx.close();
  EXPECT_FALSE(tx);
  EXPECT_EQ(rx.try_receive().status, channel_status::closed);
}

TEST(oneshot, a_send_without_receiver_fails_and_leaves_the_value) {  // C27, C9, C11
  using box = std::unique_ptr<int>;
  auto mine = std::make_unique<int>(5);
  {
    auto [tx, rx] = actors::oneshot<box>();
    rx = {};
    EXPECT_TRUE(tx.closed());
    EXPECT_EQ(tx.try_send(std::move(mine)), channel_status::closed);
    EXPECT_FALSE(tx) << "used up all the same";
  }
  EXPECT_NE(mine, nullptr);  // NOLINT(bugprone-use-after-move): that is the contract
  {
    auto [tx, rx] = actors::oneshot<box>();
    rx.close();
    EXPECT_THROW(tx.send(std::move(mine)), channel_closed);
    EXPECT_EQ(rx.try_receive().status, channel_status::closed);
  }
  EXPECT_NE(mine, nullptr);  // NOLINT(bugprone-use-after-move)
}

TEST(oneshot, a_receiver_that_is_closed_still_takes_what_was_sent) {  // C27, C8
  auto [tx, rx] = actors::oneshot<int>();
  tx.send(4);
  rx.close();
  rx.close();
  EXPECT_EQ(*rx.try_receive(), 4);
}

TEST(oneshot, empty_endpoints_have_defined_results) {  // C10
  oneshot_sender<int> tx;
  oneshot_receiver<int> rx;
  EXPECT_THROW(tx.send(1), channel_closed);
  EXPECT_EQ(tx.try_send(1), channel_status::closed);
  EXPECT_TRUE(tx.closed());
  EXPECT_TRUE(rx.closed());
  EXPECT_EQ(rx.try_receive().status, channel_status::closed);
  EXPECT_EQ(rx.reason(), nullptr);
  tx.close();
  tx.poison(std::make_exception_ptr(1));
  rx.close();
  test::run_simulated(1, []() -> task<> {
    const oneshot_sender<int> nobody;
    co_await nobody.until_closed();
    const oneshot_receiver<int> nowhere;
    auto nothing = co_await nowhere.receive();
    EXPECT_FALSE(nothing);
  }());
}

TEST(oneshot, endpoints_move) {  // C10
  auto [tx, rx] = actors::oneshot<int>();
  auto to = std::move(tx);
  EXPECT_FALSE(tx);  // NOLINT(bugprone-use-after-move): moved from means empty
  auto& itself = to;
  to = std::move(itself);
  EXPECT_TRUE(to);
  auto [other, end] = actors::oneshot<int>();
  other = std::move(to);  // drops the one it had
  EXPECT_TRUE(end.closed());
  end = std::move(rx);
  EXPECT_FALSE(end.closed());
  other.send(1);
  EXPECT_EQ(*end.try_receive(), 1);
}

TEST(oneshot, a_poisoned_one_throws_its_reason) {  // C28
  auto [tx, rx] = actors::oneshot<int>();
  tx.poison(std::make_exception_ptr(std::runtime_error{"no answer"}));
  EXPECT_NE(rx.reason(), nullptr);
  EXPECT_EQ(rx.try_receive().status, channel_status::closed);
  test::run_simulated(1, [](oneshot_receiver<int> in) -> task<> {
    for (int i = 0; i != 2; ++i) {
      bool thrown = false;
      try {
        co_await in.receive();
      } catch (const std::runtime_error&) {
        thrown = true;
      }
      EXPECT_TRUE(thrown);
    }
  }(std::move(rx)));
}

TEST(oneshot, a_sender_can_wait_until_nobody_wants_the_value) {  // C27
  for (const bool by_close : {true, false}) {
    test::for_seeds(100, [by_close] {
      return [](bool closes) -> task<> {
        auto [tx, rx] = actors::oneshot<int>();
        auto waiting = spawn([](const oneshot_sender<int>& to) -> task<> { co_await to.until_closed(); }(tx));
        co_await actors::sleep(1s);
        EXPECT_FALSE(waiting.done());
        if (closes)
          rx.close();
        else
          rx = {};
        co_await waiting;
        co_await tx.until_closed();
        EXPECT_TRUE(tx.closed());
      }(by_close);
    });
  }
}

TEST(oneshot, a_wait_for_the_end_of_the_receiver_outlasts_the_sender) {  // C27
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    auto waiting = spawn([](const oneshot_sender<int>& to) -> task<> { co_await to.until_closed(); }(tx));
    co_await actors::sleep(1s);
    tx.send(1);
    co_await actors::sleep(1s);
    EXPECT_FALSE(waiting.done());
    EXPECT_EQ(*rx.try_receive(), 1);
    rx = {};
    co_await waiting;
  });
}

TEST(oneshot, a_cancelled_receive_took_nothing) {  // C16, C18
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    const auto wait_at = [](const oneshot_receiver<int>& in) -> task<> { co_await in.receive(); };
    auto waiting = spawn(wait_at(rx));
    co_await actors::sleep(1s);
    waiting.cancel();
    tx.send(6);
    co_await actors::sleep(1s);
    EXPECT_TRUE(waiting.was_cancelled());
    EXPECT_EQ(*rx.try_receive(), 6);
  });
}

TEST(oneshot, a_receive_that_was_delivered_before_its_cancel_returns_the_value) {  // C16
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    auto waiting = spawn(receive_one(std::move(rx)));
    co_await actors::sleep(1s);
    tx.send(6);
    waiting.cancel();
    const int got = co_await waiting;
    EXPECT_EQ(got, 6);
  });
}

TEST(oneshot, a_cancelled_wait_for_the_receiver_leaves_nothing_behind) {  // C16
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    auto waiting = spawn([](const oneshot_sender<int>& to) -> task<> { co_await to.until_closed(); }(tx));
    co_await actors::sleep(1s);
    waiting.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(waiting.was_cancelled());
    rx = {};
    EXPECT_TRUE(tx.closed());
  });
}

// It is withdrawn when both ends are gone; AddressSanitizer sees where that touches memory of no channel.
TEST(oneshot, a_cancelled_wait_for_the_receiver_may_end_after_both_ends) {  // C16, C27
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    auto waiting = spawn([](const oneshot_sender<int>& to) -> task<> { co_await to.until_closed(); }(tx));
    co_await actors::sleep(1s);
    waiting.cancel();
    tx.send(1);
    rx = {};
    co_await actors::sleep(1s);
    EXPECT_TRUE(waiting.was_cancelled());
  });
}

TEST(oneshot, of_several_who_wait_one_has_the_value_and_the_others_find_it_closed) {  // C27, C7
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    std::vector<actors::join_handle<int>> waiting;
    const auto take = [](const oneshot_receiver<int>& in) -> task<int> {
      auto value = co_await in.receive();
      co_return value ? *value : 0;
    };
    for (int i = 0; i != 3; ++i) waiting.push_back(spawn(take(rx)));
    co_await actors::sleep(1s);
    tx.send(5);
    int sum = 0;
    for (auto& each : waiting) sum += co_await each;
    EXPECT_EQ(sum, 5);
  });
}

TEST(oneshot, values_are_destroyed_once_wherever_they_end) {  // C12, C15
  test::ledger books;
  {
    auto [tx, rx] = actors::oneshot<test::counted_unique>();
    tx.send(test::counted_unique{books, 1});
  }  // sent, not taken: both ends gone
  {
    auto [tx, rx] = actors::oneshot<test::counted_unique>();
    tx.send(test::counted_unique{books, 2});
    EXPECT_EQ(books.values_destroyed, 1);
    rx = {};
    EXPECT_EQ(books.values_destroyed, 2) << "with the receiver";
  }
  {
    auto [tx, rx] = actors::oneshot<test::counted_unique>();
    rx = {};
    EXPECT_THROW(tx.send(test::counted_unique{books, 3}), channel_closed);
    EXPECT_EQ(books.values_destroyed, 3);
  }
  {
    auto [tx, rx] = actors::oneshot<test::counted_unique>();
    tx.send(test::counted_unique{books, 4});
    auto got = rx.try_receive();
    EXPECT_TRUE(got->holds());
    EXPECT_EQ(got->number(), 4);
  }
  books.expect_settled();
}

TEST(oneshot, a_value_may_own_an_end_of_another_channel) {  // C12
  auto [tx, rx] = actors::oneshot<oneshot_receiver<int>>();
  auto [inner, end] = actors::oneshot<int>();
  tx.send(std::move(end));
  rx = {};
  EXPECT_TRUE(inner.closed());
}

struct alignas(256) aligned {
  int number;
};

TEST(oneshot, takes_large_and_over_aligned_values) {  // C15
  auto [tx, rx] = actors::oneshot<aligned>();
  tx.send(aligned{1});
  auto got = rx.try_receive();
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&*got) % alignof(aligned), 0U);
  EXPECT_EQ(got->number, 1);
  using large = std::array<unsigned char, 32 * 1024>;
  auto [to, from] = actors::oneshot<large>();
  large value{};
  value.back() = 9;
  to.send(value);
  EXPECT_EQ(from.try_receive()->back(), 9);
}

TEST(oneshot, a_cancel_reaches_a_loop_of_receives_that_are_always_ready) {  // T4
  test::for_seeds(20, []() -> task<> {
    auto endless = spawn([]() -> task<> {
      for (;;) {
        auto [tx, rx] = actors::oneshot<int>();
        tx.send(1);
        co_await rx.receive();
      }
    }());
    co_await actors::yield();
    endless.cancel();
    bool ended = false;
    try {
      co_await endless;
    } catch (const cancelled&) {
      ended = true;
    }
    EXPECT_TRUE(ended);
  });
}

class oneshot_workers : public test::over_workers {};
ACTORS_OVER_WORKERS(oneshot_workers);

struct request {
  int number;
  oneshot_sender<int> answer;
};

TEST_P(oneshot_workers, each_request_has_its_answer) {  // C27, C5
  constexpr int clients = 8;
  constexpr int each = 500;
  const long sum = run([]() -> task<long> {
    auto [tx, rx] = actors::channel<request>(4);
    auto serving = spawn([](auto in) -> task<> {
      while (auto asked = co_await in.receive()) asked->answer.send(2 * asked->number);
    }(std::move(rx)));
    std::vector<actors::join_handle<long>> asking;
    for (int c = 0; c != clients; ++c) {
      asking.push_back(spawn([](auto out, int first) -> task<long> {
        long total = 0;
        for (int i = first; i != first + each; ++i) {
          auto [answer, end] = actors::oneshot<int>();
          request wanted{i, std::move(answer)};
          co_await out.send(std::move(wanted));
          auto got = co_await end.receive();
          EXPECT_EQ(got, 2 * i);
          total += got.value_or(0);
        }
        co_return total;
      }(tx, c * each)));
    }
    tx = {};
    long total = 0;
    for (auto& one : asking) total += co_await one;
    co_await serving;
    co_return total;
  }());
  constexpr long n = clients * each;
  EXPECT_EQ(sum, n * (n - 1));
}

TEST_P(oneshot_workers, under_cancellation_each_value_is_received_or_destroyed) {  // C12, C16, C17
  test::ledger books;
  constexpr int rounds = 3000;
  long received = 0;
  long refused = 0;
  run([](test::ledger& ledger, long& got, long& failed) -> task<> {
    const auto take = [](oneshot_receiver<test::counted_unique> in, long& taken) -> task<> {
      auto value = co_await in.receive();
      if (value && value->holds()) ++taken;
    };
    const auto give = [](oneshot_sender<test::counted_unique> out, test::ledger& l, long& failures) -> task<> {
      test::counted_unique value{l, 1};
      if (out.try_send(std::move(value)) == channel_status::closed) {
        EXPECT_TRUE(value.holds());  // NOLINT(bugprone-use-after-move)
        ++failures;
      }
      co_return;
    };
    for (int i = 0; i != rounds; ++i) {
      auto [tx, rx] = actors::oneshot<test::counted_unique>();
      auto taking = spawn(take(std::move(rx), got));
      auto giving = spawn(give(std::move(tx), ledger, failed));
      if (i % 2 == 0) co_await actors::yield();
      taking.cancel();
      try {
        co_await taking;
      } catch (const cancelled&) {
      }
      co_await giving;
    }
  }(books, received, refused));
  EXPECT_LE(received + refused, rounds);
  EXPECT_EQ(books.values_destroyed, rounds);
  books.expect_settled();
}

}  // namespace
