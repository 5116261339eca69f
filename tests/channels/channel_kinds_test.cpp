// What a channel does at its limits, on each kind of channel and with each overflow policy, in virtual time: who is to
// wait waits when time moves on.
#include <actors/actors.hpp>

#include "support/simulated_scheduler.hpp"
#include "support/traffic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_status;
using actors::on_receive;
using actors::on_send;
using actors::overflow;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;
using test::channel_plan;

// The plans of one worker: virtual time knows no workers.
std::vector<channel_plan> plans() {
  auto all = test::all_channel_plans();
  std::erase_if(all, [](const channel_plan& each) { return each.workers != 1; });
  return all;
}

class channel_of_each_kind : public testing::TestWithParam<channel_plan> {
 protected:
  template <class T>
  static std::pair<sender<T>, receiver<T>> make_channel() {
    return actors::channel<T>(GetParam().capacity, GetParam().policy);
  }
  static bool drops() { return GetParam().policy != overflow::wait; }
  /// How many values are sent until there is no room.
  static std::size_t room() { return std::min(GetParam().capacity, std::size_t{200}); }
  static bool limited() { return GetParam().capacity != actors::unbounded; }
};
INSTANTIATE_TEST_SUITE_P(plans, channel_of_each_kind, testing::ValuesIn(plans()),
                         [](const auto& plan) { return plan.param.name(); });

task<> sends(sender<int> to, int value) { co_await to.send(value); }
task<> receives(receiver<int> from, std::vector<int>& got) {
  auto value = co_await from.receive();
  if (value) got.push_back(*value);
}
task<> others_wait() { co_await actors::sleep(1ms); }

TEST_P(channel_of_each_kind, an_empty_one_makes_receivers_wait_who_are_served_in_order) {  // C1, C6
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = make_channel<int>();
    EXPECT_EQ(rx.try_receive().status, channel_status::empty);
    std::vector<std::vector<int>> got(5);
    std::vector<actors::join_handle<>> all;
    for (std::size_t i = 0; i != got.size(); ++i) {
      all.push_back(spawn(receives(rx, got[i])));
      co_await others_wait();
      EXPECT_FALSE(all.back().done());
    }
    EXPECT_EQ(rx.statistics().waiting_receivers, 5U);
    for (int i = 0; i != 4; ++i) EXPECT_EQ(tx.try_send(i), channel_status::ok);
    tx.close();
    for (auto& each : all) co_await each;
    const std::vector<std::vector<int>> expected{{0}, {1}, {2}, {3}, {}};
    EXPECT_EQ(got, expected) << "the last one is woken by the close";
    EXPECT_EQ(tx.dropped(), 0U);
  });
}

TEST_P(channel_of_each_kind, a_full_one_keeps_what_is_sent_or_drops_it) {  // C2, C14, C19
  auto [tx, rx] = make_channel<std::unique_ptr<int>>();
  for (std::size_t i = 0; i != room(); ++i) {
    EXPECT_EQ(tx.size(), i);
    EXPECT_EQ(tx.try_send(std::make_unique<int>(1)), channel_status::ok);
  }
  EXPECT_EQ(rx.size(), room());
  EXPECT_EQ(rx.capacity(), GetParam().capacity);
  auto one_more = std::make_unique<int>(2);
  const channel_status found = tx.try_send(std::move(one_more));
  EXPECT_EQ(found, limited() && !drops() ? channel_status::full : channel_status::ok);
  EXPECT_EQ(one_more != nullptr, limited() && !drops());  // NOLINT(bugprone-use-after-move): that is the contract
  const bool latest = limited() && GetParam().policy == overflow::keep_latest;
  const std::uint64_t lost = !limited() || !drops() ? 0 : latest ? std::max(room(), std::size_t{1}) : 1;
  EXPECT_EQ(tx.dropped(), lost);
  EXPECT_EQ(tx.size() + tx.dropped(), room() + (found == channel_status::ok ? 1 : 0));
}

// Those who wait, and one who comes later and does not pass them.
TEST_P(channel_of_each_kind, a_full_one_makes_senders_wait_who_are_served_in_order) {  // C2, C3, C6
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = make_channel<int>();
    for (std::size_t i = 0; i != room(); ++i) tx.try_send(static_cast<int>(i));
    std::vector<actors::join_handle<>> all;
    const int first = static_cast<int>(room());
    for (int i = first; i != first + 5; ++i) {
      all.push_back(spawn(sends(tx, i)));
      co_await others_wait();
      EXPECT_EQ(all.back().done(), drops() || !limited());
    }
    if (drops()) co_return;
    for (int i = 0; i != first + 5; ++i) {
      EXPECT_EQ(tx.try_send(-1), limited() && i < 5 + first ? channel_status::full : channel_status::ok);
      if (!limited()) break;
      auto value = co_await rx.receive();
      EXPECT_EQ(value, i);
      if (i >= first + 5 - static_cast<int>(room()) - 1) break;  // nobody waits any more
    }
    for (auto& each : all) co_await each;
  });
}

