// In place of CAF's workloads where the library is built without CAF.
#include "../workloads.hpp"

namespace bench {

namespace {

[[noreturn]] outcome without_caf() { throw not_available{"this bench was built without CAF (ACTORS_WITH_CAF)"}; }

}  // namespace

outcome caf_pingpong(const settings&) { without_caf(); }
outcome caf_fanout(const settings&) { without_caf(); }
outcome caf_requests(const settings&) { without_caf(); }
outcome caf_mixed(const settings&) { without_caf(); }
outcome caf_idle(const settings&) { without_caf(); }
outcome caf_handoff(const settings&) { without_caf(); }
outcome caf_handoff_parked(const settings&) { without_caf(); }
outcome caf_handoff_lingering(const settings&) { without_caf(); }

}  // namespace bench
