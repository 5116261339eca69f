// Selects over watch channels and over permits: what a case gives, what one that lost leaves.
#include <actors/actors.hpp>

#include "support/ending.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::after;
using actors::biased;
using actors::on_change;
using actors::on_reserve;
using actors::select;
using actors::send_permit;
using actors::spawn;
using actors::task;
using actors::watch_sender;
using test::end;

constexpr std::uint64_t seeds = 100;

// ---- watch ---------------------------------------------------------------------------------------------------------

TEST(watch_case, tells_of_a_newer_value_and_of_the_end) {  // S3, S7, C27
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::watch(0);
    tx.send(1);
    const bool newer = co_await select(on_change(rx));
    EXPECT_TRUE(newer);
    EXPECT_FALSE(rx.has_changed()) << "it has seen it";
    auto sending = spawn([](watch_sender<int> to) -> task<> {
      co_await actors::sleep(1ms);
      to.send(2);
    }(std::move(tx)));
    std::vector<bool> told;
    const auto note = [&](bool more) { told.push_back(more); };
    co_await select(on_change(rx, note), after(1h));
    EXPECT_EQ(rx.get(), 2);
    co_await sending;
    for (int i = 0; i != 2; ++i) co_await select(on_change(rx, note), after(1h));
    EXPECT_EQ(told, (std::vector<bool>{true, false, false}));
  });
}

TEST(watch_case, that_lost_has_seen_nothing) {  // S6, S1, C27
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::watch(0);
    const auto fails = [](bool) { ADD_FAILURE(); };
    co_await select(on_change(rx, fails), on_change(rx, fails), after(1ms));
    tx.send(1);
    co_await select(biased, after(0ms), on_change(rx, fails));
    EXPECT_TRUE(rx.has_changed());
    rx = {};
    co_await select(on_change(rx, fails), after(1ms));  // C13
  });
}

TEST(watch_case, of_one_that_was_poisoned_throws_the_reason) {  // S7, C28
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::watch(0);
    auto poisoning = spawn([](watch_sender<int> of) -> task<> {
      of.poison(std::make_exception_ptr(7));
      co_return;
    }(tx));
    int thrown = 0;
    try {
      co_await select(on_change(rx, [](bool) {}), after(1h));
    } catch (int number) {
      thrown = number;
    }
    EXPECT_EQ(thrown, 7);
    co_await poisoning;
  });
}

// ---- permits -------------------------------------------------------------------------------------------------------

TEST(reserve_case, gives_a_permit_as_soon_as_there_is_a_place) {  // S3, C17
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    const auto sends = [](int value) { return [value](send_permit<int> place) { place.send(value); }; };
    const auto one = sends(1);
    const auto two = sends(2);
    co_await select(on_reserve(tx, one), after(1h));
    auto taking = spawn([](actors::receiver<int> from) -> task<> {
      co_await actors::sleep(1ms);
      auto first = co_await from.receive();
      EXPECT_EQ(first, 1);
    }(rx));
    co_await select(on_reserve(tx, two), after(1h));
    co_await taking;
    const auto second = co_await rx.receive();
    EXPECT_EQ(second, 2);
    send_permit<int> kept = co_await select(on_reserve(tx));
    EXPECT_TRUE(kept);
    EXPECT_EQ(tx.statistics().reserved, 1U);
  });
}

TEST(reserve_case, that_lost_has_no_place_and_stands_in_no_line) {  // S6, S1, C17
  test::for_seeds(seeds, []() -> task<> {
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}}) {
      auto [tx, rx] = actors::channel<int>(capacity);
      const auto fails = [](send_permit<int>) { ADD_FAILURE(); };
      co_await select(biased, after(0ms), on_reserve(tx, fails));
      auto held = tx.try_reserve();
      EXPECT_TRUE(held);
      co_await select(on_reserve(tx, fails), on_reserve(tx, fails), after(1ms));
      EXPECT_EQ(tx.statistics().waiting_senders, 0U);
      held.release();
      EXPECT_EQ(tx.statistics().reserved, 0U);
      EXPECT_TRUE(tx.try_reserve());
    }
  });
}

// A send that came before it comes before it, one that came after it after it.
TEST(reserve_case, stands_in_one_line_with_sends) {  // C17, C6, S6
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    tx.try_send(0);
    const auto send = [](actors::sender<int> to, int value) -> task<> { co_await to.send(value); };
    auto before = spawn(send(tx, 1));
    co_await actors::sleep(1ms);
    auto selecting = spawn([](actors::sender<int> to) -> task<> {
      co_await select(on_reserve(to, [](send_permit<int> place) { place.send(2); }), after(1h));
    }(tx));
    co_await actors::sleep(1ms);
    auto behind = spawn(send(tx, 3));
    co_await actors::sleep(1ms);
    EXPECT_EQ(tx.statistics().waiting_senders, 3U);
    for (int i = 0; i != 4; ++i) {
      const auto next = co_await rx.receive();
      EXPECT_EQ(next, i);
      co_await actors::sleep(1ms);  // who has a permit sends by it
    }
    co_await before;
    co_await selecting;
    co_await behind;
  });
}

TEST(reserve_case, that_is_cancelled_lets_the_next_one_go) {  // C18, C17
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    auto held = co_await tx.reserve();
    auto selecting = spawn([](actors::sender<int> to) -> task<> {
      co_await select(on_reserve(to, [](send_permit<int>) { ADD_FAILURE(); }), after(1h));
    }(tx));
    co_await actors::sleep(1ms);
    auto behind = spawn([](actors::sender<int> to) -> task<> { co_await to.send(3); }(tx));
    co_await actors::sleep(1ms);
    selecting.cancel();
    held.release();
    co_await behind;
    co_await end(std::move(selecting));
    EXPECT_EQ(tx.statistics().waiting_senders, 0U);
  });
}

TEST(reserve_case, of_a_closed_channel_throws_and_of_an_empty_sender_is_never_ready) {  // S7, C9, C13, C28
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    auto held = tx.try_reserve();
    auto closing = spawn([](actors::receiver<int> of) -> task<> {
      co_await actors::sleep(1ms);
      of.poison(std::make_exception_ptr(7));
    }(rx));
    for (int i = 0; i != 2; ++i) {
      int thrown = 0;
      try {
        co_await select(on_reserve(tx, [](send_permit<int>) {}), after(1h));
      } catch (int number) {
        thrown = number;
      }
      EXPECT_EQ(thrown, 7);
    }
    co_await closing;
    tx = {};
    co_await select(on_reserve(tx, [](send_permit<int>) { ADD_FAILURE(); }), after(1ms));
    bool closed = false;
    std::tie(tx, rx) = actors::channel<int>(1);
    rx = {};
    try {
      co_await select(on_reserve(tx, [](send_permit<int>) {}));
    } catch (const actors::channel_closed&) {
      closed = true;
    }
    EXPECT_TRUE(closed);
  });
}

}  // namespace
