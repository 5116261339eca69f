// Deliveries: values that are received, and given back unless they are acknowledged.
#include <actors/actors.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::delivery;
using actors::receiver;
using actors::sender;
using actors::spawn;
using actors::task;

std::pair<sender<int>, receiver<int>> three_values(std::size_t capacity = 3) {
  auto ends = actors::channel<int>(capacity);
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(ends.first.try_send(i), actors::channel_status::ok);
  return ends;
}

TEST(delivery, gives_its_value_back_before_all_others) {  // C30
  auto [tx, rx] = three_values();
  {
    auto first = actors::try_receive_delivery(rx);
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(**first, 1);
    EXPECT_EQ(first->attempt(), 1U);
    EXPECT_EQ(rx.size(), 2U);
    EXPECT_EQ(rx.statistics().unacknowledged, 1U);
  }
  EXPECT_EQ(rx.size(), 3U);
  EXPECT_EQ(rx.statistics().unacknowledged, 0U);
  auto again = actors::try_receive_delivery(rx);
  EXPECT_EQ(**again, 1);
  EXPECT_EQ(again->attempt(), 2U);
  again->acknowledge();
  again->acknowledge();
  EXPECT_EQ(**again, 1);  // it can still be used
  again.reset();
  EXPECT_EQ(*rx.try_receive(), 2);
  EXPECT_EQ(*rx.try_receive(), 3);
  EXPECT_FALSE(rx.try_receive());
}

TEST(delivery, many_that_are_given_back_come_in_the_order_in_which_they_were_received) {  // C30
  constexpr int many = 1000;
  auto [tx, rx] = actors::channel<int>(actors::unbounded);
  for (int i = 0; i != many; ++i) tx.try_send(i);
  std::vector<delivery<int>> taken;
  for (int i = 0; i != many / 2; ++i) taken.push_back(*actors::try_receive_delivery(rx));
  for (std::size_t i = 0; i != taken.size(); ++i) taken[i * 7 % taken.size()].give_back();
  for (const delivery<int>& each : taken) EXPECT_FALSE(each);
  EXPECT_EQ(rx.size(), static_cast<std::size_t>(many));
  for (int i = 0; i != many; ++i) {
    auto now = actors::try_receive_delivery(rx);
    EXPECT_EQ(**now, i);
    EXPECT_EQ(now->attempt(), i < many / 2 ? 2U : 1U);
    now->acknowledge();
  }
  EXPECT_FALSE(actors::try_receive_delivery(rx));
}

task<int> first_of(receiver<int> from) {
  auto value = co_await from.receive();
  co_return value.value_or(-1);
}

TEST(delivery, a_receiver_that_waits_gets_what_is_given_back) {  // C30
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    co_await tx.send(5);
    auto taken = co_await actors::receive_delivery(rx);
    auto plain = spawn(first_of(rx));
    while (rx.statistics().waiting_receivers == 0) co_await actors::yield();
    taken->give_back();
    EXPECT_EQ(co_await plain, 5);
    EXPECT_EQ(rx.statistics().unacknowledged, 0U);
    // The same, to one who is to acknowledge it.
    co_await tx.send(6);
    taken = co_await actors::receive_delivery(rx);
    auto deliver = [](receiver<int> from) -> task<std::uint32_t> {
      auto again = co_await actors::receive_delivery(from);
      EXPECT_EQ(**again, 6);
      again->acknowledge();
      co_return again->attempt();
    };
    auto second = spawn(deliver(rx));
    while (rx.statistics().waiting_receivers == 0) co_await actors::yield();
    taken.reset();
    EXPECT_EQ(co_await second, 2U);
    EXPECT_EQ(rx.statistics().unacknowledged, 0U);
  });
}

TEST(delivery, a_closed_channel_ends_when_all_is_acknowledged) {  // C30, C4
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    co_await tx.send(1);
    auto taken = co_await actors::receive_delivery(rx);
    tx.close();
    EXPECT_EQ(rx.try_receive().status, actors::channel_status::empty);  // it may come back yet
    auto one = spawn(first_of(rx)), two = spawn(first_of(rx));
    while (rx.statistics().waiting_receivers != 2) co_await actors::yield();
    taken->acknowledge();
    EXPECT_EQ(co_await one, -1);
    EXPECT_EQ(co_await two, -1);
    EXPECT_EQ(rx.try_receive().status, actors::channel_status::closed);
  });
}

TEST(delivery, what_comes_back_after_the_close_is_still_received) {  // C30, C4
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(2);
    co_await tx.send(1);
    co_await tx.send(2);
    auto first = co_await actors::receive_delivery(rx);
    auto second = co_await actors::receive_delivery(rx);
    auto waiting = spawn(first_of(rx)), other = spawn(first_of(rx));
    while (rx.statistics().waiting_receivers != 2) co_await actors::yield();
    tx = {};
    EXPECT_EQ(rx.statistics().waiting_receivers, 2U);
    second->give_back();
    first->acknowledge();
    const int a = co_await waiting;
    const int b = co_await other;
    EXPECT_EQ(std::max(a, b), 2);
    EXPECT_EQ(std::min(a, b), -1);
    EXPECT_EQ(rx.try_receive().status, actors::channel_status::closed);
  });
}

