// barrier: a place where a number of tasks wait for each other, again and again. asyncio.Barrier.
#pragma once

#include <actors/detail/invoke.hpp>
#include <actors/detail/sync_operation.hpp>
#include <actors/errors.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1 {

class barrier;

/// A barrier that was aborted, or reset while this one waited.
class broken_barrier : public error {
 public:
  using error::error;
};

namespace detail {

struct barrier_request {
  static constexpr wait_kind what = wait_kind::barrier;
  actors::barrier* source;
  std::size_t index = 0;
  std::uint32_t number() const noexcept;
  bool take(waiter&) noexcept { return false; }
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point);
  void withdraw(wait_node& node) noexcept;
  std::size_t result(wait_outcome) const;
};

}  // namespace detail

/// Lets `parties` go on together when the last of them has arrived, and begins anew at once: there is no time in which
/// those of one generation are on their way and those of the next have to stay away. Once a generation is complete its
/// members pass, whatever is called then.
///
/// A cancelled task does not count among those who arrived, from the moment in which its cancellation was asked for:
/// the others wait for somebody else. (Where that is not wanted, abort the barrier as the cancellation is caught.)
///
/// Any thread. May be destroyed when nobody waits, also where the arrival that let the last one go on is still in
/// progress on another thread. Destroying it with waiters ends the program.
///
/// Invariants: all with the lock of the room. `arrived_` is the number of those who are listed; fewer than `parties_`
/// of them wait. Nobody is listed while the barrier is broken.
class barrier {
 public:
  /// `completion` is called for each generation, by the one that arrived last, before any of it goes on. Where it
  /// throws the barrier is aborted, the others get `broken_barrier`, and the one who called it what it threw. Calls
  /// overlap only where more than `parties` tasks use the barrier. Throws usage_error for no parties.
  explicit barrier(std::size_t parties, detail::unique_function<void()> completion = {});
  barrier(const barrier&) = delete;
  barrier& operator=(const barrier&) = delete;
  ~barrier() = default;

  /// Awaitable; gives the place in the order of arrival at this generation, from 0 to parties - 1: each of them once.
  /// Suspends until all have arrived. Throws `broken_barrier` when the barrier is broken or reset meanwhile, or was
  /// broken before; `cancelled` when the task is cancelled while it waits.
  detail::sync_operation<detail::barrier_request> arrive_and_wait() noexcept {
    return detail::sync_operation<detail::barrier_request>{{this}};
  }
  /// The same for a plain thread, which blocks. Throws usage_error on a worker.
  std::size_t blocking_arrive_and_wait();

  /// Breaks the barrier: all who wait, and all who arrive until `reset`, get `broken_barrier`.
  void abort(detail::code_place where = detail::code_place::here()) noexcept;
  /// Makes the barrier as new. All who wait get `broken_barrier`.
  void reset(detail::code_place where = detail::code_place::here()) noexcept;

  bool broken() const noexcept;
  std::size_t parties() const noexcept { return parties_; }
  /// How many have arrived and wait; may be out of date at once.
  std::size_t waiting() const noexcept;

 private:
  friend struct detail::barrier_request;

  bool enter(std::size_t& index, wait_node& node, waiter& who, std::coroutine_handle<> point);
  void withdraw(wait_node& node) noexcept;
  bool is_last() noexcept;
  void end_waits(bool broken) noexcept;

  const std::size_t parties_;
  const detail::unique_function<void()> completion_;
  std::size_t arrived_ = 0;
  bool broken_ = false;
  detail::atomic<std::uint32_t> number_{0};  ///< names the barrier in reports
  mutable detail::wait_room room_{"barrier"};
};

inline std::uint32_t detail::barrier_request::number() const noexcept { return number_of(source->number_); }
inline bool detail::barrier_request::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) {
  return source->enter(index, node, who, point);
}
inline void detail::barrier_request::withdraw(wait_node& node) noexcept { source->withdraw(node); }

}  // namespace actors::inline v1
