// readings: latencies that one workload has measured, and what is told of them.
#pragma once

#include "peer.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace peer {

/// Not for several threads at once.
class readings {
 public:
  explicit readings(std::int64_t expected) { taken_.reserve(static_cast<std::size_t>(expected)); }

  void add(std::chrono::nanoseconds latency) { taken_.push_back(latency.count()); }
  void add(const readings& others) { taken_.insert(taken_.end(), others.taken_.begin(), others.taken_.end()); }

  /// The median, as the figure of an operation, and further the 99th and the 99.9th percentile. Prints on stderr what
  /// the lines on stdout do not say. Throws not_done unless there are `n`.
  outcome finish(std::string_view name, std::int64_t n, std::chrono::nanoseconds elapsed);

 private:
  std::vector<std::int64_t> taken_;  ///< in nanoseconds
};

}  // namespace peer
