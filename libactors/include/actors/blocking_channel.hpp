// blocking_channel: sends and receives of plain threads, which block where a task suspends; with and without limits of
// time. All throw usage_error on a worker. Any other thread.
#pragma once

#include <actors/blocking_select.hpp>
#include <actors/channel.hpp>
#include <actors/detail/thread_waiter.hpp>
#include <actors/timed_channel.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// What a batch came to.
struct received_many {
  std::size_t count;      ///< values appended
  channel_status status;  ///< `ok`; or why there are none: `empty`, `closed`

  explicit operator bool() const noexcept { return count != 0; }
};

namespace detail {

/// Waits for one thing, without limit. An empty endpoint is as one of a closed channel.
template <class Case, class End>
auto block_at(Case&& one, const End& end, const char* call) {
  refuse_on_worker(call);
  using given = typename Case::handler::result;
  if (!end) return given();
  choice wanted{std::move(one)};
  return block_on_choice(wanted, call);
}

/// `receive` waits for the first value.
template <class T, class Receive>
received_many block_for_many(const receiver<T>& from, std::vector<T>& into, std::size_t most, Receive receive) {
  if (most == 0) return {0, channel_status::ok};
  make_room(into, 1);  // so that the first value cannot be lost
  try_received<T> first = receive();
  if (!first) return {0, first.status};
  into.push_back(*std::move(first.value));
  return {1 + channel_access::state(from)->take_more(into, most - 1), channel_status::ok};
}

template <class T, class Limit>
channel_status block_for_send(const sender<T>& to, T& value, Limit limit, const char* call) {
  auto wanted = send_within<T, T&>(to, value, limit);
  return block_on_choice(wanted, call);
}

template <class T>
void block_for_send(const sender<T>& to, T& value) {
  refuse_on_worker("blocking_send()");
  channel_state<T>* const state = channel_access::state(to);
  if (state == nullptr) throw_empty_sender();
  thread_waiter self;
  node_place place;
  channel_step step = state->send(value, place, self, nullptr);
  if (step == channel_step::suspended) {
    self.block();
    if (place.node().outcome == wait_outcome::closed) step = channel_step::closed;  // nobody cancels a thread
  }
  if (step == channel_step::closed) throw_channel_closed(state->reason());
}

}  // namespace detail

/// Sends; blocks while the channel is full (capacity 0: until a receiver has taken the value). Throws `channel_closed`
/// when the value can never be taken, or the error that the channel was closed with. The value is moved from only where
/// it was sent; a const one is copied.
template <channel_value T>
void blocking_send(const sender<T>& to, std::type_identity_t<T>& value) {
  detail::block_for_send(to, value);
}
template <channel_value T>
void blocking_send(const sender<T>& to, std::type_identity_t<T>&& value) {
  detail::block_for_send(to, value);
}
template <channel_value T>
void blocking_send(const sender<T>& to, const std::type_identity_t<T>& value) {
  blocking_send(to, T(value));
}

/// The same for at most `limit`, or until `deadline`: gives `ok`, `full` when the time was over, or `closed`. Room that
/// is there is used, even if the time is over. The value is moved from only where it was sent; a const one is copied.
template <channel_value T, class Rep, class Period>
channel_status blocking_send_for(const sender<T>& to, std::type_identity_t<T>& value,
                                 const std::chrono::duration<Rep, Period>& limit) {
  return detail::block_for_send(to, value, detail::to_nanoseconds(limit), "blocking_send_for()");
}
template <channel_value T, class Rep, class Period>
channel_status blocking_send_for(const sender<T>& to, std::type_identity_t<T>&& value,
                                 const std::chrono::duration<Rep, Period>& limit) {
  return blocking_send_for(to, value, limit);
}
template <channel_value T, class Rep, class Period>
channel_status blocking_send_for(const sender<T>& to, const std::type_identity_t<T>& value,
                                 const std::chrono::duration<Rep, Period>& limit) {
  return blocking_send_for(to, T(value), limit);
}
template <channel_value T>
channel_status blocking_send_until(const sender<T>& to, std::type_identity_t<T>& value,
                                   std::chrono::steady_clock::time_point deadline) {
  return detail::block_for_send(to, value, deadline, "blocking_send_until()");
}
template <channel_value T>
channel_status blocking_send_until(const sender<T>& to, std::type_identity_t<T>&& value,
                                   std::chrono::steady_clock::time_point deadline) {
  return blocking_send_until(to, value, deadline);
}
template <channel_value T>
channel_status blocking_send_until(const sender<T>& to, const std::type_identity_t<T>& value,
                                   std::chrono::steady_clock::time_point deadline) {
  return blocking_send_until(to, T(value), deadline);
}

