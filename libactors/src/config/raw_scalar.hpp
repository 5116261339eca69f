// From the text of a YAML scalar back to the bytes it was written with.
#pragma once

#include <actors/config/document.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace actors::inline v1::config {

struct raw_scalar {
  span where;
  std::vector<piece> pieces;
  bool closed = true;  ///< false: a quote that opens it is never closed (yaml-cpp 0.7 reads on to the end of the file)
};

/// Finds where each part of `value` stands in `source_text`, in which the scalar (or its anchor) starts at `offset`.
/// Plain, quoted and block scalars; what cannot be traced becomes one piece as a whole.
raw_scalar trace_scalar(std::string_view source_text, std::uint32_t source, std::size_t offset, std::string_view value);

}  // namespace actors::inline v1::config
