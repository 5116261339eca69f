#include <actors/waiter.hpp>

namespace actors::inline v1 {

waiter::cancel_step waiter::begin_cancel() noexcept {
  std::uint32_t word = word_.load(std::memory_order_relaxed);
  for (;;) {
    // A plain wait ends here; a running or shielded party keeps the request for its next wait.
    const bool ends_wait = (word & phase_mask) == waiting;
    const std::uint32_t after = ((ends_wait ? word & ~phase_mask : word) | pending_bit) + one_request;
    if (!word_.compare_exchange_weak(word, after, std::memory_order_seq_cst, std::memory_order_relaxed)) continue;
    if ((word & told_bit) != 0) [[unlikely]]
      cancel_observer.load(std::memory_order_acquire)(*this);
    if (!ends_wait) return (word & quiet_bit) != 0 ? cancel_step::fence : cancel_step::look;
    wake();
    return cancel_step::over;
  }
}

void waiter::request_cancel() noexcept {
  const cancel_step next_step = begin_cancel();
  if (next_step == cancel_step::over) return;
  if (next_step == cancel_step::fence) detail::heavy_fence();
  finish_cancel();
}

detail::wait_lock* waiter::lock_in(std::uintptr_t note) noexcept {
  return (note & lock_note) == 0 ? nullptr : reinterpret_cast<detail::wait_lock*>(note & ~detail::link::note_bits);
}

// The request is visible. Where the party does not wait under a lock it will see it when it next arms under one (for
// which there are three reasons: waiter.hpp), and so it is where it has left this one meanwhile.
void waiter::end_wait_at_lock() noexcept {
  detail::wait_lock* guard = lock_in(next.word().load(std::memory_order_seq_cst));
  if (guard == nullptr) return;
  {
    const detail::wait_visit visit{guard};
    if (lock_in(next.word().load(std::memory_order_acquire)) != guard) return;
    const detail::wait_lock::hold held{*guard};
    // It may be waiting there another time, and have taken the cancellation before.
    if ((word_.load(std::memory_order_relaxed) & pending_bit) == 0 || !claim_at_lock(*guard)) return;
  }
  wake();
}

bool waiter::visit_lock(void (*look)(const detail::wait_lock&, void*), void* context) noexcept {
  const detail::wait_lock* const guard = lock_in(next.word().load(std::memory_order_acquire));
  if (guard == nullptr) return false;
  const detail::wait_visit visit{guard};
  if (lock_in(next.word().load(std::memory_order_acquire)) != guard) return false;
  look(*guard, context);
  return true;
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
