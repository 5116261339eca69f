#include <actors/detail/watch_core.hpp>
#include <actors/errors.hpp>

#include <utility>

namespace actors::inline v1::detail {

void watch_core::publish(value_share& value, wake_batch& woken) noexcept {
  std::swap(latest_, value);
  ++number_;
  while (wait_node* node = waiting_.claim_front(lock_)) {
    *static_cast<std::uint64_t*>(node->slot) = number_;
    node->outcome = wait_outcome::delivered;
    woken.add(*node);
  }
}

watch_core::put watch_core::send(value_share& value) noexcept {
  wake_batch woken;
  {
    const wait_lock::hold guard{lock_};
    if (closed_) return put::closed;
    publish(value, woken);
  }
  woken.wake_all();
  return put::done;
}

watch_core::put watch_core::replace(value_share& value, std::uint64_t number) noexcept {
  wake_batch woken;
  {
    const wait_lock::hold guard{lock_};
    if (closed_) return put::closed;
    if (number_ != number) return put::outrun;
    publish(value, woken);
  }
  woken.wake_all();
  return put::done;
}

numbered_value watch_core::latest() const noexcept {
  const wait_lock::hold guard{lock_};
  return {latest_, number_};
}

numbered_value watch_core::latest_seen(std::uint64_t& seen) noexcept {
  const wait_lock::hold guard{lock_};
  seen = number_;
  return {latest_, number_};
}

bool watch_core::is_newer(const std::uint64_t& seen) const noexcept {
  const wait_lock::hold guard{lock_};
  return seen != number_;
}

channel_step watch_core::take(std::uint64_t& seen) noexcept {
  if (seen == number_) return closed_ ? channel_step::closed : channel_step::not_ready;
  seen = number_;
  return channel_step::done;
}

channel_step watch_core::await_change(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  waiter::wait_at_lock visit{who, lock_};
  const channel_step step = take(*static_cast<std::uint64_t*>(node.slot));
  return step == channel_step::not_ready ? enlist(waiting_, wait_kind::watch_change, node, visit, who, point) : step;
}

void watch_core::subscribe(std::uint64_t& seen) noexcept {
  add_owner();
  const wait_lock::hold guard{lock_};
  ++receivers_;
  seen = number_;
}

void watch_core::subscribe_at(std::uint64_t& seen, const std::uint64_t& other) noexcept {
  add_owner();
  const wait_lock::hold guard{lock_};
  ++receivers_;
  seen = other;
}

void watch_core::drop_receiver(const std::uint64_t&) noexcept {
  wake_batch woken;
  {
    const wait_lock::hold guard{lock_};
    if (--receivers_ == 0) claim_all(deserted_, wait_outcome::delivered, woken);
  }
  woken.wake_all();
  drop_owner();
}

void throw_empty_watch() {
  throw usage_error{
      "the latest value was asked of an empty watch_sender or watch_receiver: it was made by default or moved from, "
      "and "
      "belongs to no channel"};
}

}  // namespace actors::inline v1::detail
