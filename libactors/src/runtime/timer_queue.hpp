// timer_queue: the pending timers of one worker, soonest first.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/detail/timer.hpp>
#include <actors/waiter.hpp>

#include <cstddef>
#include <vector>

namespace actors::inline v1::detail {

/// A 4-ary heap under a lock: the owner inserts and fires, others stop timers and fire for a busy owner. `next_` is the
/// soonest deadline (or `never`), written under the lock and read without it by workers that go to sleep: seq_cst, as
/// a worker that inserts looks at the sleepers afterwards.
class timer_queue {
 public:
  static constexpr std::int64_t never = INT64_MAX;

  /// Arms `who` (where given) and inserts; false when a cancellation is pending. Throws std::bad_alloc.
  bool insert(timer& pending, waiter* who);
  void remove(timer& pending) noexcept;

  /// Fires what is due at `now`. Any thread.
  void fire_due(steady_time now) noexcept;

  /// The soonest deadline, in nanoseconds of the clock's epoch.
  std::int64_t next() const noexcept { return next_.load(std::memory_order_seq_cst); }

 private:
  struct entry {
    std::int64_t deadline;
    timer* what;
  };
  void place(std::size_t position, entry e) noexcept;
  void sift_up(std::size_t position, entry e) noexcept;
  void sift_down(std::size_t position, entry e) noexcept;
  void erase(std::size_t position) noexcept;
  void publish() noexcept;

  spin_lock lock_;
  std::vector<entry> heap_;
  atomic<std::int64_t> next_{never};
};

}  // namespace actors::inline v1::detail
