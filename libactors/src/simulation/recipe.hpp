// recipe: the text that repeats a schedule.
#pragma once

#include "chooser.hpp"

#include <memory>
#include <string_view>

namespace actors::inline v1::detail {

/// "random SEED", "pct SEED DEPTH LENGTH", "choices N+M N+M ..." (N times the first candidate, then the M-th after it).
/// Throws usage_error for anything else.
std::unique_ptr<chooser> chooser_of(std::string_view recipe);

}  // namespace actors::inline v1::detail
