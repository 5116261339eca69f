// channel: typed CSP channels. `channel<T>(capacity)` gives a sender and a receiver; both can be copied.
#pragma once

#include <actors/detail/channel_operations.hpp>
#include <actors/detail/channel_state.hpp>
#include <actors/detail/shared_end.hpp>
#include <actors/errors.hpp>
#include <actors/send_permit.hpp>

#include <cstddef>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// A capacity without limit.
inline constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

/// What can travel through a channel: an object whose move constructor does not throw (else a value could be lost
/// between two tasks; put such a type into a std::unique_ptr). Values may have endpoints, also of their own channel
/// (but one that holds its last receiver holds itself, as a std::shared_ptr in its own object would). They are moved,
/// and what is left of them is destroyed, with the lock of the channel held: neither may use a channel. Values that
/// nobody takes are destroyed without it.
template <class T>
concept channel_value =
    std::is_object_v<T> && !std::is_const_v<T> &&
    std::is_move_constructible_v<T>&& noexcept(::new (static_cast<void*>(nullptr)) T(std::declval<T>()));

/// How an operation that does not wait ended.
enum class channel_status {
  ok,
  full,    ///< try_send: no room, and no receiver waits
  empty,   ///< try_receive: no value yet
  closed,  ///< try_send: can never be taken; try_receive: closed and drained
};

/// What `try_receive` found: a value, or the reason why there is none.
template <class T>
struct try_received {
  std::optional<T> value;
  channel_status status;

  explicit operator bool() const noexcept { return value.has_value(); }
  T& operator*() noexcept { return *value; }
  T* operator->() noexcept { return value.operator->(); }
};

namespace detail {
struct channel_access;
}

// The ends of a channel are named before T is complete where a message has a sender for the answer. What T must be is
// looked at where a channel is made.
template <class T>
class sender;
template <class T>
class receiver;
/// Knows a channel without keeping it open: for those who send now and then to a channel that others own. `upgrade()`
/// gives a sender, an empty one where the last is gone. Copies, and threads, as for `sender`.
template <class T>
using weak_sender = detail::weak_end<sender<T>, detail::channel_state<T>>;

/// The sending side. Copies share the channel; when the last sender is gone the channel is closed. An empty (default-
/// constructed or moved-from) sender belongs to no channel: sending through it fails as on a closed one.
/// Different copies may be used from different threads at once, and so may one sender's const functions.
template <class T>
class sender {
 public:
  using value_type = T;

  sender() = default;
  explicit sender(detail::channel_state<T>* adopted) noexcept : end_{adopted} {}

  /// Awaitable. Suspends while the channel is full (capacity 0: until a receiver took the value). Throws
  /// `channel_closed` when the value can never be taken, `cancelled` when the task is cancelled while it waits; then
  /// the value was not delivered and is destroyed. Every 128th operation of a task that need not wait lets others run
  /// first, and is where a cancellation that is pending is thrown: a loop of sends that never waits can be cancelled.
  send_operation<T> send(T&& value) const noexcept { return {end_.get(), std::move(value)}; }
  send_operation<T> send(const T& value) const { return {end_.get(), T(value)}; }

  /// Awaitable; gives a `send_permit<T>`: a place in the channel for one item, which `send_permit::send` fills without
  /// waiting. Suspends while there is none, in one line with those who send. A rendezvous has one such place, and what
  /// is put there waits for a receiver. Throws as `send`; then no place is taken.
  reserve_operation<T> reserve() const noexcept { return reserve_operation<T>{end_.get()}; }
  /// Without waiting; an empty permit where there is no place, or the channel is closed.
  send_permit<T> try_reserve(detail::code_place where = detail::code_place::here()) const noexcept {
    if (end_ == nullptr) return {};
    detail::note_step("try_reserve in channel", end_->number(), where);
    return end_->try_reserve() == detail::channel_step::done ? send_permit<T>{end_.get()} : send_permit<T>{};
  }

  /// Sends without waiting: `ok`, `full` or `closed`. `value` is moved from only when the answer is `ok`.
  channel_status try_send(T&& value, detail::code_place where = detail::code_place::here()) const {
    if (end_ == nullptr) return channel_status::closed;
    detail::note_step("try_send to channel", end_->number(), where);
    switch (end_->try_send(value)) {
      case detail::channel_step::done:
        return channel_status::ok;
      case detail::channel_step::closed:
        return channel_status::closed;
      default:
        return channel_status::full;
    }
  }
  channel_status try_send(const T& value, detail::code_place where = detail::code_place::here()) const {
    return try_send(T(value), where);
  }

  /// Closes the channel for all senders; what is buffered can still be received. Closing twice does nothing.
  void close(detail::code_place where = detail::code_place::here()) const noexcept {
    if (end_ == nullptr) return;
    detail::note_step("close channel", end_->number(), where);
    end_->close();
  }
  bool closed() const noexcept { return end_ == nullptr || end_->closed(); }

  /// Closes the channel with an error (CSP's poison): what is buffered can still be received; then receivers, and from
  /// now on senders, throw `reason` in place of the usual end (null: `close`). Without effect on one that is closed.
  void poison(std::exception_ptr reason, detail::code_place where = detail::code_place::here()) const noexcept {
    if (end_ == nullptr) return;
    detail::note_step("poison channel", end_->number(), where);
    end_->close(std::move(reason));
  }
  /// That error; null where the channel is open, or was closed without one.
  std::exception_ptr reason() const noexcept { return end_ == nullptr ? nullptr : end_->current_reason(); }

  /// A sender that does not keep the channel open.
  weak_sender<T> downgrade() const noexcept { return weak_sender<T>{end_.get()}; }

