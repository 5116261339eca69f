// What the tests of the configuration layer share: loading a text, and looking at what came of it.
#pragma once

#include <actors/config/diagnostic.hpp>
#include <actors/config/load.hpp>

#include "fake_registry.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

namespace cf = actors::config;

/// Loads `text` as "p.yaml" with the extended registry, an environment of its own and three CPUs.
inline cf::load_result load(std::string text, std::vector<std::string> set = {},
                            std::map<std::string, std::string> environment = {}) {
  static const pl::registry components = extended_registry();
  cf::load_options options;
  options.set = std::move(set);
  options.auto_replicas = 3;
  options.environment = [environment](const std::string& name) -> std::optional<std::string> {
    const auto it = environment.find(name);
    if (it == environment.end()) return std::nullopt;
    return it->second;
  };
  return cf::load_text("p.yaml", std::move(text), options, components);
}

/// A file with one source of type knobs and these options.
inline std::string knobs(const std::string& options) {
  return "version: 1\nactors:\n  k: {type: knobs, with: {" + options + "}}\n  show: {type: stdout, from: k}\n";
}

/// The option of the first actor.
inline pl::option_value option_of(const cf::load_result& r, const std::string& name) {
  return r.plan.value().actors.front().options.at(name);
}

/// "E012 3:20" for each diagnostic.
inline std::vector<std::string> places(const cf::load_result& r) {
  std::vector<std::string> result;
  for (const auto& d : r.diagnostics)
    result.push_back(d.code + " " + std::to_string(d.line) + ":" + std::to_string(d.column));
  return result;
}

inline std::string rendered(const cf::load_result& r) { return cf::render(r.diagnostics); }

inline const cf::planned_actor* find_actor(const cf::plan& p, std::string_view name) {
  const auto it = std::ranges::find(p.actors, name, &cf::planned_actor::name);
  return it == p.actors.end() ? nullptr : &*it;
}

/// "a.out -> b.in [capacity]" for each edge.
inline std::vector<std::string> edges(const cf::plan& p) {
  std::vector<std::string> result;
  for (const auto& e : p.edges)
    result.push_back(p.actors[e.from].name + "." + e.output + " -> " + p.actors[e.to].name + "." + e.input + " [" +
                     std::to_string(e.capacity) + "]");
  return result;
}

}  // namespace test
