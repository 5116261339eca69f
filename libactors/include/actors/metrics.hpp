// metrics: what the library counts and measures of itself, given to whoever exports it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace actors::inline v1 {

class blocking_pool;
class runtime;
class team;

/// What series have in common. The names and units are those of Prometheus: they end with the unit, where there is one,
/// and with "_total" for counters. docs/metrics.md lists all that the library has.
struct metric {
  std::string_view name;
  std::string_view help;    ///< one line for people
  std::string_view unit{};  ///< "seconds", "bytes", or empty for what is counted
};

/// Tells the series of a metric apart. One with an empty value says as much as none.
struct metric_label {
  std::string_view name;
  std::string_view value;
};
using metric_labels = std::span<const metric_label>;

/// A part of a histogram: how many of the values are not greater than a bound.
struct metric_bucket {
  double bound;
  std::uint64_t count;  ///< those of all smaller bounds included
};

/// Is given metrics, on the thread that collects them. What it is given is valid during the call; what it throws comes
/// out of `collect_metrics`. A program's own metrics can be given to it, too, before or after those of the library.
class metric_sink {
 public:
  virtual ~metric_sink() = default;

  /// A number that only grows, from zero.
  virtual void counter(const metric& of, metric_labels labels, double value) = 0;
  virtual void gauge(const metric& of, metric_labels labels, double value) = 0;
  /// `buckets`: bounds that grow; all values, and their sum, are in `count` and `sum`.
  virtual void histogram(const metric& of, metric_labels labels, std::span<const metric_bucket> buckets, double sum,
                         std::uint64_t count) = 0;

 protected:
  metric_sink() = default;
  metric_sink(const metric_sink&) = default;
  metric_sink& operator=(const metric_sink&) = default;
};

/// The metrics of a runtime: its workers, tasks, timers, and its pool for calls that block. From any thread, while
/// everything runs: no worker is stopped, or waited for. No two figures are of the very same moment; counters never
/// become less from one call to the next, as long as the runtime lives. `with` comes in front of the labels of each
/// series: a program with several runtimes tells them apart by it. Throws what the sink throws, and std::bad_alloc.
void collect_metrics(runtime& of, metric_sink& into, metric_labels with = {});

/// The same of a pool of the program's own, which has the label "pool" with the name that it was given.
void collect_metrics(blocking_pool& of, metric_sink& into, metric_labels with = {});

/// The same of the actors of a team that is wired, from `team::run` on: what their ports have carried, and which of
/// them run. In the library actors::actors.
void collect_metrics(const team& of, metric_sink& into, metric_labels with = {});

/// The same of what the process has: its channels, the memory of frames, and messages to the log. Each channel with a
/// name is a series of its own, or shares that of others of its kind with the same name; of the others only the number
/// is told. So a name is meant for a channel that is one of few and stays; where there are more than a thousand of them
/// those that come last in the alphabet are left out, and counted.
void collect_metrics(metric_sink& into, metric_labels with = {});

}  // namespace actors::inline v1
