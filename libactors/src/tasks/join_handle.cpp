#include <actors/detail/submitted_call.hpp>
#include <actors/detail/task_watch.hpp>
#include <actors/detail/threads.hpp>
#include <actors/join_handle.hpp>
#include <actors/task_group.hpp>

#include "../runtime/call_pool.hpp"
#include "../runtime/thread_context.hpp"
#include "signal_watch.hpp"

#include <mutex>

namespace actors::inline v1::detail {

void throw_task_not_awaitable(bool empty) {
  throw usage_error{empty ? "co_await on an empty task: it was moved from, or already spawned"
                          : "co_await on a task that was awaited before: a task runs once"};
}
void throw_empty_handle() { throw usage_error{"an empty join_handle belongs to no task"}; }
void throw_self_join() { throw usage_error{"a task cannot wait for its own end"}; }
void throw_result_too_early() { throw usage_error{"result(): the task is still running; co_await its handle first"}; }

bool join_wait::suspend(task_state& party, std::coroutine_handle<> point) {
  if (&party == state_) throw_self_join();
  who_ = &party;
  done = &on_done;
  resume = &on_cancel;
  return state_->join(*this, party, point, *this);
}

bool join_wait::on_done(completion& self, task_state&) noexcept {
  waiter& who = *static_cast<join_wait&>(self).who_;
  if (who.decide()) who.wake();
  return false;
}

// Called for every wake-up of the wait: at the end of the task, where there is nothing to do, and for a cancellation.
bool join_wait::on_cancel(wake_filter& self, waiter& who) noexcept {
  return static_cast<join_wait&>(self).state_->keep_waiting(who);
}

bool join_wait::note_awaiter(const completion& entry, awaiter_note& into) noexcept {
  if (entry.done != &on_done) return false;
  into.party = static_cast<const task_state*>(static_cast<const join_wait&>(entry).who_);
  return true;
}

namespace {

struct thread_wait : completion {
  thread_wait() noexcept { done = &on_done; }
  static bool on_done(completion& self, task_state&) noexcept {
    auto& waiting = static_cast<thread_wait&>(self);
    const std::lock_guard guard{waiting.lock};
    waiting.is_done = true;
    waiting.ended.notify_one();  // under the lock: the waiting thread's stack holds the condition
    return false;
  }

  mutex lock;
  condition_variable ended;
  bool is_done = false;
};

}  // namespace

void wait_on_thread(task_state& state) {
  if (current_scheduler() != nullptr)
    throw usage_error{"get() would block a worker of the runtime: use co_await in a task"};
  end_cancelled_calls();
  // A call of the same pool that is still queued is made here: no thread of the pool may ever come to it, if each of
  // them waits like this one.
  const thread_context& here = this_thread();
  if (here.pool != nullptr && state.home == here.pool && !state.done())
    here.pool->make_here(*static_cast<blocking_job*>(state.call()));
  thread_wait wait;
  if (!state.subscribe(wait)) return;
  std::unique_lock guard{wait.lock};
  wait.ended.wait(guard, [&] { return wait.is_done; });
  guard.unlock();
  state.settle();
}

awaiter_note awaiter_of(const completion& entry) noexcept {
  awaiter_note note;
  if (join_wait::note_awaiter(entry, note) || task_watch::note_awaiter(entry, note) ||
      task_group::note_awaiter(entry, note) || signal_watch::note_awaiter(entry, note))
    return note;
  note.is_thread = entry.done == &thread_wait::on_done;
  return note;
}

}  // namespace actors::inline v1::detail
