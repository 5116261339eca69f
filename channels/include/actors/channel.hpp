// channel: typed CSP channels. `channel<T>(capacity)` gives a sender and a receiver; both can be copied.
#pragma once

#include <actors/detail/channel_state.hpp>
#include <actors/errors.hpp>

#include <cstddef>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// A capacity without limit.
inline constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

/// What can travel through a channel: an object whose move constructor does not throw (else a value could be lost
/// between two tasks; put such a type into a std::unique_ptr).
template <class T>
concept channel_value = std::is_object_v<T> && std::is_move_constructible_v<T> &&
    noexcept(::new (static_cast<void*>(nullptr)) T(std::declval<T>()));

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
  T* operator->() noexcept { return &*value; }
};

namespace detail {
struct channel_access;
}

template <channel_value T>
class sender;
template <channel_value T>
class receiver;
template <channel_value T>
class weak_sender;

/// The awaiter of `sender::send`. A coroutine that is suspended in it must not be destroyed.
template <channel_value T>
class [[nodiscard]] send_operation {
 public:
  /// `through` must outlive the operation.
  send_operation(const sender<T>& through, T&& value) noexcept;
  send_operation(const send_operation&) = delete;
  send_operation& operator=(const send_operation&) = delete;

  bool await_ready() const noexcept { return false; }

  template <waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point,
                                     detail::code_place where = detail::code_place::here()) {
    if (state_ == nullptr) return false;
    waiter& who = point.promise().party();
    detail::note_wait(who, "send to channel", state_->number(), where);
    node_.who = &who;
    node_.slot = &value_;
    const bool last_of_turn = who.spend();
    if (last_of_turn && who.cancel_pending()) return false;
    switch (state_->send(node_, who, point)) {
      case detail::channel_step::suspended:
        return true;
      case detail::channel_step::done:
        node_.outcome = wait_outcome::delivered;
        if (!last_of_turn) return false;
        who.step_back(point);
        return true;
      case detail::channel_step::closed:
        node_.outcome = wait_outcome::closed;
        return false;
      default:
        return false;
    }
  }

  void await_resume() {
    if (node_.outcome == wait_outcome::delivered) [[likely]]
      return;
    if (state_ == nullptr) detail::throw_empty_sender();
    if (node_.outcome == wait_outcome::closed) detail::throw_channel_closed(state_->reason());
    state_->withdraw_sender(node_);
    detail::throw_cancelled(*node_.who);
  }

 private:
  detail::channel_state<T>* state_;
  T value_;
  wait_node node_;
};

/// The awaiter of `receiver::receive`. A coroutine that is suspended in it must not be destroyed.
template <channel_value T>
class [[nodiscard]] receive_operation {
 public:
  /// `from` must outlive the operation.
  explicit receive_operation(const receiver<T>& from) noexcept;
  receive_operation(const receive_operation&) = delete;
  receive_operation& operator=(const receive_operation&) = delete;

  bool await_ready() const noexcept { return state_ == nullptr; }

  template <waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point,
                                     detail::code_place where = detail::code_place::here()) {
    waiter& who = point.promise().party();
    detail::note_wait(who, "receive from channel", state_->number(), where);
    node_.who = &who;
    node_.slot = &value_;
    const bool last_of_turn = who.spend();
    if (last_of_turn && who.cancel_pending()) return false;
    switch (state_->receive(node_, who, point)) {
      case detail::channel_step::suspended:
        return true;
      case detail::channel_step::done:
        node_.outcome = wait_outcome::delivered;
        if (!last_of_turn) return false;
        who.step_back(point);
        return true;
      case detail::channel_step::closed:
        node_.outcome = wait_outcome::closed;
        return false;
      default:
        return false;
    }
  }

  std::optional<T> await_resume() {
    end_wait();
    return std::move(value_);
  }

 protected:
  // Throws what the wait ended with, where that is neither a value nor the usual end.
  void end_wait() {
    if (node_.outcome == wait_outcome::delivered || state_ == nullptr) [[likely]]
      return;
    if (node_.outcome == wait_outcome::none) {
      state_->withdraw_receiver(node_);
      detail::throw_cancelled(*node_.who);
    }
    if (state_->reason() != nullptr) detail::throw_channel_closed(state_->reason());
  }

  detail::channel_state<T>* state_;
  std::optional<T> value_;

 private:
  wait_node node_;
};

