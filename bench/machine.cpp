// What the machine allows: the limits that the figures of the library are judged by.
#include "runtime/thread_placement.hpp"
#include "workloads.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>

namespace bench {

namespace {

/// Keeps the compiler from leaving out what made it.
void keep(const void* made) { asm volatile("" : : "r"(made) : "memory"); }

}  // namespace

outcome exchange(const settings& s) {
  std::atomic<std::int64_t> place{-1};
  std::int64_t wrong = 0;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) wrong += place.exchange(i, std::memory_order_acq_rel) != i - 1 ? 1 : 0;
  const auto elapsed = watch.elapsed();
  expect("values that were not the one before", wrong, 0);
  return {s.n, elapsed, s.n};
}

// With a second thread in the process: without one the C library leaves the atomic operations out.
outcome lock_alone(const settings& s) {
  std::atomic<bool> ended{false};
  std::jthread other{[&] { ended.wait(false); }};
  std::mutex mutex;
  std::int64_t count = 0;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    const std::scoped_lock guard{mutex};
    ++count;
  }
  const auto elapsed = watch.elapsed();
  ended.store(true);
  ended.notify_one();
  expect("turns", count, s.n);
  return {s.n, elapsed, s.n};
}

outcome allocation(const settings& s) {
  struct alignas(16) block {
    std::byte bytes[64];
  };
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) keep(std::make_unique_for_overwrite<block>().get());
  return {s.n, watch.elapsed(), s.n};
}

outcome read_clock(const settings& s) {
  auto last = std::chrono::steady_clock::now();
  std::int64_t backwards = 0;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    const auto now = std::chrono::steady_clock::now();
    backwards += now < last ? 1 : 0;
    last = now;
  }
  const auto elapsed = watch.elapsed();
  expect("times before the one read before", backwards, 0);
  return {s.n, elapsed, s.n};
}

// The number goes up by one on each side in turn; both look at it all the time.
outcome cache_line(const settings& s) {
  if (std::thread::hardware_concurrency() < 2) throw not_available{"cache_line needs two processors"};
  alignas(128) std::atomic<std::int64_t> line{0};
  const auto play = [&](int processor, std::int64_t turn) {
    actors::detail::pin_this_thread(processor);
    for (std::int64_t i = turn; i < 2 * s.n; i += 2) {
      while (line.load(std::memory_order_acquire) != i) continue;
      line.store(i + 1, std::memory_order_release);
    }
  };
  const stopwatch watch;
  {
    const std::jthread first{play, 0, 0};
    const std::jthread second{play, 1, 1};
  }
  const auto elapsed = watch.elapsed();
  expect("turns", line.load(), 2 * s.n);
  return {s.n, elapsed, 2 * s.n};
}

}  // namespace bench
