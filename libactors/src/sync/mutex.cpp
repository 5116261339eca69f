#include <actors/errors.hpp>
#include <actors/sync/mutex.hpp>

#include <string>

namespace actors::inline v1 {

void detail::throw_unlocks_nothing(const char* guard) {
  throw usage_error{std::string{guard} +
                    ": unlock() or release() of one that has nothing: it was moved from, or has let go before"};
}

mutex::guard mutex::try_lock(detail::code_place where) noexcept {
  detail::note_step("try_lock mutex", detail::number_of(state_), where);
  return take() ? guard{*this} : guard{};
}

mutex::guard mutex::blocking_lock() { return detail::block_on(detail::lock_request{this}, "mutex::blocking_lock()"); }

// With the lock of the room. False: it is contended now, and the caller lists somebody or takes that back.
bool mutex::take_or_contend() noexcept {
  std::uint32_t now = state_.load(std::memory_order_relaxed);
  for (;;) {
    if (now == contended) return false;
    if (now == free) {
      if (state_.compare_exchange_weak(now, locked_alone, std::memory_order_acquire, std::memory_order_relaxed))
        return true;
    } else if (state_.compare_exchange_weak(now, contended, std::memory_order_relaxed, std::memory_order_relaxed)) {
      return false;
    }
  }
}

bool mutex::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  waiter::wait_at_lock visit{who, room_.lock};
  if (take_or_contend()) {
    node.outcome = wait_outcome::delivered;
    return false;
  }
  if (room_.enlist(node, visit, who, point)) return true;
  if (room_.list.empty()) state_.store(locked_alone, std::memory_order_relaxed);
  return false;
}

namespace {
char shielded_mark;  // what `slot` of a node points to whose wait a cancellation does not end
}  // namespace

// For a party that is suspended already, or is about to be, and belongs to the caller: `node.who`, which knows where it
// goes on. True: the mutex is its own. False: it waits for it, and a cancellation does not end the wait.
bool mutex::enter_shielded(wait_node& node) noexcept {
  node.slot = &shielded_mark;
  node.outcome = wait_outcome::none;
  const detail::wait_lock::hold held{room_.lock};
  if (take_or_contend()) {
    node.outcome = wait_outcome::delivered;
    return true;
  }
  node.who->arm_shielded();
  room_.list.push_back(node);
  return false;
}

wait_node* mutex::claim_next() noexcept {
  while (wait_node* node = room_.list.front()) {
    room_.list.remove(*node);
    if (node->slot == &shielded_mark ? node->who->claim() : node->who->claim_at_lock(room_.lock)) return node;
  }
  return nullptr;
}

void mutex::hand_over() noexcept {
  for (;;) {
    wait_node* next;
    {
      const detail::wait_lock::hold held{room_.lock};
      next = claim_next();
      if (next != nullptr) next->outcome = wait_outcome::delivered;
      // Not free yet where nobody is left: whoever locks it then may destroy it, and this lock with it.
      if (room_.list.empty()) state_.store(locked_alone, std::memory_order_relaxed);
    }
    if (next != nullptr) return next->who->wake();
    std::uint32_t expected = locked_alone;
    if (state_.compare_exchange_strong(expected, free, std::memory_order_release, std::memory_order_relaxed)) return;
  }
}

void mutex::withdraw(wait_node& node) noexcept {
  const detail::wait_lock::hold held{room_.lock};
  if (!node.listed) return;
  room_.list.remove(node);
  if (room_.list.empty()) state_.store(locked_alone, std::memory_order_relaxed);
}

}  // namespace actors::inline v1
