// The schedule: the same seed gives the same one, what a failure names repeats it, and a replay that goes astray is
// seen.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include "exploring.hpp"
#include "planted_bugs.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::explore;
using actors::simulate;
using actors::simulation_failure;
using actors::simulation_summary;
using actors::spawn;
using actors::strategy;
using actors::task;

task<> come_by(std::vector<int>& seen, int number) {
  co_await actors::yield();
  seen.push_back(number);
}

// Something of each kind: channels, timers, blocking calls, joins, more tasks than workers.
task<std::vector<int>> order_of_ten() {
  std::vector<int> order;
  std::vector<actors::join_handle<>> handles;
  auto [tx, rx] = actors::channel<int>(1);
  for (int i = 0; i != 10; ++i) handles.push_back(spawn(come_by(order, i)));
  co_await actors::sleep(1ms);
  co_await tx.send(co_await actors::blocking([] { return 10; }));
  const auto eleventh = co_await rx.receive();
  order.push_back(*eleventh);
  for (auto& each : handles) co_await each;
  co_return order;
}

simulation_summary summary_of(std::uint64_t seed, std::size_t history = 1'000'000) {
  simulation_summary summary;
  simulate({.seed = seed, .history = history, .summary = &summary}, order_of_ten);
  return summary;
}

TEST(schedule, the_same_seed_gives_the_same_one) {  // R9
  for (std::uint64_t seed = 1; seed != 40; ++seed) ASSERT_EQ(summary_of(seed), summary_of(seed)) << "seed " << seed;
}

// Memory of frames that was used before, thread-local and static objects, numbers of objects: none may count.
TEST(schedule, what_the_process_did_before_does_not_count) {  // R9
  std::vector<simulation_summary> first;
  for (std::uint64_t seed = 1; seed != 20; ++seed) first.push_back(summary_of(seed));
  std::vector<std::string> kept;
  simulate({.seed = 99, .workers = 4}, [&]() -> task<> {
    std::vector<task<>> many;
    std::vector<int> seen;
    for (int i = 0; i != 500; ++i) many.push_back(come_by(seen, i));
    co_await actors::gather(std::move(many));
    kept.emplace_back(seen.size(), 'x');
  });
  EXPECT_FALSE(explore({.schedules = 100}, [] { return test::lock_order(false); }));
  for (std::uint64_t seed = 19; seed != 0; --seed) {
    ASSERT_EQ(summary_of(seed), first[seed - 1]) << "seed " << seed;
    kept.emplace_back(1000 * seed, 'y');
  }
}

TEST(schedule, the_fingerprint_does_not_depend_on_what_is_kept_for_reports) {  // R9
  for (std::uint64_t seed = 1; seed != 10; ++seed) {
    const auto all = summary_of(seed);
    const auto few = summary_of(seed, 3);
    EXPECT_EQ(all.fingerprint, few.fingerprint);
    EXPECT_EQ(all.replay, few.replay);
    EXPECT_EQ(std::count(few.schedule.begin(), few.schedule.end(), '\n'), 6);  // switches, and what tasks did
    EXPECT_GT(all.schedule.size(), few.schedule.size());
  }
}

TEST(schedule, seeds_that_differ_give_schedules_that_differ) {
  std::set<std::uint64_t> fingerprints;
  for (std::uint64_t seed = 0; seed != 200; ++seed) fingerprints.insert(summary_of(seed, 1).fingerprint);
  EXPECT_EQ(fingerprints.size(), 200U);
}

// ---- replays -------------------------------------------------------------------------------------------------------

template <class F>
void expect_exact_replay(strategy how, F main, const actors::simulation_options& each) {
  simulation_summary found;
  simulation_summary repeated;
  actors::exploration_options options{.schedules = 10'000, .strategy = how, .each = each};
  options.each.summary = &found;
  const auto report = explore(options, main);
  ASSERT_TRUE(report.failure) << report.text();
  for (int i = 0; i != 2; ++i) {
    actors::simulation_options again = each;
    again.replay = report.failure->replay();
    again.summary = &repeated;
    try {
      simulate(again, main);
      FAIL() << "it did not fail again";
    } catch (const simulation_failure& failure) {
      EXPECT_EQ(failure.why(), report.failure->why());
      EXPECT_STREQ(failure.what(), report.failure->what());
      EXPECT_EQ(failure.replay(), report.failure->replay());
    }
    EXPECT_EQ(repeated, found);
  }
}

TEST(schedule, a_failure_that_was_found_is_repeated_exactly) {  // R9, V1
  for (const strategy how : {strategy::random, strategy::pct}) {
    for (const std::size_t history : {std::size_t{2}, std::size_t{1000}}) {
      expect_exact_replay(how, [] { return test::lock_order(false); }, {.workers = 3, .history = history});
      expect_exact_replay(how, [] { return test::broken_atomicity(false); }, {.history = history});
    }
  }
  expect_exact_replay(strategy::exhaustive, [] { return test::thread_lock_order(false); }, {});
  expect_exact_replay(strategy::exhaustive, [] { return test::broken_atomicity(false); }, {});
}

TEST(schedule, a_summary_of_a_success_can_be_repeated_too) {  // R9
  const auto first = summary_of(17);
  simulation_summary second;
  simulate({.replay = first.replay, .history = 1'000'000, .summary = &second}, order_of_ten);
  EXPECT_EQ(first, second);
}

template <class F>
std::string astray(const std::string& replay, F main) {
  try {
    simulate({.replay = replay}, main);
  } catch (const simulation_failure& failure) {
    if (failure.why() == simulation_failure::reason::astray) return failure.what();
    return "no: " + std::string{failure.what()};
  }
  return "no";
}

TEST(schedule, a_replay_that_goes_astray_is_seen) {  // V1
  for (const strategy how : {strategy::random, strategy::pct, strategy::exhaustive}) {
    const auto report = explore({.schedules = 10'000, .strategy = how}, [] { return test::thread_lock_order(false); });
    ASSERT_TRUE(report.failure);
    const std::string text = astray(report.failure->replay(), [] { return test::thread_lock_order(true); });
    EXPECT_TRUE(text.starts_with("astray: ")) << text;
    EXPECT_NE(text.find("This time it came to its end."), std::string::npos) << text;
  }
  // Decisions that were never asked for, and one of a thread that is not there.
  EXPECT_TRUE(astray("choices 0+1", [] { return 1; }).starts_with("astray: "));
  EXPECT_TRUE(astray("choices 0+7", [] { return test::thread_lock_order(true); }).starts_with("astray: "));
  // Without a mark a seed is only a seed.
  EXPECT_EQ(astray("random 7", [] { return 1; }), "no");
}

TEST(schedule, a_replay_that_cannot_be_read_is_refused) {  // V1
  for (const char* text :
       {"chance", "random", "random x", "random 7 8", "random 7 #", "random 7 #xyz", "random 7 #123456789", "pct 7",
        "pct 7 0 10", "pct 7 3 0", "choices 1", "choices 1+", "choices 1+2 3", "random 99999999999999999999999"}) {
    EXPECT_THROW(simulate({.replay = text}, [] { return 1; }), actors::usage_error) << text;
  }
}

}  // namespace