/// Receives; blocks while the channel is empty. Empty result: closed and drained, for ever. Throws the error that the
/// channel was closed with. `from` is a receiver of any kind; of a broadcast it gives a broadcast_received<T>, and
/// throws what the copy throws.
template <selectable_receiver From>
auto blocking_receive(From&& from) {
  return detail::block_at(on_receive(from), from, "blocking_receive()");
}

/// The same for at most `limit`, or until `deadline`; gives what `receive_for` does: `ok` with a value, `empty` when
/// the time was over, or `closed`. A value that is there is taken, even if the time is over.
template <selectable_receiver From, class Rep, class Period>
auto blocking_receive_for(From&& from, const std::chrono::duration<Rep, Period>& limit) {
  auto wanted = detail::receive_within(from, detail::to_nanoseconds(limit));
  return detail::block_on_choice(wanted, "blocking_receive_for()");
}
template <selectable_receiver From>
auto blocking_receive_until(From&& from, std::chrono::steady_clock::time_point deadline) {
  auto wanted = detail::receive_within(from, deadline);
  return detail::block_on_choice(wanted, "blocking_receive_until()");
}

/// `watch_receiver::changed`, blocking, and the same for at most `limit`, or until `deadline` (as `changed_for`).
template <selectable_watcher From>
bool blocking_changed(From&& from) {
  return detail::block_at(on_change(from), from, "blocking_changed()");
}
template <selectable_watcher From, class Rep, class Period>
channel_status blocking_changed_for(From&& from, const std::chrono::duration<Rep, Period>& limit) {
  auto wanted = detail::change_within(from, detail::to_nanoseconds(limit));
  return detail::block_on_choice(wanted, "blocking_changed_for()");
}
template <selectable_watcher From>
channel_status blocking_changed_until(From&& from, std::chrono::steady_clock::time_point deadline) {
  auto wanted = detail::change_within(from, deadline);
  return detail::block_on_choice(wanted, "blocking_changed_until()");
}

/// `sender::reserve`, blocking, and the same for at most `limit`, or until `deadline` (as `reserve_for`).
template <channel_value T>
send_permit<T> blocking_reserve(const sender<T>& to) {
  detail::refuse_on_worker("blocking_reserve()");
  if (!to) detail::throw_empty_sender();
  return detail::block_at(on_reserve(to), to, "blocking_reserve()");
}
template <channel_value T, class Rep, class Period>
send_permit<T> blocking_reserve_for(const sender<T>& to, const std::chrono::duration<Rep, Period>& limit) {
  auto wanted = detail::reserve_within(to, detail::to_nanoseconds(limit));
  return detail::block_on_choice(wanted, "blocking_reserve_for()");
}
template <channel_value T>
send_permit<T> blocking_reserve_until(const sender<T>& to, std::chrono::steady_clock::time_point deadline) {
  auto wanted = detail::reserve_within(to, deadline);
  return detail::block_on_choice(wanted, "blocking_reserve_until()");
}

/// Waits for one value, then takes what else is there: appends up to `most` values to `into`, and gives their number;
/// 0: closed and drained (or `most` is 0). Otherwise as `blocking_receive`. Throws std::bad_alloc where there is no
/// room to be had for the values; none is lost.
template <channel_value T>
std::size_t blocking_receive_many(const receiver<T>& from, std::vector<T>& into, std::size_t most) {
  detail::refuse_on_worker("blocking_receive_many()");
  const auto receive = [&] {
    std::optional<T> value = blocking_receive(from);
    return detail::in_time{}(std::move(value));
  };
  return detail::block_for_many(from, into, most, receive).count;
}

/// The same for at most `limit`, or until `deadline`; the status tells the end of the time from that of the channel.
template <channel_value T, class Rep, class Period>
received_many blocking_receive_many_for(const receiver<T>& from, std::vector<T>& into, std::size_t most,
                                        const std::chrono::duration<Rep, Period>& limit) {
  detail::refuse_on_worker("blocking_receive_many_for()");
  const auto receive = [&] { return blocking_receive_for(from, limit); };
  return detail::block_for_many(from, into, most, receive);
}
template <channel_value T>
received_many blocking_receive_many_until(const receiver<T>& from, std::vector<T>& into, std::size_t most,
                                          std::chrono::steady_clock::time_point deadline) {
  detail::refuse_on_worker("blocking_receive_many_until()");
  const auto receive = [&] { return blocking_receive_until(from, deadline); };
  return detail::block_for_many(from, into, most, receive);
}

}  // namespace actors::inline v1
