// peer: what the programs for other C++ runtimes share: the command line, the line that is printed, checks, computing
// that takes a known time. The contract is that of bench/peers/go:
//   bench_PEER WORKLOAD [--n N] [--threads T] [--capacity C] [--work D]
// prints PEER WORKLOAD n seconds ns_per_op peak_rss_kb with tabs between them. For latencies ns_per_op is the median,
// and there are two more lines, with the 99th and the 99.9th percentile, of WORKLOAD_p99 and WORKLOAD_p999. Exit
// status: 0 the work was done, 1 it was not, 2 wrong usage, 3 the workload does not apply to this peer; stderr says
// why.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peer {

/// Computing per item, as a number of steps; zero is none.
class work {
 public:
  work() = default;
  explicit work(std::uint64_t steps) noexcept : steps_{steps} {}

  /// Computes for the calibrated time; `seed` makes one call differ from the next.
  void operator()(std::int64_t seed) const noexcept {
    if (steps_ != 0) compute(static_cast<std::uint64_t>(seed));
  }

 private:
  void compute(std::uint64_t seed) const noexcept;
  std::uint64_t steps_ = 0;
};

/// The settings of one run. A workload looks only at those that it knows.
struct settings {
  std::int64_t n = 0;
  unsigned threads = 2;  ///< workers
  std::size_t capacity = 0;
  work each{};
  std::chrono::nanoseconds time_of_each{};  ///< what `each` was calibrated to
  std::string algorithm{};  ///< of the scheduler, where the peer has several; the first one unless chosen
};

/// A figure beside the one of an operation, in nanoseconds.
struct further_figure {
  std::string_view name;
  double nanoseconds;
};

/// What a run gives: the size it really had, the time that counts, the number of operations in it, the figure of one
/// operation where that is not the time over their number (the median latency, say), and further ones.
struct outcome {
  std::int64_t n;
  std::chrono::nanoseconds elapsed;
  std::int64_t operations;
  std::optional<double> ns_per_operation{};
  std::vector<further_figure> further{};
};

/// The work was not all done.
class not_done : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The workload does not apply to this peer, or this machine is too small for it.
class not_applicable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a peer does for a workload of the contract: `run`, or the reason why there is none.
struct workload {
  std::string_view name;
  std::function<outcome(const settings&)> run;
  std::string_view why_not{};
};

/// The whole program. `algorithms` are the values of --algorithm, which exists only where there are some.
int run_program(std::string_view peer, int count, char** arguments, std::span<const workload> workloads,
                std::span<const std::string_view> algorithms = {});

/// Throws not_done unless `got` is `want`.
void expect(std::string_view what, std::int64_t got, std::int64_t want);

/// Throws not_applicable where `count` things of `bytes_each` would take more than three quarters of the free memory.
void need_memory(std::string_view things, std::int64_t count, std::int64_t bytes_each);

/// 0 + 1 + ... + n-1.
constexpr std::int64_t sum_below(std::int64_t n) noexcept { return n * (n - 1) / 2; }

/// The smallest Fibonacci number that takes at least `n` calls: its argument, its calls, its value.
struct fibonacci {
  explicit fibonacci(std::int64_t n) {
    std::int64_t next_calls = 1, next = 1;
    while (calls < n) {
      ++argument;
      calls = std::exchange(next_calls, calls + next_calls + 1);
      value = std::exchange(next, value + next);
    }
  }
  std::int64_t argument = 0, calls = 1, value = 0;
};

constexpr std::int64_t parties = 8;         ///< producers, and consumers where there are several
constexpr std::int64_t ring_members = 503;  ///< of the workload ring
constexpr std::int64_t batch_size = 1000;   ///< of the workload spawn_join
constexpr std::int64_t leaves = 1'000'000;  ///< of the workload skynet
constexpr std::int64_t children = 10;       ///< of the workload skynet
constexpr std::int64_t in_flight = 64;      ///< of the workload blocking

/// Time since its construction.
class stopwatch {
 public:
  std::chrono::nanoseconds elapsed() const noexcept { return std::chrono::steady_clock::now() - start_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The outcome of n sleepers that were asleep for `how_long`: the time over it. Throws not_done where they woke early.
outcome over_the_sleep(std::int64_t n, std::chrono::nanoseconds elapsed, std::chrono::nanoseconds how_long);

}  // namespace peer
