// mutex: a lock for tasks, handed over in order of arrival. asyncio.Lock for many workers.
#pragma once

#include <actors/detail/sync_operation.hpp>

#include <coroutine>
#include <cstdint>
#include <utility>

namespace actors::inline v1 {

class mutex;

namespace detail {

[[noreturn]] void throw_unlocks_nothing(const char* guard);

/// Of a lock that is a mutex': see channel_core::describe.
void describe_mutex(const wait_lock& its, source_report& into) noexcept;

struct lock_request {
  static constexpr wait_kind what = wait_kind::lock_mutex;
  actors::mutex* source;
  std::uint32_t number() const noexcept;
  bool take(waiter& who) noexcept;
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  void withdraw(wait_node& node) noexcept;
  auto result(wait_outcome) const noexcept;

  wait_lock& lock() noexcept;
  bool take_under_lock() noexcept;
  bool list(wait_node& node) noexcept;
};

}  // namespace detail

/// A mutual exclusion that suspends who waits. It belongs to a guard and not to a thread: a task may suspend while it
/// holds the guard, and unlock on another thread.
///
/// Fair: a mutex that somebody waits for is handed to the one who came first; nobody gets in between. A cancelled
/// waiter that was handed the mutex before has it, and its cancellation stays pending; else the next one gets it.
///
/// Any thread. May be destroyed when nobody holds it or waits for it, also where the unlock that came last is still in
/// progress on another thread. Destroying it with waiters ends the program.
///
///     actors::mutex m;
///     auto guard = co_await m.lock();   // unlocks at the end of the scope
///
/// Invariants: `holder_` changes with the lock of the room, which a worker that uses the mutex alone takes without a
/// read-modify-write (wait_lock). While somebody is listed it is not null. Who is handed the mutex is in it.
/// Order: all follows from the lock of the room, a hand-over besides from the post of the one who is woken. `holder_`
/// itself is relaxed, and atomic only for `locked` and for reports, which call its target by its address.
class mutex {
 public:
  class guard;

  mutex() noexcept = default;
  mutex(const mutex&) = delete;
  mutex& operator=(const mutex&) = delete;
  ~mutex() = default;

  /// Awaitable; gives a `mutex::guard`. Suspends while somebody else has the mutex (the task that asks included: it is
  /// not recursive). Throws `cancelled` when the task is cancelled while it waits, and at every 128th operation that
  /// need not wait; then it does not have the mutex.
  detail::sync_operation<detail::lock_request> lock() noexcept;

  /// Does not wait: the guard is empty where somebody else has the mutex.
  guard try_lock(detail::code_place where = detail::code_place::here()) noexcept;

  /// Blocks the calling plain thread until it has the mutex, in the same order as tasks. Throws usage_error on a
  /// worker.
  guard blocking_lock();

  /// Whether somebody has it; may be out of date at once. Says nothing of whether an unlock has returned: only who has
  /// locked it in between may destroy it.
  bool locked() const noexcept { return holder_.load(std::memory_order_relaxed) != nullptr; }

 private:
  friend struct detail::lock_request;
  friend struct detail::task_offsets;
  friend class condition;
  friend void detail::describe_mutex(const detail::wait_lock& its, detail::source_report& into) noexcept;

  // `thread` is the number of the calling one. `who`: in whose name, `somebody` where that is not known.
  bool take(std::uint8_t thread, const void* who) noexcept {
    const detail::wait_lock::hold held{room_.lock, thread};
    return take_under_lock(who);
  }
  bool take_under_lock(const void* who) noexcept {
    if (locked()) [[unlikely]]
      return false;
    set_holder(who);
    return true;
  }
  void set_holder(const void* who) noexcept { holder_.store(who, std::memory_order_relaxed); }
  const void* somebody() const noexcept { return this; }
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  bool enter_shielded(wait_node& node) noexcept;
  void withdraw(wait_node& node) noexcept;

  void unlock() noexcept {
    waiter* next = nullptr;
    {
      const detail::wait_lock::hold held{room_.lock};
      if (!room_.list.empty()) [[unlikely]]
        next = hand_over();
      else
        set_holder(nullptr);
    }
    if (next != nullptr) [[unlikely]]
      next->wake();
  }
  waiter* hand_over() noexcept;

  detail::atomic<const void*> holder_{nullptr};
  detail::wait_room room_{"mutex"};
};

/// Has a mutex and unlocks it when it is destroyed, or nothing (default-constructed, moved-from, unlocked). Moves like
/// a unique_ptr; not thread-safe by itself. The mutex must outlive it.
class [[nodiscard("the mutex is unlocked where its guard is destroyed")]] mutex::guard {
 public:
  guard() noexcept = default;
  guard(guard && other) noexcept : mutex_{std::exchange(other.mutex_, nullptr)} {}
  guard& operator=(guard&& other) noexcept {
    guard taken{std::move(other)};
    std::swap(mutex_, taken.mutex_);
    return *this;
  }
  ~guard() {
    if (mutex_ != nullptr) mutex_->unlock();
  }

  /// Unlocks before the end of the scope. Throws usage_error for an empty guard.
  void unlock() {
    if (mutex_ == nullptr) detail::throw_unlocks_nothing("mutex::guard");
    std::exchange(mutex_, nullptr)->unlock();
  }

  /// Whether it has a mutex, and whether it has `that`.
  explicit operator bool() const noexcept { return mutex_ != nullptr; }
  bool holds(const mutex& that) const noexcept { return mutex_ == &that; }

 private:
  friend class mutex;
  friend struct detail::lock_request;
  explicit guard(mutex & adopted) noexcept : mutex_{&adopted} {}

  mutex* mutex_ = nullptr;
};

inline std::uint32_t detail::lock_request::number() const noexcept { return number_of(source->holder_); }
inline bool detail::lock_request::take(waiter& who) noexcept { return source->take(who.thread(), &who); }
inline bool detail::lock_request::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  return source->enter(node, who, point);
}
inline void detail::lock_request::withdraw(wait_node& node) noexcept { source->withdraw(node); }
inline detail::wait_lock& detail::lock_request::lock() noexcept { return source->room_.lock; }
inline bool detail::lock_request::take_under_lock() noexcept { return source->take_under_lock(source->somebody()); }
inline bool detail::lock_request::list(wait_node& node) noexcept {
  source->room_.list.push_back(node);
  return true;
}
inline auto detail::lock_request::result(wait_outcome) const noexcept { return actors::mutex::guard{*source}; }

inline detail::sync_operation<detail::lock_request> mutex::lock() noexcept {
  return detail::sync_operation<detail::lock_request>{{this}};
}

}  // namespace actors::inline v1
