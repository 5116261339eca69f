// broadcast: a channel of which each receiver gets every value. `broadcast<T>(capacity)` gives a sender and a receiver.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/broadcast_core.hpp>
#include <actors/detail/source_case.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace actors::inline v1 {

/// What can be broadcast: what can be sent and copied.
template <class T>
concept broadcast_value = channel_value<T> && std::copy_constructible<T>;

/// What a receiver of a broadcast channel got: a value and how many it lost before it, or the reason why there is none.
template <class T>
struct broadcast_received {
  std::optional<T> value;
  std::uint64_t missed = 0;  ///< values lost since the last receive, as this receiver was too slow; then there is one
  channel_status status = channel_status::closed;  ///< ok, empty (`try_receive` only) or closed

  explicit operator bool() const noexcept { return value.has_value(); }
  T& operator*() noexcept { return *value; }
  T* operator->() noexcept { return value.operator->(); }
};

template <class T>
class broadcast_receiver;
template <class T>
class broadcast_sender;

namespace detail {
template <class T>
class broadcast_wait;
}

/// Knows a channel without keeping it open: as `weak_sender`.
template <class T>
using weak_broadcast_sender = detail::weak_end<broadcast_sender<T>, detail::broadcast_core>;

/// The awaiter of `broadcast_receiver::receive`. A coroutine that is suspended in it must not be destroyed.
template <class T>
class [[nodiscard("co_await it")]] broadcast_operation : public detail::wait_operation<broadcast_operation<T>> {
 public:
  /// `from` must outlive the operation, and stay where it is. Throws usage_error where somebody waits at it.
  explicit broadcast_operation(broadcast_receiver<T> & from) : from_{from} { from.begin_wait(); }
  ~broadcast_operation() { from_.end_.place().waits = false; }
  broadcast_operation(const broadcast_operation&) = delete;
  broadcast_operation& operator=(const broadcast_operation&) = delete;

  broadcast_received<T> await_resume() { return this->served() ? from_.take_held() : broadcast_received<T>{}; }

 private:
  friend class detail::wait_operation<broadcast_operation<T>>;
  static constexpr detail::wait_kind what = detail::wait_kind::receive_broadcast;
  detail::broadcast_core* source() const noexcept { return from_.end_.get(); }
  detail::channel_step enter(node_place & place, waiter & who, std::coroutine_handle<> point) noexcept {
    wait_node& node = place.begin(who);
    node.slot = &from_.end_.place();
    return source()->receive(node, who, point);
  }
  void withdraw(wait_node & node) noexcept { source()->withdraw_receiver(node); }

  broadcast_receiver<T>& from_;
};

/// The sending side. Copies share the channel; when the last sender is gone the channel is closed. An empty sender
/// (made by default, or moved from) sends as on a closed channel. Different copies may be used from different threads
/// at once, and so may one sender's const functions.
template <class T>
class broadcast_sender {
 public:
  using value_type = T;

  broadcast_sender() = default;
  explicit broadcast_sender(detail::broadcast_core* adopted) noexcept : end_{adopted} {}

  /// Sends to all who receive now, and gives their number; 0: nobody does, and the value is destroyed. Never waits:
  /// where the ring is full the oldest value is dropped, which those who have not taken it will be told. Throws
  /// `channel_closed`, or the reason, where the channel is closed, and what the copy of `value` or the allocation
  /// throws; nobody gets it then. Its cost grows with the number of those who wait for it.
  std::size_t send(T&& value, detail::code_place where = detail::code_place::here()) const {
    return send_shared(std::move(value), where);
  }
  std::size_t send(const T& value, detail::code_place where = detail::code_place::here()) const {
    return send_shared(value, where);
  }

  /// A sender that does not keep the channel open.
  weak_broadcast_sender<T> downgrade() const noexcept { return weak_broadcast_sender<T>{end_.get()}; }

  /// A receiver of what is sent from now on; an empty one of an empty sender.
  broadcast_receiver<T> subscribe() const noexcept;

