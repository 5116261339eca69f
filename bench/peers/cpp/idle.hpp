// idle: what a runtime costs that has nothing to do.
#pragma once

#include "peer.hpp"

namespace peer {

/// Lets the runtime be for a second, then measures all threads but the calling one for s.n seconds. The figure is
/// nanoseconds of CPU time in a second; stderr has the context switches. Blocks the calling thread.
outcome measure_idle(const settings& s);

}  // namespace peer
