#include <actors/detail/broadcast_core.hpp>
#include <actors/errors.hpp>

#include <optional>
#include <utility>

namespace actors::inline v1::detail {

broadcast_core::broadcast_core(std::size_t capacity, const channel_birth& born)
    : wait_source{channel_type::broadcast, born}, capacity_{capacity} {
  if (capacity == 0)
    throw usage_error{"broadcast: expected a capacity of at least 1 value, found 0; its senders never wait"};
}

std::optional<std::size_t> broadcast_core::send(value_share& value) {
  wake_batch woken;
  dropped_values dropped;
  std::size_t told = 0;
  {
    const wait_lock::hold guard{lock_};
    if (closed_) return std::nullopt;
    if (receivers_ == 0) return 0;
    if (values_.size() != capacity_) values_.reserve_one();
    std::uint32_t handed = 0;
    while (wait_node* node = waiting_.claim_front(lock_)) {
      auto& cursor = *static_cast<broadcast_cursor*>(node->slot);
      cursor.next = tail_ + 1;
      cursor.held = value.get();
      node->outcome = wait_outcome::delivered;
      woken.add(*node);
      ++handed;
    }
    std::uint32_t behind = at_tail_ - handed;
    const bool kept = behind != 0 || !values_.empty();
    shared_value_base& shared = *value.release();
    shared.set_owners(handed + (kept ? 1 : 0));
    if (kept) {
      if (values_.size() == capacity_) evict_front(behind, dropped);
      values_.push_back({&shared, behind});
    }
    ++tail_;
    at_tail_ = handed;
    told = receivers_;
  }
  woken.wake_all();
  return told;
}

// Who would have taken it takes the one behind it, which is the one being sent where there is none.
void broadcast_core::evict_front(std::uint32_t& behind, dropped_values& dropped) noexcept {
  const entry oldest = values_.front();
  values_.pop_front();
  dropped.add(*oldest.value);
  (values_.empty() ? behind : values_.front().next_of) += oldest.next_of;
}

channel_step broadcast_core::take(broadcast_cursor& cursor) noexcept {
  if (cursor.held != nullptr) return channel_step::done;
  if (cursor.next < head()) {
    cursor.missed += head() - cursor.next;
    cursor.next = head();
  }
  if (cursor.next == tail_) return closed_ ? channel_step::closed : channel_step::not_ready;
  entry& taken = values_[static_cast<std::size_t>(cursor.next - head())];
  cursor.held = taken.value;
  ++count_at(cursor.next + 1);
  // The front goes when nobody takes it next, and its share is the receiver's then.
  if (--taken.next_of == 0 && cursor.next == head())
    values_.pop_front();
  else
    cursor.held->add_owner();
  ++cursor.next;
  return channel_step::done;
}

channel_step broadcast_core::try_receive(broadcast_cursor& cursor) noexcept {
  const wait_lock::hold guard{lock_};
  return take(cursor);
}

channel_step broadcast_core::receive(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  auto& cursor = *static_cast<broadcast_cursor*>(node.slot);
  waiter::wait_at_lock visit{who, lock_};
  const channel_step step = take(cursor);
  return step == channel_step::not_ready ? enlist(waiting_, wait_kind::receive_broadcast, node, visit, who, point)
                                         : step;
}

void broadcast_core::subscribe(broadcast_cursor& cursor) noexcept {
  add_owner();
  const wait_lock::hold guard{lock_};
  ++receivers_;
  ++at_tail_;
  cursor.next = tail_;
}

void broadcast_core::subscribe_at(broadcast_cursor& cursor, const broadcast_cursor& other) noexcept {
  add_owner();
  const wait_lock::hold guard{lock_};
  ++receivers_;
  ++count_at(other.next);
  cursor.next = other.next;
  cursor.missed = other.missed;
  cursor.held = other.held;
  if (cursor.held != nullptr) cursor.held->add_owner();
}

void broadcast_core::drop_receiver(broadcast_cursor& cursor) noexcept {
  std::optional<ring_buffer<entry>> rest;
  {
    dropped_values dropped;
    wake_batch woken;
    {
      const wait_lock::hold guard{lock_};
      --count_at(cursor.next);
      if (--receivers_ == 0) {
        rest.emplace(std::move(values_));
        claim_all(deserted_, wait_outcome::delivered, woken);
      }
      while (!values_.empty() && values_.front().next_of == 0) {
        dropped.add(*values_.front().value);
        values_.pop_front();
      }
    }
    woken.wake_all();
  }
  for (; rest && !rest->empty(); rest->pop_front()) rest->front().value->drop_owner();
  if (cursor.held != nullptr) std::exchange(cursor.held, nullptr)->drop_owner();
  drop_owner();
}

std::size_t broadcast_core::size(const broadcast_cursor& cursor) const noexcept {
  const wait_lock::hold guard{lock_};
  const std::uint64_t next = cursor.next < head() ? head() : cursor.next;
  return static_cast<std::size_t>(tail_ - next) + (cursor.held != nullptr ? 1 : 0);
}

void throw_receiver_in_use() {
  throw usage_error{
      "a broadcast_receiver was used while another task waits at it: it is one place in the sequence of values; give "
      "each task a copy of its own"};
}

}  // namespace actors::inline v1::detail
