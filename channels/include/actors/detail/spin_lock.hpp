// spin_lock: the short lock of channels and other sources of waits: held for a few instructions, never across a wake.
#pragma once

#include <actors/detail/atomic.hpp>

namespace actors::inline v1::detail {

/// One round of a loop that waits for another thread, counted from 0: a hint to the processor, and now and then the
/// rest of the time slice (the other one may have been preempted).
void give_way(unsigned round) noexcept;

/// A test-and-set lock of one byte. `lock` acquires (pairs with the release in `unlock`).
class spin_lock {
 public:
  void lock() noexcept {
    if (locked_.exchange(true, std::memory_order_acquire)) [[unlikely]]
      lock_contended();
  }
  void unlock() noexcept { locked_.store(false, std::memory_order_release); }

 private:
  void lock_contended() noexcept;

  atomic<bool> locked_{false};
};

}  // namespace actors::inline v1::detail
