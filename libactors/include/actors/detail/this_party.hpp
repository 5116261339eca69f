// this_party: how a coroutine of the library finds the task it runs in.
#pragma once

#include <actors/detail/task_state.hpp>

#include <coroutine>

namespace actors::inline v1::detail {

/// Awaitable: the task this coroutine belongs to. Does not suspend.
struct this_party {
  task_state* party = nullptr;
  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  bool await_suspend(std::coroutine_handle<Promise> point) noexcept {
    party = &point.promise().party();
    return false;
  }
  task_state& await_resume() const noexcept { return *party; }
};

/// Awaitable, at the beginning of an operation that may turn out not to wait: counts it against the turn's budget.
/// Where that is used up it takes a pending cancellation, and is true: the operation ends as cancelled. Otherwise
/// others run first.
struct turn_point {
  bool cancelled = false;
  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point) noexcept {
    task_state& party = point.promise().party();
    if (!party.spend()) return false;
    cancelled = party.cancel_pending();
    if (cancelled)
      party.take_cancel();
    else
      party.step_back(point);
    return !cancelled;
  }
  bool await_resume() const noexcept { return cancelled; }
};

}  // namespace actors::inline v1::detail
