// The metrics of a team's actors.
#include <actors/metrics.hpp>
#include <actors/team.hpp>

#include "../introspection/metric_series.hpp"
#include "../introspection/metric_table.hpp"
#include "../runtime/utf8.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace actors::inline v1 {

// Once the team is wired its actors, their names and their ports stay as they are. Those that come later are counted as
// running, and no more.
struct detail::team_survey {
  explicit team_survey(const team& of) {
    failed = of.supervisor_.has_failed();
    for (const actor_report& each : of.supervisor_.reports())
      running[utf8_text(each.name)] +=
          each.state == actor_state::running || each.state == actor_state::stopping ? 1 : 0;
    for (const auto& cell : of.cells_) {
      const std::string name = utf8_text(cell->name);
      for (const auto& port : cell->ports()) items[{name, utf8_text(port->name()), port->direction()}] += port->items();
    }
  }

  std::map<std::tuple<std::string, std::string, port_direction>, std::uint64_t> items;
  std::map<std::string, unsigned> running;
  bool failed = false;
};

void collect_metrics(const team& of, metric_sink& into, metric_labels with) {
  using namespace detail;
  const team_survey found{of};
  series_labels labels{with};
  for (const auto& [port, count] : found.items) {
    const auto& [actor, name, direction] = port;
    into.counter(
        metrics::actor_items,
        labels.with({{"actor", actor}, {"port", name}, {"direction", direction == port_direction::in ? "in" : "out"}}),
        static_cast<double>(count));
  }
  for (const auto& [actor, count] : found.running)
    into.gauge(metrics::actors_running, labels.with({{"actor", actor}}), count);
  into.gauge(metrics::team_failed, with, found.failed ? 1 : 0);
}

}  // namespace actors::inline v1
