// The metrics of a runtime and of pools, where nothing else goes on: exact figures.
#include <actors/actors.hpp>
#include <actors/metrics.hpp>

#include "seen_metrics.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <latch>
#include <string>
#include <vector>

namespace {

using namespace actors;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using test::collected;
using test::seen_metrics;

double grown(const seen_metrics& before, const seen_metrics& after, const std::string& name) {
  return after.sum(name) - before.sum(name);
}

void spin_for(std::chrono::nanoseconds time) {
  const auto end = clock::now() + time;
  test::spin_until([&] { return clock::now() >= end; });
}

task<> nothing() { co_return; }

task<> start(int count) {
  std::vector<join_handle<>> all;
  for (int i = 0; i != count; ++i) all.push_back(spawn(nothing()));
  for (join_handle<>& each : all) co_await each;
}

TEST(runtime_metrics, tasks_are_counted) {  // M2
  runtime here{{.workers = 2}};
  const seen_metrics before = collected(here);
  here.run(start(100));
  const seen_metrics after = collected(here);
  EXPECT_EQ(grown(before, after, "actors_tasks_started_total"), 101);
  EXPECT_EQ(grown(before, after, "actors_tasks_ended_total"), 101);
  EXPECT_EQ(after.at("actors_tasks_live"), 0);
}

TEST(runtime_metrics, tasks_that_live_are_told) {  // M2
  runtime here{{.workers = 2}};
  const auto amain = [](runtime& its) -> task<> {
    auto [tx, rx] = channel<int>(1);
    std::vector<join_handle<>> waiting;
    const auto wait = [](receiver<int> from) -> task<> { co_await from.receive(); };
    for (int i = 0; i != 7; ++i) waiting.push_back(spawn(wait(rx)));
    EXPECT_EQ(collected(its).at("actors_tasks_live"), 8);
    tx = {};
    for (join_handle<>& each : waiting) co_await each;
    EXPECT_EQ(collected(its).at("actors_tasks_live"), 1);
  };
  here.run(amain(here));
}

task<> step_back(int times) {
  for (int i = 0; i != times; ++i) co_await sleep(0s);
}

TEST(runtime_metrics, turns_are_counted_and_pauses_are_not) {  // M2
  runtime here{{.workers = 1}};
  test::wait_until_workers_sleep();
  const seen_metrics before = collected(here);
  for (int round = 0; round != 5; ++round) {
    here.run(step_back(20));
    test::wait_until_workers_sleep();
  }
  EXPECT_EQ(grown(before, collected(here), "actors_worker_turns_total"), 5 * 21);
}

TEST(runtime_metrics, workers_that_sleep_are_told) {  // M2
  runtime here{{.workers = 2}};
  test::wait_until_workers_sleep();
  const seen_metrics before = collected(here);
  EXPECT_EQ(before.at("actors_workers"), 2);
  EXPECT_EQ(before.at("actors_workers_asleep"), 2);
  EXPECT_EQ(before.at("actors_workers_searching"), 0);
  EXPECT_GE(before.at("actors_worker_parks_total{worker=\"0\"}"), 1);
  EXPECT_GE(before.at("actors_worker_parks_total{worker=\"1\"}"), 1);
  here.run(nothing());
  test::wait_until_workers_sleep();
  EXPECT_GE(grown(before, collected(here), "actors_worker_parks_total"), 1);
}

// What a worker starts and then does not get to can only run where another one takes it.
TEST(runtime_metrics, thefts_are_counted) {  // M2
  runtime here{{.workers = 2}};
  const seen_metrics before = collected(here);
  const auto amain = []() -> task<> {
    std::atomic<bool> ran{false};
    const auto set = [](std::atomic<bool>& it) -> task<> {
      it = true;
      co_return;
    };
    auto other = spawn(set(ran));
    test::spin_until([&] { return ran.load(); });
    co_await other;
  };
  here.run(amain());
  EXPECT_GE(grown(before, collected(here), "actors_worker_steals_total"), 1);
}

TEST(runtime_metrics, a_worker_alone_takes_from_nobody) {  // M2
  runtime here{{.workers = 1}};
  here.run(start(100));
  EXPECT_EQ(collected(here).at("actors_worker_steals_total{worker=\"0\"}"), 0);
}

TEST(runtime_metrics, a_worker_is_busy_while_it_runs_something) {  // M2
  runtime here{{.workers = 1}};
  const std::string busy = "actors_worker_busy_seconds_total{worker=\"0\"}";
  test::wait_until_workers_sleep();
  const double asleep = collected(here).at(busy);
  spin_for(5ms);
  EXPECT_EQ(collected(here).at(busy), asleep);
  const auto began = clock::now();
  const auto amain = [&busy](runtime& its) -> task<> {
    const double first = collected(its).at(busy);
    spin_for(20ms);
    EXPECT_GE(collected(its).at(busy) - first, 0.019);  // within the turn
    co_return;
  };
  here.run(amain(here));
  test::wait_until_workers_sleep();
  const double took = std::chrono::duration<double>{clock::now() - began}.count();
  const double grew = collected(here).at(busy) - asleep;
  EXPECT_GE(grew, 0.019);
  EXPECT_LE(grew, took * 1.1);
}

TEST(runtime_metrics, long_turns_are_told) {  // M2
  runtime here{{.workers = 1}};
  test::wait_until_workers_sleep();
  const std::string series = "actors_worker_turn_seconds{worker=\"0\"}";
  const auto amain = []() -> task<> {
    co_await step_back(1000);
    for (int i = 0; i != 10; ++i) {
      spin_for(20ms);
      co_await sleep(5ms);  // the worker sleeps in between
    }
  };
  here.run(amain());
  test::wait_until_workers_sleep();
  const seen_metrics after = collected(here);
  const test::seen_histogram turns = after.histograms.at(series);
  ASSERT_EQ(turns.buckets.size(), 8U);
  EXPECT_EQ(turns.buckets[0].bound, 0.001024);
  EXPECT_EQ(turns.buckets[1].bound, 0.004096);
  EXPECT_EQ(turns.buckets[2].bound, 0.016384);
  EXPECT_EQ(turns.count, 1011U);
  EXPECT_EQ(turns.count, after.at("actors_worker_turns_total{worker=\"0\"}"));
  EXPECT_GE(turns.count - turns.buckets[2].count, 10U);
  EXPECT_GE(turns.sum, 10 * 0.0199);
  EXPECT_EQ(turns.sum, after.at("actors_worker_busy_seconds_total{worker=\"0\"}"));
}

TEST(runtime_metrics, what_is_queued_is_told) {  // M2
  runtime here{{.workers = 1}};
  const auto amain = [](runtime& its) -> task<> {
    std::vector<join_handle<>> all;
    for (int i = 0; i != 5; ++i) all.push_back(spawn(nothing()));
    for (int i = 0; i != 2; ++i) all.push_back(spawn(nothing(), priority::high));
    for (int i = 0; i != 3; ++i) all.push_back(spawn(nothing(), priority::background));
    const seen_metrics seen = collected(its);
    EXPECT_EQ(seen.at("actors_worker_queue_length{worker=\"0\"}"), 5);
    EXPECT_EQ(seen.at("actors_shared_queue_length{priority=\"high\"}"), 2);
    EXPECT_EQ(seen.at("actors_shared_queue_length{priority=\"normal\"}"), 0);
    EXPECT_EQ(seen.at("actors_shared_queue_length{priority=\"background\"}"), 3);
    for (join_handle<>& each : all) co_await each;
    EXPECT_EQ(collected(its).sum("actors_worker_queue_length"), 0);
  };
  here.run(amain(here));
}

task<> rest(std::chrono::nanoseconds time) { co_await sleep(time); }

TEST(runtime_metrics, timers_are_counted) {  // M2
  runtime here{{.workers = 1}};
  const auto amain = [](runtime& its) -> task<> {
    std::vector<join_handle<>> all;
    for (int i = 0; i != 3; ++i) all.push_back(spawn(rest(1h)));
    co_await sleep(1ms);
    const seen_metrics during = collected(its);
    EXPECT_EQ(during.at("actors_timers_started_total"), 4);
    EXPECT_EQ(during.at("actors_timers_fired_total"), 1);
    EXPECT_EQ(during.at("actors_timers_pending"), 3);
    for (join_handle<>& each : all) each.cancel();
  };
  here.run(amain(here));
  const seen_metrics after = collected(here);
  EXPECT_EQ(after.at("actors_timers_started_total"), 4);
  EXPECT_EQ(after.at("actors_timers_fired_total"), 1);
  EXPECT_EQ(after.at("actors_timers_pending"), 0);
}

TEST(runtime_metrics, calls_of_the_pool_are_counted) {  // M2
  runtime here{{.workers = 1, .blocking_threads = 1, .blocking_name = "files"}};
  std::latch begun{1};
  std::latch may_end{1};
  auto running = here.pool().submit([&] {
    begun.count_down();
    may_end.wait();
  });
  begun.wait();
  auto queued = here.pool().submit([] {});
  auto taken_back = here.pool().submit([] {});
  const seen_metrics during = collected(here);
  EXPECT_EQ(during.at("actors_pool_threads{pool=\"files\"}"), 1);
  EXPECT_EQ(during.at("actors_pool_max_threads{pool=\"files\"}"), 1);
  EXPECT_EQ(during.at("actors_pool_idle_threads{pool=\"files\"}"), 0);
  EXPECT_EQ(during.at("actors_pool_running_calls{pool=\"files\"}"), 1);
  EXPECT_EQ(during.at("actors_pool_queued_calls{pool=\"files\"}"), 2);
  EXPECT_EQ(during.at("actors_pool_calls_total{pool=\"files\"}"), 0);
  EXPECT_EQ(during.histograms.at("actors_pool_wait_seconds{pool=\"files\"}").count, 1U);
  taken_back.cancel();
  spin_for(2ms);
  may_end.count_down();
  running.get();
  queued.get();
  const seen_metrics after = collected(here);
  EXPECT_EQ(after.at("actors_pool_calls_total{pool=\"files\"}"), 2);
  EXPECT_EQ(after.at("actors_pool_cancelled_calls_total{pool=\"files\"}"), 1);
  EXPECT_EQ(after.at("actors_pool_refused_calls_total{pool=\"files\"}"), 0);
  EXPECT_EQ(after.at("actors_pool_queued_calls{pool=\"files\"}"), 0);
  const test::seen_histogram waits = after.histograms.at("actors_pool_wait_seconds{pool=\"files\"}");
  EXPECT_EQ(waits.count, 2U);
  EXPECT_GE(waits.sum, 0.0019);
  EXPECT_GE(after.at("actors_pool_longest_wait_seconds{pool=\"files\"}"), 0.0019);
}

TEST(runtime_metrics, calls_of_threads_that_have_left_stay_counted) {  // M2
  blocking_pool pool{{.max_threads = 2, .keep_alive = 1ms, .name = "gone"}};
  std::latch both{2};
  auto one = pool.submit([&] { both.arrive_and_wait(); });
  auto other = pool.submit([&] { both.arrive_and_wait(); });
  one.get();
  other.get();
  const seen_metrics before = collected(pool);
  const std::string waits = "actors_pool_wait_seconds{pool=\"gone\"}";
  const std::string longest = "actors_pool_longest_wait_seconds{pool=\"gone\"}";
  EXPECT_EQ(before.histograms.at(waits).count, 2U);
  EXPECT_GT(before.at(longest), 0);
  test::spin_until([&] { return pool.statistics().threads == 0; });
  const seen_metrics after = collected(pool);
  EXPECT_EQ(after.histograms.at(waits).count, 2U);
  EXPECT_EQ(after.histograms.at(waits).sum, before.histograms.at(waits).sum);
  EXPECT_EQ(after.at(longest), before.at(longest));
}

TEST(runtime_metrics, a_pool_of_the_program_has_its_name) {  // M2
  blocking_pool pool{{.max_threads = 3, .name = "database"}};
  pool.submit([] {}).get();
  const seen_metrics seen = collected(pool);
  EXPECT_EQ(seen.at("actors_pool_calls_total{pool=\"database\"}"), 1);
  EXPECT_EQ(seen.at("actors_pool_max_threads{pool=\"database\"}"), 3);
}

TEST(runtime_metrics, labels_of_who_asks_come_first) {  // M2
  runtime here{{.workers = 1}};
  const std::array labels{metric_label{"runtime", "first"}, metric_label{"zone", "a"}};
  seen_metrics seen;
  collect_metrics(here, seen, labels);
  EXPECT_TRUE(seen.has("actors_workers{runtime=\"first\",zone=\"a\"}"));
  EXPECT_TRUE(seen.has("actors_worker_parks_total{runtime=\"first\",zone=\"a\",worker=\"0\"}"));
  EXPECT_TRUE(seen.has("actors_tasks_live{runtime=\"first\",zone=\"a\"}"));
  EXPECT_FALSE(seen.has("actors_tasks_live"));
}

}  // namespace
