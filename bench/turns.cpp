// What a turn costs: on a strand, from a generator, of an awaited task.
#include <actors/actors.hpp>
#include <actors/generator.hpp>
#include <actors/strand.hpp>

#include "workloads.hpp"

#include <algorithm>
#include <optional>
#include <vector>

namespace bench {

namespace {

using actors::task;

// A plain variable: the strand, or the only worker, keeps the tasks apart.
task<> count(std::int64_t& counter, std::int64_t rounds) {
  for (std::int64_t i = 0; i != rounds; ++i) {
    ++counter;
    co_await actors::yield();
  }
}

task<outcome> run_count(settings s, bool on_strand) {
  constexpr std::int64_t tasks = 100;
  const std::int64_t rounds = s.n / tasks;
  std::int64_t counter = 0;
  std::optional<actors::strand> strand;
  if (on_strand) strand.emplace();
  std::vector<actors::join_handle<>> all;
  const stopwatch watch;
  for (std::int64_t i = 0; i != tasks; ++i) {
    task<> work = count(counter, rounds);
    all.push_back(on_strand ? strand->spawn(std::move(work)) : actors::spawn(std::move(work)));
  }
  for (auto& each : all) co_await each;
  const auto elapsed = watch.elapsed();
  expect("count", counter, rounds * tasks);
  co_return outcome{s.n, elapsed, counter};
}

task<> count_while(const bool& going, std::int64_t& counter) {
  while (going) {
    ++counter;
    co_await actors::yield();
  }
}

// One worker: what the strand does at once is what the other task waits for.
task<outcome> run_beside_strand(settings s) {
  constexpr int tasks = 100;
  bool going = true;
  std::int64_t counter = 0;
  actors::strand strand;
  std::vector<actors::join_handle<>> all;
  for (int i = 0; i != tasks; ++i) all.push_back(strand.spawn(count_while(going, counter)));
  std::vector<std::int64_t> waits;
  waits.reserve(static_cast<std::size_t>(s.n));
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    const stopwatch one;
    co_await actors::yield();
    waits.push_back(one.elapsed().count());
  }
  const auto elapsed = watch.elapsed();
  going = false;
  for (auto& each : all) co_await each;
  std::sort(waits.begin(), waits.end());
  co_return outcome{s.n, elapsed, s.n, static_cast<double>(waits[waits.size() / 2])};
}

actors::generator<std::int64_t> numbers(std::int64_t end) {
  for (std::int64_t i = 0; i != end; ++i) co_yield i;
}

task<outcome> run_generator(settings s) {
  std::int64_t sum = 0;
  const stopwatch watch;
  auto all = numbers(s.n);
  while (const std::int64_t* each = co_await all.next()) sum += *each;
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

task<std::int64_t> number(std::int64_t value) { co_return value; }

task<outcome> run_task_await(settings s) {
  std::int64_t sum = 0;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) sum += co_await number(i);
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

}  // namespace

outcome strand(const settings& s) { return actors::run(run_count(s, true), {.workers = s.threads}); }
outcome strand_beside(const settings& s) { return actors::run(run_beside_strand(s), {.workers = 1}); }
outcome strand_one_worker(const settings& s) { return actors::run(run_count(s, false), {.workers = 1}); }
outcome generator(const settings& s) { return actors::run(run_generator(s), {.workers = s.threads}); }
outcome task_await(const settings& s) { return actors::run(run_task_await(s), {.workers = s.threads}); }

}  // namespace bench
