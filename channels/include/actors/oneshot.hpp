// oneshot: a channel for one value: an answer, the end of something. `oneshot<T>()` gives its sender and its receiver.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/oneshot_state.hpp>
#include <actors/detail/source_case.hpp>

#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace actors::inline v1 {

template <class T>
class oneshot_receiver;

/// The awaiter of `oneshot_receiver::receive`. A coroutine that is suspended in it must not be destroyed.
template <class T>
class [[nodiscard("co_await it")]] oneshot_operation : public detail::wait_operation<oneshot_operation<T>> {
 public:
  /// `from` must outlive the operation.
  explicit oneshot_operation(const oneshot_receiver<T>& from) noexcept : state_{detail::channel_access::state(from)} {}

  std::optional<T> await_resume() {
    this->served();
    return detail::in_parts(value_);
  }

 private:
  friend class detail::wait_operation<oneshot_operation<T>>;
  static constexpr detail::wait_kind what = detail::wait_kind::receive_oneshot;
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
template <class T>
class oneshot_sender {
 public:
  using value_type = T;

  oneshot_sender() = default;
  explicit oneshot_sender(detail::oneshot_state<T>* adopted) noexcept : end_{adopted} {}

  /// Sends the value and makes this sender empty. Throws `channel_closed` where it can never be taken (the receiver is
  /// gone or closed, or this sender is empty); the value is left with its owner then. A value that was sent is
  /// destroyed with the receiver where that goes without having taken it.
  void send(T&& value, detail::code_place where = detail::code_place::here()) {
    if (end_ == nullptr) detail::throw_empty_sender();
    if (try_send(std::move(value), where) != channel_status::ok) detail::throw_channel_closed();
  }
  void send(const T& value, detail::code_place where = detail::code_place::here()) { send(T(value), where); }

  /// The same; says `ok` or `closed`. `value` is moved from only when the answer is `ok`. Afterwards this sender is
  /// empty in both cases.
  channel_status try_send(T&& value, detail::code_place where = detail::code_place::here()) noexcept {
    if (end_ == nullptr) return channel_status::closed;
    detail::note_step("send to one-shot channel", end_->number(), where);
    return end_.release()->send_last(value) ? channel_status::ok : channel_status::closed;
  }

  /// Closes the channel without a value, and makes this sender empty.
  void close(detail::code_place where = detail::code_place::here()) noexcept { poison(nullptr, where); }
  /// The same with an error, which the receiver throws (null: `close`).
  void poison(std::exception_ptr reason, detail::code_place where = detail::code_place::here()) noexcept {
    if (end_ == nullptr) return;
    detail::note_step("close one-shot channel", end_->number(), where);
    end_->close(std::move(reason));
    end_.release()->drop_sender();
  }

  /// Whether a value could never be taken: the receiver is gone or closed, or this sender is empty.
  bool closed() const noexcept { return end_ == nullptr || end_->closed(); }
  /// Awaitable: suspends until the receiver is gone or closed, so that nobody wants the value any more; of an empty
  /// sender it does not. Throws `cancelled` when the task is cancelled while it waits, and at every 128th operation
  /// that need not wait. If the value is sent meanwhile, it waits for the end of the receiver all the same.
  detail::desertion_operation until_closed() const noexcept { return detail::desertion_operation{end_.get()}; }

  explicit operator bool() const noexcept { return end_ != nullptr; }

 private:
  friend struct detail::channel_access;
  detail::sole_end<detail::oneshot_state<T>, &detail::wait_source::drop_sender> end_;
};

/// The side that receives. When it goes, a value that it has not taken is destroyed, and a send fails. Moves like a
/// unique_ptr, also while somebody waits at it. An empty one receives "closed". Any thread; several tasks may wait at
/// one: the first gets the value, the others "closed".
template <class T>
class oneshot_receiver {
 public:
  using value_type = T;

  oneshot_receiver() = default;
  explicit oneshot_receiver(detail::oneshot_state<T>* adopted) noexcept : end_{adopted} {}

