// cases: what a select can wait for besides channels: time, the end of a task, locks, a request to stop.
#pragma once

#include <actors/detail/select_core.hpp>
#include <actors/detail/select_handler.hpp>
#include <actors/detail/sync_operation.hpp>
#include <actors/detail/timer.hpp>
#include <actors/join_handle.hpp>
#include <actors/select.hpp>
#include <actors/sync/event.hpp>
#include <actors/sync/mutex.hpp>
#include <actors/sync/semaphore.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

namespace detail {

/// Ready from some time on.
class time_case : public select_case, private callback_timer {
 public:
  wait_lock* lock() const noexcept override { return nullptr; }
  bool ready(waiter& who, wake_batch& woken) override;
  bool ready_alone(waiter& who) override;
  bool enter(waiter& who) noexcept override;
  void leave() noexcept override;

  /// For a plain thread, which has no scheduler and waits for the time itself. Until `end_on_thread` the case is ready
  /// if it is due at `now`, else it never is. Gives when it is due, for a wait that begins at `now`.
  steady_time begin_on_thread(steady_time now) noexcept;
  void end_on_thread() noexcept { kept_by_ = keeper::runtime_timer; }

 protected:
  explicit time_case(std::chrono::nanoseconds delay) noexcept : delay_{delay}, relative_{true} {}
  explicit time_case(steady_time time) noexcept : delay_{time.time_since_epoch()}, relative_{false} {}
  time_case(const time_case& other) noexcept
      : select_case{other}, callback_timer{}, delay_{other.delay_}, relative_{other.relative_} {}
  ~time_case() = default;

 private:
  enum class keeper : std::uint8_t { runtime_timer, waiting_thread, late_thread };

  std::chrono::nanoseconds delay_;  ///< from the beginning of the wait; or, as a time, from the clock's epoch
  bool relative_;
  keeper kept_by_ = keeper::runtime_timer;
};

template <class F>
class timer_case final : public time_case {
 public:
  using handler = case_handler<F>;
  static_assert(handler::fits, "after(delay, handler), at(time, handler): the handler is called with nothing");
  template <class When>
  timer_case(When when, F call) : time_case{when}, handler_{std::move(call)} {}
  typename handler::given call() { return handler_.call(); }

 private:
  [[no_unique_address]] handler handler_;
};

/// Ready when a task has ended.
class end_case : public select_case, private completion {
 public:
  wait_lock* lock() const noexcept override { return nullptr; }
  bool ready(waiter& who, wake_batch& woken) override;
  bool ready_alone(waiter& who) override;
  bool enter(waiter& who) noexcept override;
  void leave() noexcept override;

 protected:
  explicit end_case(task_state* state);
  ~end_case() = default;

 private:
  task_state* state_;
};

template <class T, class F>
class join_case final : public end_case {
  static constexpr bool told = std::is_invocable_v<F&, const join_handle<T>&>;

 public:
  using handler = std::conditional_t<told, case_handler<F, const join_handle<T>&>, case_handler<F>>;
  static_assert(handler::fits,
                "on_done(handle, handler): the handler is called with the handle (const join_handle<T>&) where it "
                "takes one, else with nothing");
  join_case(const join_handle<T>& of, F call)
      : end_case{handle_access::block(of)}, of_{&of}, handler_{std::move(call)} {}
  typename handler::given call() {
    if constexpr (told)
      return handler_.call(*of_);
    else
      return handler_.call();
  }

 private:
  const join_handle<T>* of_;
  [[no_unique_address]] handler handler_;
};

/// Ready when the request to a lock, or to what is like one, can be met.
template <selectable_request Request, class F>
class sync_case final : public select_case {
  using result = decltype(std::declval<Request&>().result(wait_outcome::delivered));
  static constexpr bool gives = !std::is_void_v<result>;

  template <class R>
  struct takes {
    using type = case_handler<F, R>;
  };

 public:
  using handler = typename std::conditional_t<gives, takes<result>, std::type_identity<case_handler<F>>>::type;
  static_assert(handler::fits,
                "the handler is called with what the case gives: on_lock(mutex, handler) with a mutex::guard, "
                "on_acquire(semaphore, handler) with a semaphore::permit, on_set(event, handler) with nothing");

  sync_case(Request wanted, F call) : request_{wanted}, handler_{std::move(call)} {}

