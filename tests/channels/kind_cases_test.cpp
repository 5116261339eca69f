// Selects over one-shot and broadcast channels, and over all kinds at once: what a case gives, what one that lost
// leaves.
#include <actors/actors.hpp>

#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::after;
using actors::biased;
using actors::broadcast_received;
using actors::broadcast_receiver;
using actors::broadcast_sender;
using actors::channel_status;
using actors::on_change;
using actors::on_receive;
using actors::on_reserve;
using actors::oneshot_receiver;
using actors::oneshot_sender;
using actors::otherwise;
using actors::select;
using actors::send_permit;
using actors::spawn;
using actors::task;
using actors::watch_receiver;
using test::end;

constexpr std::uint64_t seeds = 100;

// ---- oneshot -------------------------------------------------------------------------------------------------------

TEST(oneshot_case, takes_the_value_that_is_there_or_comes) {  // S3, S1, C27
  test::for_seeds(seeds, []() -> task<> {
    for (const bool at_once : {true, false}) {
      test::ledger books;
      {
        auto [tx, rx] = actors::oneshot<test::counted_unique>();
        auto sending = spawn([](oneshot_sender<test::counted_unique> to, test::ledger& all, bool now) -> task<> {
          if (!now) co_await actors::sleep(1ms);
          to.send(test::counted_unique{all, 5});
        }(std::move(tx), books, at_once));
        if (at_once) co_await sending;
        const int got = co_await select(on_receive(rx, [](auto value) { return value ? value->number() : -1; }),
                                        after(1h, [] { return 0; }));
        EXPECT_EQ(got, 5);
        EXPECT_EQ(rx.try_receive().status, channel_status::closed);
        if (!at_once) co_await sending;
      }
      EXPECT_EQ(books.values_destroyed, 1);
      books.expect_settled();
    }
  });
}

TEST(oneshot_case, that_lost_has_taken_nothing_and_waits_for_nothing) {  // S6, S1, C27
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::oneshot<std::unique_ptr<int>>();
    co_await select(on_receive(rx, [](auto&&) { ADD_FAILURE(); }), after(1ms));
    tx.send(std::make_unique<int>(3));
    co_await select(biased, after(0ms), on_receive(rx, [](auto&&) { ADD_FAILURE(); }));
    auto value = co_await rx.receive();
    EXPECT_TRUE(value && **value == 3);
  });
}

TEST(oneshot_case, of_one_that_ended_is_ready_and_of_an_empty_one_never) {  // S7, C13, C28
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    tx.close();
    const std::optional<int> none = co_await select(on_receive(rx));
    EXPECT_FALSE(none);
    std::tie(tx, rx) = actors::oneshot<int>();
    auto poisoning = spawn([](oneshot_sender<int> of) -> task<> {
      of.poison(std::make_exception_ptr(std::runtime_error{"why"}));
      co_return;
    }(std::move(tx)));
    std::string why;
    try {
      co_await select(on_receive(rx, [](std::optional<int>) {}), after(1h));
    } catch (const std::runtime_error& error) {
      why = error.what();
    }
    EXPECT_EQ(why, "why");
    co_await poisoning;
    rx = {};
    co_await select(on_receive(rx, [](std::optional<int>) { ADD_FAILURE(); }), after(1ms));
  });
}

TEST(oneshot_case, tells_the_sender_that_nobody_wants_the_value) {  // S3, C27, C13
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    bool gone = false;
    const auto note = [&] { gone = true; };
    co_await select(actors::on_closed(tx, note), after(1ms));
    EXPECT_FALSE(gone);
    auto leaving = spawn([](oneshot_receiver<int> mine) -> task<> {
      co_await actors::sleep(1ms);
      mine.close();
    }(std::move(rx)));
    co_await select(actors::on_closed(tx, note), after(1h));
    EXPECT_TRUE(gone);
    co_await leaving;
    tx = {};
    co_await select(actors::on_closed(tx, [] { ADD_FAILURE(); }), after(1ms));
  });
}

// ---- broadcast -----------------------------------------------------------------------------------------------------