  /// Awaitable; gives a std::optional<T>. Suspends until the value is sent or the sender is gone. Empty: there is none,
  /// or it was taken before. Throws the reason where the channel was poisoned, `cancelled` when the task is cancelled
  /// while it waits, and at every 128th operation that need not wait; then the value is not taken.
  oneshot_operation<T> receive() const noexcept { return oneshot_operation<T>{*this}; }

  /// Receives without waiting: a value, or `empty`, or `closed`.
  try_received<T> try_receive(detail::code_place where = detail::code_place::here()) const noexcept {
    try_received<T> result{std::nullopt, channel_status::closed};
    if (end_ == nullptr) return result;
    detail::note_step("try_receive from one-shot channel", end_->number(), where);
    const detail::channel_step step = end_->try_receive(result.value);
    if (step == detail::channel_step::done) result.status = channel_status::ok;
    if (step == detail::channel_step::not_ready) result.status = channel_status::empty;
    return result;
  }

  /// Refuses the value from now on: a send fails, and who waits for it here receives "closed". One that was sent before
  /// can still be received.
  void close(detail::code_place where = detail::code_place::here()) const noexcept {
    if (end_ == nullptr) return;
    detail::note_step("close one-shot channel", end_->number(), where);
    end_->refuse(false);
  }
  /// Whether no value will come any more; one that was sent may still be there.
  bool closed() const noexcept { return end_ == nullptr || end_->closed(); }
  /// The error of `poison`; null where there is none.
  std::exception_ptr reason() const noexcept { return end_ == nullptr ? nullptr : end_->current_reason(); }

  explicit operator bool() const noexcept { return end_ != nullptr; }

 private:
  friend struct detail::channel_access;
  detail::sole_end<detail::oneshot_state<T>, &detail::oneshot_state<T>::drop_receiver> end_;
};

namespace detail {

/// For the value, in a select.
template <class T>
class oneshot_wait : public source_party<oneshot_state<T>> {
 public:
  using given = std::optional<T>;
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits, "on_receive(in, handler): the handler is called with a std::optional<T>; empty: closed");
    return true;
  }
  static constexpr bool once = true;
  using source_party<oneshot_state<T>>::source_party;

  // Taken with the lock, and moved out without it.
  channel_step take(wake_batch&) noexcept { return this->source_->take(); }
  bool list(wait_node& node) noexcept { return source_party<oneshot_state<T>>::list(node, &value_); }
  given result(wait_outcome how) {
    if (this->served(how) && !value_) this->source_->move_out(value_);
    return in_parts(value_);
  }
  void restart() noexcept { value_.reset(); }

 private:
  std::optional<T> value_;
};

}  // namespace detail

/// A case of a select: receives the value, and calls `handler(std::optional<T>)`; empty: there is none, or it was taken
/// before. Where the channel was poisoned the select throws the reason. `from` must outlive the select; an empty
/// receiver is never ready. Without a handler the select gives the optional.
template <class T, class F = detail::give_back>
detail::source_case<detail::oneshot_wait<T>, F> on_receive(const oneshot_receiver<T>& from, F handler = {}) {
  return {detail::oneshot_wait<T>{detail::channel_access::state(from)}, std::move(handler)};
}

/// A case: calls `handler()` when the receiver is gone or closed. An empty sender is never ready.
template <class T, class F = detail::give_nothing>
detail::source_case<detail::desertion_wait, F> on_closed(const oneshot_sender<T>& of, F handler = {}) {
  return {detail::desertion_wait{detail::channel_access::state(of)}, std::move(handler)};
}

/// Makes a channel for one value. `name`: what reports call it.
template <channel_value T>
std::pair<oneshot_sender<T>, oneshot_receiver<T>> oneshot(std::string_view name = {},
                                                          detail::place_ref where = detail::place_ref::here()) {
  auto* state = new detail::oneshot_state<T>({name, where});
  state->enter_register();
  return {oneshot_sender<T>{state}, oneshot_receiver<T>{state}};
}

}  // namespace actors::inline v1
