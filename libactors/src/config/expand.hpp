// Variables: `$(name)` from `vars:`, `${NAME}` from the environment, in parsed scalars only.
#pragma once

#include <actors/config/document.hpp>

#include <functional>
#include <optional>
#include <string>

namespace actors::inline v1::config {

using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// Replaces every reference in the values of the tree (never in keys):
///
///     $(name)           the variable of that name, in which other variables may stand
///     ${NAME}           the environment variable; an error where it is not set
///     ${NAME:-text}     the text where it is not set or empty
///     ${NAME:?message}  the message as the error where it is not set or empty
///     $$(  $${          a plain `$(` and `${`
///
/// Any other `$` is plain. A scalar that is one reference and nothing else takes the variable's quotedness (the
/// environment's values are unquoted), so that `replicas: "$(n)"` can be an integer. Mistakes are reported and make
/// their node `broken`. Variables that nothing refers to are warned about.
void expand_variables(node& root, const environment& lookup, report& out);

}  // namespace actors::inline v1::config
