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

/// A receiver of any kind of channel, or a reference to one: what `on_receive` takes.
template <class R>
concept selectable_receiver = requires(R& from) {
  on_receive(from);
};
/// The same of a watch channel: what `on_change` takes.
template <class R>
concept selectable_watcher = requires(R& from) {
  on_change(from);
};

namespace detail {

/// What a case gives, in the form of a wait with a limit of time: with a status, where it has none.
struct in_time {
  template <class T>
  try_received<T> operator()(std::optional<T> value) const noexcept {
    const channel_status status = value ? channel_status::ok : channel_status::closed;
    return {std::move(value), status};
  }
  channel_status operator()(bool newer) const noexcept { return newer ? channel_status::ok : channel_status::closed; }
  template <class Told>
  Told operator()(Told told) const noexcept(std::is_nothrow_move_constructible_v<Told>) {
    return told;
  }
};

/// The same when the time is over; or `closed`, of an empty endpoint.
template <class Told>
struct out_of_time {
  channel_status why;
  Told operator()() const {
    if constexpr (std::is_same_v<Told, channel_status>) {
      return why;
    } else if constexpr (requires(Told none) { none.status; }) {
      Told none{};
      none.status = why;
      return none;
    } else {
      if (why == channel_status::closed) throw_empty_sender();
      return {};
    }
  }
};

/// A case, and behind it the limit of its time, which is a case, too.
template <class Case>
using timed = choice<Case, timer_case<out_of_time<typename Case::handler::result>>>;

// An empty endpoint is never ready in a select, but here it is as one of a closed channel.
template <class Case, class End, class Limit>
timed<Case> within(Case&& one, const End& end, Limit limit, channel_status over) {
  using over_time = out_of_time<typename Case::handler::result>;
  if (!end)
    return timed<Case>{biased, std::move(one), {std::chrono::nanoseconds{0}, over_time{channel_status::closed}}};
  return timed<Case>{biased, std::move(one), {limit, over_time{over}}};
}

template <class From, class Limit>
auto receive_within(From& from, Limit limit) {
  return within(on_receive(from, in_time{}), from, limit, channel_status::empty);
}
template <class From, class Limit>
auto change_within(From& from, Limit limit) {
  return within(on_change(from, in_time{}), from, limit, channel_status::empty);
}
template <class T, class Limit>
auto reserve_within(const sender<T>& to, Limit limit) {
  return within(on_reserve(to, in_time{}), to, limit, channel_status::full);
}
template <class T, class Value, class Limit>
auto send_within(const sender<T>& to, Value&& value, Limit limit) {
  return within(send_case<T, Value, in_time>{to, std::forward<Value>(value), in_time{}}, to, limit,
                channel_status::full);
}

template <class T, class Value>
using timed_send = timed<send_case<T, Value, in_time>>;

}  // namespace detail

/// Awaitable; gives a try_received<T>, of a broadcast a broadcast_received<T>: `ok` with a value, `empty` when nothing
/// came within `limit` (a duration), or until `deadline`, or `closed`: closed and drained, or an empty receiver. A
/// value that is there is taken, even if the time is over: zero, negative and NaN try once. Otherwise suspends. Throws
/// the error that the channel was closed with, `cancelled` and others as `receive` does. Nothing is allocated. `from`,
/// a receiver of any kind, must outlive the wait; a function can return it.
///
///     auto next = co_await receive_for(in, 50ms);
template <selectable_receiver From, class Rep, class Period>
auto receive_for(From&& from, const std::chrono::duration<Rep, Period>& limit) {
  return detail::receive_within(from, detail::to_nanoseconds(limit));
}
template <selectable_receiver From>
auto receive_until(From&& from, std::chrono::steady_clock::time_point deadline) {
  return detail::receive_within(from, deadline);
}

/// The same for `watch_receiver::changed`; gives a channel_status: `ok` when there was a newer value, which the
/// receiver has seen then, `empty` when the time was over, `closed` when there will be none.
template <selectable_watcher From, class Rep, class Period>
auto changed_for(From&& from, const std::chrono::duration<Rep, Period>& limit) {
  return detail::change_within(from, detail::to_nanoseconds(limit));
}
template <selectable_watcher From>
auto changed_until(From&& from, std::chrono::steady_clock::time_point deadline) {
  return detail::change_within(from, deadline);
}

/// The same for `sender::reserve`; gives a send_permit<T>, an empty one when the time was over. Throws as `reserve`
/// where the channel is closed, and std::bad_alloc at the first permit of a channel.
template <channel_value T, class Rep, class Period>
auto reserve_for(const sender<T>& to, const std::chrono::duration<Rep, Period>& limit) {
  return detail::reserve_within(to, detail::to_nanoseconds(limit));
}
template <channel_value T>
auto reserve_until(const sender<T>& to, std::chrono::steady_clock::time_point deadline) {
  return detail::reserve_within(to, deadline);
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
