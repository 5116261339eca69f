// plan: a pipeline file after every check, with nothing left to look up: what to start and what to connect.
#pragma once

#include <actors/pipeline/component.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace actors::inline v1::config {

/// One actor of the file (or an adapter that the loader inserted).
struct planned_actor {
  std::string name;
  const pipeline::component_info* component = nullptr;
  pipeline::option_values options;
  std::size_t replicas = 1;
  bool keep_order = false;  ///< only with replicas > 1
  bool inserted = false;    ///< an adapter, not written in the file
};

/// One channel between two actors of the plan; indices into plan::actors.
struct planned_edge {
  std::size_t from = 0;
  std::string output;
  std::size_t to = 0;
  std::string input;
  std::size_t capacity = 256;  ///< items
};

enum class summary_target { none, out, err };

struct plan {
  std::string name;
  std::optional<std::size_t> threads;  ///< empty: one per CPU of the quota
  std::chrono::nanoseconds shutdown_timeout = std::chrono::seconds{10};
  summary_target summary = summary_target::err;
  std::vector<planned_actor> actors;  ///< in the order of the file, adapters last
  std::vector<planned_edge> edges;
};

}  // namespace actors::inline v1::config
