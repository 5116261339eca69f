// The actors of a file as a graph: looks up what each reads from, checks the wiring, and makes the plan's channels.
#pragma once

#include <actors/config/plan.hpp>

#include "actors_section.hpp"

namespace actors::inline v1::config {

/// Wires the actors into `result`, adapters included; what does not fit is reported. The plan is only of use when the
/// report has no errors.
void wire(std::vector<declared_actor> actors, const scope& in, plan& result);

}  // namespace actors::inline v1::config
