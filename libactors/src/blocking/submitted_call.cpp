#include <actors/detail/submitted_call.hpp>
#include <actors/errors.hpp>

#include "../runtime/call_pool.hpp"
#include "../runtime/thread_context.hpp"

#include <utility>

namespace actors::inline v1::detail {

namespace {

using ending = blocking_job::ending;

call_pool& pool_of(const waiter& task) noexcept { return static_cast<call_pool&>(*task.home); }
blocking_job& job_of(task_state& task) noexcept { return *static_cast<blocking_job*>(task.call()); }

void end_now(blocking_job& job, ending how) noexcept {
  auto& task = static_cast<task_state&>(*job.who);
  call_pool& pool = pool_of(task);
  std::exception_ptr failure = std::exchange(job.failure, nullptr);
  if (how == ending::cancelled) failure = std::make_exception_ptr(cancelled{});
  job.drop(job);
  task.end_call(pool.counted(), std::move(failure));
  pool.release();
}

// What is told of the end may cancel other calls, and hold locks meanwhile: their ends come after it. It may be inside
// of another one's: what a call owns, or gave, is destroyed there, and may submit and wait.
void end_in_turn(blocking_job& job, ending how) noexcept {
  thread_context& here = this_thread();
  const bool inside = std::exchange(here.ends_calls, true);
  end_now(job, how);
  end_cancelled_calls();
  here.ends_calls = inside;
}

void end_cancelled(runnable& work) noexcept { end_in_turn(job_of(static_cast<task_state&>(work)), ending::cancelled); }

// Called by the cancellation that has claimed the task, in place of a post. On a worker the end comes with a turn of
// its own, as that of other tasks does.
void on_cancel(runnable& work) noexcept {
  auto& task = static_cast<task_state&>(work);
  if (!pool_of(task).withdraw(job_of(task))) return;
  thread_context& here = this_thread();
  if (here.where != nullptr) {
    task.run = &end_cancelled;
    here.where->post_last(task);
  } else if (here.ends_calls) {
    task.next = here.to_end;
    here.to_end = &task;
  } else {
    end_cancelled(task);
  }
}

}  // namespace

void end_cancelled_calls() noexcept {
  thread_context& here = this_thread();
  while (runnable* cancelled = here.to_end) {
    here.to_end = cancelled->next;
    end_now(job_of(static_cast<task_state&>(*cancelled)), ending::cancelled);
  }
}

void start_call(call_pool& pool, task_state& task, blocking_job& job, bool in_room) {
  job.end = &end_in_turn;
  pool.retain();
  const bool welcome = task.begin_call(pool, pool.counted(), &on_cancel);
  if (!welcome && pool.listed()) task.ask_to_end();
  try {
    if (pool.offload(job, in_room)) return;
  } catch (...) {
    job.failure = std::current_exception();
    end_in_turn(job, ending::refused);
    task.mark_retrieved();
    throw;
  }
  end_in_turn(job, ending::cancelled);
}

call_pool& current_call_pool() {
  const thread_context& here = this_thread();
  if (here.where == nullptr && here.pool != nullptr) return *here.pool;
  return need_scheduler("submit").calls();
}

}  // namespace actors::inline v1::detail
