// spin_lock: the short lock of channels and other sources of waits: held for a few instructions, never across a wake.
#pragma once

#include <actors/detail/atomic.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

/// One round of a loop that waits for another thread, counted from 0: a hint to the processor, and now and then the
/// rest of the time slice (the other one may have been preempted).
void give_way(unsigned round) noexcept;

/// Asks for the cache line of `address` in the state for writing. A load before a read-modify-write would else bring it
/// for reading first, and where another processor has it that is a second way to there.
inline void prefetch_for_writing([[maybe_unused]] const void* address) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0"
               :
               : "m"(*static_cast<const char*>(address)));  // __builtin_prefetch reads, without -mprfchw
#else
  __builtin_prefetch(address, 1);
#endif
}

/// What it has cost the calling thread so far, modulo 2^32, that others use the same locks as it does. The unit is what
/// a turn at a lock costs more than at one that is biased to its thread, about 7 ns.
std::uint32_t contention_of_this_thread() noexcept;
void note_contention(std::uint32_t cost) noexcept;

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
