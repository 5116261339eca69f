// semaphore: a number of permits that tasks take and give back. asyncio.Semaphore and BoundedSemaphore.
#pragma once

#include <actors/detail/sync_operation.hpp>
#include <actors/sync/mutex.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace actors::inline v1 {

class semaphore;

namespace detail {

struct permit_request {
  static constexpr wait_kind what = wait_kind::acquire_semaphore;
  actors::semaphore* source;
  std::size_t count;
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

/// Permits. `acquire` suspends until there are as many as it asks for.
///
/// Fair: in order of arrival. Permits that come back are kept for the request that waits longest, also while there are
/// too few for it: a large one is not starved by small ones behind it, nor by `try_acquire`. A cancelled waiter that
/// got its permits before has them, and its cancellation stays pending; else they stay for the next.
///
/// Any thread. May be destroyed when nobody waits, also where the release that let the last one go on is still in
/// progress on another thread. Destroying it with waiters ends the program.
///
///     actors::semaphore slots{8};
///     auto slot = co_await slots.acquire();   // gives it back at the end of the scope
///
/// Invariants: `free_` changes with the lock of the room, which a worker that uses the semaphore alone takes without a
/// read-modify-write (wait_lock). While somebody is listed nobody else takes permits, and there are too few for the
/// first, or its cancellation is under way.
/// Order: all follows from the lock of the room. `free_` itself is relaxed, and atomic only for `available`.
class semaphore {
 public:
  class permit;
  /// As many permits as there can be.
  static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max() / 4;

  /// `most`: releases beyond it are refused (asyncio.BoundedSemaphore: `semaphore s{n, n}`). Throws usage_error where
  /// `permits` is more than that, or `most` more than `no_limit`.
  explicit semaphore(std::size_t permits, std::size_t most = no_limit);
  semaphore(const semaphore&) = delete;
  semaphore& operator=(const semaphore&) = delete;
  ~semaphore() = default;

  /// Awaitable; gives a `semaphore::permit` for `count` permits at once. Suspends until there are so many and those who
  /// came before have theirs. Throws `cancelled` when the task is cancelled while it waits, and at every 128th
  /// operation that need not wait; then it has none. Throws usage_error where the semaphore can never have so many.
  detail::sync_operation<detail::permit_request> acquire(std::size_t count = 1) {
    return detail::sync_operation<detail::permit_request>{request(count)};
  }
  /// The same as a case of a select, see `on_acquire`.
  detail::permit_request request(std::size_t count) {
    if (count > most_) [[unlikely]]
      refuse_too_many(count);
    return {this, count};
  }

  /// Does not wait: the permit is empty where there are too few, or somebody waits.
  permit try_acquire(std::size_t count = 1, detail::code_place where = detail::code_place::here()) noexcept;

  /// Blocks the calling plain thread until it has the permits, in the same order as tasks. Throws usage_error on a
  /// worker, and as `acquire`.
  permit blocking_acquire(std::size_t count = 1);

  /// Adds permits, which need not have been acquired. (Those of a `permit` come back by themselves.) Does not suspend.
  /// Throws usage_error, and adds none, where there would be more than the limit.
  void release(std::size_t count = 1, detail::code_place where = detail::code_place::here());

  /// Free permits; may be out of date at once. Says nothing of whether a release has returned: only who has acquired
  /// them in between may destroy it.
  std::size_t available() const noexcept { return free_.load(std::memory_order_relaxed); }

 private:
  friend struct detail::permit_request;

  // `thread` is the number of the calling one.
  bool take(std::size_t count, std::uint8_t thread) noexcept {
    const detail::wait_lock::hold held{room_.lock, thread};
    return take_under_lock(count);
  }
  bool take_under_lock(std::size_t count) noexcept {
    const std::size_t free = available();
    // A request that was decided elsewhere, and that has not withdrawn yet, keeps nobody out.
    if (free < count || (!room_.list.empty() && room_.list.live_front(room_.lock) != nullptr)) [[unlikely]]
      return false;
    set_free(free - count);
    return true;
  }
  void give(std::size_t count) noexcept {
    wake_batch woken;
    {
      const detail::wait_lock::hold held{room_.lock};
      give_under_lock(count, woken);
    }
    woken.wake_all();
  }
  void give_under_lock(std::size_t count, wake_batch& woken) noexcept {
    set_free(available() + count);
    if (!room_.list.empty()) [[unlikely]]
      serve(woken);
  }
  void set_free(std::size_t now) noexcept { free_.store(now, std::memory_order_relaxed); }
  void refuse_too_many(std::size_t count) const;
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  void withdraw(wait_node& node) noexcept;
  void serve(wake_batch& woken) noexcept;
  /// How many permits a node waits for.
  static std::size_t wanted_by(const wait_node& node) noexcept { return *static_cast<const std::size_t*>(node.slot); }

  detail::atomic<std::size_t> free_;
  const std::size_t most_;
  detail::wait_room room_{"semaphore"};
};

/// Has permits of a semaphore and gives them back when it is destroyed; or none (default-constructed, moved-from,
/// released). Moves like a unique_ptr; not thread-safe by itself. The semaphore must outlive it.
class [[nodiscard("permits come back where they are destroyed")]] semaphore::permit {
 public:
  permit() noexcept = default;
  permit(permit && other) noexcept : source_{std::exchange(other.source_, nullptr)}, count_{other.count_} {}
  permit& operator=(permit&& other) noexcept {
    permit taken{std::move(other)};
    std::swap(source_, taken.source_);
    std::swap(count_, taken.count_);
    return *this;
  }
  ~permit() {
    if (source_ != nullptr) source_->give(count_);
  }

  /// Gives them back before the end of the scope. Throws usage_error for an empty one.
  void release() {
    if (source_ == nullptr) detail::throw_unlocks_nothing("semaphore::permit");
    std::exchange(source_, nullptr)->give(count_);
  }
  /// Keeps the permits from coming back by themselves: `semaphore::release` adds as many when it is time.
  void forget() noexcept { source_ = nullptr; }

  /// How many permits it has.
  std::size_t count() const noexcept { return source_ != nullptr ? count_ : 0; }
  explicit operator bool() const noexcept { return source_ != nullptr; }

 private:
  friend class semaphore;
  friend struct detail::permit_request;
  permit(semaphore & adopted, std::size_t count) noexcept : source_{&adopted}, count_{count} {}

  semaphore* source_ = nullptr;
  std::size_t count_ = 0;
};

inline std::uint32_t detail::permit_request::number() const noexcept { return number_of(source->free_); }
inline bool detail::permit_request::take(waiter& who) noexcept { return source->take(count, who.thread()); }
inline bool detail::permit_request::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  node.slot = &count;
  return source->enter(node, who, point);
}
inline void detail::permit_request::withdraw(wait_node& node) noexcept { source->withdraw(node); }
inline detail::wait_lock& detail::permit_request::lock() noexcept { return source->room_.lock; }
inline bool detail::permit_request::take_under_lock() noexcept { return source->take_under_lock(count); }
inline bool detail::permit_request::list(wait_node& node) noexcept {
  node.slot = &count;
  source->room_.list.push_back(node);
  return true;
}
inline auto detail::permit_request::result(wait_outcome) const noexcept {
  return actors::semaphore::permit{*source, count};
}

}  // namespace actors::inline v1
