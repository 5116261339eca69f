// Metrics that are collected, by several threads, while workers, channels, timers and pools are busy.
#include <actors/actors.hpp>
#include <actors/metrics.hpp>
#include <actors/prometheus.hpp>

#include "seen_metrics.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace actors;
using namespace std::chrono_literals;
using test::seen_histogram;
using test::seen_metrics;

constexpr int rounds = ACTORS_TEST_SANITIZED != 0 ? 20 : 100;

task<> produce(sender<int> out) {
  for (int i = 0; i != 200; ++i) co_await out.send(i);
}

task<> consume(receiver<int> in) {
  while (auto value = co_await in.receive()) {
  }
}

task<> rest(std::chrono::nanoseconds time) { co_await sleep(time); }

task<> one_round(sender<int> dropping) {
  auto [tx, rx] = channel<int>(2, "busy");
  auto consumers = gather(consume(rx), consume(rx));
  auto producers = gather(produce(tx), produce(tx));
  tx = {};
  auto sleeping = spawn(rest(1h));
  const auto nothing = [] {};
  co_await gather(std::move(consumers), std::move(producers), rest(100us));
  co_await blocking(nothing);
  for (int i = 0; i != 20; ++i) co_await dropping.send(i);
  sleeping.cancel();
}

task<> all_rounds() {
  auto [tx, rx] = channel<int>(4, "lossy", overflow::drop_newest);
  for (int i = 0; i != rounds; ++i) {
    std::vector<task<>> side_by_side;
    for (int k = 0; k != 4; ++k) side_by_side.push_back(one_round(tx));
    co_await gather(std::move(side_by_side));
  }
}

// What is seen of a histogram is what a scrape may hold.
void expect_histogram(const std::string& series, const seen_histogram& at) {
  std::uint64_t below = 0;
  for (const metric_bucket& each : at.buckets) {
    EXPECT_GE(each.count, below) << series;
    below = each.count;
  }
  EXPECT_GE(at.count, below) << series;
}

/// Collects as long as `on`, and expects that no counter ever becomes less.
void watch_counters(runtime& of, const std::atomic<bool>& on, std::atomic<int>& times) {
  seen_metrics before;
  do {
    seen_metrics now;
    collect_metrics(of, now);
    collect_metrics(now);
    EXPECT_TRUE(now.twice.empty());
    for (const auto& [series, value] : before.counters) {
      if (!now.counters.contains(series) || series.starts_with("actors_channel_")) continue;  // they end
      EXPECT_GE(now.counters.at(series), value) << series;
    }
    for (const auto& [series, value] : now.gauges) EXPECT_GE(value, 0) << series;
    for (const auto& [series, value] : now.histograms) {
      expect_histogram(series, value);
      if (!before.histograms.contains(series)) continue;
      EXPECT_GE(value.count, before.histograms.at(series).count) << series;
      EXPECT_GE(value.sum, before.histograms.at(series).sum) << series;
    }
    EXPECT_GE(now.at("actors_tasks_started_total"), now.at("actors_tasks_ended_total"));
    before = std::move(now);
    ++times;
  } while (on);
}

TEST(metrics_load, counters_never_become_less) {  // M1
  runtime here{{.workers = 4}};
  std::atomic<bool> on{true};
  std::atomic<int> times{0};
  {
    std::jthread one{[&] { watch_counters(here, on, times); }};
    std::jthread other{[&] { watch_counters(here, on, times); }};
    here.run(all_rounds());
    on = false;
  }
  EXPECT_GE(times, 2);
  const seen_metrics after = test::collected(here);
  EXPECT_EQ(after.at("actors_tasks_started_total"), after.at("actors_tasks_ended_total"));
  EXPECT_EQ(after.at("actors_timers_pending"), 0);
  EXPECT_EQ(after.sum("actors_pool_calls_total"), 4 * rounds);
}

// Neither waits for the worker, which does nothing else meanwhile.
TEST(metrics_load, a_worker_in_a_long_turn_is_not_waited_for) {  // M1
  runtime here{{.workers = 1}};
  std::atomic<bool> holds{false};
  std::atomic<bool> seen{false};
  const auto hold = [](std::atomic<bool>& it_holds, const std::atomic<bool>& until) -> task<> {
    it_holds = true;
    while (!until) std::this_thread::yield();
    co_return;
  };
  auto held = here.spawn(hold(holds, seen));
  while (!holds) std::this_thread::yield();
  EXPECT_NE(prometheus_text(here).find("\nactors_tasks_live 1\n"), std::string::npos);
  seen = true;
  held.get();
}

}  // namespace
