// latch: a count that goes down to zero once, and those who wait for that. std::latch for tasks.
#pragma once

#include <actors/detail/sync_operation.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1 {

class latch;

namespace detail {

struct latch_request {
  static constexpr wait_kind what = wait_kind::latch;
  actors::latch* source;
  std::uint32_t number() const noexcept;
  bool take(waiter&) noexcept;
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  void withdraw(wait_node& node) noexcept;
  void result(wait_outcome) const noexcept {}
};

}  // namespace detail

/// Any thread. May be destroyed when nobody waits, also where the `count_down` that let the last one go on is still in
/// progress on another thread. Destroying it with waiters ends the program.
///
/// Invariants: `state_` is the count, and in its lowest bit whether somebody is listed, which is set and cleared with
/// the lock of the room only. The count becomes zero when nobody is listed.
/// Order: counts are acquire and release, so that the last one, and who finds the count zero (acquire), has
/// synchronised with all.
class latch {
 public:
  /// `expected`: how often it is counted down; 0 is open. At most a quarter of what a std::size_t can be: else throws
  /// usage_error.
  explicit latch(std::size_t expected);
  latch(const latch&) = delete;
  latch& operator=(const latch&) = delete;
  ~latch() = default;

  /// Takes `count` from the count, and where that makes it zero wakes all who wait. Does not suspend. Throws
  /// usage_error, and takes nothing, where `count` is more than what is left.
  void count_down(std::size_t count = 1, detail::code_place where = detail::code_place::here());

  /// Whether the count is zero.
  bool try_wait() const noexcept { return state_.load(std::memory_order_acquire) == 0; }

  /// Awaitable. Suspends until the count is zero. Throws `cancelled` when the task is cancelled while it waits, and at
  /// every 128th operation that need not wait.
  detail::sync_operation<detail::latch_request> wait() noexcept {
    return detail::sync_operation<detail::latch_request>{{this}};
  }
  /// Counts down when it is called, also where the wait is then cancelled. Throws as both.
  detail::sync_operation<detail::latch_request> arrive_and_wait(std::size_t count = 1,
                                                                detail::code_place where = detail::code_place::here()) {
    count_down(count, where);
    return wait();
  }

  /// Block the calling plain thread until the count is zero. Throw usage_error on a worker, and then do not count.
  void blocking_wait();
  void blocking_arrive_and_wait(std::size_t count = 1);

 private:
  friend struct detail::latch_request;

  static constexpr std::uint64_t waiting = 1;
  static constexpr std::uint64_t one = 2;

  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  void withdraw(wait_node& node) noexcept;
  void claim_all(wake_batch& woken) noexcept;

  detail::atomic<std::uint64_t> state_;
  detail::wait_room room_{"latch"};
};

inline std::uint32_t detail::latch_request::number() const noexcept { return number_of(source->state_); }
inline bool detail::latch_request::take(waiter&) noexcept { return source->try_wait(); }
inline bool detail::latch_request::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  return source->enter(node, who, point);
}
inline void detail::latch_request::withdraw(wait_node& node) noexcept { source->withdraw(node); }

}  // namespace actors::inline v1
