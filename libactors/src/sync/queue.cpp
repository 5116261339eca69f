#include <actors/detail/queue_core.hpp>
#include <actors/errors.hpp>

namespace actors::inline v1::detail {

void queue_core::task_done() {
  wake_batch woken;
  bool too_many;
  {
    const wait_lock::hold held{room_.lock};
    too_many = unfinished() == 0;
    if (!too_many) finish(1, woken);
  }
  if (too_many)
    throw usage_error{
        "queue::task_done: expected one call for each value that was put, found one more: call it once after each get, "
        "when the value has been worked on"};
  woken.wake_all();
}

void queue_core::finish(std::size_t count, wake_batch& woken) noexcept {
  const std::size_t left = unfinished() - count;
  unfinished_.store(left, std::memory_order_relaxed);
  if (left != 0) return;
  while (wait_node* node = joining_.claim_front(room_.lock)) {
    node->outcome = wait_outcome::delivered;
    woken.add(*node);
  }
}

void queue_core::shut(wake_batch& woken) noexcept {
  shut_ = true;
  while (wait_node* node = claim_front()) {
    node->outcome = wait_outcome::closed;
    woken.add(*node);
  }
}

void queue_core::withdraw(wait_node& node) noexcept {
  const wait_lock::hold held{room_.lock};
  if (node.listed) room_.list.remove(node);
}

bool queue_core::enter_join(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  waiter::wait_at_lock visit{who, room_.lock};
  if (unfinished() != 0) return wait_room::enlist(joining_, wait_kind::join_queue, node, visit, who, point);
  node.outcome = wait_outcome::delivered;
  return false;
}

void queue_core::withdraw_join(wait_node& node) noexcept {
  const wait_lock::hold held{room_.lock};
  if (node.listed) joining_.remove(node);
}

void throw_put_after_shutdown() {
  throw queue_shut_down{
      "put into a queue that was shut down: the value was not queued; let those who put end before shutdown(), or take "
      "this error as their end"};
}

void throw_get_after_shutdown() {
  throw queue_shut_down{
      "get from a queue that was shut down and is empty: no value will come any more; take this error as the end of "
      "those who get"};
}

}  // namespace actors::inline v1::detail