TEST_P(channel_of_each_kind, after_its_close_gives_what_is_there_and_then_its_end_for_ever) {  // C8, C9, C10
  test::for_seeds(5, []() -> task<> {
    auto [tx, rx] = make_channel<int>();
    for (std::size_t i = 0; i != room(); ++i) tx.try_send(static_cast<int>(i));
    tx.close();
    rx.close();
    EXPECT_EQ(tx.try_send(1), channel_status::closed);
    EXPECT_FALSE(tx.try_reserve());
    for (std::size_t i = 0; i != room(); ++i) {
      auto value = co_await rx.receive();
      EXPECT_EQ(value, static_cast<int>(i));
    }
    for (int i = 0; i != 3; ++i) {
      auto value = co_await rx.receive();
      EXPECT_FALSE(value);
      EXPECT_EQ(rx.try_receive().status, channel_status::closed);
      bool refused = false;
      try {
        co_await tx.send(1);
      } catch (const actors::channel_closed&) {
        refused = true;
      }
      EXPECT_TRUE(refused);
    }
    EXPECT_EQ(tx.dropped(), 0U) << "what is refused is not dropped";
  });
}

TEST_P(channel_of_each_kind, a_wait_that_is_cancelled_took_and_gave_nothing_and_can_begin_again) {  // C16, C17, C18
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = make_channel<int>();
    std::vector<int> got;
    const auto again = [](receiver<int> from, std::vector<int>& into) -> task<> {
      try {
        co_await from.receive();
      } catch (const actors::cancelled&) {
      }
      auto value = co_await from.receive();
      into.push_back(*value);
    };
    auto waiting = spawn(again(rx, got));
    co_await others_wait();
    waiting.cancel();
    EXPECT_EQ(tx.statistics().waiting_receivers, 1U) << "listed, but no longer served";
    co_await others_wait();
    EXPECT_EQ(tx.try_send(3), channel_status::ok) << "it waits once more";
    co_await waiting;
    EXPECT_EQ(got, std::vector<int>{3});
    if (drops() || !limited()) co_return;
    for (std::size_t i = 0; i != room(); ++i) tx.try_send(static_cast<int>(i));
    auto sending = spawn(sends(tx, -1));
    auto behind = spawn(sends(tx, -2));
    co_await others_wait();
    sending.cancel();
    co_await others_wait();
    EXPECT_TRUE(sending.was_cancelled());
    EXPECT_EQ(rx.statistics().waiting_senders, 1U);
    std::vector<int> rest;
    for (std::size_t i = 0; i != room() + 1; ++i) co_await receives(rx, rest);
    co_await behind;
    EXPECT_EQ(rest.back(), -2);
    EXPECT_EQ(rx.try_receive().status, channel_status::empty);
  });
}

TEST_P(channel_of_each_kind, in_a_select_is_ready_when_it_would_not_make_its_user_wait) {  // S4, S5, S7, S10
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = make_channel<int>();
    const auto what_is_ready = [](sender<int> to, receiver<int> from) -> task<int> {
      const int found =
          co_await select(actors::biased, on_receive(from, [](std::optional<int> v) { return v ? 1 : 2; }),
                          on_send(to, 7, [](channel_status s) { return s == channel_status::ok ? 3 : 4; }),
                          actors::otherwise([] { return 5; }));
      co_return found;
    };
    const bool sends_at_once = drops() || GetParam().capacity != 0;
    int found = co_await what_is_ready(tx, rx);
    EXPECT_EQ(found, sends_at_once ? 3 : 5) << "a send and a receive of one select do not meet";
    if (rx.size() != 0) {
      found = co_await what_is_ready(tx, rx);
      EXPECT_EQ(found, 1);
    }
    EXPECT_EQ(rx.size(), 0U);
    EXPECT_EQ(rx.statistics().waiting_receivers + rx.statistics().waiting_senders, 0U);
    for (std::size_t i = 0; i != room(); ++i) tx.try_send(1);
    const auto one_that_sends = [](sender<int> to) -> task<int> {
      const int which =
          co_await select(on_send(to, 7, [](channel_status s) { return s == channel_status::ok ? 3 : 4; }),
                          actors::otherwise([] { return 5; }));
      co_return which;
    };
    found = co_await one_that_sends(tx);
    EXPECT_EQ(found, limited() && !drops() ? 5 : 3);
    while (rx.try_receive()) continue;
    tx.close();
    found = co_await what_is_ready(tx, rx);
    EXPECT_EQ(found, 2);
    found = co_await one_that_sends(tx);
    EXPECT_EQ(found, 4);
    // Ready for ever, and others run.
    int turns = 0;
    const auto for_ever = [](receiver<int> from, int& count) -> task<> {
      for (;; ++count) co_await select(on_receive(from), on_receive(from));
    };
    auto looping = spawn(for_ever(rx, turns));
    while (turns < 2 * actors::waiter::turn_budget) co_await actors::yield();
    looping.cancel();
    const int before = turns;
    while (!looping.done() && turns <= before + actors::waiter::turn_budget) co_await actors::yield();
    EXPECT_TRUE(looping.was_cancelled());
  });
}

}  // namespace
