#include <actors/actors.hpp>

#include "workloads.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <utility>
#include <vector>

namespace bench {

namespace {

using actors::sender;
using actors::task;

task<std::int64_t> give(std::int64_t value, work each) {
  each(value);
  co_return value;
}

task<outcome> run_spawn_join(settings s) {
  constexpr std::int64_t batch = 1000;
  std::vector<actors::join_handle<std::int64_t>> spawned;
  spawned.reserve(batch);
  std::int64_t sum = 0;
  const stopwatch watch;
  for (std::int64_t first = 0; first < s.n; first += batch) {
    for (std::int64_t i = first; i != std::min(first + batch, s.n); ++i)
      spawned.push_back(actors::spawn(give(i, s.each)));
    for (auto& each : spawned) sum += co_await each;
    spawned.clear();
  }
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

// Not inlined into the frame of who awaits it, as most tasks.
[[gnu::noinline]] task<std::int64_t> ready(std::int64_t value) { co_return value; }

task<> sleep_long() { co_await actors::sleep(std::chrono::hours{1}); }

// `capacity` other timers run meanwhile.
task<outcome> run_wait_for_ready(settings s) {
  std::vector<actors::join_handle<>> sleeping;
  for (std::size_t i = 0; i != s.capacity; ++i) sleeping.push_back(actors::spawn(sleep_long()));
  co_await actors::yield();
  std::int64_t sum = 0;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) sum += co_await actors::wait_for(ready(i), std::chrono::seconds{30});
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  for (const auto& each : sleeping) each.cancel();
  co_return outcome{s.n, elapsed, s.n};
}

task<bool> wait_in_vain(actors::receiver<int> in, std::atomic<std::int64_t>& waiting) {
  ++waiting;
  try {
    co_await in.receive();
  } catch (const actors::cancelled&) {
    co_return true;
  }
  co_return false;
}

// A thousand tasks at a time wait at one channel until they are cancelled.
task<outcome> run_cancel(settings s) {
  constexpr std::int64_t batch = 1000;
  const auto [keep_open, in] = actors::channel<int>();
  std::vector<actors::join_handle<bool>> waiting_tasks;
  std::int64_t sum = 0;
  std::chrono::nanoseconds elapsed{};
  for (std::int64_t first = 0; first < s.n; first += batch) {
    const std::int64_t count = std::min(batch, s.n - first);
    std::atomic<std::int64_t> waiting{0};
    for (std::int64_t i = 0; i != count; ++i) waiting_tasks.push_back(actors::spawn(wait_in_vain(in, waiting)));
    while (waiting != count) co_await actors::yield();
    const stopwatch watch;
    for (const auto& each : waiting_tasks) each.cancel();
    for (const auto& each : waiting_tasks) sum += co_await each ? 1 : 0;
    elapsed += watch.elapsed();
    waiting_tasks.clear();
  }
  expect("cancelled tasks", sum, s.n);
  co_return outcome{s.n, elapsed, s.n};
}

// Sends up the sum of the leaves first to first+size-1.
task<> grow(sender<std::int64_t> up, std::int64_t first, std::int64_t size) {
  if (size == 1) {
    co_await up.send(first);
    co_return;
  }
  constexpr std::int64_t children = 10;
  auto [out, below] = actors::channel<std::int64_t>(children);
  const std::int64_t part = size / children;
  for (std::int64_t k = 0; k != children; ++k) actors::spawn(grow(out, first + k * part, part));
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k != children; ++k) sum += (co_await below.receive()).value_or(0);
  co_await up.send(sum);
}

task<outcome> run_skynet(settings s) {
  constexpr std::int64_t leaves = 1'000'000;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    auto [up, sum] = actors::channel<std::int64_t>();
    actors::spawn(grow(std::move(up), 0, leaves));
    expect("sum of the leaves", (co_await sum.receive()).value_or(-1), sum_below(leaves));
  }
  co_return outcome{s.n, watch.elapsed(), s.n * leaves};
}

std::int64_t trivial(std::int64_t value) { return value; }

task<std::int64_t> call(std::int64_t from, std::int64_t step, std::int64_t n) {
  std::int64_t sum = 0;
  for (std::int64_t i = from; i < n; i += step) sum += co_await actors::blocking(trivial, i);
  co_return sum;
}

task<outcome> run_blocking(settings s) {
  constexpr std::int64_t in_flight = 64;
  std::vector<task<std::int64_t>> callers;
  const stopwatch watch;
  for (std::int64_t k = 0; k != in_flight; ++k) callers.push_back(call(k, in_flight, s.n));
  std::int64_t sum = 0;
  for (const std::int64_t part : co_await actors::gather(std::move(callers))) sum += part;
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

// Each call is a task of its own that can be stolen, listed and cancelled.
task<std::int64_t> fork(std::int64_t n) {
  if (n < 2) co_return n;
  auto left = actors::spawn(fork(n - 1));
  auto right = actors::spawn(fork(n - 2));
  const std::int64_t a = co_await left;
  const std::int64_t b = co_await right;
  co_return a + b;
}

// As one would write it: the second of two calls is a part of the task.
task<std::int64_t> fork_inline(std::int64_t n) {
  if (n < 2) co_return n;
  auto left = actors::spawn(fork_inline(n - 1));
  const std::int64_t b = co_await fork_inline(n - 2);
  const std::int64_t a = co_await left;
  co_return a + b;
}

task<outcome> run_fib(task<std::int64_t> (*function)(std::int64_t), settings s) {
  // The smallest argument that takes at least n calls.
  std::int64_t argument = 0, calls = 1, next_calls = 1, want = 0, next = 1;
  while (calls < s.n) {
    ++argument;
    calls = std::exchange(next_calls, calls + next_calls + 1);
    want = std::exchange(next, want + next);
  }
  const stopwatch watch;
  const std::int64_t got = co_await actors::spawn(function(argument));
  const auto elapsed = watch.elapsed();
  expect("fib", got, want);
  co_return outcome{calls, elapsed, calls};
}

}  // namespace

outcome spawn_join(const settings& s) { return actors::run(run_spawn_join(s), {.workers = s.threads}); }
outcome cancel(const settings& s) { return actors::run(run_cancel(s), {.workers = s.threads}); }
outcome wait_for_ready(const settings& s) { return actors::run(run_wait_for_ready(s), {.workers = s.threads}); }
outcome skynet(const settings& s) { return actors::run(run_skynet(s), {.workers = s.threads}); }
outcome blocking(const settings& s) { return actors::run(run_blocking(s), {.workers = s.threads}); }
outcome fib(const settings& s) { return actors::run(run_fib(fork, s), {.workers = s.threads}); }
outcome fib_inline(const settings& s) { return actors::run(run_fib(fork_inline, s), {.workers = s.threads}); }

}  // namespace bench
