#include <actors/errors.hpp>
#include <actors/sync/latch.hpp>

#include <limits>
#include <string>

namespace actors::inline v1 {

latch::latch(std::size_t expected) : state_{expected * one} {
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max() / 4;
  if (expected > most)
    throw usage_error{"latch: expected a count of at most " + std::to_string(most) + ", found " +
                      std::to_string(expected)};
}

void latch::blocking_wait() { detail::block_on(detail::latch_request{this}, "latch::blocking_wait()"); }

void latch::blocking_arrive_and_wait(std::size_t count) {
  detail::refuse_on_worker("latch::blocking_arrive_and_wait()");
  count_down(count);
  blocking_wait();
}

void latch::count_down(std::size_t count, detail::code_place where) {
  detail::note_step("count down latch", detail::number_of(state_), where);
  wake_batch woken;
  std::uint64_t now = state_.load(std::memory_order_relaxed);
  for (;;) {
    const std::uint64_t left = now / one;
    if (count > left) {
      woken.wake_all();  // somebody else made it zero meanwhile
      throw usage_error{"latch::count_down: expected at most " + std::to_string(left) +
                        ", which is left of the count, found " + std::to_string(count) +
                        ": give the latch as many as count it down"};
    }
    if (count < left || (now & waiting) == 0) {
      // Last: who finds zero may destroy it.
      if (state_.compare_exchange_weak(now, now - count * one, std::memory_order_acq_rel, std::memory_order_relaxed))
        break;
      continue;
    }
    claim_all(woken);
    now = state_.load(std::memory_order_relaxed);
  }
  woken.wake_all();
}

// By the one whose turn makes the count zero.
void latch::claim_all(wake_batch& woken) noexcept {
  const detail::wait_lock::hold held{room_.lock};
  while (wait_node* node = room_.list.claim_front(room_.lock)) {
    node->outcome = wait_outcome::delivered;
    woken.add(*node);
  }
  state_.fetch_and(~waiting, std::memory_order_relaxed);
}

bool latch::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  waiter::wait_at_lock visit{who, room_.lock};
  std::uint64_t now = state_.load(std::memory_order_acquire);
  while (now != 0 && (now & waiting) == 0 &&
         !state_.compare_exchange_weak(now, now | waiting, std::memory_order_relaxed, std::memory_order_acquire)) {
  }
  if (now == 0) {
    node.outcome = wait_outcome::delivered;
    return false;
  }
  if (room_.enlist(detail::wait_kind::latch, node, visit, who, point)) return true;
  if (room_.list.empty()) state_.fetch_and(~waiting, std::memory_order_relaxed);
  return false;
}

void latch::withdraw(wait_node& node) noexcept {
  const detail::wait_lock::hold held{room_.lock};
  if (!node.listed) return;
  room_.list.remove(node);
  if (room_.list.empty()) state_.fetch_and(~waiting, std::memory_order_relaxed);
}

}  // namespace actors::inline v1
