#include <actors/detail/scheduler.hpp>
#include <actors/errors.hpp>

#include <string>
#include <utility>

namespace actors::inline v1::detail {

namespace {
thread_local scheduler* current = nullptr;
}  // namespace

[[gnu::noinline]] scheduler* current_scheduler() noexcept { return current; }

[[gnu::noinline]] scheduler* set_current_scheduler(scheduler* now) noexcept { return std::exchange(current, now); }

scheduler& need_scheduler(const char* what) {
  if (scheduler* here = current_scheduler()) return *here;
  throw usage_error{std::string{what} + " needs a running runtime: call it in a task, or use runtime::spawn"};
}

}  // namespace actors::inline v1::detail
