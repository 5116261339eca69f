// run_once: one simulation, with a given strategy.
#pragma once

#include <actors/simulate.hpp>

#include "chooser.hpp"

#include <cstdint>
#include <optional>

namespace actors::inline v1::detail {

struct run_result {
  std::uint64_t points = 0;
  std::optional<simulation_failure> failure;
};

/// `checks`: see exploration_options::failed; may be null.
run_result run_once(const simulation_options& options, chooser& strategy, simulated_body body, bool (*checks)());

}  // namespace actors::inline v1::detail
