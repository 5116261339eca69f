// idleness: what the threads of a program do that has nothing to do.
#pragma once

#include "measure.hpp"

#include <cstdint>
#include <string_view>

namespace bench {

/// Sleeps for `seconds`; the figure is the CPU time in a second of all threads but the calling one. Prints on stderr
/// what they did. Where they `must_rest`, throws not_done for a single context switch, or a thread that came or went.
outcome measure_idle(std::string_view name, std::int64_t seconds, bool must_rest);

}  // namespace bench
