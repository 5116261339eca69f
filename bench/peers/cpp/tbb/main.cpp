// bench_tbb: the workloads on oneTBB 2021.8. What was chosen: task_group for what forks and joins, parallel_pipeline
// for the pipeline. Its tasks do not wait for each other, so that most workloads have no counterpart here.
//
// spawn_join: the batch is run in one task_group, whose wait() is the join. skynet: without channels; the sums go up
// through variables of the parents, which wait for their groups. fib: each call is a task; fib_inline makes the second
// call itself. pipeline: at most --capacity items are on their way; source and sink are in order, the two maps
// parallel, as they have no state. T threads: the main one and T-1 of TBB's.
#include "idle.hpp"
#include "latency.hpp"
#include "peer.hpp"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>
#include <tbb/task_group.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

namespace {

using namespace peer;

/// Limits TBB to T threads, the main one among them.
class threads {
 public:
  explicit threads(const settings& s)
      : limit_{tbb::global_control::max_allowed_parallelism, s.threads}, arena_{static_cast<int>(s.threads)} {}

  template <class Function>
  auto run(Function&& function) {
    return arena_.execute(std::forward<Function>(function));
  }

  /// Does not wait for the call, which is made by a thread of TBB.
  template <class Function>
  void start(Function&& function) {
    arena_.enqueue(std::forward<Function>(function));
  }

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

std::int64_t spawn_batches(const settings& s) {
  std::vector<std::int64_t> results(batch_size);
  tbb::task_group group;
  std::int64_t sum = 0;
  for (std::int64_t first = 0; first < s.n; first += batch_size) {
    const std::int64_t size = std::min(batch_size, s.n - first);
    for (std::int64_t i = 0; i != size; ++i)
      group.run([value = first + i, each = s.each, into = &results[i]] {
        each(value);
        *into = value;
      });
    group.wait();
    for (std::int64_t i = 0; i != size; ++i) sum += results[i];
  }
  return sum;
}

outcome spawn_join(const settings& s) {
  threads here{s};
  const stopwatch watch;
  const std::int64_t sum = here.run([&] { return spawn_batches(s); });
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  return outcome{s.n, elapsed, s.n};
}

/// The sum of the leaves first to first+size-1.
std::int64_t grow(std::int64_t first, std::int64_t size) {
  if (size == 1) return first;
  const std::int64_t part = size / children;
  std::array<std::int64_t, children> sums{};
  tbb::task_group group;
  for (std::int64_t k = 0; k != children; ++k)
    group.run([=, into = &sums[k]] { *into = grow(first + k * part, part); });
  group.wait();
  std::int64_t sum = 0;
  for (const std::int64_t each : sums) sum += each;
  return sum;
}

outcome skynet(const settings& s) {
  threads here{s};
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i)
    expect("sum of the leaves", here.run([] { return grow(0, leaves); }), sum_below(leaves));
  return outcome{s.n, watch.elapsed(), s.n * leaves};
}

std::int64_t fork(std::int64_t n) {
  if (n < 2) return n;
  std::int64_t left = 0, right = 0;
  tbb::task_group group;
  group.run([&] { left = fork(n - 1); });
  group.run([&] { right = fork(n - 2); });
  group.wait();
  return left + right;
}

std::int64_t fork_inline(std::int64_t n) {
  if (n < 2) return n;
  std::int64_t left = 0;
  tbb::task_group group;
  group.run([&] { left = fork_inline(n - 1); });
  const std::int64_t right = fork_inline(n - 2);
  group.wait();
  return left + right;
}

template <std::int64_t (*function)(std::int64_t)>
outcome fib(const settings& s) {
  const fibonacci wanted{s.n};
  threads here{s};
  const stopwatch watch;
  const std::int64_t got = here.run([&] { return function(wanted.argument); });
  const auto elapsed = watch.elapsed();
  expect("fib", got, wanted.value);
  return outcome{wanted.calls, elapsed, wanted.calls};
}

std::int64_t sum_of_pipeline(const settings& s) {
  std::int64_t next = 0, sum = 0;
  const auto source =
      tbb::make_filter<void, std::int64_t>(tbb::filter_mode::serial_in_order, [&](tbb::flow_control& flow) {
        if (next == s.n) flow.stop();
        return next++;
      });
  const auto doubled =
      tbb::make_filter<std::int64_t, std::int64_t>(tbb::filter_mode::parallel, [&](std::int64_t value) {
        s.each(value);
        return 2 * value;
      });
  const auto raised = tbb::make_filter<std::int64_t, std::int64_t>(tbb::filter_mode::parallel, [&](std::int64_t value) {
    s.each(value);
    return value + 1;
  });
  const auto sink = tbb::make_filter<std::int64_t, void>(tbb::filter_mode::serial_in_order,
                                                         [&](std::int64_t value) { sum += value; });
  tbb::parallel_pipeline(std::max<std::size_t>(1, s.capacity), source & doubled & raised & sink);
  return sum;
}

outcome pipeline(const settings& s) {
  threads here{s};
  const stopwatch watch;
  const std::int64_t sum = here.run([&] { return sum_of_pipeline(s); });
  const auto elapsed = watch.elapsed();
  expect("sum", sum, 2 * sum_below(s.n) + s.n);
  return outcome{s.n, elapsed, s.n};
}

outcome foreign_wake(const settings& s) {
  if (s.threads < 2) throw not_applicable{"the only thread is the one that starts the task"};
  letters_read seen{s.n};
  threads here{s};
  return wake_from_outside(s.n, seen, [&](const letter& next) { here.start([&seen, next] { seen.receive(next); }); });
}

// The main thread measures; those of TBB have had work before.
outcome idle_cpu(const settings& s) {
  threads here{s};
  std::atomic<std::int64_t> done{0};
  here.run([&] {
    tbb::parallel_for(std::int64_t{0}, batch_size, [&](std::int64_t) { done.fetch_add(1, std::memory_order_relaxed); });
  });
  expect("calls", done.load(), batch_size);
  return measure_idle(s);
}

}  // namespace

int main(int count, char** arguments) {
  constexpr std::string_view no_channels = "TBB has no channels; its tasks do not wait for each other";
  const std::array workloads{
      workload{"pingpong_unbuffered", {}, no_channels},
      workload{"spsc_buffered", {}, no_channels},
      workload{"mpsc", {}, no_channels},
      workload{"mpmc", {}, no_channels},
      workload{"select", {}, no_channels},
      workload{"ring", {}, no_channels},
      workload{"spawn_join", spawn_join},
      workload{"skynet", skynet},
      workload{"million_sleep", {}, "TBB has no timers"},
      workload{"million_sleep2", {}, "TBB has no timers"},
      workload{"pipeline", pipeline},
      workload{"blocking", {}, "TBB has no pool for calls that block"},
      workload{"fib", fib<fork>},
      workload{"fib_inline", fib<fork_inline>},
      workload{"handoff_parked", {}, no_channels},
      workload{"handoff_lingering", {}, no_channels},
      workload{"foreign_wake", foreign_wake},
      workload{"request_load", {}, no_channels},
      workload{"timer_accuracy", {}, "TBB has no timers"},
      workload{"idle_cpu", idle_cpu},
  };
  return run_program("tbb", count, arguments, workloads);
}
