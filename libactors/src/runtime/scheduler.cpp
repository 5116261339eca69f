#include <actors/detail/scheduler.hpp>
#include <actors/errors.hpp>

#include "thread_context.hpp"

#include <string>
#include <utility>

namespace actors::inline v1::detail {

[[gnu::noinline]] scheduler* current_scheduler() noexcept { return this_thread().where; }

[[gnu::noinline]] scheduler* set_current_scheduler(scheduler* now) noexcept {
  return std::exchange(this_thread().where, now);
}

scheduler& need_scheduler(const char* what) {
  if (scheduler* here = current_scheduler()) return *here;
  throw usage_error{std::string{what} + " needs a running runtime: call it in a task, or use runtime::spawn"};
}

call_pool& scheduler::calls() {
  throw usage_error{"this scheduler has no pool of threads to submit to: make a blocking_pool, or await blocking(f)"};
}

reactor& scheduler::io(std::unique_ptr<reactor> (*)()) {
  throw usage_error{"this scheduler serves no I/O: sockets, pipes and Asio's timers need a runtime"};
}

}  // namespace actors::inline v1::detail
