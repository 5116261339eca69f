// scheduler_report: what a scheduler says of itself to those who collect metrics.
#pragma once

#include "duration_histogram.hpp"

#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

/// Counts never become less; each figure is of some moment in the last instants.
struct worker_report {
  std::uint64_t turns = 0;
  std::uint64_t steals = 0;
  std::uint64_t parks = 0;
  std::uint64_t busy = 0;  ///< nanoseconds
  std::size_t queued = 0;  ///< in its queue, and to run next
  duration_counts turn_times;
};

struct timer_report {
  std::uint64_t started = 0;
  std::uint64_t fired = 0;
  std::uint64_t pending = 0;
};

struct scheduler_report {
  std::uint32_t asleep = 0;
  std::uint32_t searching = 0;
  std::size_t high = 0;  ///< queued for any worker
  std::size_t normal = 0;
  std::size_t background = 0;
  timer_report timers;
};

}  // namespace actors::inline v1::detail
