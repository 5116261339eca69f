// measure: what the workloads share: their settings and results, checks, and computing that takes a known time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace bench {

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

/// Finds the number of steps that take `each`. Takes a few milliseconds.
work calibrate(std::chrono::nanoseconds each);

/// How words travel in the workload `words`.
enum class transport { message, batch, block };

/// Who runs the io_context: the runtime's workers, or a thread of its own.
enum class io_driver { workers, thread };

/// Who runs CAF's actors: CAF's own scheduler, or the workers of a runtime of ours.
enum class caf_scheduler { caf, ours };
/// Whose actors: this library's, or CAF's, with CAF's scheduler or on this library's workers.
enum class actors_of { ours, caf, caf_on_ours };

/// The settings of one run. A workload looks only at those that it knows.
struct settings {
  std::int64_t n = 0;
  unsigned threads = 2;
  std::size_t capacity = 0;
  work each{};
  std::chrono::nanoseconds time_of_each{};  ///< what `each` was calibrated to
  transport how = transport::batch;
  io_driver driver = io_driver::workers;
  caf_scheduler scheduler = caf_scheduler::ours;
  actors_of actors = actors_of::ours;
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

/// This workload cannot be run by this version.
class not_available : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws not_done unless `got` is `want`.
void expect(std::string_view what, std::int64_t got, std::int64_t want);

/// 0 + 1 + ... + n-1.
constexpr std::int64_t sum_below(std::int64_t n) noexcept { return n * (n - 1) / 2; }

/// The largest resident size of this process so far, in KiB.
std::int64_t peak_rss_kb();

/// What all threads of this process have used so far.
std::chrono::nanoseconds cpu_time();

/// Time since its construction.
class stopwatch {
 public:
  std::chrono::nanoseconds elapsed() const noexcept { return std::chrono::steady_clock::now() - start_; }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace bench
