// trace_json: a timeline as JSON in the Trace Event Format, which Perfetto and chrome://tracing read.
#pragma once

#include "trace_timeline.hpp"

#include <iosfwd>

namespace actors::inline v1::detail {

/// Throws std::bad_alloc; that the stream fails is seen at the stream.
void write_trace_json(std::ostream& to, const trace_timeline& from);

}  // namespace actors::inline v1::detail