TEST(broadcast_case, gives_what_receive_gives_with_what_was_missed) {  // S3, C27
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(2);
    for (int i = 0; i != 5; ++i) tx.send(i);
    std::vector<int> got;
    std::vector<std::uint64_t> missed;
    const auto note = [&](broadcast_received<int> next) {
      got.push_back(next ? *next : -1);
      missed.push_back(next.missed);
    };
    co_await select(on_receive(rx, note), after(1h));
    co_await select(on_receive(rx, note), after(1h));
    auto sending = spawn([](broadcast_sender<int> to) -> task<> {
      co_await actors::sleep(1ms);
      to.send(5);
    }(std::move(tx)));
    co_await select(on_receive(rx, note), after(1h));
    co_await sending;
    co_await select(on_receive(rx, note), after(1h));
    EXPECT_EQ(got, (std::vector<int>{3, 4, 5, -1}));
    EXPECT_EQ(missed, (std::vector<std::uint64_t>{3, 0, 0, 0}));
  });
}

TEST(broadcast_case, that_lost_keeps_its_place_and_its_count) {  // S6, S1, C27
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(2);
    auto other = rx;
    const auto fails = [](broadcast_received<int>) { ADD_FAILURE(); };
    co_await select(on_receive(rx, fails), on_receive(other, fails), after(1ms));
    for (int i = 0; i != 3; ++i) tx.send(i);
    co_await select(biased, after(0ms), on_receive(rx, fails));
    for (broadcast_receiver<int>* each : {&rx, &other}) {
      EXPECT_EQ(each->size(), 2U);
      auto next = co_await each->receive();
      EXPECT_TRUE(next && *next == 1);
      EXPECT_EQ(next.missed, 1U);
    }
  });
}

// One value for two receivers of one select: one case takes it, the other still has it to come.
TEST(broadcast_case, of_two_receivers_takes_for_one) {  // S1, S5, C27
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(2);
    auto other = rx;
    auto sending = spawn([](broadcast_sender<int> to) -> task<> {
      co_await actors::sleep(1ms);
      to.send(7);
    }(tx));
    const auto first = [](broadcast_received<int> next) { return *next; };
    const auto second = [](broadcast_received<int> next) { return -*next; };
    const int got = co_await select(on_receive(rx, first), on_receive(other, second), on_receive(rx, first));
    co_await sending;
    EXPECT_EQ(got < 0 ? -got : got, 7);
    EXPECT_EQ(rx.size(), got > 0 ? 0U : 1U);
    EXPECT_EQ(other.size(), got > 0 ? 1U : 0U);
    EXPECT_EQ(*(got > 0 ? other : rx).try_receive(), 7);
  });
}

TEST(broadcast_case, is_the_only_one_that_waits_at_its_receiver) {  // C27
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(2);
    const auto waits = [](broadcast_receiver<int>& from) -> task<> {
      co_await select(on_receive(from, [](broadcast_received<int>) {}), after(1h));
    };
    auto waiting = spawn(waits(rx));
    co_await actors::sleep(1ms);
    EXPECT_THROW(static_cast<void>(rx.receive()), actors::usage_error);
    EXPECT_THROW(rx.try_receive(), actors::usage_error);
    bool refused = false;
    try {
      co_await select(on_receive(rx, [](broadcast_received<int>) {}), after(1ms));
    } catch (const actors::usage_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
    co_await end(std::move(waiting));
    EXPECT_EQ(rx.try_receive().status, channel_status::empty) << "the cancelled select does not use it any more";
    tx.send(4);
    auto next = co_await rx.receive();
    EXPECT_TRUE(next && *next == 4);
  });
}

struct fragile {
  int number = 0;
  int* failures = nullptr;
  fragile(int n, int* f) : number{n}, failures{f} {}
  fragile(const fragile& other) : number{other.number}, failures{other.failures} {
    if (*failures != 0) {
      --*failures;
      throw std::runtime_error{"no copy"};
    }
  }
  fragile(fragile&&) noexcept = default;
  fragile& operator=(const fragile&) = default;
  fragile& operator=(fragile&&) noexcept = default;
  ~fragile() = default;
};

TEST(broadcast_case, whose_copy_throws_keeps_the_value) {  // C27, C12
  test::for_seeds(seeds, []() -> task<> {
    int failures = 0;
    auto [tx, rx] = actors::broadcast<fragile>(2);
    auto other = rx;
    tx.send(fragile{1, &failures});
    failures = 1;
    std::string why;
    int got = 0;
    const auto note = [&](broadcast_received<fragile> next) { got = next->number; };
    try {
      co_await select(on_receive(rx, note), after(1h));
    } catch (const std::runtime_error& error) {
      why = error.what();
    }
    EXPECT_EQ(why, "no copy");
    EXPECT_EQ(got, 0);
    co_await select(on_receive(rx, note), after(1h));
    EXPECT_EQ(got, 1);
    EXPECT_EQ(other.size(), 1U);
  });
}

