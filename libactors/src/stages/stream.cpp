#include <actors/detail/scheduler.hpp>
#include <actors/stages/batch.hpp>
#include <actors/stages/sources.hpp>
#include <actors/stages/stream.hpp>

#include <algorithm>

namespace actors::inline v1::detail {

void throw_flow_runs_once() { throw usage_error{"a pipeline of stages runs once: write the expression again"}; }
void throw_stream_is_used_up() { throw usage_error{"a stream is used once: it was moved into another pipeline"}; }
steady_point time_now() noexcept { return current_scheduler()->now(); }

void check_does_not_run(const team& where) {
  for (const actor_report& each : where.reports())
    if (each.state != actor_state::made)
      throw usage_error{"a pipeline of stages goes into a team before that runs: nobody would start its actors"};
}

void throw_flow_not_over() {
  throw usage_error{"flow::result before the end: run the team that the pipeline is in, and look whether that failed"};
}

void throw_generator_is_used_up() {
  throw usage_error{"from(generator) cannot be started again: give it a function that makes the generator"};
}

// Actors of one stage follow each other.
std::vector<stage_report> reports_of(const std::vector<building_site::part>& built) {
  std::vector<stage_report> found;
  const stage* last = nullptr;
  for (const building_site::part& each : built) {
    if (each.of != last) {
      last = each.of;
      last->report_to(found.emplace_back());
    }
    stage_report& its = found.back();
    for (const auto& port : each.cell->ports()) {
      if (port->name().starts_with("in")) its.received += port->items();
      if (port->name().starts_with("out")) its.sent += port->items();
    }
    its.lost += each.cell->lost();
  }
  return found;
}

}  // namespace actors::inline v1::detail