/// The awaiter of `receiver::receive_many`: waits for one value, and takes what else is there.
template <channel_value T>
class [[nodiscard]] receive_many_operation : private receive_operation<T> {
 public:
  receive_many_operation(const receiver<T>& from, std::vector<T>& into, std::size_t most)
      : receive_operation<T>{from}, into_{into}, most_{most} {
    detail::make_room(into, 1);  // so that the first value cannot be lost
  }

  bool await_ready() const noexcept { return most_ == 0 || receive_operation<T>::await_ready(); }
  using receive_operation<T>::await_suspend;
  std::size_t await_resume() {
    if (most_ == 0) return 0;
    this->end_wait();
    if (!this->value_) return 0;
    into_.push_back(*std::move(this->value_));
    return 1 + this->state_->take_more(into_, most_ - 1);
  }

 private:
  std::vector<T>& into_;
  const std::size_t most_;
};

/// The sending side. Copies share the channel; when the last sender is gone the channel is closed. An empty (default-
/// constructed or moved-from) sender belongs to no channel: sending through it fails as on a closed one.
/// Different copies may be used from different threads at once, and so may one sender's const functions.
template <channel_value T>
class sender {
 public:
  using value_type = T;

  sender() = default;
  explicit sender(detail::channel_state<T>* adopted) noexcept : state_{adopted} {}
  sender(const sender& other) noexcept : state_{other.state_} {
    if (state_ != nullptr) state_->add_sender();
  }
  sender(sender&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
  sender& operator=(sender other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~sender() {
    if (state_ != nullptr) state_->drop_sender();
  }

  /// Awaitable. Suspends while the channel is full (capacity 0: until a receiver took the value). Throws
  /// `channel_closed` when the value can never be taken, `cancelled` when the task is cancelled while it waits; then
  /// the value was not delivered and is destroyed. Every 128th operation of a task that need not wait lets others run
  /// first, and is where a cancellation that is pending is thrown: a loop of sends that never waits can be cancelled.
  send_operation<T> send(T&& value) const noexcept { return {*this, std::move(value)}; }
  send_operation<T> send(const T& value) const { return {*this, T(value)}; }

  /// Sends without waiting: `ok`, `full` or `closed`. `value` is moved from only when the answer is `ok`.
  channel_status try_send(T&& value, detail::code_place where = detail::code_place::here()) const {
    if (state_ == nullptr) return channel_status::closed;
    detail::note_step("try_send to channel", state_->number(), where);
    switch (state_->try_send(value)) {
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
    if (state_ == nullptr) return;
    detail::note_step("close channel", state_->number(), where);
    state_->close();
  }
  bool closed() const noexcept { return state_ == nullptr || state_->closed(); }

  /// Closes the channel with an error (CSP's poison): what is buffered can still be received; then receivers, and from
  /// now on senders, throw `reason` in place of the usual end (null: `close`). Without effect on one that is closed.
  void poison(std::exception_ptr reason, detail::code_place where = detail::code_place::here()) const noexcept {
    if (state_ == nullptr) return;
    detail::note_step("poison channel", state_->number(), where);
    state_->close(std::move(reason));
  }
  /// That error; null where the channel is open, or was closed without one.
  std::exception_ptr reason() const noexcept { return state_ == nullptr ? nullptr : state_->current_reason(); }

  /// A sender that does not keep the channel open.
  weak_sender<T> downgrade() const noexcept { return weak_sender<T>{state_}; }

  /// Items buffered (exact while nobody sends or receives), and how many fit.
  std::size_t size() const noexcept { return state_ == nullptr ? 0 : state_->size(); }
  std::size_t capacity() const noexcept { return state_ == nullptr ? 0 : state_->capacity(); }
  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  friend class send_operation<T>;
  friend struct detail::channel_access;
  detail::channel_state<T>* state_ = nullptr;
};

/// Knows a channel without keeping it open: for those who send now and then to a channel that others own. Copies, and
/// threads, as for `sender`.
template <channel_value T>
class weak_sender {
 public:
  weak_sender() = default;
  weak_sender(const weak_sender& other) noexcept : weak_sender{other.state_} {}
  weak_sender(weak_sender&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
  weak_sender& operator=(weak_sender other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~weak_sender() {
    if (state_ != nullptr) state_->drop_weak();
  }

  /// A sender of the channel; an empty one where the last is gone. One of a channel that was closed by a call is given.
  sender<T> upgrade() const noexcept {
    return state_ != nullptr && state_->add_sender_if_open() ? sender<T>{state_} : sender<T>{};
  }

 private:
  friend class sender<T>;
  explicit weak_sender(detail::channel_state<T>* known) noexcept : state_{known} {
    if (state_ != nullptr) state_->add_weak();
  }
  detail::channel_state<T>* state_ = nullptr;
};

/// The receiving side. Copies share the channel, each value goes to one of them; when the last receiver is gone, what
/// is buffered is destroyed and sends fail. An empty receiver receives "closed". Threads: as for `sender`.
template <channel_value T>
class receiver {
 public:
  using value_type = T;

  receiver() = default;
  explicit receiver(detail::channel_state<T>* adopted) noexcept : state_{adopted} {}
  receiver(const receiver& other) noexcept : state_{other.state_} {
    if (state_ != nullptr) state_->add_receiver();
  }
  receiver(receiver&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
  receiver& operator=(receiver other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~receiver() {
    if (state_ != nullptr) state_->drop_receiver();
  }

  /// Awaitable; gives a std::optional<T>. Suspends while the channel is empty. Empty result: closed and drained, for
  /// ever. Throws `cancelled` when the task is cancelled while it waits, and at every 128th operation that need not
  /// wait (see `sender::send`); then no value was taken.
  receive_operation<T> receive() const noexcept { return receive_operation<T>{*this}; }

  /// Awaitable; appends up to `most` values to `into` and gives their number; 0: closed and drained (or `most` is 0).
  /// Suspends while the channel is empty, then takes what is there. Otherwise as `receive`. `into` must outlive the
  /// wait. Throws std::bad_alloc where there is no room to be had for the values; none is lost.
  receive_many_operation<T> receive_many(std::vector<T>& into, std::size_t most) const { return {*this, into, most}; }

  /// Receives without waiting.
  try_received<T> try_receive(detail::code_place where = detail::code_place::here()) const {
    try_received<T> result{std::nullopt, channel_status::closed};
    if (state_ == nullptr) return result;
    detail::note_step("try_receive from channel", state_->number(), where);
    switch (state_->try_receive(result.value)) {
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
    if (state_ == nullptr) return;
    detail::note_step("close channel", state_->number(), where);
    state_->close();
  }
  bool closed() const noexcept { return state_ == nullptr || state_->closed(); }

  /// As for `sender`: those who still send throw `reason`, and so do receivers when nothing is buffered any more.
  void poison(std::exception_ptr reason, detail::code_place where = detail::code_place::here()) const noexcept {
    if (state_ == nullptr) return;
    detail::note_step("poison channel", state_->number(), where);
    state_->close(std::move(reason));
  }
  std::exception_ptr reason() const noexcept { return state_ == nullptr ? nullptr : state_->current_reason(); }

  std::size_t size() const noexcept { return state_ == nullptr ? 0 : state_->size(); }
  std::size_t capacity() const noexcept { return state_ == nullptr ? 0 : state_->capacity(); }
  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  friend class receive_operation<T>;
  friend struct detail::channel_access;
  detail::channel_state<T>* state_ = nullptr;
};

namespace detail {

/// For the library's own parts: the channel of an endpoint; null for an empty one.
struct channel_access {
  template <class Endpoint>
  static auto* state(const Endpoint& end) noexcept {
    return end.state_;
  }
};

}  // namespace detail

template <channel_value T>
send_operation<T>::send_operation(const sender<T>& through, T&& value) noexcept
    : state_{through.state_}, value_{std::move(value)} {}

template <channel_value T>
receive_operation<T>::receive_operation(const receiver<T>& from) noexcept : state_{from.state_} {}

/// Makes a channel. `capacity` is in items: 0 is a rendezvous (a send completes when a receiver has taken the value),
/// `unbounded` never makes a sender wait.
template <channel_value T>
std::pair<sender<T>, receiver<T>> channel(std::size_t capacity = 0) {
  auto* state = new detail::channel_state<T>(capacity);
  return {sender<T>{state}, receiver<T>{state}};
}

}  // namespace actors::inline v1
