// extended_rendezvous: a receiver meets a sender, and keeps it waiting until it has finished with the value.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/open_receiving.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace actors::inline v1 {

/// A value that was received while its sender is held: the send returns when this ends, at the latest when it is
/// destroyed, also by an exception. So the two act as one for that time: the sender's data can be used in place, an
/// answer be put where it looks for it, a message be passed on before its sender knows that it has gone. Moves like a
/// unique_ptr. Not thread-safe by itself; may be moved to another thread, and outlive the channel. One that is never
/// destroyed holds its sender for ever: no cancellation ends that. After the extended rendezvous of
/// occam (Barnes, Welch, "Prioritised Dynamic Communicating Processes", 2002).
///
///     while (auto met = co_await receive_extended(requests)) {
///       (*met)->answer = co_await look_up((*met)->question);
///     }   // here the sender goes on
template <channel_value T>
class [[nodiscard("the sender goes on where it is destroyed")]] rendezvous {
 public:
  rendezvous(T && value, const detail::open_receive& held) noexcept : held_{held}, value_{std::move(value)} {}
  rendezvous(rendezvous &&) noexcept = default;
  rendezvous& operator=(rendezvous&& other) noexcept {
    if (this == &other) return *this;
    // Made anew in its place: the value that was here is destroyed before its sender goes on.
    std::destroy_at(this);
    return *std::construct_at(this, std::move(other));
  }

  /// The value: it stays when the sender has gone on.
  T& operator*() noexcept { return value_; }
  const T& operator*() const noexcept { return value_; }
  T* operator->() noexcept { return std::addressof(value_); }
  const T* operator->() const noexcept { return std::addressof(value_); }

  /// Whether a sender is held: not one that did not wait, or has gone on.
  bool holds() const noexcept { return held_.open.sender != nullptr; }
  /// Lets the sender go on before the end of the scope. Twice does nothing.
  void end() noexcept { held_.end(); }

 private:
  struct held_sender {
    explicit held_sender(const detail::open_receive& from) noexcept : open{from} {}
    held_sender(held_sender&& other) noexcept : open{other.open} { other.open.sender = nullptr; }
    ~held_sender() { end(); }
    void end() noexcept { detail::channel_core::let_go(open); }
    detail::open_receive open;
  };
  held_sender held_;  // before the value, which may refer to what the sender has: so it is destroyed after it
  T value_;
};

namespace detail {

template <class T>
struct opening_rendezvous {
  using result = rendezvous<T>;
  static constexpr wait_kind what = wait_kind::receive_extended;

  void prepare() noexcept {
    open = {};
    value.reset();
  }
  void restart() noexcept { value.reset(); }
  std::optional<T>& slot() noexcept { return value; }
  result take(channel_state<T>&) noexcept { return {*std::move(value), open}; }

  open_receive open;
  std::optional<T> value;
};

}  // namespace detail

/// Awaitable; gives a std::optional<rendezvous<T>>. As `receiver::receive`, but the sender whose value it is waits
/// until the rendezvous ends. Held is who awaits `send`, or calls `blocking_send`; who sends in a select, with a limit
/// of time, with a permit, or by `try_send` goes on when the value is taken. A sender that is cancelled while it is
/// held has sent: the cancellation stays pending. Throws as `receive`; usage_error for a channel with a buffer, whose
/// senders have gone on before anything is received; std::bad_alloc. `from` must outlive the wait.
template <channel_value T>
detail::open_receive_operation<T, detail::opening_rendezvous<T>> receive_extended(const receiver<T>& from) {
  if (from) detail::need_rendezvous(*detail::channel_access::state(from), "receive_extended()");
  return detail::open_receive_operation<T, detail::opening_rendezvous<T>>{from};
}

/// The case of a select: `handler(std::optional<rendezvous<T>>)`, with what `receive_extended` would give. Throws
/// usage_error for a channel with a buffer.
template <channel_value T, class F = detail::give_back>
detail::open_receive_case<T, detail::opening_rendezvous<T>, F> on_extended(const receiver<T>& from, F handler = {}) {
  if (from) detail::need_rendezvous(*detail::channel_access::state(from), "on_extended()");
  return {detail::open_receive_wait<T, detail::opening_rendezvous<T>>{from}, std::move(handler)};
}

}  // namespace actors::inline v1