TEST(delivery, the_last_one_that_comes_back_after_the_close_ends_the_waits_of_all_others) {  // C30, C7
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    co_await tx.send(7);
    auto taken = co_await actors::receive_delivery(rx);
    auto one = spawn(first_of(rx)), two = spawn(first_of(rx));
    while (rx.statistics().waiting_receivers != 2) co_await actors::yield();
    tx.close();
    taken->give_back();
    const int a = co_await one;
    const int b = co_await two;
    EXPECT_EQ(std::max(a, b), 7);
    EXPECT_EQ(std::min(a, b), -1) << "nothing can come any more";
  });
}

TEST(delivery, keeps_its_place_in_the_order_also_where_it_went_to_one_who_waited) {  // C30
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = three_values();
    auto one = co_await actors::receive_delivery(rx);
    auto two = co_await actors::receive_delivery(rx);
    auto three = co_await actors::receive_delivery(rx);
    const auto take = [](receiver<int> from) -> task<std::optional<delivery<int>>> {
      auto next = co_await actors::receive_delivery(from);
      co_return next;
    };
    auto waiting = spawn(take(rx));
    while (rx.statistics().waiting_receivers == 0) co_await actors::yield();
    one->give_back();
    auto again = co_await std::move(waiting);
    EXPECT_EQ(**again, 1);
    three->give_back();
    again->give_back();
    two->give_back();
    for (int i = 1; i != 4; ++i) EXPECT_EQ(rx.try_receive().value, i);
  });
}

TEST(delivery, is_destroyed_at_once_where_it_comes_back_and_nobody_receives) {  // C30, C12
  for (const bool comes_first : {false, true}) {
    test::ledger books;
    auto [tx, rx] = actors::channel<test::counted>(2);
    EXPECT_EQ(tx.try_send(test::counted{books, 1}), actors::channel_status::ok);
    auto taken = actors::try_receive_delivery(rx);
    if (comes_first) taken.reset();
    rx = {};
    EXPECT_EQ(books.alive(), comes_first ? 0 : 1);
    taken.reset();
    EXPECT_EQ(books.alive(), 0) << "though there is a sender";
    books.expect_settled();
  }
}

task<> fail_at(receiver<int> from, int bad, std::vector<int>& done) {
  while (auto next = co_await actors::receive_delivery(from)) {
    if (**next == bad && next->attempt() < 3) throw std::runtime_error{"cannot do it"};
    done.push_back(**next);
    next->acknowledge();
  }
}

TEST(delivery, what_an_actor_failed_with_goes_to_its_successor) {  // C30
  actors::run([]() -> task<> {
    auto [tx, rx] = three_values();
    tx = {};
    std::vector<int> done;
    int restarts = 0;
    for (bool ended = false; !ended;) {
      auto actor = spawn(fail_at(rx, 2, done));
      try {
        co_await actor;
        ended = true;
      } catch (const std::runtime_error&) {
        ++restarts;
      }
    }
    EXPECT_EQ(restarts, 2);
    EXPECT_EQ(done, (std::vector<int>{1, 2, 3}));
  }());
}

TEST(delivery, is_given_back_by_one_who_is_cancelled) {  // C30, C16
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = three_values();
    auto hold = [](receiver<int> from) -> task<> {
      auto next = co_await actors::receive_delivery(from);
      co_await actors::sleep(1h);
    };
    auto holding = spawn(hold(rx));
    while (rx.statistics().unacknowledged == 0) co_await actors::yield();
    holding.cancel();
    try {
      co_await holding;
    } catch (const actors::cancelled&) {
    }
    EXPECT_EQ(rx.size(), 3U);
    auto again = co_await actors::receive_delivery(rx);
    EXPECT_EQ(**again, 1);
    EXPECT_EQ(again->attempt(), 2U);
    again->acknowledge();
  });
}

TEST(delivery, takes_no_room_from_senders) {  // C30, C5
  auto [tx, rx] = three_values();
  auto taken = actors::try_receive_delivery(rx);
  EXPECT_EQ(tx.try_send(4), actors::channel_status::ok);
  taken->give_back();
  EXPECT_EQ(rx.size(), 4U);
  EXPECT_EQ(tx.try_send(5), actors::channel_status::full);
  EXPECT_EQ(*rx.try_receive(), 1);
  EXPECT_EQ(tx.try_send(5), actors::channel_status::full);
  EXPECT_EQ(*rx.try_receive(), 2);
  EXPECT_EQ(tx.try_send(5), actors::channel_status::ok);
}

