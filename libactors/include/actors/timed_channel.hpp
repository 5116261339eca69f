// timed_channel: receives and sends of tasks that wait no longer than a limit of time.
#pragma once

#include <actors/cases.hpp>
#include <actors/channel.hpp>
#include <actors/select.hpp>

#include <chrono>
#include <optional>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

namespace detail {

/// What a receive gives.
struct to_try_received {
  template <class T>
  try_received<T> operator()(std::optional<T> value) const noexcept {
    const channel_status status = value ? channel_status::ok : channel_status::closed;
    return {std::move(value), status};
  }
};
/// The same when its time is over.
template <class T>
struct no_value {
  channel_status why;
  try_received<T> operator()() const noexcept { return {std::nullopt, why}; }
};

/// What a send gives.
struct to_status {
  channel_status operator()(channel_status status) const noexcept { return status; }
};
struct not_sent {
  channel_status why;
  channel_status operator()() const noexcept { return why; }
};

template <class T>
using timed_receive = choice<receive_case<T, to_try_received>, timer_case<no_value<T>>>;
template <class T, class Value>
using timed_send = choice<send_case<T, Value, to_status>, timer_case<not_sent>>;

// The limit is a case like the other, behind it. An empty endpoint is never ready in a select, but here it is as one of
// a closed channel.
template <class Handler, class Limit>
timer_case<Handler> limit_case(bool usable, Limit limit, channel_status over) {
  if (!usable) return {std::chrono::nanoseconds{0}, Handler{channel_status::closed}};
  return {limit, Handler{over}};
}
template <class T, class Limit>
timed_receive<T> receive_within(const receiver<T>& from, Limit limit) {
  return timed_receive<T>{biased, on_receive(from, to_try_received{}),
                          limit_case<no_value<T>>(static_cast<bool>(from), limit, channel_status::empty)};
}
template <class T, class Value, class Limit>
timed_send<T, Value> send_within(const sender<T>& to, Value&& value, Limit limit) {
  return timed_send<T, Value>{biased, send_case<T, Value, to_status>{to, std::forward<Value>(value), to_status{}},
                              limit_case<not_sent>(static_cast<bool>(to), limit, channel_status::full)};
}

}  // namespace detail

/// Awaitable; gives a try_received<T>: `ok` with a value, `empty` when nothing came within `limit` (a duration), or
/// until `deadline`, or `closed`: closed and drained, or an empty receiver. A value that is there is taken, even if the
/// time is over: zero, negative and NaN try once. Otherwise suspends. Throws the error that the channel was closed
/// with, `cancelled` as `receive` does. Nothing is allocated. `from` must outlive the wait; a function can return it.
///
///     auto next = co_await receive_for(in, 50ms);
template <channel_value T, class Rep, class Period>
detail::timed_receive<T> receive_for(const receiver<T>& from, const std::chrono::duration<Rep, Period>& limit) {
  return detail::receive_within(from, detail::to_nanoseconds(limit));
}
template <channel_value T>
detail::timed_receive<T> receive_until(const receiver<T>& from, std::chrono::steady_clock::time_point deadline) {
  return detail::receive_within(from, deadline);
}

/// Awaitable; gives a channel_status: `ok`, `full` when there was no room (capacity 0: no receiver) within `limit` (a
/// duration), or until `deadline`, or `closed`: the value can never be taken. An lvalue is moved from only where it was
/// sent, and must outlive the wait; a const one is copied; an rvalue is kept by the awaitable, and destroyed with it
/// when it was not sent. Room that is there is used, even if the time is over: zero, negative and NaN try once.
/// Otherwise suspends. Throws `cancelled` as `send` does. Allocates nothing. `to` must outlive the wait.
template <channel_value T, class Rep, class Period>
detail::timed_send<T, T&> send_for(const sender<T>& to, std::type_identity_t<T>& value,
                                   const std::chrono::duration<Rep, Period>& limit) {
  return detail::send_within<T, T&>(to, value, detail::to_nanoseconds(limit));
}
template <channel_value T, class Rep, class Period>
detail::timed_send<T, T> send_for(const sender<T>& to, std::type_identity_t<T>&& value,
                                  const std::chrono::duration<Rep, Period>& limit) {
  return detail::send_within<T, T>(to, std::move(value), detail::to_nanoseconds(limit));
}
template <channel_value T, class Rep, class Period>
detail::timed_send<T, T> send_for(const sender<T>& to, const std::type_identity_t<T>& value,
                                  const std::chrono::duration<Rep, Period>& limit) {
  return send_for(to, T(value), limit);
}
template <channel_value T>
detail::timed_send<T, T&> send_until(const sender<T>& to, std::type_identity_t<T>& value,
                                     std::chrono::steady_clock::time_point deadline) {
  return detail::send_within<T, T&>(to, value, deadline);
}
template <channel_value T>
detail::timed_send<T, T> send_until(const sender<T>& to, std::type_identity_t<T>&& value,
                                    std::chrono::steady_clock::time_point deadline) {
  return detail::send_within<T, T>(to, std::move(value), deadline);
}
template <channel_value T>
detail::timed_send<T, T> send_until(const sender<T>& to, const std::type_identity_t<T>& value,
                                    std::chrono::steady_clock::time_point deadline) {
  return send_until(to, T(value), deadline);
}

}  // namespace actors::inline v1
