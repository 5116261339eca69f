// seen_metrics: a sink that keeps what it is given, for tests to look at.
#pragma once

#include <actors/metrics.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace test {

struct seen_histogram {
  std::vector<actors::metric_bucket> buckets;
  double sum = 0;
  std::uint64_t count = 0;
};

struct told_metric {
  std::string type;
  std::string unit;
  std::string labels;  ///< their names: "channel, type"
  std::string help;
};

/// Values by their series: `name{label="value",label="value"}`, the labels in the order in which they were given.
struct seen_metrics final : actors::metric_sink {
  std::map<std::string, double> counters;
  std::map<std::string, double> gauges;
  std::map<std::string, seen_histogram> histograms;
  std::map<std::string, told_metric> told;  ///< by their names
  std::set<std::string> twice;              ///< series that were given more than once
  std::set<std::string> interrupted;        ///< metrics whose series did not follow each other

  void counter(const actors::metric& of, actors::metric_labels labels, double value) override {
    put(counters, of, "counter", labels, value);
  }
  void gauge(const actors::metric& of, actors::metric_labels labels, double value) override {
    put(gauges, of, "gauge", labels, value);
  }
  void histogram(const actors::metric& of, actors::metric_labels labels, std::span<const actors::metric_bucket> buckets,
                 double sum, std::uint64_t count) override {
    put(histograms, of, "histogram", labels, {{buckets.begin(), buckets.end()}, sum, count});
  }

  bool has(const std::string& series) const {
    return counters.contains(series) || gauges.contains(series) || histograms.contains(series);
  }
  double at(const std::string& series) const {
    return gauges.contains(series) ? gauges.at(series) : counters.at(series);
  }
  /// Over all series of a counter, or gauge.
  double sum(const std::string& name) const {
    double all = 0;
    for (const auto* each : {&counters, &gauges})
      for (const auto& [series, value] : *each)
        if (series == name || series.starts_with(name + "{")) all += value;
    return all;
  }

 private:
  template <class Value>
  void put(std::map<std::string, Value>& into, const actors::metric& of, const char* type, actors::metric_labels labels,
           Value value) {
    const std::string name{of.name};
    if (name != last_ && told.contains(name)) interrupted.insert(name);
    last_ = name;
    told_metric& its = told[name] = {type, std::string{of.unit}, {}, std::string{of.help}};
    std::string series = name;
    for (const actors::metric_label& each : labels) {
      its.labels += (its.labels.empty() ? "" : ", ") + std::string{each.name};
      series += series == name ? '{' : ',';
      series += std::string{each.name} + "=\"" + std::string{each.value} + '"';
    }
    if (!labels.empty()) series += '}';
    if (!into.emplace(series, std::move(value)).second) twice.insert(series);
  }
  std::string last_;
};

template <class... What>
seen_metrics collected(What&... what) {
  seen_metrics seen;
  using actors::collect_metrics;
  collect_metrics(what..., seen);
  return seen;
}

}  // namespace test
