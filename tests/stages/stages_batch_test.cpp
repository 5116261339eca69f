// Stages that hold items for a while, and arrows that drop: batch, throttle, capacity.
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include "stage_sources.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::batch;
using actors::capacity;
using actors::collect;
using actors::count;
using actors::for_each;
using actors::from;
using actors::generator;
using actors::map;
using actors::overflow;
using actors::task;
using actors::throttle;
using actors::unhurried;
using test::below;

using numbers = std::vector<int>;
using batches = std::vector<numbers>;
using time_point = std::chrono::steady_clock::time_point;

time_point now() { return actors::detail::time_now(); }

generator<int> one_each(int count, std::chrono::milliseconds pause) {
  for (int i = 0; i != count; ++i) {
    if (i != 0) co_await actors::sleep(pause);
    co_yield i;
  }
}

task<> exact() {
  const auto got_1 = co_await (from(below(7)) | batch(3) | collect());
  EXPECT_EQ(got_1, (batches{{0, 1, 2}, {3, 4, 5}, {6}}));
  const auto got_2 = co_await (from(one_each(4, 1s)) | batch(2) | collect());
  EXPECT_EQ(got_2, (batches{{0, 1}, {2, 3}}));
}
TEST(stages_batch, without_a_time_batches_are_full_but_the_last) {  // F6
  test::for_seeds(10, exact);
}

// The reader has nothing to do: each item is with it at the moment at which it was made.
task<> reader_is_idle() {
  const time_point begun = now();
  std::vector<std::chrono::nanoseconds> times;
  const auto note = [&](const numbers& items) {
    EXPECT_EQ(items.size(), 1U);
    times.push_back(now() - begun);
  };
  co_await (from(one_each(3, 100ms)) | batch(500, 10s) | for_each(note));
  EXPECT_EQ(times, (std::vector<std::chrono::nanoseconds>{0ms, 100ms, 200ms}));
}
TEST(stages_batch, a_partial_batch_leaves_when_its_reader_is_idle) {  // F6
  test::for_seeds(10, reader_is_idle);
}

// The reader is busy for 1 s at a time, and 10 items come meanwhile.
task<> reader_is_busy() {
  std::vector<std::size_t> sizes;
  const auto slow = [&](numbers items) -> task<> {
    sizes.push_back(items.size());
    co_await actors::sleep(1s);
  };
  co_await (from(one_each(31, 100ms)) | batch(500, 10s) | for_each(slow));
  EXPECT_GE(sizes.size(), 4U);
  if (sizes.size() < 4) co_return;
  EXPECT_EQ(sizes[0], 1U);
  EXPECT_GE(sizes[1], 9U);
  EXPECT_GE(sizes[2], 9U);
  EXPECT_EQ(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}), 31U);
}
TEST(stages_batch, batches_grow_while_the_reader_is_busy) {  // F6
  test::for_seeds(10, reader_is_busy);
}

task<> time_is_over() {
  const time_point begun = now();
  std::vector<std::chrono::nanoseconds> times;
  batches got;
  const auto note = [&](numbers items) {
    times.push_back(now() - begun);
    got.push_back(std::move(items));
  };
  co_await (from(one_each(7, 100ms)) | batch(500, 250ms, unhurried) | for_each(note));
  EXPECT_EQ(got, (batches{{0, 1, 2}, {3, 4, 5}, {6}}));
  EXPECT_EQ(times, (std::vector<std::chrono::nanoseconds>{250ms, 550ms, 600ms}));
}
TEST(stages_batch, a_batch_leaves_when_its_first_item_has_waited_that_long) {  // F6
  test::for_seeds(10, time_is_over);
}

task<> full_at_once() {
  const auto slow = [](numbers items) -> task<numbers> {
    co_await actors::sleep(1s);
    co_return items;
  };
  const time_point begun = now();
  const batches got = co_await (from(below(12)) | batch(4, 1h, unhurried) | map(slow) | collect());
  EXPECT_EQ(got, (batches{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}}));
  EXPECT_EQ(now() - begun, 3s);
}
TEST(stages_batch, a_full_batch_waits_for_nothing) {  // F6
  test::for_seeds(10, full_at_once);
}

task<> throttled() {
  const time_point begun = now();
  std::vector<std::chrono::nanoseconds> times;
  const auto note = [&](int) { times.push_back(now() - begun); };
  co_await (from(below(5)) | throttle(10, 1s) | for_each(note));
  EXPECT_EQ(times, (std::vector<std::chrono::nanoseconds>{0ms, 100ms, 200ms, 300ms, 400ms}));

  times.clear();
  const time_point again = now();
  const auto note_again = [&](int) { times.push_back(now() - again); };
  co_await (from(below(6)) | throttle(10, 1s, 3) | for_each(note_again));
  EXPECT_EQ(times, (std::vector<std::chrono::nanoseconds>{0ms, 0ms, 0ms, 100ms, 200ms, 300ms}));

  times.clear();
  const time_point slow = now();
  const auto note_slow = [&](int) { times.push_back(now() - slow); };
  co_await (from(one_each(3, 150ms)) | throttle(10, 1s) | for_each(note_slow));
  EXPECT_EQ(times, (std::vector<std::chrono::nanoseconds>{0ms, 150ms, 300ms}));
}
TEST(stages_batch, throttle_keeps_its_rate_and_saves_up_no_more_than_its_burst) {  // F6
  test::for_seeds(10, throttled);
}

// Rates and bursts at the ends of what numbers can say.
task<> throttled_to_nothing() {
  for (const auto longest : {24h * 365 * 200, std::chrono::hours::max()}) {
    std::size_t got = 0;
    const auto note = [&](int) { ++got; };
    auto all = from(below(5)) | throttle(1, longest, 2) | for_each(note);
    auto running = actors::spawn(all.run());
    co_await actors::sleep(24h);
    EXPECT_EQ(got, 2U);
    running.cancel();
    EXPECT_THROW(co_await running, actors::cancelled);
  }
  const time_point begun = now();
  EXPECT_EQ(co_await (from(below(5)) | throttle(1, 24h, std::numeric_limits<std::size_t>::max()) | count()), 5U);
  EXPECT_EQ(co_await (from(below(5)) | throttle(1'000'000'000'000, 1s) | count()), 5U);
  EXPECT_LE(now() - begun, 1us);
  const time_point again = now();
  co_await (from(below(4)) | throttle(3, 1s) | count());
  EXPECT_GE(now() - again, 1s);
}
TEST(stages_batch, throttle_takes_any_rate_and_any_burst) {  // F6
  test::for_seeds(5, throttled_to_nothing);
}

task<> drops(overflow policy, numbers wanted) {
  const auto slow = [](int i) -> task<int> {
    co_await actors::sleep(1s);
    co_return i;
  };
  // The source makes items 0.1 s apart; the map takes 1 s for each.
  auto all = from(one_each(40, 100ms)) | capacity(2, policy) | map(slow) | collect();
  const numbers got = co_await all;
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
  EXPECT_EQ(got.front(), 0);
  EXPECT_EQ((numbers{got.end() - 2, got.end()}), wanted);
  const auto told = all.reports();
  EXPECT_GE(told[1].dropped, 30U);
  EXPECT_EQ(told[0].sent, 40U);
  EXPECT_EQ(told[1].received + told[1].dropped, 40U);
  EXPECT_EQ(told[1].received, got.size());
}
TEST(stages_batch, an_arrow_may_drop_and_counts_what_it_drops) {  // F5
  for (std::uint64_t seed = 1; seed != 10; ++seed) test::run_simulated(seed, drops(overflow::drop_oldest, {38, 39}));
}

}  // namespace
