// start_alone: starts a task that has nothing of who starts it.
#pragma once

#include <actors/detail/local_values.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/spawn.hpp>

#include <utility>

namespace actors::inline v1::detail {

/// For a task that serves others, too, and may live longer: it does not inherit the task-local values of the calling
/// task. Any thread.
inline join_handle<> start_alone(task<> work, scheduler& on) {
  struct without_locals {
    without_locals() : before{current_task_state() == nullptr ? nullptr : current_locals()} {
      if (before != nullptr) set_locals(nullptr);
    }
    ~without_locals() {
      if (before != nullptr) set_locals(std::move(before));
    }
    without_locals(const without_locals&) = delete;
    without_locals& operator=(const without_locals&) = delete;
    local_values before;
  };
  const without_locals here;
  return start_task(std::move(work), on);
}

}  // namespace actors::inline v1::detail