TEST(delivery, is_not_dropped_by_a_channel_that_drops) {  // C30, C19
  for (const auto policy :
       {actors::overflow::drop_oldest, actors::overflow::drop_newest, actors::overflow::keep_latest}) {
    auto [tx, rx] = actors::channel<int>(1, policy);
    tx.try_send(1);
    auto taken = actors::try_receive_delivery(rx);
    taken->give_back();
    tx.try_send(2);
    EXPECT_EQ(*rx.try_receive(), 1);
    EXPECT_EQ(*rx.try_receive(), 2);
    EXPECT_EQ(rx.dropped(), 0U);
  }
}

TEST(delivery, outlives_the_channel_and_is_destroyed_where_nobody_receives) {  // C30, C12
  for (const bool acknowledged : {true, false}) {
    test::ledger books;
    {
      auto [tx, rx] = actors::channel<test::counted>(2);
      for (int i = 0; i != 2; ++i) {
        test::counted value{books, i};
        tx.try_send(std::move(value));
      }
      auto taken = actors::try_receive_delivery(rx);
      auto back = actors::try_receive_delivery(rx);
      back.reset();
      rx = {};
      tx = {};
      if (acknowledged) taken->acknowledge();
    }
    books.expect_settled();
  }
}

TEST(delivery, can_be_a_case_of_selects) {  // C30, S1
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = actors::channel<int>();
    auto [other, none] = actors::channel<int>();
    std::vector<std::pair<int, std::uint32_t>> got;
    auto send_two = [](sender<int> to) -> task<> {
      co_await to.send(1);
      co_await to.send(2);
    };
    auto sending = spawn(send_two(std::move(tx)));
    bool ended = false;
    actors::select_set all;
    all.add(actors::on_delivery(rx, [&](std::optional<delivery<int>> next) {
      if (!next) {
        ended = true;
        return;
      }
      got.emplace_back(**next, next->attempt());
      if (next->attempt() == 2) next->acknowledge();
    }));
    all.add(none, [](std::optional<int>) { ADD_FAILURE(); });
    while (!ended) co_await all.next();
    co_await sending;
    EXPECT_EQ(got, (std::vector<std::pair<int, std::uint32_t>>{{1, 1}, {1, 2}, {2, 1}, {2, 2}}));
    receiver<int> empty;
    EXPECT_FALSE((co_await actors::receive_delivery(empty)).has_value());
    EXPECT_FALSE(actors::try_receive_delivery(empty));
  });
}

TEST(delivery, moves_like_a_unique_ptr) {  // C30, C10
  auto [tx, rx] = three_values();
  delivery<int> one = *actors::try_receive_delivery(rx);
  delivery<int> two = std::move(one);
  EXPECT_FALSE(one);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(one.attempt(), 0U);
  one.acknowledge();
  one.give_back();
  EXPECT_EQ(*two, 1);
  two = delivery<int>{};  // gives back
  EXPECT_EQ(rx.size(), 3U);
  two = *actors::try_receive_delivery(rx);
  delivery<int>& same = two;
  two = std::move(same);
  EXPECT_EQ(*two, 1);
  two.acknowledge();
}

class deliveries_over_kinds : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(deliveries_over_kinds);

task<> send_counted(sender<test::counted> to, test::ledger& books, int many) {
  for (int i = 0; i != many; ++i) {
    test::counted value{books, i};
    co_await to.send(std::move(value));
  }
}

task<> work(receiver<test::counted> from, std::atomic<int>& done, std::atomic<int>& back) {
  for (int turn = 0;; ++turn) {
    auto next = co_await actors::receive_delivery(from);
    if (!next) co_return;
    if (turn % 3 == 0 && next->attempt() < 4) {
      ++back;
      continue;
    }
    next->acknowledge();
    ++done;
  }
}

TEST_P(deliveries_over_kinds, each_value_is_acknowledged_once) {  // C30, C4, C12
  constexpr int each = 20'000;
  test::ledger books;
  std::atomic<int> done{0};
  std::atomic<int> back{0};
  run([](auto ends, test::ledger& accounts, std::atomic<int>& acknowledged, std::atomic<int>& returned) -> task<> {
    auto a = spawn(send_counted(ends.first, accounts, each)), b = spawn(send_counted(ends.first, accounts, each));
    auto one = spawn(work(ends.second, acknowledged, returned)), two = spawn(work(ends.second, acknowledged, returned));
    ends.first = {};
    co_await a;
    co_await b;
    co_await one;
    co_await two;
    EXPECT_EQ(ends.second.statistics().unacknowledged, 0U);
  }(make_channel<test::counted>(), books, done, back));
  EXPECT_EQ(done.load(), 2 * each);
  EXPECT_GT(back.load(), 0);
  books.expect_settled();
}

}  // namespace
