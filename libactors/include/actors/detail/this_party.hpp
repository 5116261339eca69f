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
/// Throws a pending cancellation, or suspends once, where that is used up.
struct turn_point {
  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  bool await_suspend(std::coroutine_handle<Promise> point) const {
    task_state& party = point.promise().party();
    return party.spend() && end_turn_at(party, point);
  }
  void await_resume() const noexcept {}
};

}  // namespace actors::inline v1::detail
