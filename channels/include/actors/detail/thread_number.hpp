// thread_number: small numbers for threads, by which a lock knows who uses it alone; and the fences it needs for that.
#pragma once

#include <atomic>
#include <cstdint>

namespace actors::inline v1::detail {

/// What a thread has for a number that has none.
inline constexpr std::uint8_t no_thread = 255;

/// The number of the calling thread. Never inlined: a coroutine can change its thread at every suspension, and
/// compilers keep addresses of thread-local variables across them.
std::uint8_t thread_number() noexcept;

/// Gives the thread that makes it a number from 1 to 254 that no other thread has, until it is destroyed; none where
/// all are taken. What the thread did that had the number before happens before.
class numbered_thread {
 public:
  numbered_thread() noexcept;
  ~numbered_thread();
  numbered_thread(const numbered_thread&) = delete;
  numbered_thread& operator=(const numbered_thread&) = delete;
};

/// Two threads that each store, and then look at what the other has stored, need a fence in between. Where one of them
/// does so all the time and the other hardly ever, the one can do with `light_fence`, which costs nothing, if the other
/// calls `heavy_fence`: every thread of the process passes a full fence between its beginning and its end. (Linux:
/// membarrier(2). Dice, Huang, Yang, "Asymmetric Dekker Synchronization", 2001.)
inline void light_fence() noexcept { std::atomic_signal_fence(std::memory_order_seq_cst); }
void heavy_fence() noexcept;
/// Called before the first `heavy_fence`, best while the process has one thread. False where the system has none.
bool prepare_heavy_fence() noexcept;

}  // namespace actors::inline v1::detail
