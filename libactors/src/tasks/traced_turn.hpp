// traced_turn: a turn of a task, and how tasks begin and end, for a trace that is being recorded.
#pragma once

#include <actors/detail/task_state.hpp>

#include "../runtime/thread_context.hpp"
#include "../runtime/traced_thread.hpp"

namespace actors::inline v1::detail {

/// Lives while a turn runs. Meanwhile the worker is in `thread_context::traced` and not in `self`: so what the turn
/// wakes comes another way, where it is recorded, and all others find their worker with the tests that they had.
class traced_turn {
 public:
  traced_turn(thread_context& context, task_state& task) noexcept;
  ~traced_turn();
  traced_turn(const traced_turn&) = delete;
  traced_turn& operator=(const traced_turn&) = delete;

 private:
  thread_context& context_;
  worker* self_ = nullptr;           ///< null in a turn inside of another one
  traced_thread* thread_ = nullptr;  ///< where its beginning was recorded
};

/// The task is about to be started.
void trace_start(task_state& task) noexcept;
/// It is about to end, with `how`.
void trace_end(const task_state& task, task_status how) noexcept;

}  // namespace actors::inline v1::detail
