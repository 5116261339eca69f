// queue_core: the part of a queue that does not depend on the type of its values: counts, who waits, the end.
#pragma once

#include <actors/detail/sync_operation.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

class queue_core;

struct join_request {
  static constexpr wait_kind what = wait_kind::join_queue;
  queue_core* source;
  std::uint32_t number() const noexcept;
  bool take(waiter& who) noexcept;
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  void withdraw(wait_node& node) noexcept;
  void result(wait_outcome) const noexcept {}
};

/// Invariants, all with the lock of the room:
///   - the list of the room has those who wait to get a value, and then nothing is queued, or those who wait to put
///     one, and then the queue is full. So one list does for both, also with those in it whose cancellation is under
///     way: whoever puts or gets removes them from the front until it meets one that it can serve;
///   - while somebody is in `joining_` there are unfinished values;
///   - once `shut_` is set it stays, and nobody waits but in `joining_`;
///   - `size_` is the number of values queued, at most `limit_`.
/// Values are moved with the lock only, by the one who claimed the party on the other side.
/// Order: all follows from the lock of the room, a hand-over besides from the post of the one who is woken. `size_` and
/// `unfinished_` are relaxed, and atomic only for those who ask for them.
class queue_core {
 public:
  explicit queue_core(std::size_t limit) noexcept : limit_{limit} {}
  queue_core(const queue_core&) = delete;
  queue_core& operator=(const queue_core&) = delete;
  ~queue_core() { room_.need_nobody(joining_); }

  std::size_t limit() const noexcept { return limit_; }
  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }
  std::size_t unfinished() const noexcept { return unfinished_.load(std::memory_order_relaxed); }
  /// In reports of a simulation.
  std::uint32_t number() const noexcept { return number_of(size_); }

  /// Throws usage_error where nothing is unfinished.
  void task_done();

  /// Takes a party that puts or gets out of the list, after its cancellation. Called by that party.
  void withdraw(wait_node& node) noexcept;

 protected:
  // With the lock, all of these.

  bool full() const noexcept { return size() >= limit_; }
  void set_size(std::size_t now) noexcept { size_.store(now, std::memory_order_relaxed); }
  void count_one_more() noexcept { unfinished_.store(unfinished() + 1, std::memory_order_relaxed); }
  /// Of the first who waits to put or to get and can be claimed; null where there is none.
  wait_node* claim_front() noexcept { return room_.list.empty() ? nullptr : room_.list.claim_front(room_.lock); }
  /// Lets nobody put from now on, and ends the waits of those who put or get.
  void shut(wake_batch& woken) noexcept;
  /// So many values have been worked on. Precondition: as many are unfinished.
  void finish(std::size_t count, wake_batch& woken) noexcept;

  const std::size_t limit_;
  bool shut_ = false;
  wait_room room_{"queue"};

 private:
  friend struct join_request;

  bool enter_join(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  void withdraw_join(wait_node& node) noexcept;

  atomic<std::size_t> size_{0};
  atomic<std::size_t> unfinished_{0};
  wait_list joining_;
};

inline std::uint32_t join_request::number() const noexcept { return source->number(); }
inline bool join_request::take(waiter& who) noexcept {
  const wait_lock::hold held{source->room_.lock, who.thread()};
  return source->unfinished() == 0;
}
inline bool join_request::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  return source->enter_join(node, who, point);
}
inline void join_request::withdraw(wait_node& node) noexcept { source->withdraw_join(node); }

/// What a put or a get of a queue that was shut down throws.
[[noreturn]] void throw_put_after_shutdown();
[[noreturn]] void throw_get_after_shutdown();

}  // namespace actors::inline v1::detail
