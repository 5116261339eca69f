// What the YAML reader's complaints mean, in words that help.
#pragma once

#include <actors/config/diagnostic.hpp>
#include <actors/config/source.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace actors::inline v1::config {

/// Reports a syntax error. `complaint` is the YAML reader's own message at `offset`; `open` is the innermost flow
/// collection that was open then.
void report_syntax_error(const source_set& sources, std::uint32_t source, std::size_t offset,
                         std::string_view complaint, std::optional<span> open, report& out);

}  // namespace actors::inline v1::config
