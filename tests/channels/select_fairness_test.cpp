// select and others: each ready case has its share, and so has everybody else; what many of them cost.
#include <actors/actors.hpp>
#include <actors/cases.hpp>
#include <actors/select.hpp>

#include "support/biased_locks.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::on_receive;
using actors::on_send;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;

constexpr std::array<unsigned, 3> worker_counts{1, 2, 4};

// How often each of `count` cases is taken that are all ready, always.
template <std::size_t Count>
task<std::array<int, Count>> shares(int tries) {
  std::vector<sender<int>> ins;
  std::vector<receiver<int>> outs;
  for (std::size_t i = 0; i != Count; ++i) {
    auto [in, out] = actors::channel<int>(1);
    in.try_send(static_cast<int>(i));
    ins.push_back(std::move(in));
    outs.push_back(std::move(out));
  }
  std::array<int, Count> taken{};
  const auto any = [&outs]<std::size_t... I>(std::index_sequence<I...>) {
    return actors::choice{on_receive(outs[I])...};
  };
  for (int i = 0; i != tries; ++i) {
    const std::optional<int> which = co_await any(std::make_index_sequence<Count>{});
    ++taken[static_cast<std::size_t>(*which)];
    ins[static_cast<std::size_t>(*which)].try_send(int{*which});
  }
  co_return taken;
}

TEST(select_fairness, of_a_hundred_tries_each_of_two_ready_cases_has_its_share) {  // S2
  for (const unsigned workers : worker_counts)
    for (int round = 0; round != 20; ++round)
      for (const int taken : actors::run(shares<2>(100), {.workers = workers})) EXPECT_GT(taken, 10);
}

