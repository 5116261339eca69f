// future: a result that somebody else will give by hand: a callback of a foreign library, a thread, another task.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/errors.hpp>
#include <actors/sync/event.hpp>

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace actors::inline v1 {

template <class T>
class promise;
template <class T>
class future;

/// A promise was dropped before it was given a result.
class broken_promise : public error {
 public:
  using error::error;
};

namespace detail {

[[noreturn]] void throw_empty_future(const char* what);
[[noreturn]] void throw_completed_twice();
[[noreturn]] void throw_future_not_ready();
std::exception_ptr dropped_promise();

/// Order: who completes takes `status_` from `open` to `given` (relaxed: it hands nothing on), writes the result, then
/// sets the event, which releases it to all who find it set.
class future_core {
 public:
  future_core() noexcept = default;
  ~future_core();
  future_core(const future_core&) = delete;
  future_core& operator=(const future_core&) = delete;

  bool done() const noexcept { return ready.is_set(); }
  /// True for one caller, who then writes the result and sets `ready`.
  bool take() noexcept {
    status expected = status::open;
    return status_.compare_exchange_strong(expected, status::given, std::memory_order_relaxed);
  }
  bool fail(std::exception_ptr error) noexcept;
  /// Precondition: done.
  void rethrow_failure() {
    if (failure == nullptr) return;
    looked_at_.store(true, std::memory_order_relaxed);
    std::rethrow_exception(failure);
  }
  std::exception_ptr look_at_failure() noexcept {
    looked_at_.store(true, std::memory_order_relaxed);
    return failure;
  }

  event ready;
  std::exception_ptr failure;

 private:
  enum class status : unsigned char { open, given };
  atomic<status> status_{status::open};
  atomic<bool> looked_at_{false};
};

template <class T>
class future_state final : public future_core {
 public:
  using stored = std::conditional_t<std::is_void_v<T>, std::monostate,
                                    std::conditional_t<std::is_reference_v<T>, std::add_pointer_t<T>, T>>;

  template <class... Args>
  bool give(Args&&... args) {
    if (!take()) return false;
    try {
      if constexpr (std::is_reference_v<T>)
        value_.emplace(std::addressof(args)...);
      else
        value_.emplace(std::forward<Args>(args)...);
    } catch (...) {
      failure = std::current_exception();
    }
    ready.set();
    return true;
  }
  std::add_lvalue_reference_t<T> result() {
    rethrow_failure();
    if constexpr (std::is_reference_v<T>)
      return **value_;
    else if constexpr (!std::is_void_v<T>)
      return *value_;
  }

 private:
  std::optional<stored> value_;
};

/// Waits until the future is done. `Move`: moves the result out.
template <class T, bool Move>
class future_awaiter {
 public:
  using result_type = std::conditional_t<Move, T, std::add_lvalue_reference_t<T>>;
  explicit future_awaiter(future_state<T>& state) noexcept : state_{state}, wait_{state.ready.wait()} {}

  bool await_ready() noexcept { return wait_.await_ready(); }
  template <class Promise>
  auto await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    return wait_.await_suspend(point, where);
  }
  result_type await_resume() {
    wait_.await_resume();
    if constexpr (Move && std::is_object_v<T>)
      return std::move(state_.result());
    else
      return state_.result();
  }

 private:
  future_state<T>& state_;
  decltype(std::declval<event&>().wait()) wait_;
};

}  // namespace detail

/// The side that reads. Copies share the result; any number of tasks and threads may wait. Thread-safe as a
/// std::shared_ptr is. An error that nobody looked at is reported when the last future is gone. An empty one (made by
/// default, or moved from) throws usage_error.
template <class T = void>
class future {
 public:
  using value_type = T;

  future() noexcept = default;

  bool done() const { return state("done").done(); }

  /// Awaitable: suspends until there is a result; gives a reference to it (`co_await std::move(future)` moves it out)
  /// or throws the error. A cancellation ends the wait with `cancelled` and leaves the future alone. The future must
  /// outlive the wait.
  detail::future_awaiter<T, false> operator co_await() const& {
    return detail::future_awaiter<T, false>{state("co_await")};
  }
  detail::future_awaiter<T, true> operator co_await() && { return detail::future_awaiter<T, true>{state("co_await")}; }

  /// Blocks the calling plain thread until there is a result; gives a reference to it or throws the error. Throws
  /// usage_error on a worker.
  std::add_lvalue_reference_t<T> get() const {
    wait();
    return state_->result();
  }
  /// Blocks the calling plain thread until there is a result. Throws usage_error on a worker.
  void wait() const { state("wait").ready.blocking_wait(); }

  /// The result; throws the error, or usage_error where there is none yet. Does not suspend.
  std::add_lvalue_reference_t<T> result() const {
    if (!state("result").done()) detail::throw_future_not_ready();
    return state_->result();
  }
  /// The error; null where the result is a value. Throws usage_error where there is none yet.
  std::exception_ptr exception() const {
    if (!state("exception").done()) detail::throw_future_not_ready();
    return state_->look_at_failure();
  }

  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  friend class promise<T>;
  explicit future(std::shared_ptr<detail::future_state<T>> shared) noexcept : state_{std::move(shared)} {}
  detail::future_state<T>& state(const char* what) const {
    if (state_ == nullptr) detail::throw_empty_future(what);
    return *state_;
  }
  std::shared_ptr<detail::future_state<T>> state_;
};

/// The side that gives the result, once. Dropped before, it breaks its future with `broken_promise`. Moves like a
/// unique_ptr; its functions can be called from any thread, also from several, and do not suspend.
template <class T = void>
class promise {
 public:
  promise() : state_{std::make_shared<detail::future_state<T>>()} {}
  promise(promise&&) noexcept = default;
  promise& operator=(promise&& other) noexcept {
    promise before{std::move(*this)};
    state_ = std::move(other.state_);
    return *this;
  }
  ~promise() {
    if (state_ != nullptr && !state_->done()) state_->fail(detail::dropped_promise());
  }

  future<T> get_future() const { return future<T>{need()}; }
  bool done() const { return need()->done(); }

  /// Makes the result of `args` (none for void, an lvalue for a reference) and wakes all who wait. An exception of its
  /// constructor is the result then. Throws usage_error where there is a result.
  template <class... Args>
  void set_value(Args&&... args) {
    if (!try_set_value(std::forward<Args>(args)...)) detail::throw_completed_twice();
  }
  /// The same; false, and nothing happens, where there is a result.
  template <class... Args>
  bool try_set_value(Args&&... args) {
    return need()->give(std::forward<Args>(args)...);
  }
  /// Precondition: not null.
  void set_exception(std::exception_ptr error) {
    if (!try_set_exception(std::move(error))) detail::throw_completed_twice();
  }
  bool try_set_exception(std::exception_ptr error) { return need()->fail(std::move(error)); }

 private:
  const std::shared_ptr<detail::future_state<T>>& need() const {
    if (state_ == nullptr) detail::throw_empty_future("a promise that was moved from");
    return state_;
  }
  std::shared_ptr<detail::future_state<T>> state_;
};

}  // namespace actors::inline v1
