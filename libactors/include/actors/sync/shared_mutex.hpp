// shared_mutex: a lock for one writer or many readers, fair between them.
#pragma once

#include <actors/detail/sync_operation.hpp>
#include <actors/sync/mutex.hpp>

#include <coroutine>
#include <cstdint>
#include <utility>

namespace actors::inline v1 {

class shared_mutex;

namespace detail {

template <bool Shared>
struct shared_mutex_request {
  static constexpr wait_kind what = Shared ? wait_kind::lock_shared : wait_kind::lock_exclusive;
  actors::shared_mutex* source;
  std::uint32_t number() const noexcept;
  bool take(waiter&) noexcept;
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  void withdraw(wait_node& node) noexcept;
  auto result(wait_outcome) const noexcept;
};

}  // namespace detail

/// A mutual exclusion of writers against everybody else: any number of readers, or one writer, suspends who waits. It
/// belongs to guards and not to threads.
///
/// Fair: in order of arrival. A writer that waits makes readers wait who come after it; readers that wait side by side
/// are let in together. A reader must not lock it again while it reads: a writer may have come in between. As for the
/// rest (cancellation, threads, destruction) it is like `mutex`.
///
/// Invariants: `state_` is the number of readers in steps of `one_reader`, or `writer`; `waiting` says that somebody is
/// listed, and that somebody reads or writes. With it set nobody gets in but by the one who leaves or withdraws, with
/// the lock of the room; readers other than the last one leave without it.
/// Order: to get in is an acquire, to leave a release; the readers' changes are read-modify-writes, so that a writer
/// that gets in after them has synchronised with each. The last reader acquires what the others released before it
/// hands over.
class shared_mutex {
 public:
  template <bool Shared>
  class any_guard;
  using guard = any_guard<false>;
  using shared_guard = any_guard<true>;

  shared_mutex() noexcept = default;
  shared_mutex(const shared_mutex&) = delete;
  shared_mutex& operator=(const shared_mutex&) = delete;
  ~shared_mutex() = default;

  /// Awaitable; gives a `guard`, to write. Suspends while anybody reads or writes. Throws `cancelled` as mutex::lock.
  detail::sync_operation<detail::shared_mutex_request<false>> lock() noexcept;
  /// Awaitable; gives a `shared_guard`, to read. Suspends while somebody writes or waits. Throws `cancelled` likewise.
  detail::sync_operation<detail::shared_mutex_request<true>> lock_shared() noexcept;

  /// Do not wait: the guard is empty where the other call would have to.
  guard try_lock(detail::code_place where = detail::code_place::here()) noexcept;
  shared_guard try_lock_shared(detail::code_place where = detail::code_place::here()) noexcept;

  /// Block the calling plain thread. Throw usage_error on a worker.
  guard blocking_lock();
  shared_guard blocking_lock_shared();

 private:
  template <bool>
  friend struct detail::shared_mutex_request;

  static constexpr std::uint32_t writer = 1;
  static constexpr std::uint32_t waiting = 2;
  static constexpr std::uint32_t one_reader = 4;

  template <bool Shared>
  bool take() noexcept {
    if constexpr (Shared) {
      std::uint32_t now = state_.load(std::memory_order_relaxed);
      while ((now & (writer | waiting)) == 0) {
        if (state_.compare_exchange_weak(now, now + one_reader, std::memory_order_acquire, std::memory_order_relaxed))
          return true;
      }
      return false;
    } else {
      std::uint32_t expected = 0;
      return state_.compare_exchange_strong(expected, writer, std::memory_order_acquire, std::memory_order_relaxed);
    }
  }
  template <bool Shared>
  void leave() noexcept {
    do {
      std::uint32_t now = Shared ? state_.load(std::memory_order_relaxed) : writer;
      while (Shared ? (now & waiting) == 0 || now / one_reader > 1 : now == writer) {
        const std::uint32_t after = Shared ? now - one_reader : 0;
        if (state_.compare_exchange_weak(now, after, std::memory_order_release, std::memory_order_relaxed)) return;
      }
    } while (!hand_over<Shared>());
  }

  template <bool Shared>
  bool enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept;
  void withdraw(wait_node& node) noexcept;
  template <bool Shared>
  bool hand_over() noexcept;
  std::uint32_t admit_next(wake_batch& woken) noexcept;
  std::uint32_t admit_readers(wake_batch& woken) noexcept;
  void note_if_nobody_waits() noexcept;

  detail::atomic<std::uint32_t> state_{0};
  detail::wait_room room_{"shared_mutex"};
};

/// Has a shared_mutex, to read or to write, and lets go of it when it is destroyed; or nothing. As `mutex::guard`.
template <bool Shared>
class [[nodiscard("the shared_mutex is unlocked where its guard is destroyed")]] shared_mutex::any_guard {
 public:
  any_guard() noexcept = default;
  any_guard(any_guard && other) noexcept : mutex_{std::exchange(other.mutex_, nullptr)} {}
  any_guard& operator=(any_guard&& other) noexcept {
    any_guard taken{std::move(other)};
    std::swap(mutex_, taken.mutex_);
    return *this;
  }
  ~any_guard() {
    if (mutex_ != nullptr) mutex_->leave<Shared>();
  }

  /// Unlocks before the end of the scope. Throws usage_error for an empty guard.
  void unlock() {
    if (mutex_ == nullptr) detail::throw_unlocks_nothing(Shared ? "shared_mutex::shared_guard" : "shared_mutex::guard");
    std::exchange(mutex_, nullptr)->template leave<Shared>();
  }

  explicit operator bool() const noexcept { return mutex_ != nullptr; }

 private:
  friend class shared_mutex;
  template <bool>
  friend struct detail::shared_mutex_request;
  explicit any_guard(shared_mutex & adopted) noexcept : mutex_{&adopted} {}

  shared_mutex* mutex_ = nullptr;
};

namespace detail {

template <bool Shared>
std::uint32_t shared_mutex_request<Shared>::number() const noexcept {
  return number_of(source->state_);
}
template <bool Shared>
bool shared_mutex_request<Shared>::take(waiter&) noexcept {
  return source->template take<Shared>();
}
template <bool Shared>
bool shared_mutex_request<Shared>::enter(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
  return source->template enter<Shared>(node, who, point);
}
template <bool Shared>
void shared_mutex_request<Shared>::withdraw(wait_node& node) noexcept {
  source->withdraw(node);
}
template <bool Shared>
auto shared_mutex_request<Shared>::result(wait_outcome) const noexcept {
  return actors::shared_mutex::any_guard<Shared>{*source};
}

}  // namespace detail

inline detail::sync_operation<detail::shared_mutex_request<false>> shared_mutex::lock() noexcept {
  return detail::sync_operation<detail::shared_mutex_request<false>>{{this}};
}
inline detail::sync_operation<detail::shared_mutex_request<true>> shared_mutex::lock_shared() noexcept {
  return detail::sync_operation<detail::shared_mutex_request<true>>{{this}};
}

}  // namespace actors::inline v1
