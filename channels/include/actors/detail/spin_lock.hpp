// spin_lock: the short lock of channels and other sources of waits: held for a few instructions, never across a wake.
#pragma once

#include <atomic>

namespace actors::inline v1::detail {

/// A test-and-set lock of one byte. `lock` acquires (pairs with the release in `unlock`). A holder can be preempted, so
/// a waiter spins briefly and then gives its time slice away.
class spin_lock {
 public:
  void lock() noexcept {
    if (locked_.exchange(true, std::memory_order_acquire)) [[unlikely]]
      lock_contended();
  }
  void unlock() noexcept { locked_.store(false, std::memory_order_release); }

 private:
  void lock_contended() noexcept;

  std::atomic<bool> locked_{false};
};

}  // namespace actors::inline v1::detail