  /// Items buffered, and values that were given back (exact while nobody sends or receives); and how many items fit.
  std::size_t size() const noexcept { return end_ == nullptr ? 0 : end_->size(); }
  std::size_t capacity() const noexcept { return end_ == nullptr ? 0 : end_->capacity(); }
  /// Values that were dropped so far, as there was no room for them (see `overflow`).
  std::uint64_t dropped() const noexcept { return end_ == nullptr ? 0 : end_->dropped(); }
  /// All that can be told of the channel. Nothing is counted for it; takes time in the number of those who wait.
  channel_statistics statistics() const noexcept { return end_ == nullptr ? channel_statistics{} : end_->statistics(); }
  explicit operator bool() const noexcept { return end_ != nullptr; }

 private:
  friend struct detail::channel_access;
  detail::shared_end<detail::channel_state<T>, &detail::channel_core::add_sender, &detail::channel_core::drop_sender>
      end_;
};

/// The receiving side. Copies share the channel, each value goes to one of them; when the last receiver is gone, what
/// is buffered is destroyed and sends fail. An empty receiver receives "closed". Threads: as for `sender`.
template <class T>
class receiver {
 public:
  using value_type = T;

  receiver() = default;
  explicit receiver(detail::channel_state<T>* adopted) noexcept : end_{adopted} {}

  /// Awaitable; gives a std::optional<T>. Suspends while the channel is empty. Empty result: closed and drained, for
  /// ever. Throws `cancelled` when the task is cancelled while it waits, and at every 128th operation that need not
  /// wait (see `sender::send`); then no value was taken.
  receive_operation<T> receive() const noexcept { return receive_operation<T>{end_.get()}; }

  /// Awaitable; appends up to `most` values to `into` and gives their number; 0: closed and drained (or `most` is 0).
  /// Suspends while the channel is empty, then takes what is there. Otherwise as `receive`. `into` must outlive the
  /// wait. Throws std::bad_alloc where there is no room to be had for the values; none is lost.
  receive_many_operation<T> receive_many(std::vector<T>& into, std::size_t most) const {
    return {end_.get(), into, most};
  }

  /// Receives without waiting.
  try_received<T> try_receive(detail::code_place where = detail::code_place::here()) const {
    try_received<T> result{std::nullopt, channel_status::closed};
    if (end_ == nullptr) return result;
    detail::note_step("try_receive from channel", end_->number(), where);
    switch (end_->try_receive(result.value)) {
      case detail::channel_step::done:
        result.status = channel_status::ok;
        break;
      case detail::channel_step::not_ready:
        result.status = channel_status::empty;
        break;
      default:
        break;
    }
    return result;
  }

  /// Refuses further sends; what is buffered can still be received. Closing twice does nothing.
  void close(detail::code_place where = detail::code_place::here()) const noexcept {
    if (end_ == nullptr) return;
    detail::note_step("close channel", end_->number(), where);
    end_->close();
  }
  bool closed() const noexcept { return end_ == nullptr || end_->closed(); }

  /// As for `sender`: those who still send throw `reason`, and so do receivers when nothing is buffered any more.
  void poison(std::exception_ptr reason, detail::code_place where = detail::code_place::here()) const noexcept {
    if (end_ == nullptr) return;
    detail::note_step("poison channel", end_->number(), where);
    end_->close(std::move(reason));
  }
  std::exception_ptr reason() const noexcept { return end_ == nullptr ? nullptr : end_->current_reason(); }

  std::size_t size() const noexcept { return end_ == nullptr ? 0 : end_->size(); }
  std::size_t capacity() const noexcept { return end_ == nullptr ? 0 : end_->capacity(); }
  /// Values that were dropped so far, as there was no room for them (see `overflow`).
  std::uint64_t dropped() const noexcept { return end_ == nullptr ? 0 : end_->dropped(); }
  /// All that can be told of the channel. Nothing is counted for it; takes time in the number of those who wait.
  channel_statistics statistics() const noexcept { return end_ == nullptr ? channel_statistics{} : end_->statistics(); }
  explicit operator bool() const noexcept { return end_ != nullptr; }

 private:
  friend struct detail::channel_access;
  detail::shared_end<detail::channel_state<T>, &detail::channel_core::add_receiver,
                     &detail::channel_core::drop_receiver>
      end_;
};

namespace detail {

/// For the library's own parts: the channel of an endpoint; null for an empty one.
struct channel_access {
  template <class Endpoint>
  static auto* state(const Endpoint& end) noexcept {
    return end.end_.get();
  }
};

}  // namespace detail

template <channel_value T>
std::pair<sender<T>, receiver<T>> channel(std::size_t capacity, std::string_view name, overflow policy = overflow::wait,
                                          detail::place_ref where = detail::place_ref::here());

/// Makes a channel. `capacity` is in items: 0 is a rendezvous (a send completes when a receiver has taken the value),
/// `unbounded` never makes a sender wait. `policy`: what becomes of a value for which there is no room.
template <channel_value T>
std::pair<sender<T>, receiver<T>> channel(std::size_t capacity = 0, overflow policy = overflow::wait,
                                          detail::place_ref where = detail::place_ref::here()) {
  return channel<T>(capacity, std::string_view{}, policy, where);
}
/// The same with a name, by which reports call it.
template <channel_value T>
std::pair<sender<T>, receiver<T>> channel(std::size_t capacity, std::string_view name, overflow policy,
                                          detail::place_ref where) {
  auto* state = new detail::channel_state<T>(capacity, policy, {name, where});
  state->enter_register();
  return {sender<T>{state}, receiver<T>{state}};
}

}  // namespace actors::inline v1
