#include <actors/detail/peek.hpp>
#include <actors/detail/shared_end.hpp>
#include <actors/detail/wait_source.hpp>

#include <cstddef>
#include <utility>

namespace actors::inline v1::detail {

void wait_source::close(std::exception_ptr reason) noexcept {
  wake_batch woken;
  {
    const wait_lock::hold guard{lock_};
    end(std::move(reason), woken);
  }
  woken.wake_all();
}

void wait_source::end(std::exception_ptr reason, wake_batch& woken) noexcept {
  if (closed_) return;
  closed_ = true;
  reason_ = std::move(reason);
  claim_all(waiting_, wait_outcome::closed, woken);
}

void wait_source::claim_all(wait_list& list, wait_outcome outcome, wake_batch& woken) noexcept {
  while (wait_node* node = list.claim_front(lock_)) {
    node->outcome = outcome;
    woken.add(*node);
  }
}

bool wait_source::closed() const noexcept {
  const wait_lock::hold guard{lock_};
  return closed_;
}

std::exception_ptr wait_source::current_reason() const noexcept {
  const wait_lock::hold guard{lock_};
  return reason_;
}

std::size_t wait_source::receivers() const noexcept {
  const wait_lock::hold guard{lock_};
  return receivers_;
}

void wait_source::drop_sender() noexcept {
  if (senders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  close();
  drop_owner();
}

bool wait_source::add_sender_if_open() noexcept { return add_unless_none(senders_); }

void wait_source::drop_owner() noexcept {
  if (owners_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  leave_register();
  delete this;
}

channel_step wait_source::await_desertion(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  waiter::wait_at_lock visit{who, lock_};
  if (receivers_ == 0) return channel_step::done;
  return enlist(deserted_, wait_kind::desertion, node, visit, who, point);
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
const wait_source& wait_source::of(const wait_lock& its) noexcept {
  return *reinterpret_cast<const wait_source*>(reinterpret_cast<const std::byte*>(&its) - offsetof(wait_source, lock_));
}
#pragma GCC diagnostic pop

void wait_source::describe(source_report& into) const noexcept {
  describe_entry(into);
  into.senders = unseen(senders_).load(std::memory_order_relaxed);
  into.receivers = peek(receivers_);
  into.closed = peek(closed_);
}

void wait_source::visit_waiters(void (*look)(const wait_node&, void*), void* context) const {
  const wait_lock::hold guard{lock_};
  waiting_.visit(look, context);
  deserted_.visit(look, context);
}

void wait_source::withdraw(wait_list& list, wait_node& node) noexcept {
  const wait_lock::hold guard{lock_};
  if (node.listed) list.remove(node);
}

}  // namespace actors::inline v1::detail
