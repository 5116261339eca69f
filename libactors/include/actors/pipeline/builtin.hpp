// builtin: the components that come with the library.
#pragma once

#include <actors/pipeline/component.hpp>

namespace actors::inline v1::pipeline {

/// Adds the built-in components and adapters. Throws std::invalid_argument where one of their names is taken.
void add_builtin_components(registry& to);

}  // namespace actors::inline v1::pipeline
