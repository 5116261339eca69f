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

/// Throws usage_error for options that cannot be, and inside of a simulation.
void check_simulation(const simulation_options& options);

/// Precondition: `check_simulation` did not throw. `checks`: see exploration_options::failed; may be null. `mark`: that
/// of the schedule that is repeated (recipe.hpp); where another one comes of it, that is the failure.
run_result run_once(const simulation_options& options, chooser& strategy, simulated_body body, bool (*checks)(),
                    std::optional<std::uint32_t> mark = {});

}  // namespace actors::inline v1::detail
