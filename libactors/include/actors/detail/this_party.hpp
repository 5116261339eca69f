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

}  // namespace actors::inline v1::detail
