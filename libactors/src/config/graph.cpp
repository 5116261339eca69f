#include "graph.hpp"

#include "codes.hpp"
#include "cycles.hpp"
#include "text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace actors::inline v1::config {

namespace {

using pipeline::component_info;
using pipeline::port_info;

class wiring {
 public:
  wiring(std::vector<declared_actor> declared, const scope& in, plan& result)
      : declared_{std::move(declared)}, in_{in}, plan_{result}, read_(declared_.size()) {
    for (std::size_t i = 0; i < declared_.size(); ++i) index_.emplace(declared_[i].name, i);
  }

  void run() {
    for (auto& actor : declared_)
      plan_.actors.push_back(
          {actor.name, actor.component, std::move(actor.options), actor.replicas, actor.keep_order, false});
    for (std::size_t i = 0; i < declared_.size(); ++i) feed(i);
    report_cycles();
    for (std::size_t i = 0; i < declared_.size(); ++i) warn_unread(i);
  }

 private:
  void feed(std::size_t to) {
    const declared_actor& actor = declared_[to];
    const bool source = actor.component != nullptr && actor.component->inputs.empty();
    if (source && actor.has_from)
      in_.out.error(codes::fed_source, actor.from_where,
                    quoted(actor.name) + " is a source (" + actor.component->name + ") and reads from no actor",
                    {"", "remove 'from'"});
    if (actor.component != nullptr && !source && !actor.has_from) report_not_fed(actor);
    if (!actor.from_readable) unclear_ = true;

    std::set<std::pair<std::size_t, std::string>> seen;
    for (const auto& reference : actor.inputs) {
      const auto from = look_up(reference, to);
      if (!from) continue;
      if (source) {
        mark_meant(*from, reference);
        continue;
      }
      const port_info* port = look_up_port(*from, reference);
      read_[*from].insert(port != nullptr ? port->name : reference.port);
      if (*from == to) {
        in_.out.error(codes::cycle, reference.where, quoted(actor.name) + " reads from itself",
                      {"", "an actor that waits for its own output can wait for ever"});
        continue;
      }
      const std::string port_name = port != nullptr ? port->name : reference.port;
      if (!seen.emplace(*from, port_name).second) {
        in_.out.error(codes::duplicate_edge, reference.where,
                      quoted(actor.name) + " reads from " + quoted(text_of(reference)) + " a second time",
                      {"", "name it once; a channel carries every item once"});
        continue;
      }
      arrows_.push_back({*from, to, reference.where});
      if (port != nullptr && actor.component != nullptr) connect(*from, *port, to, reference);
    }
  }

  static std::string text_of(const input_reference& r) { return r.port.empty() ? r.actor : r.actor + "." + r.port; }

  void report_not_fed(const declared_actor& actor) {
    const port_info& input = actor.component->inputs.front();
    in_.out.error(codes::not_fed, actor.where,
                  "nothing feeds " + quoted(actor.name) + " (" + actor.component->name + ")",
                  {"it takes " + input.type_name, "say where its items come from: from: NAME"});
  }

  std::optional<std::size_t> look_up(const input_reference& reference, std::size_t reader) {
    if (const auto it = index_.find(reference.actor); it != index_.end()) return it->second;
    if (index_.contains(text_of(reference))) return unclear_ = true, std::nullopt;  // a name with a dot is reported
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < declared_.size(); ++i)
      if (i != reader) names.push_back(declared_[i].name);
    std::string message = "'from: " + text_of(reference) + "' names no actor";
    const auto candidate = nearest(reference.actor, names);
    if (!candidate) {
      unclear_ = true;
      in_.out.error(codes::unknown_actor, reference.actor_where, std::move(message),
                    {names.empty() ? "" : "the other actors are " + listed(names), ""});
      return std::nullopt;
    }
    const std::size_t meant = index_.find(*candidate)->second;
    message += "; did you mean " + quoted(*candidate) + " (" + in_.sources.mention(declared_[meant].where) + ")?";
    in_.out.error(codes::unknown_actor, reference.actor_where, std::move(message));
    mark_meant(meant, reference);
    return std::nullopt;
  }

  /// What a misspelt name probably meant is not also called unread.
  void mark_meant(std::size_t actor, const input_reference& reference) {
    const component_info* component = declared_[actor].component;
    if (component == nullptr || component->outputs.empty()) return;
    read_[actor].insert(reference.port.empty() ? component->outputs.front().name : reference.port);
  }

