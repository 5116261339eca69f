// Values set on the command line, put into the tree before variables are expanded.
#pragma once

#include <actors/config/document.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace actors::inline v1::config {

/// Adds the arguments as the source `<command line>`, one line `--set ARGUMENT` for each.
std::uint32_t add_command_line(std::span<const std::string> arguments, source_set& sources);

/// Puts each `name=value` or `path.to.key=value` into the tree. The value is one unquoted scalar, in which variables
/// are expanded as in the file. A name without a dot is a variable that the file has; a path may name keys that the
/// file leaves out, but no actor that it does not have.
void apply_overrides(node& root, std::span<const std::string> arguments, std::uint32_t command_line, report& out);

}  // namespace actors::inline v1::config
