// timer_queue: the pending timers of one worker.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/detail/timer.hpp>
#include <actors/waiter.hpp>

#include "scheduler_report.hpp"
#include "timer_wheel.hpp"

#include <atomic>
#include <cstdint>

namespace actors::inline v1::detail {

/// A timer_wheel under a lock: the owner inserts and fires, others stop timers and fire for a busy owner. `next_` is
/// the time at which there may be something to do (or `never`), written under the lock and read without it by workers
/// that go to sleep: seq_cst where it becomes sooner, as a worker that inserts looks at the sleepers afterwards. Where
/// it becomes later whoever misses that looks at the queue in vain, once: release.
///
/// The lock is held for a bounded number of steps at a time. Waits that a timer ended are posted after it was given
/// back: their parties cannot be gone before that, as nobody else can decide or post them any more.
class timer_queue {
 public:
  static constexpr std::int64_t never = timer_wheel::never;
  /// So many timers fire in one call: what they woke runs while it is still in the cache, and other workers, which call
  /// as well, get their share of a crowd that is due at once.
  static constexpr unsigned most_at_once = 128;

  /// Arms `who` (where given) and inserts; false when a cancellation is pending.
  bool insert(timer& pending, waiter* who) noexcept;
  void remove(timer& pending) noexcept;

  /// Fires what is due at `now`, at most `most_at_once`; what is left is due at the next call. Any thread.
  void fire_due(steady_time now) noexcept;

  /// Never after the soonest deadline, and nearly always that deadline; earlier where the soonest timer was stopped
  /// beside others due about the same time. At that time `fire_due` fires something or learns the right time.
  std::int64_t next() const noexcept { return next_.load(std::memory_order_seq_cst); }

  /// Any thread.
  void add_to(timer_report& sum) const noexcept;

 private:
  void publish() noexcept;

  spin_lock lock_;
  atomic<std::int64_t> next_{never};
  timer_wheel wheel_;
  // For reports. Written under the lock; the two below with release, so that who has seen an end (acquire) sees its
  // start, too.
  std::atomic<std::uint64_t> started_{0};
  std::atomic<std::uint64_t> stopped_{0};
  std::atomic<std::uint64_t> fired_{0};
};

}  // namespace actors::inline v1::detail
