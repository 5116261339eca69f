// prometheus: metrics as text that Prometheus, and what understands its format, can scrape.
#pragma once

#include <actors/metrics.hpp>

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1 {

/// Writes the Prometheus text exposition format, version 0.0.4: HELP and TYPE of each metric, then all of its series,
/// whatever order they come in. Labels are sorted by their names, and what is no UTF-8 in their values is replaced.
///
/// Each call throws usage_error, and nothing of it is written, where a scrape would be refused: for a name that the
/// format does not allow, a metric with two types, or a series that was there before (which two runtimes without labels
/// of their own would give). Not thread-safe.
class prometheus_writer final : public metric_sink {
 public:
  /// For the header Content-Type of the answer to a scrape.
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  void counter(const metric& of, metric_labels labels, double value) override;
  void gauge(const metric& of, metric_labels labels, double value) override;
  void histogram(const metric& of, metric_labels labels, std::span<const metric_bucket> buckets, double sum,
                 std::uint64_t count) override;

  /// All that it was given so far.
  std::string text() const;

 private:
  struct family {
    std::string head;  ///< the lines HELP and TYPE
    std::string_view type;
    std::map<std::string, std::string, std::less<>> series;  ///< lines, by their labels
    std::size_t number = 0;                                  ///< in the order in which families came
  };
  void add(const metric& of, std::string_view type, std::string labels, std::string lines);

  std::map<std::string, family, std::less<>> families_;
};

/// What `collect_metrics` gives of the process and of one runtime, in that format. Any thread. Throws std::bad_alloc.
std::string prometheus_text(runtime& of);

}  // namespace actors::inline v1