  /// Closes the channel for all senders; what is in the ring can still be received. Closing twice does nothing.
  void close(detail::code_place where = detail::code_place::here()) const noexcept { poison(nullptr, where); }
  /// The same with an error, which receivers throw then, and senders from now on (null: `close`).
  void poison(std::exception_ptr reason, detail::code_place where = detail::code_place::here()) const noexcept {
    if (end_ == nullptr) return;
    detail::note_step("close broadcast channel", end_->number(), where);
    end_->close(std::move(reason));
  }
  bool closed() const noexcept { return end_ == nullptr || end_->closed(); }
  /// The error of `poison`; null where there is none.
  std::exception_ptr reason() const noexcept { return end_ == nullptr ? nullptr : end_->current_reason(); }

  /// How many receivers there are.
  std::size_t receivers() const noexcept { return end_ == nullptr ? 0 : end_->receivers(); }
  /// Awaitable: suspends until there is no receiver (there may be others later); of an empty sender it does not. Throws
  /// `cancelled` when the task is cancelled while it waits, and at every 128th operation that need not wait.
  detail::desertion_operation until_no_receivers() const noexcept { return detail::desertion_operation{end_.get()}; }

  /// How many values the ring can have.
  std::size_t capacity() const noexcept { return end_ == nullptr ? 0 : end_->capacity(); }
  explicit operator bool() const noexcept { return end_ != nullptr; }

 private:
  template <class U>
  std::size_t send_shared(U&& value, detail::code_place where) const {
    if (end_ == nullptr) detail::throw_empty_sender();
    detail::note_step("send to broadcast channel", end_->number(), where);
    detail::value_share shared{new detail::shared_value<T>(std::forward<U>(value))};
    const std::optional<std::size_t> told = end_->send(shared);
    if (!told) detail::throw_channel_closed(end_->reason());
    return *told;
  }

  friend struct detail::channel_access;
  detail::shared_end<detail::broadcast_core, &detail::wait_source::add_sender, &detail::wait_source::drop_sender> end_;
};

/// A receiving side: a place in the sequence of values. Each receiver gets every value that is sent after it
/// subscribed. A copy is a receiver of its own, at the same place. An empty one (made by default, or moved from)
/// receives "closed". Different receivers may be used from different threads at once, one by one task at a time; it
/// must not be moved while it waits.
///
/// Values are shared until they are received, then copied; the last receiver that takes one gets it moved. Where the
/// copy throws, `receive` does, the receiver keeps the value, and its next receive tries again.
template <class T>
class broadcast_receiver {
 public:
  using value_type = T;

  broadcast_receiver() = default;
  /// At the first value.
  explicit broadcast_receiver(detail::broadcast_core* adopted) noexcept : end_{adopted} {}

  /// Awaitable; gives a `broadcast_received<T>`: the next value, with how many were lost before it since the last
  /// receive. Suspends while there is none. Without value: closed, and all was received, for ever. Throws the reason
  /// where the channel was poisoned, what the copy throws (above), `cancelled` when the task is cancelled while it
  /// waits, and at every 128th operation that need not wait; then no value was taken. Throws usage_error where another
  /// task waits at this receiver.
  broadcast_operation<T> receive() { return broadcast_operation<T>{*this}; }

  /// Receives without waiting; says `empty` where there is none. Throws what the copy throws, and usage_error where a
  /// task waits at this receiver.
  broadcast_received<T> try_receive(detail::code_place where = detail::code_place::here()) {
    broadcast_received<T> result;
    if (end_ == nullptr) return result;
    detail::note_step("try_receive from broadcast channel", end_->number(), where);
    if (end_.place().waits) detail::throw_receiver_in_use();
    const detail::channel_step step = end_->try_receive(end_.place());
    if (step == detail::channel_step::done) return take_held();
    if (step == detail::channel_step::not_ready) result.status = channel_status::empty;
    return result;
  }

  /// A receiver of what is sent from now on; an empty one of an empty receiver.
  broadcast_receiver subscribe() const noexcept { return broadcast_receiver{placed::subscribed(end_.get())}; }

  bool closed() const noexcept { return end_ == nullptr || end_->closed(); }
  /// The error of `poison`; null where there is none.
  std::exception_ptr reason() const noexcept { return end_ == nullptr ? nullptr : end_->current_reason(); }

