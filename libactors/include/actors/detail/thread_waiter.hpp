// thread_waiter: a plain thread as a party that can wait, for calls that block where tasks suspend.
#pragma once

#include <actors/detail/threads.hpp>
#include <actors/detail/timer.hpp>
#include <actors/executor.hpp>
#include <actors/waiter.hpp>

namespace actors::inline v1::detail {

/// Throws usage_error where the calling thread is a worker of a runtime, whose tasks would stand still while it blocks.
/// `what` is what the caller tried.
void refuse_on_worker(const char* what);

/// A waiter whose home is itself: to be posted is to be woken. Lives on the stack of the thread. For each wait: a
/// source arms and lists it as it does a task (there is no coroutine, so the point to go on at is null), then the
/// thread calls `block` or `block_until` once, and looks at the outcome in its node.
///
/// Invariants, under `lock_`: `posted_` is set by the one who decided the wait, and cleared by the thread. The one who
/// posts notifies under the lock, as the thread may end the life of the waiter as soon as it has the lock. The lock
/// orders what was done before the post before what comes after the wait.
class thread_waiter final : public waiter, private executor {
 public:
  thread_waiter() noexcept { home = this; }

  /// Blocks until the wait is decided.
  void block();

  /// The same; at `deadline` it cancels the wait. Either way the wait is decided when it returns: a node without an
  /// outcome is that of a wait whose time was over, and the caller withdraws it.
  void block_until(steady_time deadline);

 private:
  void post(runnable&) noexcept override;

  detail::mutex lock_;
  detail::condition_variable changed_;
  bool posted_ = false;
};

}  // namespace actors::inline v1::detail
