// letters: what the hand-off workloads measure: from the moment one party makes another one ready until that runs on an
// idle CPU.
#pragma once

#include "readings.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string_view>

namespace bench {

// A round: the waking side sleeps, then computes, so that its own CPU is awake and all others have been idle for
// milliseconds; then it wakes the other side, and computes on.
constexpr std::chrono::milliseconds pause{1};
constexpr std::chrono::milliseconds computing_before{4};
constexpr std::chrono::milliseconds computing_after{1};
// The time between the last thing that the other worker did and the next one, where it is to linger still.
constexpr std::chrono::microseconds lull{10};
constexpr std::chrono::milliseconds lingering_limit{2};

inline void compute_for(std::chrono::nanoseconds time) {
  const stopwatch watch;
  while (watch.elapsed() < time) {
  }
}

/// Of the calling thread. Never inlined, as a task can go on on another one.
[[gnu::noinline]] inline pid_t thread_id() { return gettid(); }

struct letter {
  std::chrono::steady_clock::time_point sent;
  pid_t from;
  bool counts;
};

inline letter write_letter(bool counts) {
  const pid_t from = thread_id();
  return {std::chrono::steady_clock::now(), from, counts};
}

/// The latencies of one workload. Filled by the side that is woken; what it wrote can be read where `arrived` says so.
class letters_read : public readings {
 public:
  explicit letters_read(std::int64_t n) : readings{static_cast<std::size_t>(n)} {}

  void receive(const letter& got) {
    const auto latency = std::chrono::steady_clock::now() - got.sent;
    if (got.counts) {
      add(latency);
      if (thread_id() == got.from) ++on_the_same_thread_;
    }
    arrive();
  }
  void arrive() noexcept { arrived_.fetch_add(1, std::memory_order_release); }
  std::int64_t arrived() const noexcept { return arrived_.load(std::memory_order_acquire); }

  /// Computes until there are more than `before`, but for `lingering_limit` at most; whether there are.
  bool arrives_soon(std::int64_t before) const {
    const stopwatch watch;
    while (arrived() == before && watch.elapsed() < lingering_limit) {
    }
    return arrived() != before;
  }

  outcome finish(std::string_view name, std::int64_t n, std::chrono::nanoseconds elapsed) {
    if (on_the_same_thread_ != 0)
      std::fprintf(stderr, "%.*s: %lld of %lld ran only later, on the thread that woke them\n",
                   static_cast<int>(name.size()), name.data(), static_cast<long long>(on_the_same_thread_),
                   static_cast<long long>(n));
    return readings::finish(name, n, elapsed);
  }

 private:
  std::int64_t on_the_same_thread_ = 0;
  std::atomic<std::int64_t> arrived_{0};
};

}  // namespace bench
