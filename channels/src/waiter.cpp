#include <actors/waiter.hpp>

namespace actors::inline v1 {

void waiter::request_cancel() noexcept {
  std::uint32_t word = word_.load(std::memory_order_relaxed);
  for (;;) {
    // A plain wait ends here; a running or shielded party keeps the request for its next wait.
    const bool ends_wait = (word & phase_mask) == waiting;
    const std::uint32_t after = ((ends_wait ? word & ~phase_mask : word) | pending_bit) + one_request;
    if (word_.compare_exchange_weak(word, after, std::memory_order_acq_rel, std::memory_order_relaxed)) {
      if (ends_wait) wake();
      return;
    }
  }
}

std::uint32_t waiter::uncancel(std::uint32_t answered) noexcept {
  std::uint32_t word = word_.load(std::memory_order_relaxed);
  for (;;) {
    if (word >> count_shift == 0) return 0;
    std::uint32_t after = word - one_request;
    if (after >> count_shift <= answered) after &= ~pending_bit;
    if (word_.compare_exchange_weak(word, after, std::memory_order_acq_rel, std::memory_order_relaxed))
      return after >> count_shift;
  }
}

}  // namespace actors::inline v1
