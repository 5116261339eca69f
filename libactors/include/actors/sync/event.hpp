// event: a flag that tasks wait for. asyncio.Event.
#pragma once

#include <actors/detail/sync_operation.hpp>

#include <coroutine>
#include <cstdint>

namespace actors::inline v1 {

class event;

namespace detail {

struct event_request {
  static constexpr wait_kind what = wait_kind::event;
  actors::event* source;
  std::uint32_t number() const noexcept;
  bool take(waiter&) noexcept;
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  void withdraw(wait_node& node) noexcept;
  void result(wait_outcome) const noexcept {}

  wait_lock& lock() noexcept;
  bool take_under_lock() noexcept;
  bool list(wait_node& node) noexcept;
};

}  // namespace detail

/// A flag, at first not set. `set` lets everybody go on who waits, and who comes before the next `clear`: a `clear`
/// that follows at once takes that back from nobody who waited.
///
/// Any thread. May be destroyed when nobody waits, also where the `set` that let the last one go on is still in
/// progress on another thread. Destroying it with waiters ends the program.
///
/// Invariants: `state_` is zero, `is_set_bit`, or `waiting`: not set, and somebody is listed, or a select looked under
/// the lock. While somebody is listed it is `waiting`. It becomes so, and stops being so, with the lock of the room
/// only. Order: set is a release, to find it set an acquire; who is woken goes by the lock and the post.
class event {
 public:
  event() noexcept = default;
  event(const event&) = delete;
  event& operator=(const event&) = delete;
  ~event() = default;

  /// Sets the flag and wakes all who wait. Does not suspend; its cost grows with their number alone.
  void set(detail::code_place where = detail::code_place::here()) noexcept;
  /// Waits block again from now on.
  void clear(detail::code_place where = detail::code_place::here()) noexcept;
  bool is_set() const noexcept { return state_.load(std::memory_order_acquire) == is_set_bit; }

  /// Awaitable. Suspends while the flag is not set. Throws `cancelled` when the task is cancelled while it waits, and
  /// at every 128th operation that need not wait.
  detail::sync_operation<detail::event_request> wait() noexcept {
    return detail::sync_operation<detail::event_request>{{this}};
  }
  /// Blocks the calling plain thread while the flag is not set. Throws usage_error on a worker.
  void blocking_wait();

 private:
  friend struct detail::event_request;

  static constexpr std::uint32_t is_set_bit = 1;
  static constexpr std::uint32_t waiting = 2;

  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  bool list(wait_node& node) noexcept;
  bool note_waiting() noexcept;
  void withdraw(wait_node& node) noexcept;
  void claim_all(wake_batch& woken) noexcept;

  detail::atomic<std::uint32_t> state_{0};
  detail::wait_room room_{"event"};
};

inline std::uint32_t detail::event_request::number() const noexcept { return number_of(source->state_); }
inline bool detail::event_request::take(waiter&) noexcept { return source->is_set(); }
inline bool detail::event_request::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  return source->enter(node, who, point);
}
inline void detail::event_request::withdraw(wait_node& node) noexcept { source->withdraw(node); }
inline detail::wait_lock& detail::event_request::lock() noexcept { return source->room_.lock; }
// Where it says no, the event stays as it is until the lock is free: so a select that has all its locks finds a moment
// at which none of several events was set.
inline bool detail::event_request::take_under_lock() noexcept { return !source->note_waiting(); }
inline bool detail::event_request::list(wait_node& node) noexcept { return source->list(node); }

}  // namespace actors::inline v1
