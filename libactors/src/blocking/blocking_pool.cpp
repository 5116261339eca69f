#include <actors/blocking_pool.hpp>

#include "../runtime/call_pool.hpp"
#include "../runtime/thread_context.hpp"

namespace actors::inline v1 {

namespace detail {
call_pool& pool_of(blocking_pool& pool) noexcept { return pool.core_; }
}  // namespace detail

blocking_pool::blocking_pool(const blocking_pool_options& options)
    : core_{*detail::call_pool::make(options, nullptr)}, closes_{true} {}

blocking_pool::blocking_pool(detail::call_pool& of_a_runtime) noexcept : core_{of_a_runtime}, closes_{false} {
  core_.retain();
}

blocking_pool::~blocking_pool() {
  if (closes_) close(core_.at_shutdown());
  core_.release();
}

void blocking_pool::close(pool_shutdown how) {
  if (!closes_) throw usage_error{"close(): the pool of a runtime is closed by the runtime, when it is destroyed"};
  if (detail::this_thread().pool == &core_)
    throw usage_error{"close() in a call on the same pool would wait for that call: close it on another thread"};
  core_.close(how);
}

blocking_statistics blocking_pool::statistics() const noexcept { return core_.statistics(); }

}  // namespace actors::inline v1
