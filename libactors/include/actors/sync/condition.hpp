// condition: waits, without its mutex, for a notification by those who change what it guards. asyncio.Condition.
#pragma once

#include <actors/detail/sync_operation.hpp>
#include <actors/detail/task_state.hpp>
#include <actors/sync/mutex.hpp>
#include <actors/task.hpp>

#include <concepts>
#include <coroutine>

namespace actors::inline v1 {

class condition;

namespace detail {

/// The awaiter of `condition::wait`. A coroutine that is suspended in it must not be destroyed.
class [[nodiscard("co_await it")]] condition_wait : private wake_filter {
 public:
  condition_wait(actors::condition & source, const actors::mutex::guard& held) noexcept
      : source_{source}, held_{held} {}
  condition_wait(const condition_wait&) = delete;
  condition_wait& operator=(const condition_wait&) = delete;

  /// Throws usage_error where the guard has another mutex or none.
  bool await_ready() const;
  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    note_wait(point.promise().party(), wait_kind::condition, number(), where);
    note_suspension(point, wait_kind::condition, where);
    return suspend(point.promise().party(), point);
  }
  void await_resume();

 private:
  std::uint32_t number() const noexcept;
  bool suspend(waiter & who, std::coroutine_handle<> point) noexcept;
  static bool on_wake(wake_filter & self, waiter & who) noexcept;

  actors::condition& source_;
  const actors::mutex::guard& held_;
  wait_node node_;
  bool cancelled_ = false;
};

}  // namespace detail

/// A condition of what a mutex guards. Who waits lets go of the mutex, and has it again when the wait returns or
/// throws.
///
/// A notification ends the wait of the one who waits longest and is not cancelled: one who was cancelled before leaves
/// it to the next, one who is cancelled afterwards returns from its wait, and the cancellation stays pending. Who is
/// notified joins those who wait for the mutex at once, in order; it is not woken in order to find the mutex taken.
///
/// Any thread. May be destroyed when nobody waits, also where the notification that let the last one go on is still in
/// progress on another thread. The mutex must outlive it. Destroying it with waiters ends the program.
///
///     auto guard = co_await m.lock();
///     co_await changed.wait(guard, [&] { return !queue.empty(); });
///
/// Invariants: a party is listed here or at the mutex, never at both. While it is listed here its wait is decided under
/// the lock of the room, by a notification or a cancellation. Whoever decided it enters the party at the mutex: the one
/// who notifies, or after a cancellation the party itself. That second wait ends with the mutex alone.
/// Order: it all follows from the locks of the two rooms.
class condition {
 public:
  explicit condition(mutex& with) noexcept : mutex_{with} {}
  condition(const condition&) = delete;
  condition& operator=(const condition&) = delete;
  ~condition() = default;

  /// Awaitable. Unlocks the mutex, suspends until it is notified, and locks the mutex again. Wakes for no other reason.
  /// Throws `cancelled`, with the mutex locked, when the task is cancelled before it was notified; usage_error where
  /// `held` has not the mutex of this condition. `held` must outlive the wait.
  detail::condition_wait wait(const mutex::guard& held) noexcept { return {*this, held}; }

  /// Waits until `holds()`, which is called with the mutex locked, at once and after each notification. A task: it does
  /// not begin before it is awaited. Throws as the other one, and what `holds` throws.
  template <std::predicate Predicate>
  task<> wait(const mutex::guard& held, Predicate holds) {
    while (!holds()) co_await wait(held);
  }

  /// For plain threads, which block. Throw usage_error on a worker, and as `wait`.
  void blocking_wait(const mutex::guard& held);
  template <std::predicate Predicate>
  void blocking_wait(const mutex::guard& held, Predicate holds) {
    while (!holds()) blocking_wait(held);
  }

  /// End the wait of one, or of all, who wait now. The mutex need not be locked. Do not suspend.
  void notify_one(detail::code_place where = detail::code_place::here()) noexcept;
  void notify_all(detail::code_place where = detail::code_place::here()) noexcept;

 private:
  friend class detail::condition_wait;

  void need_guard(const mutex::guard& held) const;
  bool enter(wait_node& node, waiter& who) noexcept;
  bool reenter(wait_node& node) noexcept;
  void pass_on(wait_node* first) noexcept;

  mutex& mutex_;
  detail::atomic<std::uint32_t> number_{0};  ///< names the condition in reports
  detail::wait_room room_{"condition"};
};

}  // namespace actors::inline v1
