// metric_series: the labels of series, and histograms of durations, in the form that sinks are given.
#pragma once

#include <actors/metrics.hpp>

#include "../runtime/duration_histogram.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

namespace actors::inline v1::detail {

/// The labels that come in front of each series, and behind them those of the series at hand.
class series_labels {
 public:
  explicit series_labels(metric_labels with) : all_(with.begin(), with.end()), common_{with.size()} {}

  /// Valid until the next call.
  metric_labels with(std::initializer_list<metric_label> own) {
    all_.resize(common_);
    all_.insert(all_.end(), own);
    return all_;
  }

 private:
  std::vector<metric_label> all_;
  const std::size_t common_;
};

/// `first`: where the bounds begin that are told.
inline void give_durations(metric_sink& into, const metric& of, metric_labels labels, const duration_counts& counts,
                           std::size_t first = 0) {
  constexpr double nanosecond = 1e-9;
  std::array<metric_bucket, duration_counts::bounds> buckets;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i != buckets.size(); ++i) {
    below += counts.in[i];
    // A quotient of whole numbers is the number that the bound is written as; a product might not be.
    buckets[i] = {static_cast<double>(duration_counts::bound(i)) / 1e9, below};
  }
  into.histogram(of, labels, std::span{buckets}.subspan(first), static_cast<double>(counts.total) * nanosecond,
                 below + counts.in.back());
}

}  // namespace actors::inline v1::detail
