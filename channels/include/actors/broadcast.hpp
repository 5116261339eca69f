// broadcast: a channel of which each receiver gets every value. `broadcast<T>(capacity)` gives a sender and a receiver.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/broadcast_core.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
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
  T* operator->() noexcept { return &*value; }
};

template <broadcast_value T>
class broadcast_receiver;

/// The awaiter of `broadcast_receiver::receive`. A coroutine that is suspended in it must not be destroyed.
template <broadcast_value T>
class [[nodiscard("co_await it")]] broadcast_operation : public detail::wait_operation<broadcast_operation<T>> {
 public:
  /// `from` must outlive the operation, and stay where it is. Throws usage_error where somebody waits at it.
  explicit broadcast_operation(broadcast_receiver<T> & from) : from_{from} { from.begin_wait(); }
  ~broadcast_operation() { from_.cursor_.waits = false; }
  broadcast_operation(const broadcast_operation&) = delete;
  broadcast_operation& operator=(const broadcast_operation&) = delete;

  broadcast_received<T> await_resume() { return this->served() ? from_.take_held() : broadcast_received<T>{}; }

 private:
  friend class detail::wait_operation<broadcast_operation<T>>;
  static constexpr const char* what = "receive from broadcast channel";
  detail::broadcast_core* source() const noexcept { return from_.core_; }
  detail::channel_step enter(node_place & place, waiter & who, std::coroutine_handle<> point) noexcept {
    wait_node& node = place.begin(who);
    node.slot = &from_.cursor_;
    return source()->receive(node, who, point);
  }
  void withdraw(wait_node & node) noexcept { source()->withdraw_receiver(node); }

  broadcast_receiver<T>& from_;
};

/// The sending side. Copies share the channel; when the last sender is gone the channel is closed. An empty sender
/// (made by default, or moved from) sends as on a closed channel. Different copies may be used from different threads
/// at once, and so may one sender's const functions.
template <broadcast_value T>
class broadcast_sender {
 public:
  using value_type = T;

  broadcast_sender() = default;
  explicit broadcast_sender(detail::broadcast_core* adopted) noexcept : core_{adopted} {}
  broadcast_sender(const broadcast_sender& other) noexcept : core_{other.core_} {
    if (core_ != nullptr) core_->add_sender();
  }
  broadcast_sender(broadcast_sender&& other) noexcept : core_{std::exchange(other.core_, nullptr)} {}
  broadcast_sender& operator=(broadcast_sender other) noexcept {
    std::swap(core_, other.core_);
    return *this;
  }
  ~broadcast_sender() {
    if (core_ != nullptr) core_->drop_sender();
  }

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

  /// A receiver of what is sent from now on; an empty one of an empty sender.
  broadcast_receiver<T> subscribe() const noexcept;

  /// Closes the channel for all senders; what is in the ring can still be received. Closing twice does nothing.
  void close(detail::code_place where = detail::code_place::here()) const noexcept { poison(nullptr, where); }
  /// The same with an error, which receivers throw then, and senders from now on (null: `close`).
  void poison(std::exception_ptr reason, detail::code_place where = detail::code_place::here()) const noexcept {
    if (core_ == nullptr) return;
    detail::note_step("close broadcast channel", core_->number(), where);
    core_->close(std::move(reason));
  }
  bool closed() const noexcept { return core_ == nullptr || core_->closed(); }
  /// The error of `poison`; null where there is none.
  std::exception_ptr reason() const noexcept { return core_ == nullptr ? nullptr : core_->current_reason(); }

  /// How many receivers there are.
  std::size_t receivers() const noexcept { return core_ == nullptr ? 0 : core_->receivers(); }
  /// Awaitable: suspends until there is no receiver (there may be others later); of an empty sender it does not. Throws
  /// `cancelled` when the task is cancelled while it waits, and at every 128th operation that need not wait.
  detail::desertion_operation until_no_receivers() const noexcept { return detail::desertion_operation{core_}; }

  /// How many values the ring can have.
  std::size_t capacity() const noexcept { return core_ == nullptr ? 0 : core_->capacity(); }
  explicit operator bool() const noexcept { return core_ != nullptr; }

 private:
  template <class U>
  std::size_t send_shared(U&& value, detail::code_place where) const {
    if (core_ == nullptr) detail::throw_empty_sender();
    detail::note_step("send to broadcast channel", core_->number(), where);
    detail::value_share shared{new detail::shared_value<T>(std::forward<U>(value))};
    const std::optional<std::size_t> told = core_->send(shared);
    if (!told) detail::throw_channel_closed(core_->reason());
    return *told;
  }