  /// How many values wait for this receiver (exact while nobody sends), and how many the ring can have.
  std::size_t size() const noexcept { return end_ == nullptr ? 0 : end_->size(end_.place()); }
  std::size_t capacity() const noexcept { return end_ == nullptr ? 0 : end_->capacity(); }
  explicit operator bool() const noexcept { return end_ != nullptr; }

 private:
  using placed = detail::placed_end<detail::broadcast_core, detail::broadcast_cursor>;
  explicit broadcast_receiver(placed fresh) noexcept : end_{std::move(fresh)} {}

  friend class broadcast_operation<T>;
  friend class broadcast_sender<T>;
  friend class detail::broadcast_wait<T>;

  void begin_wait() {
    if (end_.place().waits) detail::throw_receiver_in_use();
    end_.place().waits = true;
  }
  broadcast_received<T> take_held() {
    auto& held = static_cast<detail::shared_value<T>&>(*end_.place().held);
    broadcast_received<T> result;
    if (held.has_one_owner())
      result.value.emplace(std::move(held.value));
    else
      result.value.emplace(std::as_const(held.value));
    result.missed = std::exchange(end_.place().missed, 0);
    result.status = channel_status::ok;
    std::exchange(end_.place().held, nullptr)->drop_owner();
    return result;
  }

  placed end_;
};

template <class T>
broadcast_receiver<T> broadcast_sender<T>::subscribe() const noexcept {
  return broadcast_receiver<T>{broadcast_receiver<T>::placed::subscribed(end_.get())};
}

namespace detail {

/// For the next value, in a select. The receiver is in use from when its node is listed until the wait is over.
template <class T>
class broadcast_wait : public source_party<broadcast_core> {
 public:
  using given = broadcast_received<T>;
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits, "on_receive(in, handler): the handler is called with a broadcast_received<T>");
    return true;
  }
  explicit broadcast_wait(broadcast_receiver<T>& from) noexcept : source_party{from.end_.get()}, from_{&from} {}

  channel_step take(wake_batch&) {
    if (place().waits) throw_receiver_in_use();
    return source_->take(place());
  }
  bool list(wait_node& node) noexcept {
    place().waits = true;
    return source_party::list(node, &place());
  }
  void withdraw(wait_node& node) noexcept {
    source_party::withdraw(node);
    place().waits = false;
  }
  given result(wait_outcome how) {
    place().waits = false;
    if (!served(how)) return {};
    return from_->take_held();
  }

 private:
  broadcast_cursor& place() noexcept { return from_->end_.place(); }
  broadcast_receiver<T>* from_;
};

}  // namespace detail

/// A case of a select: receives the next value, and calls `handler(broadcast_received<T>)` with what `receive` gives.
/// Where the channel was poisoned the select throws the reason; what the copy throws (see `broadcast_receiver`) it
/// throws, too. `from` must outlive the select, and stay where it is; an empty receiver is never ready. Without a
/// handler the select gives what was received. The select throws usage_error where another task waits at `from`.
template <class T, class F = detail::give_back>
detail::source_case<detail::broadcast_wait<T>, F> on_receive(broadcast_receiver<T>& from, F handler = {}) {
  return {detail::broadcast_wait<T>{from}, std::move(handler)};
}

/// A case: calls `handler()` when there is no receiver. An empty sender is never ready.
template <class T, class F = detail::give_nothing>
detail::source_case<detail::desertion_wait, F> on_no_receivers(const broadcast_sender<T>& of, F handler = {}) {
  return {detail::desertion_wait{detail::channel_access::state(of)}, std::move(handler)};
}

/// Makes a broadcast channel. `capacity` is how many values are kept for receivers that are slow, at least 1 (else
/// usage_error is thrown); with `unbounded` none is lost. `name`: what reports call it.
template <broadcast_value T>
std::pair<broadcast_sender<T>, broadcast_receiver<T>> broadcast(std::size_t capacity, std::string_view name = {},
                                                                detail::place_ref where = detail::place_ref::here()) {
  auto* core = new detail::broadcast_core(capacity, {name, where});
  core->enter_register();
  return {broadcast_sender<T>{core}, broadcast_receiver<T>{core}};
}

}  // namespace actors::inline v1
