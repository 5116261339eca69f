// Back-pressure: a source that is faster than its readers never has more under way than the channels allow.
#include <actors/actors.hpp>

#include "support/simulated_scheduler.hpp"
#include "workbench.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace {

using actors::pipeline::pipeline;
using test::workbench;

// Runs until everybody waits, then stops.
actors::task<> run_until_stalled(pipeline& running) {
  auto all = actors::spawn(running.run());
  co_await actors::sleep(std::chrono::minutes{1});  // virtual time
  running.stop();
  try {
    co_await all;
  } catch (const actors::cancelled&) {
  }
}

void expect_at_most(workbench& bench, const actors::config::plan& plan, std::size_t under_way, std::uint64_t seed) {
  bench.state().given = 0;
  bench.state().taken.clear();
  pipeline running{plan};
  test::run_simulated(seed, run_until_stalled(running));
  EXPECT_LE(bench.state().given, bench.state().taken.size() + under_way) << "seed " << seed;
  EXPECT_GT(bench.state().given, 0U);
}

TEST(pressure, a_source_is_ahead_by_the_capacity_at_most) {  // C2
  for (const std::size_t capacity : {1U, 2U, 7U, 64U}) {
    for (const std::string first : {"0", "1", "5"}) {
      workbench bench;
      const auto plan =
          bench.plan({"e: {type: endless}", "s: {type: stall, from: e, with: {first: " + first + "}}"}, capacity);
      expect_at_most(bench, plan, capacity, capacity);
    }
  }
}

TEST(pressure, holds_for_batches_that_are_larger_than_the_capacity) {
  for (const std::size_t capacity : {1U, 2U, 7U}) {
    workbench bench;
    const auto plan = bench.plan(
        {"e: {type: endless, with: {batch: 50}}", "s: {type: stall, from: e, with: {first: 200}}"}, capacity);
    expect_at_most(bench, plan, capacity, capacity);
  }
}

TEST(pressure, adds_up_over_the_channels_of_a_line) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    workbench bench;
    const auto plan = bench.plan({"e: {type: endless}", "f: {type: filter, from: e, with: {where: \"n >= 0\"}}",
                                  "s: {type: stall, from: f, with: {first: 4}}"},
                                 5);
    expect_at_most(bench, plan, 5 + 5 + 1, seed);  // two channels, and one item in the filter's hands
  }
}

TEST(pressure, holds_where_order_is_kept_over_replicas) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    workbench bench;
    const auto plan = bench.plan(
        {"e: {type: endless}", "f: {type: filter, from: e, with: {where: \"n >= 0\"}, replicas: 3, order: keep}",
         "s: {type: stall, from: f, with: {first: 4}}"},
        2);
    // A channel before the dealer and one after the collector, two for each replica, and one item in each hand.
    expect_at_most(bench, plan, 2 + 2 + 3 * (2 + 2) + 5, seed);
  }
}

TEST(pressure, one_stalled_reader_holds_the_others_back) {
  workbench bench;
  const auto plan = bench.plan({"e: {type: endless}", "s: {type: stall, from: e}", "out: {type: collect, from: e}"}, 3);
  pipeline running{plan};
  test::run_simulated(1, run_until_stalled(running));
  EXPECT_LE(bench.state().taken.size(), 4U);
}

}  // namespace
