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

constexpr auto period = 1ms;
constexpr auto length_of_a_call = 10ms;
constexpr std::int64_t most_threads = 512;
constexpr std::int64_t ticks_alone = 300;

/// When a tick was due, and how long after that it came.
struct lateness {
  clock::time_point due;
  clock::duration by;
};
using latenesses = std::vector<lateness>;

/// What the ticks are beside.
struct load {
  std::atomic<bool> lasts{false};
  std::atomic<std::int64_t> to_do;
  std::atomic<std::int64_t> begun{0};
  std::atomic<clock::time_point> all_started{clock::time_point::max()};

  void one_call() {
    if (begun.fetch_add(1, std::memory_order_relaxed) + 1 == most_threads) all_started = clock::now();
    std::this_thread::sleep_for(length_of_a_call);
    if (to_do.fetch_sub(1, std::memory_order_relaxed) != 1) return;
    lasts = false;
    lasts.notify_all();
  }
};

/// Sleeps until each tick and notes how late it comes, while the load `lasts`, and `least` times at least.
task<latenesses> tick(const load& beside, std::int64_t least) {
  latenesses late;
  for (std::int64_t i = 0; i < least || beside.lasts.load(std::memory_order_relaxed); ++i) {
    const auto due = clock::now() + period;
    co_await actors::sleep(period);
    late.push_back({due, clock::now() - due});
  }
  co_return late;
}

/// The same without the library.
latenesses tick_on_thread(const load& beside, std::int64_t least) {
  latenesses late;
  for (std::int64_t i = 0; i < least || beside.lasts.load(std::memory_order_relaxed); ++i) {
    const auto due = clock::now() + period;
    std::this_thread::sleep_until(due);
    late.push_back({due, clock::now() - due});
  }
  return late;
}

double percentile(const latenesses& all, std::size_t percent) {
  std::vector<clock::duration> sorted;
  for (const lateness& each : all) sorted.push_back(each.by);
  std::sort(sorted.begin(), sorted.end());
  return sorted.empty() ? 0 : static_cast<double>(sorted[(sorted.size() * percent + 99) / 100 - 1].count());
}

void print(const char* what, const char* when, const latenesses& late) {
  std::fprintf(stderr, "%s %-22s %5zu ticks, late by p50 %4.0f us, p90 %4.0f us, p99 %4.0f us, at most %5.0f us\n",
               what, when, late.size(), percentile(late, 50) / 1000, percentile(late, 90) / 1000,
               percentile(late, 99) / 1000, percentile(late, 100) / 1000);
}

void print(const char* what, const latenesses& alone, const latenesses& beside, clock::time_point started) {
  const auto first =
      std::find_if(beside.begin(), beside.end(), [&](const lateness& each) { return each.due > started; });
  print(what, "alone:", alone);
  print(what, "while threads start:", {beside.begin(), first});
  print(what, "beside their sleeps:", {first, beside.end()});
}

task<> call(load& here) {
  co_await actors::blocking([&here] { here.one_call(); });
}

task<outcome> run_ticker(settings s) {
  load here{.to_do = s.n};
  const latenesses alone = co_await tick(here, ticks_alone);
  here.lasts = true;  // until the last call has ended
  auto ticking = actors::spawn(tick(here, 1), actors::priority::high);
  const stopwatch watch;
  std::vector<task<>> calls;
  for (std::int64_t i = 0; i != s.n; ++i) calls.push_back(call(here));
  co_await actors::gather(std::move(calls));
  const auto elapsed = watch.elapsed();
  const latenesses beside = co_await std::move(ticking);
  print("a task   ", alone, beside, here.all_started);
  co_return outcome{s.n, elapsed, s.n, percentile(beside, 99)};
}

/// What the machine allows: as many threads, each of which sleeps as often, beside a thread that ticks.
void run_floor(std::int64_t calls) {
  load here{.to_do = calls};
  const latenesses alone = tick_on_thread(here, ticks_alone);
  here.lasts = true;  // until the last call has ended
  latenesses beside;
  std::thread ticking{[&] { beside = tick_on_thread(here, 1); }};
  std::atomic<std::int64_t> left{calls};
  {
    std::vector<std::jthread> threads;
    for (std::int64_t i = 0; i != std::min(most_threads, calls); ++i)
      threads.emplace_back([&] {
        while (left.fetch_sub(1, std::memory_order_relaxed) > 0) here.one_call();
        here.lasts.wait(true);  // that they end is not part of it
      });
  }
  ticking.join();
  print("a thread ", alone, beside, here.all_started);
}

}  // namespace

outcome blocking_ticker(const settings& s) {
  run_floor(s.n);
  return actors::run(run_ticker(s), {.workers = s.threads, .blocking_threads = most_threads});
}

}  // namespace bench