  wait_lock* lock() const noexcept override { return &const_cast<Request&>(request_).lock(); }
  bool ready(waiter&, wake_batch&) override {
    if (!request_.take_under_lock()) return false;
    outcome = wait_outcome::delivered;
    return true;
  }
  bool ready_alone(waiter& who) override { return try_alone(*this, lock(), who); }
  bool enter(waiter&) noexcept override { return request_.list(node()); }
  void leave() noexcept override {
    if (node().outcome == wait_outcome::none) request_.withdraw(node());
  }
  typename handler::given call() {
    if constexpr (gives)
      return handler_.call(request_.result(outcome));
    else
      return handler_.call();
  }

 private:
  Request request_;
  [[no_unique_address]] handler handler_;
};

/// Ready when a token is asked to stop.
class token_case : public select_case {
 public:
  wait_lock* lock() const noexcept override { return nullptr; }
  bool ready(waiter& who, wake_batch& woken) override;
  bool ready_alone(waiter& who) override;
  bool enter(waiter& who) noexcept override;
  void leave() noexcept override;

 protected:
  explicit token_case(std::stop_token token) noexcept : token_{std::move(token)} {}
  token_case(const token_case& other) noexcept : select_case{other}, token_{other.token_} {}
  ~token_case() = default;

 private:
  struct request {
    wait_node& node;
    void operator()() const noexcept;
  };

  std::stop_token token_;
  std::optional<std::stop_callback<request>> callback_;
};

template <class F>
class stop_case final : public token_case {
 public:
  using handler = case_handler<F>;
  static_assert(handler::fits, "on_stop(token, handler): the handler is called with nothing");
  stop_case(std::stop_token token, F call) : token_case{std::move(token)}, handler_{std::move(call)} {}
  typename handler::given call() { return handler_.call(); }

 private:
  [[no_unique_address]] handler handler_;
};

}  // namespace detail

/// A case: calls `handler()` when the select has waited for `delay` (zero, negative and NaN: it is ready at once), or
/// has reached `time` of std::chrono::steady_clock (the runtime's clock; under simulation a virtual one). For tasks,
/// and for plain threads in `blocking_select`.
template <class Rep, class Period, class F = detail::give_nothing>
detail::timer_case<F> after(const std::chrono::duration<Rep, Period>& delay, F handler = {}) {
  return {detail::to_nanoseconds(delay), std::move(handler)};
}
template <class F = detail::give_nothing>
detail::timer_case<F> at(std::chrono::steady_clock::time_point time, F handler = {}) {
  return {time, std::move(handler)};
}

/// A case: calls `handler(handle)`, or `handler()`, when the task has ended, in whatever way; its result or error stays
/// in the handle. A select that is cancelled leaves the task alone. `handle` must outlive the select. Throws
/// usage_error for an empty handle; the select does for the task that it is in.
template <class T, class F = detail::give_nothing>
detail::join_case<T, F> on_done(const join_handle<T>& handle, F handler = {}) {
  return {handle, std::move(handler)};
}

/// A case: locks the mutex and calls `handler(mutex::guard)`. Without a handler the select gives the guard.
template <class F = detail::give_back>
auto on_lock(mutex& of, F handler = {}) {
  return detail::sync_case<detail::lock_request, F>{detail::lock_request{&of}, std::move(handler)};
}

/// A case: acquires `count` permits and calls `handler(semaphore::permit)`. Throws usage_error where the semaphore can
/// never have so many.
template <class F = detail::give_back>
auto on_acquire(semaphore& of, std::size_t count, F handler = {}) {
  return detail::sync_case<detail::permit_request, F>{of.request(count), std::move(handler)};
}
template <class F = detail::give_back>
requires(!std::is_convertible_v<F, std::size_t>) auto on_acquire(semaphore& of, F handler = {}) {
  return on_acquire(of, 1, std::move(handler));
}

/// A case: calls `handler()` when the event is set.
template <class F = detail::give_nothing>
auto on_set(event& of, F handler = {}) {
  return detail::sync_case<detail::event_request, F>{detail::event_request{&of}, std::move(handler)};
}

/// A case: calls `handler()` when the token is asked to stop. One that nobody can ask is never ready.
template <class F = detail::give_nothing>
detail::stop_case<F> on_stop(std::stop_token token, F handler = {}) {
  return {std::move(token), std::move(handler)};
}

}  // namespace actors::inline v1
