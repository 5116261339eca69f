#include <actors/detail/channel_core.hpp>
#include <actors/detail/peek.hpp>
#include <actors/detail/shared_end.hpp>
#include <actors/errors.hpp>

#include <string>
#include <utility>

namespace actors::inline v1::detail {

void channel_core::close(std::exception_ptr reason) noexcept {
  wake_batch woken;
  {
    const wait_lock::hold guard{lock_};
    if (closed_) return;
    closed_ = true;
    plain_ = 0;
    reason_ = std::move(reason);
    end_receivers(woken);
    for (wait_list* list : {&waiting_senders_, rare_ != nullptr ? &rare_->waiting_reservers : nullptr})
      if (list != nullptr) end_waits(*list, woken);
  }
  observe_closed(this);
  woken.wake_all();
}

[[gnu::noinline]] void channel_core::tell_wait(const wait_list& in) const noexcept {
  const wait_kind what = &in == &waiting_receivers_ ? wait_kind::receive
                         : &in == &waiting_senders_ ? wait_kind::send
                                                    : wait_kind::reserve;
  if (const channel_observer* const observer = channels_observed_by.load(std::memory_order_relaxed))
    observer->waits(what, this);
}

void channel_core::end_waits(wait_list& list, wake_batch& woken) noexcept {
  while (wait_node* node = list.claim_front(lock_)) {
    node->outcome = wait_outcome::closed;
    woken.add(*node);
  }
}

// What is delivered may be given back yet.
void channel_core::end_receivers(wake_batch& woken) noexcept {
  if (closed_ && (rare_ == nullptr || rare_->unacknowledged == 0)) end_waits(waiting_receivers_, woken);
}

void channel_core::acknowledge() noexcept {
  wake_batch woken;
  {
    const wait_lock::hold guard{lock_};
    --rare_->unacknowledged;
    end_receivers(woken);
  }
  woken.wake_all();
}

void channel_core::let_go(open_receive& ended) noexcept {
  waiter* const sender = std::exchange(ended.sender, nullptr);
  if (sender != nullptr && sender->decide()) sender->wake();
}

bool channel_core::closed() const noexcept {
  const wait_lock::hold guard{lock_};
  return closed_;
}

std::exception_ptr channel_core::current_reason() const noexcept {
  const wait_lock::hold guard{lock_};
  return reason_;
}

bool channel_core::add_sender_if_open() noexcept { return add_unless_none(senders_); }

std::size_t channel_core::size() const noexcept {
  const wait_lock::hold guard{lock_};
  return there();
}

void channel_core::drop_sender() noexcept {
  if (senders_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  close();
  drop_side();
}

void channel_core::drop_receiver() noexcept {
  if (receivers_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  tell_unread();
  close();
  drop_values();
  drop_side();
}

void channel_core::tell_unread() const noexcept {
  const unread_channel_listener listener = unread_channels_told_to.load(std::memory_order_relaxed);
  if (listener == nullptr) return;
  std::size_t values = 0;
  std::size_t senders = 0;
  {
    const wait_lock::hold guard{lock_};
    if (!notes_reads_ || !rare_->unread) return;
    values = there();
    senders = waiting_senders_.count() + rare_->waiting_reservers.count();
  }
  if (values != 0 || senders != 0) listener(*this, values, senders);
}

void channel_core::drop_side() noexcept {
  if (sides_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  leave_register();
  delete this;
}

void channel_core::withdraw_receiver(wait_node& node) noexcept {
  const wait_lock::hold guard{lock_};
  if (node.listed) waiting_receivers_.remove(node);
}

void channel_core::withdraw_sender(wait_node& node) noexcept { withdraw(waiting_senders_, node); }
void channel_core::withdraw_reserver(wait_node& node) noexcept { withdraw(rare_->waiting_reservers, node); }

void channel_core::withdraw(wait_list& list, wait_node& node) noexcept {
  wake_batch woken;
  {
    const wait_lock::hold guard{lock_};
    if (node.listed) list.remove(node);
    // The one behind may be lighter than the one that leaves.
    if (!closed_) admit_senders(woken);
  }
  woken.wake_all();
}

// Made without the lock, which is held for a few instructions only.
void channel_core::need_rare_part() {
  {
    const wait_lock::hold guard{lock_};
    if (rare_ != nullptr) return;
  }
  auto fresh = std::make_unique<rare_part>();
  const wait_lock::hold guard{lock_};
  if (rare_ != nullptr) return;
  rare_ = std::move(fresh);
  plain_ = 0;
}

channel_step channel_core::try_reserve() {
  need_rare_part();
  const wait_lock::hold guard{lock_};
  return take_place();
}

channel_step channel_core::reserve(node_place& place, waiter& who, std::coroutine_handle<> point) {
  need_rare_part();
  waiter::wait_at_lock visit{who, lock_};
  const channel_step step = take_place();
  return step != channel_step::not_ready ? step : enlist(rare_->waiting_reservers, place, nullptr, visit, who, point);
}

channel_step channel_core::take_place() noexcept {
  if (closed_) return channel_step::closed;
  if (!fits_permit() || !nobody_waits_for_room()) return channel_step::not_ready;
  ++rare_->reserved;
  ++used_;
  return channel_step::done;
}

void channel_core::give_back_place() noexcept {
  wake_batch woken;
  {
    const wait_lock::hold guard{lock_};
    --rare_->reserved;
    --used_;
    if (!closed_) admit_senders(woken);
  }
  woken.wake_all();
}

// Removes those in front who were decided elsewhere.
bool channel_core::nobody_live_waits_for_room() noexcept {
  return waiting_senders_.live_front(lock_) == nullptr &&
         (rare_ == nullptr || rare_->waiting_reservers.live_front(lock_) == nullptr);
}

void channel_core::admit_reservers(wake_batch& woken) noexcept {
  wait_list& waiting = rare_->waiting_reservers;
  while (wait_node* first = waiting.live_front(lock_)) {
    const wait_node* const sender = waiting_senders_.live_front(lock_);
    if ((sender != nullptr && came_before(*sender, *first)) || !fits_permit()) return;
    waiting.remove(*first);
    if (!first->claim(lock_)) continue;
    ++rare_->reserved;
    ++used_;
    first->outcome = wait_outcome::delivered;
    woken.add(*first);
  }
}

std::uint64_t channel_core::dropped() const noexcept {
  const wait_lock::hold guard{lock_};
  return rare_ != nullptr ? rare_->dropped : 0;
}

channel_statistics channel_core::statistics() const noexcept {
  channel_statistics now;
  now.senders = senders_.load(std::memory_order_relaxed);
  now.receivers = receivers_.load(std::memory_order_relaxed);
  now.capacity = capacity_;
  const wait_lock::hold guard{lock_};
  now.size = there();
  now.closed = closed_;
  now.waiting_senders = waiting_senders_.count();
  if (rare_ != nullptr) {
    now.waiting_senders += rare_->waiting_reservers.count();
    now.reserved = rare_->reserved;
    now.unacknowledged = rare_->unacknowledged;
    now.dropped = rare_->dropped;
  }
  now.waiting_receivers = waiting_receivers_.count();
  return now;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
const channel_core& channel_core::of(const wait_lock& its) noexcept {
  return *reinterpret_cast<const channel_core*>(reinterpret_cast<const std::byte*>(&its) -
                                                offsetof(channel_core, lock_));
}
#pragma GCC diagnostic pop

void channel_core::describe(source_report& into) const noexcept {
  describe_entry(into);
  into.size = static_cast<std::int64_t>(peek(used_));
  into.capacity = capacity_ > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(capacity_);
  into.senders = unseen(senders_).load(std::memory_order_relaxed);
  into.receivers = unseen(receivers_).load(std::memory_order_relaxed);
  // A channel that drops has had that part from the beginning.
  into.dropped = drops() ? static_cast<std::int64_t>(peek(rare_->dropped)) : 0;
  into.unread = notes_reads_ && peek(rare_->unread);
  into.closed = peek(closed_);
}

void channel_core::visit_waiters(void (*look)(const wait_node&, void*), void* context) const {
  const wait_lock::hold guard{lock_};
  waiting_receivers_.visit(look, context);
  waiting_senders_.visit(look, context);
  if (rare_ != nullptr) rare_->waiting_reservers.visit(look, context);
}

void throw_channel_closed(const std::exception_ptr& reason) {
  if (reason != nullptr) std::rethrow_exception(reason);
  throw channel_closed{"send on a closed channel: it was closed, or its last receiver is gone"};
}

void need_rendezvous(const channel_core& at, const char* call) {
  if (at.capacity() == 0) return;
  throw usage_error{
      std::string{call} + ": the channel has a buffer (its capacity is " +
      (at.capacity() == std::numeric_limits<std::size_t>::max() ? "unbounded" : std::to_string(at.capacity())) +
      "), so that there is no sender to hold: make it with capacity 0"};
}

void throw_empty_sender() { throw channel_closed{"send on an empty sender: it belongs to no channel"}; }

void throw_empty_permit() {
  throw usage_error{
      "send_permit::send: an empty permit has no place in a channel: it was used, released or moved from"};
}

void throw_cancelled(waiter& who) {
  who.take_cancel();
  throw cancelled{};
}

}  // namespace actors::inline v1::detail
