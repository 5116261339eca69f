// lost_captures: in debug mode, finds tasks that were spawned on a lambda which is gone when they run.
#pragma once

#include <actors/detail/task_state.hpp>

namespace actors::inline v1::detail {

/// A coroutine that is a lambda has its captures in the lambda, not in its frame. Where such a task is spawned inside
/// of a turn of another task, and the lambda lies on the stack of the worker, it is gone at the end of that turn at the
/// latest: what lives longer is in the frame of a coroutine, or elsewhere. Lambdas that are gone in other ways are not
/// found: on the stack of a plain thread that waits for the task it may be as it should.
class lost_captures {
 public:
  /// For a task that is about to be started in debug mode. Only the first one of a task can find something.
  explicit lost_captures(task_state& task) noexcept;
  explicit operator bool() const noexcept { return static_cast<bool>(coroutine_); }
  /// Logs it as a warning.
  void report() const noexcept;

 private:
  place_ref coroutine_{};
  place_ref spawned_at_{};
};

}  // namespace actors::inline v1::detail