  detail::broadcast_core* core_ = nullptr;
};

/// A receiving side: a place in the sequence of values. Each receiver gets every value that is sent after it
/// subscribed. A copy is a receiver of its own, at the same place. An empty one (made by default, or moved from)
/// receives "closed". Different receivers may be used from different threads at once, one by one task at a time; it
/// must not be moved while it waits.
///
/// Values are shared until they are received, then copied; the last receiver that takes one gets it moved. Where the
/// copy throws, `receive` does, the receiver keeps the value, and its next receive tries again.
template <broadcast_value T>
class broadcast_receiver {
 public:
  using value_type = T;

  broadcast_receiver() = default;
  /// At the first value.
  explicit broadcast_receiver(detail::broadcast_core* adopted) noexcept : core_{adopted} {}
  broadcast_receiver(const broadcast_receiver& other) noexcept : core_{other.core_} {
    if (core_ != nullptr) core_->subscribe_at(cursor_, other.cursor_);
  }
  broadcast_receiver(broadcast_receiver&& other) noexcept
      : core_{std::exchange(other.core_, nullptr)}, cursor_{std::exchange(other.cursor_, {})} {}
  broadcast_receiver& operator=(broadcast_receiver other) noexcept {
    std::swap(core_, other.core_);
    std::swap(cursor_, other.cursor_);
    return *this;
  }
  ~broadcast_receiver() {
    if (core_ != nullptr) core_->drop_receiver(cursor_);
  }

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
    if (core_ == nullptr) return result;
    detail::note_step("try_receive from broadcast channel", core_->number(), where);
    if (cursor_.waits) detail::throw_receiver_in_use();
    const detail::channel_step step = core_->try_receive(cursor_);
    if (step == detail::channel_step::done) return take_held();
    if (step == detail::channel_step::not_ready) result.status = channel_status::empty;
    return result;
  }

  /// A receiver of what is sent from now on; an empty one of an empty receiver.
  broadcast_receiver subscribe() const noexcept {
    broadcast_receiver fresh;
    if (core_ != nullptr) core_->subscribe(fresh.cursor_);
    fresh.core_ = core_;
    return fresh;
  }

  bool closed() const noexcept { return core_ == nullptr || core_->closed(); }
  /// The error of `poison`; null where there is none.
  std::exception_ptr reason() const noexcept { return core_ == nullptr ? nullptr : core_->current_reason(); }

  /// How many values wait for this receiver (exact while nobody sends), and how many the ring can have.
  std::size_t size() const noexcept { return core_ == nullptr ? 0 : core_->size(cursor_); }
  std::size_t capacity() const noexcept { return core_ == nullptr ? 0 : core_->capacity(); }
  explicit operator bool() const noexcept { return core_ != nullptr; }

 private:
  friend class broadcast_operation<T>;
  friend class broadcast_sender<T>;

  void begin_wait() {
    if (cursor_.waits) detail::throw_receiver_in_use();
    cursor_.waits = true;
  }
  broadcast_received<T> take_held() {
    auto& held = static_cast<detail::shared_value<T>&>(*cursor_.held);
    broadcast_received<T> result;
    if (held.has_one_owner())
      result.value.emplace(std::move(held.value));
    else
      result.value.emplace(std::as_const(held.value));
    result.missed = std::exchange(cursor_.missed, 0);
    result.status = channel_status::ok;
    std::exchange(cursor_.held, nullptr)->drop_owner();
    return result;
  }

  detail::broadcast_core* core_ = nullptr;
  detail::broadcast_cursor cursor_;
};

template <broadcast_value T>
broadcast_receiver<T> broadcast_sender<T>::subscribe() const noexcept {
  broadcast_receiver<T> fresh;
  if (core_ != nullptr) core_->subscribe(fresh.cursor_);
  fresh.core_ = core_;
  return fresh;
}

/// Makes a broadcast channel. `capacity` is how many values are kept for receivers that are slow, at least 1 (else
/// usage_error is thrown); with `unbounded` none is lost.
template <broadcast_value T>
std::pair<broadcast_sender<T>, broadcast_receiver<T>> broadcast(std::size_t capacity) {
  auto* core = new detail::broadcast_core(capacity);
  return {broadcast_sender<T>{core}, broadcast_receiver<T>{core}};
}

}  // namespace actors::inline v1
