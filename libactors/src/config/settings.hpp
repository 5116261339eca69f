// The keys of a file beside its actors: version, name, runtime, defaults.
#pragma once

#include <actors/config/plan.hpp>

#include "scope.hpp"

#include <array>
#include <string_view>

namespace actors::inline v1::config {

/// The keys of a file that this version reads.
inline constexpr std::array<std::string_view, 6> file_keys{"version", "name", "vars", "runtime", "defaults", "actors"};

/// Checks the file's own keys and reads all but `vars` and `actors` into the plan and the scope.
void read_settings(const node& root, scope& in, plan& result);

}  // namespace actors::inline v1::config
