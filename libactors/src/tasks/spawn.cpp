#include <actors/spawn.hpp>

namespace actors::inline v1::detail {

void throw_empty_task() { throw usage_error{"an empty task cannot be started: it was moved from, or started before"}; }

}  // namespace actors::inline v1::detail
