// A lost wake-up, locks in different orders, and an update cut in two by a wait: each is found, its mended twin passes.
#include "planted_bugs.hpp"

#include <actors/simulate.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

namespace {

using actors::explore;
using actors::strategy;
using reason = actors::simulation_failure::reason;

template <class F>
void expect_found(strategy how, std::uint64_t within, reason why, std::string_view text, F main) {
  const auto report = explore({.schedules = within, .strategy = how}, main);
  ASSERT_TRUE(report.failure) << "not found in " << report.schedules << " schedules";
  EXPECT_EQ(report.failure->why(), why) << report.text();
  EXPECT_NE(std::string_view{report.failure->what()}.find(text), std::string_view::npos) << report.text();
}

template <class F>
void expect_exhausted(F main) {
  const auto report = explore({.schedules = 1'000'000, .strategy = strategy::exhaustive}, main);
  EXPECT_TRUE(report) << report.text();
  EXPECT_TRUE(report.exhausted) << report.text();
}

constexpr auto chance = {strategy::random, strategy::pct};
constexpr auto every = {strategy::random, strategy::pct, strategy::exhaustive};

TEST(planted_bugs, a_lost_wake_up_of_tasks) {  // R8
  for (const strategy how : chance)
    expect_found(how, 10'000, reason::deadlock, "receive from channel", [] { return test::lost_wake_up(0); });
  test::holds_in_all([] { return test::lost_wake_up(1); }, {}, 10'000);
}

TEST(planted_bugs, a_lost_wake_up_of_threads) {  // R8
  for (const strategy how : every)
    expect_found(how, 200, reason::deadlock, "thread main: wait for condition", [] { test::lost_notify(false); });
  expect_exhausted([] { test::lost_notify(true); });
}

TEST(planted_bugs, locks_of_tasks_in_different_orders) {  // R8
  for (const strategy how : chance)
    expect_found(how, 10'000, reason::deadlock, "send to channel", [] { return test::lock_order(false); });
  test::holds_in_all([] { return test::lock_order(true); }, {}, 10'000);
}

TEST(planted_bugs, locks_of_threads_in_different_orders) {  // R8
  for (const strategy how : every)
    expect_found(how, 200, reason::deadlock, "lock mutex", [] { return test::thread_lock_order(false); });
  expect_exhausted([] { return test::thread_lock_order(true); });
}

TEST(planted_bugs, an_update_that_a_wait_cuts_in_two) {
  for (const strategy how : every)
    expect_found(how, 100, reason::error, "100 - 10 - 20 gave ", [] { return test::broken_atomicity(false); });
  test::holds_in_all([] { return test::broken_atomicity(true); }, {}, 10'000);
}

}  // namespace
