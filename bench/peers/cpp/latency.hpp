// latency: the hand-offs: how long from the moment one party makes another one ready until that runs on an idle worker.
// A round: the sender sleeps, so that all workers come to rest, then computes, then sends, and computes on without a
// pause.
#pragma once

#include "peer.hpp"
#include "readings.hpp"

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace peer {

constexpr auto pause = std::chrono::milliseconds{1};
constexpr auto computing_before = std::chrono::milliseconds{4};
constexpr auto computing_after = std::chrono::milliseconds{1};
/// The time between the last thing that the other worker did and the next one, where it is to linger still.
constexpr auto lull = std::chrono::microseconds{10};

/// Keeps the CPU busy.
void compute_for(std::chrono::nanoseconds time);

/// What the sender sends.
struct letter {
  std::chrono::steady_clock::time_point sent;
  pid_t from;  ///< the thread
  bool counts;
};

letter write_letter(bool counts);

/// The latencies of one workload. Filled by the party that is woken; what it wrote can be read where arrived() says so.
class letters_read {
 public:
  explicit letters_read(std::int64_t n) : taken_{n} {}

  void receive(const letter& got);
  std::int64_t arrived() const noexcept { return arrived_.load(std::memory_order_acquire); }

  /// Computes until there are more than `before`, but for 2 ms at most; whether there are.
  bool arrives_soon(std::int64_t before) const;

  /// As that of readings.
  outcome finish(std::string_view name, std::int64_t n, std::chrono::nanoseconds elapsed);

 private:
  readings taken_;
  std::int64_t on_the_same_thread_ = 0;
  std::atomic<std::int64_t> arrived_{0};
};

/// The workload foreign_wake on the calling thread, which is none of the runtime's: writes `n` letters while that is at
/// rest. `start` makes a party that reads the letter into `seen`.
outcome wake_from_outside(std::int64_t n, letters_read& seen, const std::function<void(const letter&)>& start);

/// Counts the rounds in which no other worker took the first letter; throws not_applicable where there are too many:
/// then this runtime gives nobody else what becomes ready beside one that computes.
class failures {
 public:
  explicit failures(std::int64_t n) : allowed_{n + 10} {}
  void add();

 private:
  std::int64_t allowed_;
  std::int64_t count_ = 0;
};

}  // namespace peer
