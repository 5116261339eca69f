// cases: what a select can wait for besides channels: time, the end of a task, locks, a request to stop.
#pragma once

#include <actors/detail/select_core.hpp>
#include <actors/detail/select_handler.hpp>
#include <actors/detail/source_case.hpp>
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

/// What a select can wait for at a source without a lock, which decides the wait by itself.
class lockless_case : public select_case {
 public:
  wait_lock* lock() const noexcept final { return nullptr; }
  bool ready_alone(waiter& who) final {
    wake_batch nobody;
    return ready(who, nobody);
  }
  /// Of a case whose handler is F, and how that is called.
  template <class F>
  using handler_for = case_handler<F>;
  template <class Handler>
  typename Handler::given tell(Handler& handler) {
    return handler.call();
  }

 protected:
  ~lockless_case() = default;
};

/// Ready from some time on.
class time_case : public lockless_case, private callback_timer {
 public:
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits, "after(delay, handler), at(time, handler): the handler is called with nothing");
    return true;
  }
  bool ready(waiter& who, wake_batch& woken) override;
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
      : lockless_case{other}, callback_timer{}, delay_{other.delay_}, relative_{other.relative_} {}
  ~time_case() = default;

 private:
  enum class keeper : std::uint8_t { runtime_timer, waiting_thread, late_thread };

  std::chrono::nanoseconds delay_;  ///< from the beginning of the wait; or, as a time, from the clock's epoch
  bool relative_;
  keeper kept_by_ = keeper::runtime_timer;
};

/// Ready when a task has ended.
class end_case : public lockless_case, private completion {
 public:
  bool ready(waiter& who, wake_batch& woken) override;
  bool enter(waiter& who) noexcept override;
  void leave() noexcept override;

 protected:
  explicit end_case(task_state* state);
  ~end_case() = default;

 private:
  task_state* state_;
};

/// Tells its handler which task, where that wants to know.
template <class T>
class join_end : public end_case {
  template <class F>
  struct takes_handle {
    using type = case_handler<F, const join_handle<T>&>;
  };

 public:
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits,
                  "on_done(handle, handler): the handler is called with the handle (const join_handle<T>&) where it "
                  "takes one, else with nothing");
    return true;
  }
  template <class F>
  using handler_for = typename std::conditional_t<std::is_invocable_v<F&, const join_handle<T>&>, takes_handle<F>,
                                                  std::type_identity<case_handler<F>>>::type;
  template <class Handler>
  typename Handler::given tell(Handler& handler) {
    if constexpr (requires { handler.call(*of_); })
      return handler.call(*of_);
    else
      return handler.call();
  }

 protected:
  explicit join_end(const join_handle<T>& of) : end_case{handle_access::block(of)}, of_{&of} {}
  ~join_end() = default;

 private:
  const join_handle<T>* of_;
};

/// Ready when a token is asked to stop.
class token_case : public lockless_case {
 public:
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits, "on_stop(token, handler): the handler is called with nothing");
    return true;
  }
  bool ready(waiter& who, wake_batch& woken) override;
  bool enter(waiter& who) noexcept override;
  void leave() noexcept override;

 protected:
  explicit token_case(std::stop_token token) noexcept : token_{std::move(token)} {}
  token_case(const token_case& other) noexcept : lockless_case{other}, token_{other.token_} {}
  ~token_case() = default;

 private:
  struct request {
    wait_node& node;
    void operator()() const noexcept;
  };

  std::stop_token token_;
  std::optional<std::stop_callback<request>> callback_;
};

/// One of these with its handler. `Source` is made from what the case is given; its `need` says in a static_assert what
/// the handler is called with.
template <class Source, class F>
class told_case final : public Source {
 public:
  using handler = typename Source::template handler_for<F>;
  static_assert(Source::template need<handler::fits>());
  template <class From>
  told_case(From&& from, F call) : Source{std::forward<From>(from)}, handler_{std::move(call)} {}
  typename handler::given call() { return this->tell(handler_); }

 private:
  [[no_unique_address]] handler handler_;
};

template <class F>
using timer_case = told_case<time_case, F>;

/// For what a request to a lock, or to what is like one, asks for.
template <selectable_request Request>
class request_wait {
 public:
  using given = decltype(std::declval<Request&>().result(wait_outcome::delivered));
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits,
                  "the handler is called with what the case gives: on_lock(mutex, handler) with a mutex::guard, "
                  "on_acquire(semaphore, handler) with a semaphore::permit, on_set(event, handler) with nothing");
    return true;
  }
  explicit request_wait(Request wanted) noexcept : request_{wanted} {}

  wait_lock* lock() const noexcept { return &const_cast<Request&>(request_).lock(); }
  channel_step take(wake_batch&) noexcept {
    return request_.take_under_lock() ? channel_step::done : channel_step::not_ready;
  }
  bool list(wait_node& node) noexcept { return request_.list(node); }
  void withdraw(wait_node& node) noexcept { request_.withdraw(node); }
  given result(wait_outcome how) { return request_.result(how); }

 private:
  Request request_;
};

template <class Request, class F>
source_case<request_wait<Request>, F> request_case(Request wanted, F handler) {
  return {request_wait<Request>{wanted}, std::move(handler)};
}

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
detail::told_case<detail::join_end<T>, F> on_done(const join_handle<T>& handle, F handler = {}) {
  return {handle, std::move(handler)};
}

/// A case: locks the mutex and calls `handler(mutex::guard)`. Without a handler the select gives the guard.
template <class F = detail::give_back>
auto on_lock(mutex& of, F handler = {}) {
  return detail::request_case(detail::lock_request{&of}, std::move(handler));
}

/// A case: acquires `count` permits and calls `handler(semaphore::permit)`. Throws usage_error where the semaphore can
/// never have so many.
template <class F = detail::give_back>
auto on_acquire(semaphore& of, std::size_t count, F handler = {}) {
  return detail::request_case(of.request(count), std::move(handler));
}
template <class F = detail::give_back>
requires(!std::is_convertible_v<F, std::size_t>) auto on_acquire(semaphore& of, F handler = {}) {
  return on_acquire(of, 1, std::move(handler));
}

/// A case: calls `handler()` when the event is set.
template <class F = detail::give_nothing>
auto on_set(event& of, F handler = {}) {
  return detail::request_case(detail::event_request{&of}, std::move(handler));
}

/// A case: calls `handler()` when the token is asked to stop. One that nobody can ask is never ready.
template <class F = detail::give_nothing>
detail::told_case<detail::token_case, F> on_stop(std::stop_token token, F handler = {}) {
  return {std::move(token), std::move(handler)};
}

}  // namespace actors::inline v1
