#include "thread_context.hpp"

#include <actors/detail/atomic.hpp>

namespace actors::inline v1::detail {

#if !ACTORS_SIMULATION
[[gnu::noinline]] thread_context& this_thread() noexcept {
  thread_local thread_context context;
  return context;
}
#endif

}  // namespace actors::inline v1::detail
