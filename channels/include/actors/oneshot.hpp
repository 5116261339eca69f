// oneshot: a channel for one value: an answer, the end of something. `oneshot<T>()` gives its sender and its receiver.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/oneshot_state.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace actors::inline v1 {

template <channel_value T>
class oneshot_receiver;

/// The awaiter of `oneshot_receiver::receive`. A coroutine that is suspended in it must not be destroyed.
template <channel_value T>
class [[nodiscard("co_await it")]] oneshot_operation : public detail::wait_operation<oneshot_operation<T>> {
 public:
  /// `from` must outlive the operation.
  explicit oneshot_operation(const oneshot_receiver<T>& from) noexcept : state_{from.state_} {}

  std::optional<T> await_resume() {
    this->served();
    return std::move(value_);
  }

 private:
  friend class detail::wait_operation<oneshot_operation<T>>;
  static constexpr const char* what = "receive from one-shot channel";
  detail::oneshot_state<T>* source() const noexcept { return state_; }
  detail::channel_step enter(node_place & place, waiter & who, std::coroutine_handle<> point) noexcept {
    wait_node& node = place.begin(who);
    node.slot = &value_;
    return state_->receive(node, who, point);
  }
  void withdraw(wait_node & node) noexcept { state_->withdraw_receiver(node); }

  detail::oneshot_state<T>* state_;
  std::optional<T> value_;
};

/// The side that sends, once: sending makes it empty. Dropped before, it closes the channel. Moves like a unique_ptr.
/// An empty one (made by default, moved from, or used up) sends as on a closed channel. Its functions do not suspend,
/// but for `until_closed`; any thread may call them, one at a time.
template <channel_value T>
class oneshot_sender {
 public:
  using value_type = T;

  oneshot_sender() = default;
  explicit oneshot_sender(detail::oneshot_state<T>* adopted) noexcept : state_{adopted} {}
  oneshot_sender(oneshot_sender&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
  oneshot_sender& operator=(oneshot_sender&& other) noexcept {
    oneshot_sender taken{std::move(other)};
    std::swap(state_, taken.state_);
    return *this;
  }
  ~oneshot_sender() {
    if (state_ != nullptr) state_->drop_sender();
  }

  /// Sends the value and makes this sender empty. Throws `channel_closed` where it can never be taken (the receiver is
  /// gone or closed, or this sender is empty); the value is left with its owner then. A value that was sent is
  /// destroyed with the receiver where that goes without having taken it.
  void send(T&& value, detail::code_place where = detail::code_place::here()) {
    if (state_ == nullptr) detail::throw_empty_sender();
    if (try_send(std::move(value), where) != channel_status::ok) detail::throw_channel_closed();
  }
  void send(const T& value, detail::code_place where = detail::code_place::here()) { send(T(value), where); }

  /// The same; says `ok` or `closed`. `value` is moved from only when the answer is `ok`. Afterwards this sender is
  /// empty in both cases.
  channel_status try_send(T&& value, detail::code_place where = detail::code_place::here()) noexcept {
    if (state_ == nullptr) return channel_status::closed;
    detail::note_step("send to one-shot channel", state_->number(), where);
    return std::exchange(state_, nullptr)->send_last(value) ? channel_status::ok : channel_status::closed;
  }

  /// Closes the channel without a value, and makes this sender empty.
  void close(detail::code_place where = detail::code_place::here()) noexcept { poison(nullptr, where); }
  /// The same with an error, which the receiver throws (null: `close`).
  void poison(std::exception_ptr reason, detail::code_place where = detail::code_place::here()) noexcept {
    if (state_ == nullptr) return;
    detail::note_step("close one-shot channel", state_->number(), where);
    state_->close(std::move(reason));
    std::exchange(state_, nullptr)->drop_sender();
  }

  /// Whether a value could never be taken: the receiver is gone or closed, or this sender is empty.
  bool closed() const noexcept { return state_ == nullptr || state_->closed(); }
  /// Awaitable: suspends until the receiver is gone or closed, so that nobody wants the value any more; of an empty
  /// sender it does not. Throws `cancelled` when the task is cancelled while it waits, and at every 128th operation
  /// that need not wait. If the value is sent meanwhile, it waits for the end of the receiver all the same.
  detail::desertion_operation until_closed() const noexcept { return detail::desertion_operation{state_}; }

  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  detail::oneshot_state<T>* state_ = nullptr;
};

/// The side that receives. When it goes, a value that it has not taken is destroyed, and a send fails. Moves like a
/// unique_ptr, also while somebody waits at it. An empty one receives "closed". Any thread; several tasks may wait at
/// one: the first gets the value, the others "closed".
template <channel_value T>
class oneshot_receiver {
 public:
  using value_type = T;

  oneshot_receiver() = default;
  explicit oneshot_receiver(detail::oneshot_state<T>* adopted) noexcept : state_{adopted} {}
  oneshot_receiver(oneshot_receiver&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
  oneshot_receiver& operator=(oneshot_receiver&& other) noexcept {
    oneshot_receiver taken{std::move(other)};
    std::swap(state_, taken.state_);
    return *this;
  }
  ~oneshot_receiver() {
    if (state_ != nullptr) state_->drop_receiver();
  }

  /// Awaitable; gives a std::optional<T>. Suspends until the value is sent or the sender is gone. Empty: there is none,
  /// or it was taken before. Throws the reason where the channel was poisoned, `cancelled` when the task is cancelled
  /// while it waits, and at every 128th operation that need not wait; then the value is not taken.
  oneshot_operation<T> receive() const noexcept { return oneshot_operation<T>{*this}; }

  /// Receives without waiting: a value, or `empty`, or `closed`.
  try_received<T> try_receive(detail::code_place where = detail::code_place::here()) const noexcept {
    try_received<T> result{std::nullopt, channel_status::closed};
    if (state_ == nullptr) return result;
    detail::note_step("try_receive from one-shot channel", state_->number(), where);
    const detail::channel_step step = state_->try_receive(result.value);
    if (step == detail::channel_step::done) result.status = channel_status::ok;
    if (step == detail::channel_step::not_ready) result.status = channel_status::empty;
    return result;
  }

  /// Refuses the value from now on: a send fails, and who waits for it here receives "closed". One that was sent before
  /// can still be received.
  void close(detail::code_place where = detail::code_place::here()) const noexcept {
    if (state_ == nullptr) return;
    detail::note_step("close one-shot channel", state_->number(), where);
    state_->refuse(false);
  }
  /// Whether no value will come any more; one that was sent may still be there.
  bool closed() const noexcept { return state_ == nullptr || state_->closed(); }
  /// The error of `poison`; null where there is none.
  std::exception_ptr reason() const noexcept { return state_ == nullptr ? nullptr : state_->current_reason(); }

  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  friend class oneshot_operation<T>;
  detail::oneshot_state<T>* state_ = nullptr;
};

/// Makes a channel for one value.
template <channel_value T>
std::pair<oneshot_sender<T>, oneshot_receiver<T>> oneshot() {
  auto* state = new detail::oneshot_state<T>;
  return {oneshot_sender<T>{state}, oneshot_receiver<T>{state}};
}

}  // namespace actors::inline v1