// Limits that chance passes less than once in a thousand million rounds: six standard deviations.
TEST(select_fairness, of_ten_thousand_tries_each_case_has_its_share) {  // S2
  for (const unsigned workers : worker_counts) {
    for (const int taken : actors::run(shares<2>(10'000), {.workers = workers})) EXPECT_NEAR(taken, 5'000, 300);
    for (const int taken : actors::run(shares<3>(10'000), {.workers = workers})) EXPECT_NEAR(taken, 3'333, 283);
    for (const int taken : actors::run(shares<5>(10'000), {.workers = workers})) EXPECT_NEAR(taken, 2'000, 240);
  }
}

// Cases that are not ready take nothing away from those between which they stand.
TEST(select_fairness, a_case_that_is_not_ready_favours_no_other) {  // S2
  const auto main = []() -> task<> {
    auto [a_in, a] = actors::channel<int>(1);
    auto [b_in, b] = actors::channel<int>(1);
    auto [none_in, none] = actors::channel<int>(1);
    a_in.try_send(0);
    b_in.try_send(1);
    std::array<int, 2> taken{};
    for (int i = 0; i != 10'000; ++i) {
      const std::optional<int> which =
          co_await select(on_receive(a), on_receive(none), on_receive(none), on_receive(b), on_receive(none));
      ++taken[static_cast<std::size_t>(*which)];
      (*which == 0 ? a_in : b_in).try_send(int{*which});
    }
    for (const int each : taken) EXPECT_NEAR(each, 5'000, 300);
  };
  for (const unsigned workers : worker_counts) actors::run(main(), {.workers = workers});
}

// Between sends and receives, too.
TEST(select_fairness, between_a_send_and_a_receive) {  // S2, S3
  const auto main = []() -> task<> {
    auto [in, out] = actors::channel<int>(20'000);
    for (int i = 0; i != 10'000; ++i) in.try_send(int{i});
    std::array<int, 2> taken{};
    for (int i = 0; i != 10'000; ++i) {
      const std::size_t which = co_await select(on_send(in, i, [] { return std::size_t{0}; }),
                                                on_receive(out, [](auto&&) { return std::size_t{1}; }));
      ++taken[which];
    }
    for (const int each : taken) EXPECT_NEAR(each, 5'000, 300);
  };
  actors::run(main(), {.workers = 1});
}

// ---- others --------------------------------------------------------------------------------------------------------

task<> selects_for_ever(receiver<int> a, receiver<int> b, std::int64_t& turns) {
  for (;; ++turns) co_await select(on_receive(a, [](auto&&) {}), on_receive(b, [](auto&&) {}));
}

TEST(select_fairness, a_loop_that_is_always_ready_lets_others_run_and_can_be_cancelled) {  // S10, R2, T4
  const auto main = []() -> task<> {
    auto [in, out] = actors::channel<int>(0);
    in.close();  // ready for ever
    std::int64_t turns = 0;
    auto looping = spawn(selects_for_ever(out, out, turns));
    while (turns < 3 * actors::waiter::turn_budget) co_await actors::yield();
    const std::int64_t before = turns;
    co_await actors::sleep(1ms);  // timers
    EXPECT_GT(turns, before);
    looping.cancel();
    while (!looping.done()) co_await actors::yield();
    EXPECT_TRUE(looping.was_cancelled());
  };
  actors::run(main(), {.workers = 1});
}

task<> polls_for_ever(receiver<int> a, std::int64_t& turns) {
  for (;; ++turns) co_await select(on_receive(a, [](auto&&) {}), actors::otherwise());
}

TEST(select_fairness, a_loop_with_otherwise_lets_others_run_and_can_be_cancelled) {  // S10, S4, T4
  const auto main = []() -> task<> {
    auto [in, out] = actors::channel<int>(0);
    std::int64_t turns = 0;
    auto looping = spawn(polls_for_ever(out, turns));
    while (turns < 3 * actors::waiter::turn_budget) co_await actors::yield();
    const std::int64_t before = turns;
    looping.cancel();
    for (int i = 0; i != 3 && !looping.done(); ++i) co_await actors::yield();
    EXPECT_TRUE(looping.done()) << "a loop of selects with otherwise cannot be cancelled";
    EXPECT_LE(turns, before + actors::waiter::turn_budget);
    EXPECT_TRUE(!looping.done() || looping.was_cancelled());
    in.close();
    if (!looping.done()) std::abort();
  };
  actors::run(main(), {.workers = 1});
}

// The same with handlers that suspend, which the select awaits: what was not chosen has none.
task<> polls_with_tasks(receiver<int> a, std::int64_t& turns) {
  const auto nothing = [&]() -> task<> {
    ++turns;
    co_return;
  };
  for (;;)
    co_await select(on_receive(a, [&](auto&&) { return nothing(); }), actors::otherwise([&] { return nothing(); }));
}

TEST(select_fairness, also_where_otherwise_gives_a_task) {  // S10, S4, T4
  const auto main = []() -> task<> {
    auto [in, out] = actors::channel<int>(0);
    std::int64_t turns = 0;
    auto looping = spawn(polls_with_tasks(out, turns));
    while (turns < 3 * actors::waiter::turn_budget) co_await actors::yield();
    looping.cancel();
    for (int i = 0; i != 3; ++i) co_await actors::yield();
    EXPECT_TRUE(looping.done() && looping.was_cancelled());
  };
  actors::run(main(), {.workers = 1});
}

// ---- many ----------------------------------------------------------------------------------------------------------

task<> waits_at_two(receiver<int> a, receiver<int> b) {
  co_await select(on_receive(a, [](auto&&) {}), on_receive(b, [](auto&&) {}));
}

// What it takes to serve so many selects through one channel, while their other case waits in a common one: in
// std::clock's units of the program's own time, so that what else runs on the machine does not matter.
task<std::clock_t> serving(int count) {
  auto [a_in, a] = actors::channel<int>(0);
  auto [b_in, b] = actors::channel<int>(0);
  std::vector<actors::join_handle<>> all;
  for (int i = 0; i != count; ++i) all.push_back(spawn(waits_at_two(a, b)));
  for (int i = 0; i != 4; ++i) co_await actors::yield();
  const std::clock_t begin = std::clock();
  for (int i = 0; i != count; ++i) co_await (i % 2 == 0 ? a_in : b_in).send(int{i});
  for (auto& each : all) co_await each;
  co_return std::clock() - begin;
}

// Each is served in the same time, however many wait: forty times as many may take four hundred times as long, where a
// walk through all who wait would take more than a thousand.
TEST(select_fairness, many_selects_at_one_channel_cost_the_same_each) {  // C26, C6
  auto few = std::numeric_limits<std::clock_t>::max();
  for (int i = 0; i != 5; ++i) few = std::min(few, actors::run(serving(500), {.workers = 1}));
  auto many = std::numeric_limits<std::clock_t>::max();
  for (int i = 0; i != 2; ++i) many = std::min(many, actors::run(serving(20'000), {.workers = 1}));
  EXPECT_LT(many, 400 * few);
}

}  // namespace
