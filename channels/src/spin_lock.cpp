#include <actors/detail/spin_lock.hpp>

#if !ACTORS_SIMULATION
#include <sched.h>
#endif

namespace actors::inline v1::detail {

#if !ACTORS_SIMULATION
void give_way(unsigned round) noexcept {
  if (round % 128 == 127) sched_yield();
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}
#endif

void spin_lock::lock_contended() noexcept {
  for (unsigned round = 0;; ++round) {
    if (!locked_.load(std::memory_order_relaxed) && !locked_.exchange(true, std::memory_order_acquire)) return;
    give_way(round);
  }
}

}  // namespace actors::inline v1::detail
