#include <actors/detail/scheduler.hpp>
#include <actors/detail/thread_waiter.hpp>
#include <actors/errors.hpp>

#include <chrono>
#include <mutex>
#include <string>

namespace actors::inline v1::detail {

void refuse_on_worker(const char* what) {
  if (current_scheduler() == nullptr) return;
  throw usage_error{std::string{what} +
                    " would block a worker of the runtime, and all tasks that it could run: in a task co_await the "
                    "operation that does not block"};
}

void thread_waiter::block() {
  std::unique_lock guard{lock_};
  changed_.wait(guard, [this] { return posted_; });
  posted_ = false;
}

void thread_waiter::block_until(steady_time deadline) {
  {
    std::unique_lock guard{lock_};
    while (!posted_) {
      if (changed_.wait_until(guard, deadline) == std::cv_status::timeout) break;
    }
    if (posted_) {
      posted_ = false;
      return;
    }
  }
  request_cancel();
  block();  // somebody decided the wait: this request, or one who came before it
  uncancel();
}

void thread_waiter::post(runnable&) noexcept {
  const std::lock_guard guard{lock_};
  posted_ = true;
  changed_.notify_one();
}

}  // namespace actors::inline v1::detail