TEST(broadcast_case, of_one_that_ended_is_ready_and_of_an_empty_one_never) {  // S7, C13, C28
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(2);
    tx.send(1);
    tx.close();
    std::vector<channel_status> how;
    const auto note = [&](broadcast_received<int> next) { how.push_back(next.status); };
    for (int i = 0; i != 2; ++i) co_await select(on_receive(rx, note));
    EXPECT_EQ(how, (std::vector<channel_status>{channel_status::ok, channel_status::closed}));
    std::tie(tx, rx) = actors::broadcast<int>(2);
    auto poisoning = spawn([](broadcast_sender<int> of) -> task<> {
      of.poison(std::make_exception_ptr(7));
      co_return;
    }(tx));
    int thrown = 0;
    try {
      co_await select(on_receive(rx, note), after(1h));
    } catch (int number) {
      thrown = number;
    }
    EXPECT_EQ(thrown, 7);
    co_await poisoning;
    rx = {};
    co_await select(on_receive(rx, [](broadcast_received<int>) { ADD_FAILURE(); }), after(1ms));
  });
}

template <class Sender, class Receiver>
task<> waits_for_the_last(Sender tx, Receiver rx) {
  bool gone = false;
  const auto note = [&] { gone = true; };
  co_await select(actors::on_no_receivers(tx, note), after(1ms));
  EXPECT_FALSE(gone);
  auto leaving = spawn([](Receiver mine) -> task<> {
    co_await actors::sleep(1ms);
    mine = {};
  }(std::move(rx)));
  co_await select(actors::on_no_receivers(tx, note), after(1h));
  EXPECT_TRUE(gone);
  co_await leaving;
  gone = false;
  co_await select(actors::on_no_receivers(tx, note), otherwise([] { ADD_FAILURE(); }));
  EXPECT_TRUE(gone);
  tx = {};
  co_await select(actors::on_no_receivers(tx, [] { ADD_FAILURE(); }), after(1ms));
}

TEST(broadcast_case, tells_the_sender_that_nobody_receives) {  // S3, C27, C13
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(2);
    co_await waits_for_the_last(std::move(tx), std::move(rx));
  });
}

TEST(watch_case, tells_the_sender_that_nobody_receives) {  // S3, C27, C13
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::watch(1);
    co_await waits_for_the_last(std::move(tx), std::move(rx));
  });
}

// ---- all of them ---------------------------------------------------------------------------------------------------

// A case of a select that was cancelled takes nothing from who waits behind it.
TEST(kind_cases, that_are_cancelled_hand_on_what_they_waited_for) {  // C16, C18, S6
  test::for_seeds(seeds, []() -> task<> {
    auto [one_in, one] = actors::oneshot<int>();
    auto [many_in, many] = actors::broadcast<int>(2);
    auto [level_in, level] = actors::watch(0);
    auto selecting =
        spawn([](const oneshot_receiver<int>& a, broadcast_receiver<int>& b, watch_receiver<int>& c) -> task<> {
          co_await select(on_receive(a, [](std::optional<int>) { ADD_FAILURE(); }),
                          on_receive(b, [](broadcast_received<int>) { ADD_FAILURE(); }),
                          on_change(c, [](bool) { ADD_FAILURE(); }));
        }(one, many, level));
    co_await actors::sleep(1ms);
    selecting.cancel();
    one_in.send(1);
    many_in.send(2);
    level_in.send(3);
    co_await end(std::move(selecting));
    EXPECT_EQ(*one.try_receive(), 1);
    EXPECT_EQ(*many.try_receive(), 2);
    EXPECT_TRUE(level.has_changed());
  });
}

TEST(kind_cases, are_chosen_each_as_often) {  // S2
  test::for_seeds(3, []() -> task<> {
    int wins[4] = {};
    for (int i = 0; i != 200; ++i) {
      auto [one_in, one] = actors::oneshot<int>();
      auto [many_in, many] = actors::broadcast<int>(1);
      auto [level_in, level] = actors::watch(0);
      auto [to, from] = actors::channel<int>(1);
      one_in.send(0);
      many_in.send(1);
      level_in.send(2);
      const int which =
          co_await select(on_receive(one, [](std::optional<int> v) { return *v; }),
                          on_receive(many, [](broadcast_received<int> v) { return *v; }),
                          on_change(level, [](bool) { return 2; }), on_reserve(to, [](send_permit<int>) { return 3; }));
      ++wins[which];
    }
    for (const int count : wins) EXPECT_GT(count, 20);
  });
}

}  // namespace
