// timeout: a limit of time around a piece of a task, that can be moved while it lasts.
#pragma once

#include <actors/detail/this_party.hpp>
#include <actors/detail/time_limit.hpp>
#include <actors/detail/work_result.hpp>
#include <actors/errors.hpp>
#include <actors/task.hpp>

#include <chrono>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

/// The limit that the work inside `with_timeout` may look at and move. Used by that task alone.
class timeout_scope {
 public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit timeout_scope(detail::time_limit& limit) noexcept : limit_{limit} {}
  timeout_scope(const timeout_scope&) = delete;
  timeout_scope& operator=(const timeout_scope&) = delete;

  /// When the time is over, by the runtime's clock.
  time_point when() const noexcept { return limit_.when(); }
  /// Moves the limit. Throws usage_error where the time is over already: the work is being cancelled.
  void reschedule_at(time_point when) { limit_.move(when); }
  /// The same, counted from now.
  template <class Rep, class Period>
  void reschedule(std::chrono::duration<Rep, Period> from_now) {
    limit_.move_by(detail::to_nanoseconds(from_now));
  }
  /// No limit from here on.
  void disable() { limit_.move(time_point::max()); }
  /// Whether the time was over before the work ended.
  bool expired() const noexcept { return limit_.expired_by_now(); }

 private:
  detail::time_limit& limit_;
};

namespace detail {

template <class F>
using scoped_work = typename std::conditional_t<std::is_invocable_v<F&, timeout_scope&>,
                                                std::invoke_result<F&, timeout_scope&>, std::invoke_result<F&>>::type;

template <class F>
scoped_work<F> limited(F work, time_limit::span limit) {
  task_state& party = co_await this_party{};
  time_limit watch{party, limit};
  timeout_scope scope{watch};
  scoped_work<F> inner = call_with(work, scope);
  try {
    if constexpr (std::is_void_v<typename scoped_work<F>::value_type>) {
      co_await inner;
      watch.work_ended();
      co_return;
    } else {
      typename scoped_work<F>::value_type result = co_await inner;
      watch.work_ended();
      co_return std::forward<typename scoped_work<F>::value_type>(result);
    }
  } catch (const cancelled&) {
    watch.throw_if_own();
    throw;
  } catch (...) {
    watch.work_ended();
    throw;
  }
}

}  // namespace detail

/// Calls `work()`, or `work(timeout_scope&)`, and runs the task that it gives as a part of the calling one for at most
/// `limit`; then cancels it, waits until it has really ended, and throws `timed_out`. A value or an error that came in
/// the meantime is given all the same, and a cancellation from outside is passed on as such. Scopes nest: the outer one
/// that is over is told from the inner one. The callable is kept until its task has ended, so it may be a lambda that
/// captures.
///
///     co_await with_timeout(30s, [&](timeout_scope& limit) -> task<> {
///       while (auto chunk = co_await next_chunk()) limit.reschedule(30s);
///     });
template <class Rep, class Period, class F>
detail::scoped_work<std::decay_t<F>> with_timeout(std::chrono::duration<Rep, Period> limit, F&& work) {
  return detail::limited<std::decay_t<F>>(std::forward<F>(work), detail::time_limit::in(detail::to_nanoseconds(limit)));
}
/// The same until a point of time.
template <class F>
detail::scoped_work<std::decay_t<F>> with_deadline(std::chrono::steady_clock::time_point deadline, F&& work) {
  return detail::limited<std::decay_t<F>>(std::forward<F>(work), detail::time_limit::at(deadline));
}

}  // namespace actors::inline v1
