// The metrics of a pipeline: those of its actors, and what its components count.
#include <actors/metrics.hpp>
#include <actors/pipeline/pipeline.hpp>

#include "../introspection/metric_series.hpp"
#include "../introspection/metric_table.hpp"

namespace actors::inline v1::pipeline {

void collect_metrics(const pipeline& of, metric_sink& into, metric_labels with) {
  actors::collect_metrics(of.team_, into, with);
  actors::detail::series_labels labels{with};
  for (const total& each : of.totals()) {
    const char* const unit = each.unit == counter_unit::bytes ? "bytes" : "items";
    into.counter(actors::detail::metrics::component_count,
                 labels.with({{"actor", each.actor}, {"counter", each.counter}, {"unit", unit}}),
                 static_cast<double>(each.number));
  }
}

}  // namespace actors::inline v1::pipeline
