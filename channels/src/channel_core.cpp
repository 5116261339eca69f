#include <actors/detail/channel_core.hpp>
#include <actors/errors.hpp>

#include <utility>

namespace actors::inline v1::detail {

void channel_core::close(std::exception_ptr reason) noexcept {
  wake_batch woken;
  {
    const wait_lock::hold guard{lock_};
    if (closed_) return;
    closed_ = true;
    reason_ = std::move(reason);
    for (wait_list* list : {&waiting_receivers_, &waiting_senders_}) {
      while (wait_node* node = list->claim_front(lock_)) {
        node->outcome = wait_outcome::closed;
        woken.add(*node);
      }
    }
  }
  woken.wake_all();
}

bool channel_core::closed() const noexcept {
  const wait_lock::hold guard{lock_};
  return closed_;
}

std::exception_ptr channel_core::current_reason() const noexcept {
  const wait_lock::hold guard{lock_};
  return reason_;
}

bool channel_core::add_sender_if_open() noexcept {
  std::uint32_t count = senders_.load(std::memory_order_relaxed);
  while (count != 0) {
    if (senders_.compare_exchange_weak(count, count + 1, std::memory_order_relaxed, std::memory_order_relaxed))
      return true;
  }
  return false;
}

std::size_t channel_core::size() const noexcept {
  const wait_lock::hold guard{lock_};
  return used_;
}

void channel_core::drop_sender() noexcept {
  if (senders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  close();
  drop_side();
}

void channel_core::drop_receiver() noexcept {
  if (receivers_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  close();
  drop_values();
  drop_side();
}

void channel_core::drop_side() noexcept {
  if (sides_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

void channel_core::withdraw_receiver(wait_node& node) noexcept {
  const wait_lock::hold guard{lock_};
  if (node.listed) waiting_receivers_.remove(node);
}

void channel_core::withdraw_sender(wait_node& node) noexcept {
  wake_batch woken;
  {
    const wait_lock::hold guard{lock_};
    if (node.listed) waiting_senders_.remove(node);
    // The one behind may be lighter than the one that leaves.
    if (!closed_) admit_senders(woken);
  }
  woken.wake_all();
}

void throw_channel_closed(const std::exception_ptr& reason) {
  if (reason != nullptr) std::rethrow_exception(reason);
  throw channel_closed{"send on a closed channel: it was closed, or its last receiver is gone"};
}

void throw_empty_sender() { throw channel_closed{"send on an empty sender: it belongs to no channel"}; }

void throw_cancelled(waiter& who) {
  who.take_cancel();
  throw cancelled{};
}

}  // namespace actors::inline v1::detail
