// The exhaustive strategy: every schedule once, counted by hand.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include "planted_bugs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

namespace {

using actors::explore;
using actors::strategy;

// Thread A does `a` atomic operations, B (the first thread) does `b`. The schedules are the words with `a` + 1 letters
// A (A begins by itself, before its first operation) and `b` letters B: what B does before its first operation comes
// before all, what it does after its last one is the join, in which it has no choice.
void two_threads(int a, int b, std::set<std::string>* seen = nullptr) {
  actors::detail::atomic<int> shared{0};
  std::string word;
  const auto times = [&](int count, char letter) {
    for (int i = 0; i != count; ++i) {
      shared.fetch_add(1);
      word += letter;
    }
  };
  {
    actors::detail::joining_thread other{[&] {
      word += 'A';
      times(a, 'A');
    }};
    times(b, 'B');
  }
  if (seen == nullptr) return;
  EXPECT_TRUE(seen->insert(word).second) << word << " came twice";
}

TEST(exhaustive, takes_every_schedule_once) {  // V3
  const struct {
    int a, b;
    std::uint64_t words;
  } cases[] = {{0, 1, 2}, {1, 1, 3}, {1, 2, 6}, {2, 2, 10}, {3, 3, 35}, {4, 6, 462}};
  for (const auto& each : cases) {
    std::set<std::string> seen;
    const auto report =
        explore({.schedules = 10'000, .strategy = strategy::exhaustive}, [&] { two_threads(each.a, each.b, &seen); });
    EXPECT_TRUE(report.exhausted);
    EXPECT_EQ(report.schedules, each.words);
    EXPECT_EQ(seen.size(), each.words);
    EXPECT_EQ(report.text(), std::to_string(each.words) + " schedules, which are all there are: none failed");
  }
}

TEST(exhaustive, says_where_it_did_not_get_through) {  // V3
  const auto report = explore({.schedules = 9, .strategy = strategy::exhaustive}, [] { two_threads(2, 2); });
  EXPECT_EQ(report.schedules, 9U);
  EXPECT_FALSE(report.exhausted);
  EXPECT_EQ(report.text(), "9 schedules: none failed");
}

// Two operations each. Without a preemption B goes on until it joins: BBAAA. One: B is interrupted before one of its
// two, and A cannot be. Two: A in turn before one of its two. Three: B again, A again before one of two. Four: all.
TEST(exhaustive, a_bound_of_preemptions_leaves_out_the_others) {  // V3
  const std::uint64_t within[] = {1, 3, 7, 9, 10, 10};
  for (unsigned bound = 0; bound != 6; ++bound) {
    const auto report =
        explore({.schedules = 100, .strategy = strategy::exhaustive, .preemptions = bound}, [] { two_threads(2, 2); });
    EXPECT_TRUE(report.exhausted);
    EXPECT_EQ(report.schedules, within[bound]) << "at most " << bound << " preemptions";
  }
}

TEST(exhaustive, chooses_among_those_who_wait_too) {
  // Two wait, one is woken, and wakes the other.
  std::set<std::string> orders;
  const auto report = explore({.schedules = 100'000, .strategy = strategy::exhaustive}, [&] {
    std::string order;
    actors::detail::mutex lock;
    actors::detail::condition_variable turn;
    int turns = 0;
    const auto wait = [&](char name) {
      std::unique_lock guard{lock};
      turn.wait(guard, [&] { return turns > 0; });
      order += name;
      turn.notify_one();
    };
    actors::detail::joining_thread a{[&] { wait('A'); }};
    actors::detail::joining_thread b{[&] { wait('B'); }};
    {
      const std::lock_guard guard{lock};
      turns = 1;
    }
    turn.notify_one();
    a.join();
    b.join();
    orders.insert(order);
  });
  EXPECT_TRUE(report.exhausted) << report.text();
  EXPECT_EQ(orders, (std::set<std::string>{"AB", "BA"}));
}

TEST(exhaustive, a_whole_runtime_within_a_bound) {  // V3
  const auto main = []() -> actors::task<> {
    auto child = actors::spawn([]() -> actors::task<> { co_return; }());
    co_await child;
  };
  const auto report =
      explore({.schedules = 200'000, .strategy = strategy::exhaustive, .preemptions = 2, .each = {.workers = 1}}, main);
  EXPECT_TRUE(report) << report.text();
  EXPECT_TRUE(report.exhausted) << report.text();
  EXPECT_GT(report.schedules, 100U);
}

}  // namespace
