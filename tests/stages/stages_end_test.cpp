// How a pipeline of stages ends: from its end, by a cancellation; and how far its source gets.
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include "stage_sources.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::capacity;
using actors::collect;
using actors::count;
using actors::for_each;
using actors::from;
using actors::generator;
using actors::in_order;
using actors::map;
using actors::parallel;
using actors::take;
using actors::task;
using test::below;
using test::endless;

int same(int i) { return i; }

task<> slow_end() {
  int made = 0;
  int worst = 0;
  int done = 0;
  const auto slow = [&](int) -> task<> {
    worst = std::max(worst, made - done);
    co_await actors::sleep(1ms);
    ++done;
  };
  co_await (from(endless(made)) | capacity(3) | map(same) | capacity(2) | map(same) | take(50) | capacity(1) |
            for_each(slow));
  // The places of the arrows, 3 + 2 + 64 + 1, an item in each stage behind the source, and one that it is sending.
  EXPECT_LE(worst, 3 + 2 + 64 + 1 + 4 + 1);
  EXPECT_EQ(done, 50);
}
TEST(stages_end, a_slow_end_bounds_what_the_source_has_made) {  // F1
  test::for_seeds(20, slow_end);
}

task<> slow_end_behind_workers() {
  int made = 0;
  int worst = 0;
  int done = 0;
  const auto slow = [&](int) -> task<> {
    worst = std::max(worst, made - done);
    co_await actors::sleep(1ms);
    ++done;
  };
  co_await (from(endless(made)) | capacity(2) | parallel(2, same, in_order) | capacity(1) | take(60) | capacity(0) |
            for_each(slow));
  // 2 places, 4 for each of two workers and an item that is on its way in or out, then 1 place and 2 stages.
  EXPECT_LE(worst, 2 + 8 + 2 + 1 + 2 + 1);
}
TEST(stages_end, ordered_workers_run_no_further_ahead_than_four_items_each) {  // F1, F4
  test::for_seeds(20, slow_end_behind_workers);
}

struct notes_end {
  explicit notes_end(bool& where) noexcept : ended{where} {}
  notes_end(const notes_end&) = delete;
  notes_end& operator=(const notes_end&) = delete;
  ~notes_end() { ended = true; }
  bool& ended;
};

generator<int> waits_for_ever(int first, bool& ended) {
  const notes_end note{ended};
  for (int i = 0; i != first; ++i) co_yield i;
  co_await actors::sleep(24h);
  co_yield first;
}

task<> end_stops_a_source_that_waits() {
  const auto begun = actors::detail::time_now();
  bool ended = false;
  EXPECT_EQ(co_await (from(waits_for_ever(2, ended)) | map(same) | take(2) | count()), 2U);
  EXPECT_TRUE(ended);

  auto [tx, rx] = actors::channel<int>(8);
  for (int i = 0; i != 5; ++i) co_await tx.send(i);
  auto all = from(std::move(rx)) | capacity(0) | parallel(2, same, in_order) | take(5) | count();
  EXPECT_EQ(co_await all, 5U);
  EXPECT_TRUE(tx.closed());

  int asked = 0;
  const auto next = [&]() -> task<std::optional<int>> {
    if (asked == 3) co_await actors::sleep(24h);
    co_return asked++;
  };
  EXPECT_EQ(co_await (from(next) | parallel(2, same) | take(3) | count()), 3U);
  EXPECT_EQ(asked, 3);
  EXPECT_LT(actors::detail::time_now() - begun, 1h);
}
TEST(stages_end, a_source_that_waits_ends_with_its_readers) {  // F2
  test::for_seeds(20, end_stops_a_source_that_waits);
}

generator<int> cleans_up(bool& ended, bool& closed) {
  const notes_end note{ended};
  const auto clean = [](bool* done) -> task<> {
    co_await actors::yield();
    *done = true;
  };
  actors::exit_stack& at_exit = co_await actors::generator_exit_stack();
  at_exit.defer(clean, &closed);
  for (int i = 0;; ++i) co_yield i;
}
task<> end_closes_a_generator() {
  bool ended = false;
  bool closed = false;
  EXPECT_EQ(co_await (from(cleans_up(ended, closed)) | map(same) | take(3) | count()), 3U);
  EXPECT_TRUE(ended);
  EXPECT_TRUE(closed);

  ended = closed = false;
  const auto many = [&](int) { return cleans_up(ended, closed); };
  EXPECT_EQ(co_await (from(below(5)) | actors::flat_map(many) | take(3) | count()), 3U);
  EXPECT_TRUE(ended);
  EXPECT_TRUE(closed);
}
TEST(stages_end, a_generator_is_closed_when_nobody_wants_more) {  // F2
  test::for_seeds(20, end_closes_a_generator);
}