  /// Null where there is no such port (reported) or the actor's type is not known (reported elsewhere).
  const port_info* look_up_port(std::size_t from, const input_reference& reference) {
    const declared_actor& actor = declared_[from];
    if (actor.component == nullptr) return nullptr;
    const auto& outputs = actor.component->outputs;
    if (outputs.empty()) {
      in_.out.error(codes::unknown_port, reference.where,
                    quoted(actor.name) + " (" + actor.component->name + ") gives nothing that could be read",
                    {"it is a sink, the end of a path", ""});
      return nullptr;
    }
    if (reference.port.empty()) return &outputs.front();
    if (const port_info* port = actor.component->output(reference.port)) return port;
    std::vector<std::string_view> names;
    for (const auto& port : outputs) names.push_back(port.name);
    std::string help = did_you_mean(reference.port, names);
    if (help.empty()) help = "its main output is read with from: " + actor.name;
    in_.out.error(codes::unknown_port, reference.port_where,
                  quoted(actor.name) + " (" + actor.component->name + ") has no output " + quoted(reference.port),
                  {its("output", names), std::move(help)});
    if (nearest(reference.port, names))
      mark_read(from, *nearest(reference.port, names));
    else
      mark_read(from, outputs.front().name);
    return nullptr;
  }

  void mark_read(std::size_t actor, std::string_view port) { read_[actor].emplace(port); }

  void connect(std::size_t from, const port_info& output, std::size_t to, const input_reference& reference) {
    const port_info& input = declared_[to].component->inputs.front();
    const std::size_t capacity = reference.capacity.value_or(in_.default_capacity);
    if (output.type == input.type) {
      plan_.edges.push_back({from, output.name, to, input.name, capacity});
      return;
    }
    if (const component_info* adapter = in_.components.adapter(output.type, input.type)) {
      const std::size_t between = insert_adapter(from, output, *adapter);
      plan_.edges.push_back({between, adapter->outputs.front().name, to, input.name, capacity});
      return;
    }
    report_types(from, output, to, input, reference);
  }

  /// One adapter serves all readers of a port; the channel to it has the default capacity.
  std::size_t insert_adapter(std::size_t from, const port_info& output, const component_info& adapter) {
    const bool main = output.name == declared_[from].component->outputs.front().name;
    std::string name = adapter.name + "(" + declared_[from].name + (main ? "" : "." + output.name) + ")";
    const auto [it, inserted] = adapters_.try_emplace(std::move(name), plan_.actors.size());
    if (inserted) {
      plan_.actors.push_back({it->first, &adapter, fallback_options(adapter), 1, false, true});
      plan_.edges.push_back({from, output.name, it->second, adapter.inputs.front().name, in_.default_capacity});
    }
    return it->second;
  }

  void report_types(std::size_t from, const port_info& output, std::size_t to, const port_info& input,
                    const input_reference& reference) {
    const declared_actor& giver = declared_[from];
    const declared_actor& taker = declared_[to];
    std::vector<std::string_view> between;
    for (const auto* component : in_.components.all())
      if (!component->inputs.empty() && !component->outputs.empty() && component->inputs.front().type == output.type &&
          component->outputs.front().type == input.type)
        between.push_back(component->name);
    std::string help;
    if (!between.empty())
      help = "put an actor between them that turns " + output.type_name + " into " + input.type_name + ": " +
             listed(between);
    in_.out.error(codes::port_types, reference.where,
                  "the output " + quoted(giver.name + "." + output.name) + " gives " + output.type_name +
                      ", but the input " + quoted(taker.name + "." + input.name) + " takes " + input.type_name,
                  {quoted(giver.name) + " is " + giver.component->name + ", " + quoted(taker.name) + " is " +
                       taker.component->name,
                   std::move(help)});
  }

  void report_cycles() {
    for (const auto& found : find_cycles(declared_.size(), arrows_)) {
      std::string path;
      for (const std::size_t i : found.path) path += declared_[i].name + " -> ";
      path += declared_[found.path.front()].name;
      in_.out.error(codes::cycle, found.closing.where, "these actors read from each other in a circle: " + path,
                    {"this closes it",
                     "on bounded channels they can all come to wait for each other; break the circle at one place"});
    }
  }

  void warn_unread(std::size_t i) {
    const declared_actor& actor = declared_[i];
    if (actor.component == nullptr) return;
    const auto& outputs = actor.component->outputs;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      if (read_[i].contains(outputs[k].name)) continue;
      if (k != 0) {
        in_.out.warning(
            codes::unread_port, actor.where,
            "nothing consumes " + quoted(actor.name + "." + outputs[k].name) + "; those items are counted and dropped",
            {"", "read them with from: " + actor.name + "." + outputs[k].name});
      } else if (!unclear_) {
        in_.out.warning(codes::unread_output, actor.where,
                        "nothing consumes " + quoted(actor.name) + "; its items are counted and dropped",
                        {"", "add an actor with from: " + actor.name});
      }
    }
  }

  std::vector<declared_actor> declared_;
  const scope& in_;
  plan& plan_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::vector<std::set<std::string, std::less<>>> read_;  ///< for each actor its outputs that somebody reads
  std::vector<arrow> arrows_;
  std::map<std::string, std::size_t> adapters_;
  bool unclear_ = false;  ///< some reference could have meant any actor, so that none is called unread
};

}  // namespace

void wire(std::vector<declared_actor> actors, const scope& in, plan& result) {
  wiring{std::move(actors), in, result}.run();
}

}  // namespace actors::inline v1::config
