// worker_counts: what a worker counts of itself, for metrics.
#pragma once

#include "duration_histogram.hpp"
#include "platform.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

/// For how long a worker had something to run. It looks at the clock where it runs out of work, and where it has found
/// some; never between two turns.
///
/// `word_` is all that readers need, so that they see one state: while it has work, twice the cycles without so far;
/// while it has none, twice the cycles with work so far, and the lowest bit is set. Relaxed: it orders nothing.
class busy_clock {
 public:
  /// It has no work yet.
  explicit busy_clock(std::uint64_t now) noexcept : begun_{now} {}

  /// The worker itself.
  void out_of_work(std::uint64_t now) noexcept {
    word_.store((now - begun_ - idle_) << 1 | 1, std::memory_order_relaxed);
  }
  void found_work(std::uint64_t now) noexcept {
    idle_ = now - begun_ - (word_.load(std::memory_order_relaxed) >> 1);
    word_.store(idle_ << 1, std::memory_order_relaxed);
  }

  /// Any thread: whether it has some.
  bool has_work() const noexcept { return (word_.load(std::memory_order_relaxed) & 1) == 0; }

  /// Any thread. Never less than it has said before: the worker may get or lose its work between the two looks, and the
  /// clocks of two processors may differ by a little.
  std::uint64_t busy(std::uint64_t now) noexcept {
    const std::uint64_t word = word_.load(std::memory_order_relaxed);
    const std::uint64_t seen = (word & 1) != 0 ? word >> 1 : now - begun_ - (word >> 1);
    std::uint64_t said = said_.load(std::memory_order_relaxed);
    while (static_cast<std::int64_t>(seen - said) > 0 &&
           !said_.compare_exchange_weak(said, seen, std::memory_order_relaxed)) {
    }
    return std::max(said, static_cast<std::int64_t>(seen) > 0 ? seen : 0);
  }

 private:
  const std::uint64_t begun_;
  std::uint64_t idle_ = 0;  ///< the worker's own
  std::atomic<std::uint64_t> word_{1};
  std::atomic<std::uint64_t> said_{0};
};

/// Long turns, found where the worker looks at the clock anyway. Turns between two looks are taken for one: nearly
/// always they took a few microseconds together, or there is a long one among them.
class long_turns {
 public:
  /// Of the bounds of `duration_counts`: 1 ms. No turn up to there is noted.
  static constexpr std::size_t first_bound = 5;

  /// The worker itself: so many cycles have passed since the last look.
  void note(std::uint64_t passed) noexcept {
    if (passed > least_) [[unlikely]]
      times_.add(static_cast<std::uint64_t>(static_cast<double>(passed) / cycles_per_nanosecond()));
  }

  /// Any thread. `ended`: so many turns have, whose sum is `total`, both read afterwards by the caller's `read`. What
  /// is found to have been long counts as a short one before that; therefore what was said once is kept.
  template <class Read>
  duration_counts counts(Read read) noexcept {
    duration_counts now = times_.counts();
    std::uint64_t found_long = 0;
    for (const std::uint64_t each : now.in) found_long += each;
    const auto [ended, total] = read();
    std::uint64_t said = said_short_.load(std::memory_order_relaxed);
    const std::uint64_t found_short = ended > found_long ? ended - found_long : 0;
    while (found_short > said && !said_short_.compare_exchange_weak(said, found_short, std::memory_order_relaxed)) {
    }
    now.in[first_bound] += std::max(said, found_short);
    now.total = total;
    return now;
  }

 private:
  const std::uint64_t least_ =
      static_cast<std::uint64_t>(static_cast<double>(duration_counts::bound(first_bound)) * cycles_per_nanosecond());
  duration_histogram times_;
  std::atomic<std::uint64_t> said_short_{0};
};

/// Written by the worker alone, read by any thread.
struct alignas(64) worker_counts {
  explicit worker_counts(std::uint64_t now) noexcept : busy{now} {}

  static void count(std::atomic<std::uint64_t>& one) noexcept {
    one.store(one.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  std::atomic<std::uint64_t> steals{0};  ///< relaxed, as all of these
  std::atomic<std::uint64_t> parks{0};
  long_turns turns;
  busy_clock busy;
};

}  // namespace actors::inline v1::detail