task<> end_wakes_a_throttle() {
  const auto begun = actors::detail::time_now();
  int made = 0;
  EXPECT_EQ(co_await (from(endless(made)) | actors::throttle(1, 1h) | take(3) | count()), 3U);
  EXPECT_EQ(actors::detail::time_now() - begun, 2h);
}
TEST(stages_end, a_throttle_does_not_wait_for_what_nobody_wants) {  // F2
  test::for_seeds(10, end_wakes_a_throttle);
}

task<> ends_behind_a_fork() {
  int made = 0;
  auto both = from(endless(made)) | fork(actors::copying, take(2) | collect(), take(200) | count());
  const auto results = co_await both;
  EXPECT_EQ(std::get<0>(results), below(2));
  EXPECT_EQ(std::get<1>(results), 200U);
  bool ended = false;
  co_await (from(waits_for_ever(4, ended)) | fork(actors::round_robin, take(1) | count(), take(3) | count()));
  EXPECT_TRUE(ended);
}
TEST(stages_end, behind_a_fork_the_source_ends_with_the_last_branch) {  // F2
  test::for_seeds(20, ends_behind_a_fork);
}

task<> outer_channel_goes() {
  int made = 0;
  auto [tx, rx] = actors::channel<int>(2);
  auto all = from(endless(made)) | map(same) | actors::into(std::move(tx));
  auto running = actors::spawn(all.run());
  EXPECT_EQ(*co_await rx.receive(), 0);
  rx = {};
  co_await running;
}
TEST(stages_end, the_end_of_a_channels_readers_is_the_end_of_the_pipeline) {  // F2
  test::for_seeds(20, outer_channel_goes);
}

// Each pipeline waits for ever in one place; the task that awaits it is cancelled.
template <class Flow>
task<> cancelled_in(Flow& all) {
  bool was_cancelled = false;
  auto running = actors::spawn(all.run());
  co_await actors::sleep(1s);
  EXPECT_FALSE(running.done());
  running.cancel();
  try {
    co_await running;
  } catch (const actors::cancelled&) {
    was_cancelled = true;
  }
  EXPECT_TRUE(was_cancelled);
}
task<> cancelled_everywhere() {
  const auto for_ever = [](int i) -> task<int> {
    co_await actors::sleep(24h);
    co_return i;
  };
  const auto begun = actors::detail::time_now();
  auto [tx, rx] = actors::channel<int>(8);
  bool ended = false;
  auto in_source = from(waits_for_ever(1, ended)) | map(same) | count();
  co_await cancelled_in(in_source);
  EXPECT_TRUE(ended);
  auto in_receive = from(std::move(rx)) | map(same) | count();
  co_await cancelled_in(in_receive);
  auto in_map = from(below(500)) | map(for_ever) | count();
  co_await cancelled_in(in_map);
  auto in_worker = from(below(500)) | parallel(3, for_ever, in_order) | count();
  co_await cancelled_in(in_worker);
  auto in_end = from(below(500)) | map(same) | for_each(2, for_ever);
  co_await cancelled_in(in_end);
  auto in_batch = from(waits_for_ever(2, ended)) | actors::batch(10) | count();
  co_await cancelled_in(in_batch);
  auto in_throttle = from(below(3)) | actors::throttle(1, 10h) | count();
  co_await cancelled_in(in_throttle);
  auto in_fork = from(below(500)) | fork(actors::copying, for_each(for_ever), count());
  co_await cancelled_in(in_fork);
  auto in_zip = zip(from(below(5)), from(waits_for_ever(2, ended))) | count();
  co_await cancelled_in(in_zip);
  EXPECT_LT(actors::detail::time_now() - begun, 1h);
}
TEST(stages_end, a_cancellation_ends_it_wherever_it_waits) {  // F3
  test::for_seeds(5, cancelled_everywhere);
}

// It waits nowhere.
task<> cancelled_while_it_refuses() {
  int calls = 0;
  const auto refuses_all = [&]() -> std::optional<int> {
    ++calls;
    throw actors::reject{};
  };
  auto all = from(refuses_all) | count();
  auto running = actors::spawn(all.run());
  while (calls < 10) co_await actors::yield();
  running.cancel();
  EXPECT_THROW(co_await running, actors::cancelled);
}
TEST(stages_end, a_source_that_refuses_all_lets_others_run) {  // F3
  test::for_seeds(10, cancelled_while_it_refuses);
}

TEST(stages_end, nothing_of_it_is_left) {  // F2
  const auto all = []() -> task<std::size_t> {
    int made = 0;
    for (int i = 0; i != 50; ++i) {
      auto one = from(endless(made)) | parallel(3, same, in_order) | actors::batch(3, 1s) | take(2) | count();
      EXPECT_EQ(co_await one, 2U);
    }
    co_return actors::all_tasks().size();
  };
  EXPECT_EQ(actors::run(all(), {.workers = 4}), 1U);
}

}  // namespace
