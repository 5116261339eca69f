#include <actors/pipeline/pipeline.hpp>
#include <actors/pipeline/port_type.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

namespace actors::inline v1::pipeline {

namespace {

using actors::detail::actor_cell;
using actors::detail::any_channel;

std::string replica_name(const config::planned_actor& actor, std::size_t index) {
  return actor.replicas == 1 ? actor.name : actor.name + "." + std::to_string(index + 1);
}

std::size_t add_capacities(std::size_t a, std::size_t b) noexcept {
  return a > std::numeric_limits<std::size_t>::max() - b ? std::numeric_limits<std::size_t>::max() : a + b;
}

/// A channel of its own between two ports of one type.
void join_ports(actor_cell& from, const std::string& output, actor_cell& to, const std::string& input,
                std::size_t capacity) {
  const std::unique_ptr<any_channel> through = to.find(input)->make_channel(capacity);
  to.find(input)->attach(*through);
  from.find(output)->attach(*through);
}

/// Whenever the replica asks for its next message, it marks the end of what it made of the one before.
std::function<void()> mark_when_done(actor_cell& replica, const std::string& output) {
  return [port = replica.find(output), first = true]() mutable {
    if (!std::exchange(first, false)) port->mark();
  };
}

}  // namespace

pipeline::pipeline(const config::plan& plan) {
  add_actors(plan);
  std::set<std::pair<std::size_t, std::string>> inputs;
  for (const config::planned_edge& edge : plan.edges) inputs.emplace(edge.to, edge.input);
  for (const auto& [to, input] : inputs) connect_input(plan, to, input);
}

void pipeline::add_actors(const config::plan& plan) {
  for (const config::planned_actor& each : plan.actors) {
    member added{each.name, each.keep_order && each.replicas > 1, {}, {}, {}};
    for (std::size_t i = 0; i != each.replicas; ++i) {
      actor_cell& cell = *team_.add(replica_name(each, i),
                                    [made = each.component, options = each.options] { return made->make(options); });
      added.replicas.push_back(&cell);
      if (const auto* counting = dynamic_cast<const stage*>(&cell.made_object()))
        added.reports.push_back(counting->report());
    }
    members_.push_back(std::move(added));
  }
}

// Several edges into one input share a channel: their capacities add up. Replicas take from it in competition, or,
// where order is kept, from a dealer.
void pipeline::connect_input(const config::plan& plan, std::size_t to, const std::string& input) {
  std::size_t capacity = 0;
  for (const config::planned_edge& edge : plan.edges) {
    if (edge.to == to && edge.input == input) capacity = add_capacities(capacity, edge.capacity);
  }
  member& reader = members_[to];
  const std::unique_ptr<any_channel> through = reader.replicas.front()->find(input)->make_channel(capacity);
  if (reader.keep_order) {
    const std::size_t replicas = reader.replicas.size();
    const port_type& type = find_port_type(reader.replicas.front()->find(input)->type());
    actor_cell& dealer = *team_.add(reader.name + ".deal", [&type, replicas] { return type.make_dealer(replicas); });
    dealer.find("in")->attach(*through);
    for (std::size_t i = 0; i != replicas; ++i)
      join_ports(dealer, std::to_string(i + 1), *reader.replicas[i], input, capacity);
  } else {
    for (actor_cell* replica : reader.replicas) replica->find(input)->attach(*through);
  }
  for (const config::planned_edge& edge : plan.edges) {
    if (edge.to != to || edge.input != input) continue;
    std::string port;
    for (actor_cell* writer : outputs_of(plan, edge.from, edge.output, port)) writer->find(port)->attach(*through);
  }
}

// The actors that send what leaves through an output: its replicas, or the collector that puts them in order.
pipeline::cells pipeline::outputs_of(const config::plan& plan, std::size_t from, const std::string& output,
                                     std::string& port) {
  member& writer = members_[from];
  port = output;
  if (!writer.keep_order) return writer.replicas;
  port = "out";
  for (const auto& [name, collector] : writer.collectors) {
    if (name == output) return {collector};
  }
  std::size_t capacity = std::numeric_limits<std::size_t>::max();
  for (const config::planned_edge& edge : plan.edges) {
    if (edge.from == from && edge.output == output) capacity = std::min(capacity, edge.capacity);
  }
  const std::size_t replicas = writer.replicas.size();
  const port_type& type = find_port_type(writer.replicas.front()->find(output)->type());
  actor_cell& collector =
      *team_.add(writer.name + ".collect." + output, [&type, replicas] { return type.make_collector(replicas); });
  for (std::size_t i = 0; i != replicas; ++i) {
    actor_cell& replica = *writer.replicas[i];
    join_ports(replica, output, collector, std::to_string(i + 1), std::max<std::size_t>(capacity, 1));
    replica.on_item_done = [before = std::move(replica.on_item_done),
                            mark = mark_when_done(replica, output)]() mutable {
      if (before) before();
      mark();
    };
  }
  writer.collectors.emplace_back(output, &collector);
  return {&collector};
}

std::vector<total> pipeline::totals() const {
  std::vector<total> all;
  for (const member& each : members_) {
    if (each.reports.empty()) continue;
    const std::size_t counters = each.reports.front()->counters.size();
    for (std::size_t i = 0; i != counters; ++i) {
      const counter& first = each.reports.front()->counters[i];
      total sum{each.name, first.name(), first.unit(), 0};
      for (const auto& report : each.reports) sum.number += report->counters[i].number();
      all.push_back(std::move(sum));
    }
  }
  return all;
}

std::vector<stage_note> pipeline::notes() const {
  std::vector<stage_note> all;
  for (const member& each : members_) {
    for (const auto& report : each.reports) {
      for (const std::string& text : report->notes) all.push_back({each.name, text});
    }
  }
  return all;
}

}  // namespace actors::inline v1::pipeline
