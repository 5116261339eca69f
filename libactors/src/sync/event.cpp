#include <actors/sync/event.hpp>

namespace actors::inline v1 {

void event::blocking_wait() { detail::block_on(detail::event_request{this}, "event::blocking_wait()"); }

void event::set(detail::code_place where) noexcept {
  detail::note_step("set event", detail::number_of(state_), where);
  wake_batch woken;
  std::uint32_t now = state_.load(std::memory_order_relaxed);
  for (;;) {
    if (now != waiting) {
      // Last: who finds it set may destroy it.
      if (state_.compare_exchange_weak(now, is_set_bit, std::memory_order_release, std::memory_order_relaxed)) break;
      continue;
    }
    claim_all(woken);
    now = state_.load(std::memory_order_relaxed);
  }
  woken.wake_all();
}

void event::claim_all(wake_batch& woken) noexcept {
  const detail::wait_lock::hold held{room_.lock};
  while (wait_node* node = room_.list.claim_front(room_.lock)) {
    node->outcome = wait_outcome::delivered;
    woken.add(*node);
  }
  state_.fetch_and(~waiting, std::memory_order_relaxed);
}

void event::clear(detail::code_place where) noexcept {
  detail::note_step("clear event", detail::number_of(state_), where);
  std::uint32_t now = is_set_bit;
  while (now == is_set_bit &&
         !state_.compare_exchange_weak(now, 0, std::memory_order_acq_rel, std::memory_order_relaxed)) {
  }
}

// With the lock of the room; false where the flag is set.
bool event::note_waiting() noexcept {
  std::uint32_t now = state_.load(std::memory_order_acquire);
  while (now == 0 &&
         !state_.compare_exchange_weak(now, waiting, std::memory_order_acquire, std::memory_order_acquire)) {
  }
  return now != is_set_bit;
}

bool event::list(wait_node& node) noexcept {
  if (!note_waiting()) return false;
  room_.list.push_back(node);
  return true;
}

bool event::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  waiter::wait_at_lock visit{who, room_.lock};
  if (!note_waiting()) {
    node.outcome = wait_outcome::delivered;
    return false;
  }
  if (room_.enlist(detail::wait_kind::event, node, visit, who, point)) return true;
  if (room_.list.empty()) state_.fetch_and(~waiting, std::memory_order_relaxed);
  return false;
}

void event::withdraw(wait_node& node) noexcept {
  const detail::wait_lock::hold held{room_.lock};
  if (!node.listed) return;
  room_.list.remove(node);
  if (room_.list.empty()) state_.fetch_and(~waiting, std::memory_order_relaxed);
}

}  // namespace actors::inline v1
