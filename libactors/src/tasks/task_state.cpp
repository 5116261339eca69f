#include <actors/detail/task_state.hpp>

#include <cstdio>
#include <mutex>
#include <utility>

namespace actors::inline v1::detail {

namespace {
thread_local task_state* running = nullptr;

void report_unretrieved(const std::exception_ptr& error) noexcept {
  const char* text = "an exception that is not a std::exception";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "actors: a task ended with an error that nobody looked at: %s\n", e.what());
  } catch (...) {
    std::fprintf(stderr, "actors: a task ended with an error that nobody looked at: %s\n", text);
  }
}
}  // namespace

[[gnu::noinline]] task_state* current_task_state() noexcept { return running; }

void task_state::start(scheduler& where) noexcept {
  retain();
  owner = this;
  home = &where;
  run = &first_turn;
  if (!where.tasks.add(*this)) request_cancel();
  where.post_last(*this);
}

void task_state::settle() noexcept { const std::lock_guard guard{lock_}; }

bool task_state::subscribe(completion& entry) noexcept {
  const std::lock_guard guard{lock_};
  if (done()) return false;
  entry.next = std::exchange(completions_, &entry);
  return true;
}

bool task_state::join(completion& entry, waiter& who, std::coroutine_handle<> point, wake_filter& filter) noexcept {
  const std::lock_guard guard{lock_};
  if (done()) return false;
  entry.next = std::exchange(completions_, &entry);
  who.suspend_at(point, &filter);
  if (!who.arm()) {
    request_cancel();
    who.arm_shielded();
  }
  return true;
}

bool task_state::keep_waiting(waiter& who) noexcept {
  const std::lock_guard guard{lock_};
  if (done()) return true;
  request_cancel();
  who.arm_shielded();
  return false;
}

void task_state::fail() noexcept {
  failure = std::current_exception();
  try {
    throw;
  } catch (const cancelled&) {
    outcome_ = task_status::cancelled;
  } catch (...) {
    outcome_ = task_status::error;
  }
}

void task_state::first_turn(runnable& self) noexcept {
  auto& task = static_cast<task_state&>(self);
  task.run = &run_turn;
  if (task.cancel_pending()) {  // cancelled before it started: the body never runs (T4)
    task.take_cancel();
    task.failure = std::make_exception_ptr(cancelled{});
    task.outcome_ = task_status::cancelled;
    task.frame.destroy();
    task.complete();
    return;
  }
  task.refill();
  task.resume_all(task.frame);
}

void task_state::run_turn(runnable& self) noexcept {
  auto& task = static_cast<task_state&>(self);
  if (task.filter_ != nullptr) [[unlikely]] {
    if (!task.filter_->resume(*task.filter_, task)) return;  // still suspended, and perhaps resumed elsewhere already
    task.filter_ = nullptr;
  }
  task.refill();
  task.resume_all(task.resume_point_);
}

void task_state::resume_all(std::coroutine_handle<> from) noexcept {
  turn now;
  current_turn = &now;
  running = this;
  for (;;) {
    from.resume();
    // Where neither is set the task suspended in a wait: it may run elsewhere or be gone by now.
    if (now.finished != nullptr) {
      task_state* ended = std::exchange(now.finished, nullptr);
      ended->frame.destroy();
      if (ended == this) {
        complete();
        break;
      }
      from = ended->continuation;
      ended->status_.store(ended->outcome_, std::memory_order_release);
    } else if (now.next) {
      from = std::exchange(now.next, nullptr);
    } else {
      break;
    }
  }
  running = nullptr;
}

void task_state::complete() noexcept {
  auto& where = static_cast<scheduler&>(*home);
  {
    const std::lock_guard guard{lock_};
    for (completion* entry = std::exchange(completions_, nullptr); entry != nullptr;) {
      completion* after = entry->next;  // the entry may be gone once it was told
      entry->done(*entry, *this);
      entry = after;
    }
    // Last: whoever sees the task done without taking the lock may free the entries.
    status_.store(outcome_, std::memory_order_release);
  }
  where.tasks.remove(*this);
  release();
}

void task_state::destroy() noexcept {
  if (owner == nullptr) {
    frame.destroy();  // never awaited nor spawned
  } else if (!done() && owner != this) {
    // Dropped while suspended inside its awaiter: only when the awaiting frame itself is destroyed.
    frame.destroy();
  } else if (outcome_ == task_status::error && !retrieved_.load(std::memory_order_relaxed)) {
    report_unretrieved(failure);  // not through the scheduler: a handle can outlive its runtime
  }
  dispose(*this);
}

}  // namespace actors::inline v1::detail
