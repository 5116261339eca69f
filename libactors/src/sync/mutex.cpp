#include <actors/errors.hpp>
#include <actors/sync/mutex.hpp>

#include <cstddef>
#include <string>

namespace actors::inline v1 {

void detail::throw_unlocks_nothing(const char* guard) {
  throw usage_error{std::string{guard} +
                    ": unlock() or release() of one that has nothing: it was moved from, or has let go before"};
}

mutex::guard mutex::try_lock(detail::code_place where) noexcept {
  detail::note_step("try_lock mutex", detail::number_of(holder_), where);
  return take(detail::thread_number(), somebody()) ? guard{*this} : guard{};
}

mutex::guard mutex::blocking_lock() { return detail::block_on(detail::lock_request{this}, "mutex::blocking_lock()"); }

bool mutex::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  waiter::wait_at_lock visit{who, room_.lock};
  if (!take_under_lock(&who)) return room_.enlist(detail::wait_kind::lock_mutex, node, visit, who, point);
  node.outcome = wait_outcome::delivered;
  return false;
}

// For a party that is suspended already, or is about to be, and belongs to the caller: `node.who`, which knows where it
// goes on. True: the mutex is its own. False: it waits for it, and a cancellation does not end the wait.
bool mutex::enter_shielded(wait_node& node) noexcept {
  node.by_word = true;
  node.outcome = wait_outcome::none;
  const detail::wait_lock::hold held{room_.lock};
  if (take_under_lock(node.who)) {
    node.outcome = wait_outcome::delivered;
    return true;
  }
  node.who->arm_shielded();
  room_.list.push_back(node);
  return false;
}

// With the lock of the room. Whoever has the mutex now, to be woken without that lock; null where nobody is left.
waiter* mutex::hand_over() noexcept {
  while (wait_node* node = room_.list.front()) {
    room_.list.remove(*node);
    waiter& who = *node->who;
    if (!node->claim(room_.lock)) continue;
    node->outcome = wait_outcome::delivered;
    set_holder(&who);
    return &who;
  }
  set_holder(nullptr);
  return nullptr;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
void detail::describe_mutex(const wait_lock& its, source_report& into) noexcept {
  const auto* const found = reinterpret_cast<const actors::mutex*>(
      reinterpret_cast<const std::byte*>(&its) - offsetof(actors::mutex, room_) - offsetof(wait_room, lock));
  into.type = "mutex";
  into.address = found;
  const void* const holder = unseen(found->holder_).load(std::memory_order_relaxed);
  into.holder = holder != found ? holder : nullptr;  // where it is not somebody whose name is not known
}
#pragma GCC diagnostic pop

void mutex::withdraw(wait_node& node) noexcept {
  const detail::wait_lock::hold held{room_.lock};
  if (node.listed) room_.list.remove(node);
}

}  // namespace actors::inline v1
