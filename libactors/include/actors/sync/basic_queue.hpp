// basic_queue: what queue, lifo_queue and priority_queue have in common: all but the order of the values.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/queue_operation.hpp>
#include <actors/detail/queue_state.hpp>

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace actors::inline v1 {

/// What becomes of the values that are queued when a queue is shut down.
enum class queue_shutdown {
  graceful,   ///< they can still be taken
  immediate,  ///< they are destroyed, and count as done
};

/// A queue of work between tasks, which also knows when all of the work is done. asyncio.Queue. (A channel is the
/// simpler thing where work is only handed on: its end is that of its senders.)
///
/// `put` and `get` are served in order of arrival; nobody gets in between. Who waits for a value is handed it by the
/// put itself. What somebody waits to put takes its place among the other values when it is admitted, not before. A
/// get that was given its value before it was cancelled returns the value, and the cancellation stays pending; else no
/// value was taken. In the same way a put was admitted, or its value was not queued and is destroyed with it.
///
/// Any thread. May be destroyed when nobody waits, also where the call that let the last one go on is still in progress
/// on another thread; the values in it are destroyed. Destroying it with those who wait, or join, ends the program.
/// Values are destroyed by the one who put or got them, or by the one who drops them; never with a lock held.
///
///     actors::queue<job> jobs{64};
///     co_await jobs.put(job{...});            // producers
///     job next = co_await jobs.get();         // consumers
///     jobs.task_done();
///     co_await jobs.join();                   // until task_done was called for every job
///
/// `Items` keeps the values; its order is the one in which they are taken.
template <channel_value T, detail::queue_items<T> Items>
class basic_queue {
  using state = detail::queue_state<T, Items>;

 public:
  using value_type = T;

  basic_queue(const basic_queue&) = delete;
  basic_queue& operator=(const basic_queue&) = delete;

  /// Awaitable; suspends while the queue is full. Throws `queue_shut_down` when the queue is shut down before the value
  /// was admitted; `cancelled` when the task is cancelled while it waits, and at every 128th operation that need not
  /// wait; std::bad_alloc. The value was not queued then.
  detail::put_operation<state> put(T&& value) noexcept { return {state_, std::move(value)}; }
  detail::put_operation<state> put(const T& value) { return {state_, T(value)}; }

  /// Awaitable; gives a T. Suspends while the queue is empty. Throws `queue_shut_down` where it was shut down and no
  /// value is left; `cancelled` as `put`, then no value was taken.
  detail::get_operation<state> get() noexcept { return detail::get_operation<state>{state_}; }

  /// Puts without waiting: `ok`, `full`, or `closed`: the queue was shut down. `value` is moved from only when the
  /// answer is `ok`. Throws std::bad_alloc, then nothing has happened.
  channel_status try_put(T&& value, detail::code_place where = detail::code_place::here()) {
    detail::note_step("try_put into queue", state_.number(), where);
    return status_of(state_.try_put(value));
  }
  channel_status try_put(const T& value, detail::code_place where = detail::code_place::here()) {
    return try_put(T(value), where);
  }

  /// Gets without waiting: a value, or the status `empty`, or `closed`: shut down, and no value is left.
  try_received<T> try_get(detail::code_place where = detail::code_place::here()) noexcept {
    detail::note_step("try_get from queue", state_.number(), where);
    try_received<T> found{std::nullopt, channel_status::empty};
    found.status = status_of(state_.try_get(found.value));
    return found;
  }

  /// For plain threads, which block, in the same order as tasks. Throw usage_error on a worker, and as `put` and `get`.
  void blocking_put(T value) {
    detail::block_on(detail::put_request<state>{&state_, std::addressof(value)}, "queue::blocking_put()");
  }
  T blocking_get() {
    std::optional<T> value;
    return detail::block_on(detail::get_request<state>{&state_, &value}, "queue::blocking_get()");
  }

  /// One value that was put has been worked on. Does not suspend. Throws usage_error where that was said of all.
  void task_done(detail::code_place where = detail::code_place::here()) {
    detail::note_step("task_done of queue", state_.number(), where);
    state_.task_done();
  }

  /// Awaitable; suspends until `task_done` was called for every value put so far, and for those put meanwhile. Goes on
  /// at once where that is so. Throws `cancelled` when the task is cancelled while it waits, and as `put`.
  detail::sync_operation<detail::join_request> join() noexcept {
    return detail::sync_operation<detail::join_request>{{&state_}};
  }
  /// The same for a plain thread, which blocks. Throws usage_error on a worker.
  void blocking_join() { detail::block_on(detail::join_request{&state_}, "queue::blocking_join()"); }

  /// Refuses further values, for ever. Those who wait to put get `queue_shut_down`; those who get one once no value is
  /// left. `immediate` leaves none, and can come after a graceful one; joins then wait for the values alone that were
  /// taken before. Does not suspend.
  void shutdown(queue_shutdown how = queue_shutdown::graceful,
                detail::code_place where = detail::code_place::here()) noexcept {
    detail::note_step("shut queue down", state_.number(), where);
    if (how == queue_shutdown::immediate)
      state_.shut_down_and_drop();
    else
      state_.shut_down();
  }

  // May be out of date at once. They say nothing of whether a call has returned: only who has put, got or joined in
  // between may destroy the queue.

  /// Values queued. Those that somebody waits to put are not among them.
  std::size_t size() const noexcept { return state_.size(); }
  /// How many it holds; `unbounded` where it has no limit.
  std::size_t capacity() const noexcept { return state_.limit(); }
  bool empty() const noexcept { return size() == 0; }
  bool full() const noexcept { return size() >= capacity(); }
  /// Values put and not yet done, those that are queued included.
  std::size_t unfinished() const noexcept { return state_.unfinished(); }

 protected:
  /// `max_size` of 0 or less: without limit.
  template <std::integral Size>
  explicit basic_queue(Size max_size, Items storage = Items{}) noexcept
      : state_{max_size > 0 ? static_cast<std::size_t>(max_size) : unbounded, std::move(storage)} {}
  ~basic_queue() = default;

 private:
  static channel_status status_of(detail::queue_step step) noexcept {
    switch (step) {
      case detail::queue_step::done:
        return channel_status::ok;
      case detail::queue_step::full:
        return channel_status::full;
      case detail::queue_step::empty:
        return channel_status::empty;
      default:
        return channel_status::closed;
    }
  }

  state state_;
};

}  // namespace actors::inline v1
