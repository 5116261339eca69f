// blocking.cpp: what calls that block do to a task that has to be on time.
#include <actors/actors.hpp>

#include "workloads.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <thread>
#include <vector>

namespace bench {

namespace {

using namespace std::chrono_literals;
using actors::task;
using clock = std::chrono::steady_clock;
using latenesses = std::vector<std::int64_t>;

constexpr auto period = 1ms;
constexpr std::int64_t ticks_alone = 300;

/// Sleeps until each tick and notes how late it comes, while `going`, and `least` times at least.
task<latenesses> tick(const std::atomic<bool>& going, std::int64_t least) {
  latenesses late;
  for (std::int64_t i = 0; i < least || going.load(std::memory_order_relaxed); ++i) {
    const auto due = clock::now() + period;
    co_await actors::sleep(period);
    late.push_back((clock::now() - due).count());
  }
  co_return late;
}

task<> call() {
  co_await actors::blocking([] { std::this_thread::sleep_for(10ms); });
}

std::int64_t percentile(latenesses& sorted_here, std::size_t percent) {
  std::sort(sorted_here.begin(), sorted_here.end());
  return sorted_here[(sorted_here.size() * percent + 99) / 100 - 1];
}

void print(const char* when, latenesses& late) {
  const auto microseconds = [&](std::size_t percent) { return static_cast<double>(percentile(late, percent)) / 1000; };
  std::fprintf(stderr, "blocking_ticker %s: %zu ticks, late by p50 %.0f us, p99 %.0f us\n", when, late.size(),
               microseconds(50), microseconds(99));
}

task<outcome> run_ticker(settings s) {
  std::atomic<bool> going{false};
  latenesses alone = co_await tick(going, ticks_alone);
  going = true;
  auto ticking = actors::spawn(tick(going, 1), actors::priority::high);
  const stopwatch watch;
  std::vector<task<>> calls;
  for (std::int64_t i = 0; i != s.n; ++i) calls.push_back(call());
  co_await actors::gather(std::move(calls));
  const auto elapsed = watch.elapsed();
  going = false;
  latenesses beside = co_await std::move(ticking);
  print("alone", alone);
  print("beside the calls", beside);
  co_return outcome{s.n, elapsed, s.n, static_cast<double>(percentile(beside, 99))};
}

}  // namespace

outcome blocking_ticker(const settings& s) {
  return actors::run(run_ticker(s), {.workers = s.threads, .blocking_threads = 512});
}

}  // namespace bench
