#include <actors/detail/spin_lock.hpp>
#include <actors/detail/task_state.hpp>

#include "../runtime/thread_context.hpp"
#include "../simulation/task_watch.hpp"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace actors::inline v1::detail {

namespace {
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

// The mark of a closed stack: an entry that is nobody's.
completion* task_state::closed() noexcept {
  static completion mark;
  return &mark;
}

[[gnu::noinline]] task_state* current_task_state() noexcept { return this_thread().running; }

void task_state::start(scheduler& where) noexcept {
  owner = this;
  home = &where;
  run = &first_turn;
  if (const task_state* parent = current_task_state())
    depth = static_cast<std::uint8_t>(std::min(parent->depth + 1, 255));
  // Nobody else has the task yet; from the release on, those who list all tasks see it.
  const std::uint32_t owners = references().load(std::memory_order_relaxed);
  references().store((owners + 1) | listed, std::memory_order_release);
  watch_start(*this);
  if (!where.tasks.add()) ask_to_end();
  where.post_last(*this);
}

bool task_state::retain_listed() noexcept {
  std::uint32_t word = references().load(std::memory_order_relaxed);
  do {
    if ((word & listed) == 0) return false;
  } while (!references().compare_exchange_weak(word, word + 1, std::memory_order_acq_rel, std::memory_order_relaxed));
  return true;
}

void task_state::ask_to_end() noexcept {
  if ((references().fetch_or(asked, std::memory_order_acq_rel) & asked) == 0) request_cancel();
}

void task_state::settle() const noexcept {
  for (unsigned round = 0; !done(); ++round) give_way(round);
}

bool task_state::subscribe(completion& entry) noexcept {
  completion* head = completions_.load(std::memory_order_acquire);
  do {
    if (head == closed()) {
      settle();
      return false;
    }
    entry.next = head;
  } while (!completions_.compare_exchange_weak(head, &entry, std::memory_order_acq_rel, std::memory_order_acquire));
  return true;
}

bool task_state::join(completion& entry, waiter& who, std::coroutine_handle<> point, wake_filter& filter) noexcept {
  if (completions_.load(std::memory_order_acquire) == closed()) {
    settle();
    return false;
  }
  auto& party = static_cast<task_state&>(who);
  if (party.depth != 0) static_cast<scheduler&>(*party.home).before_join();
  who.suspend_at(point, &filter);
  if (!subscribe(entry)) return false;
  // Until the party is armed nobody resumes it, and it keeps this task alive. From then on nothing here may be touched.
  switch (who.arm_unless_decided()) {
    case waiter::arming::armed:
      return true;
    case waiter::arming::cancelled:
      request_cancel();
      if (who.arm_shielded_unless_decided()) return true;
      break;
    case waiter::arming::decided:
      break;
  }
  settle();
  return false;
}

bool task_state::keep_waiting(waiter& who) noexcept {
  if (completions_.load(std::memory_order_acquire) == closed()) {
    settle();
    who.forget_decision();  // there is one where a cancellation woke the party before the end of the task could
    return true;
  }
  request_cancel();
  if (who.arm_shielded_unless_decided()) return false;
  settle();
  return true;
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
    task.frame().destroy();
    task.complete();
    return;
  }
  task.refill();
  task.resume_all(task.frame());
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
  turn_ = &now;
  thread_context& context = this_thread();
  context.running = this;
  for (;;) {
    from.resume();
    // Where neither is set the task suspended in a wait: it may run elsewhere or be gone by now.
    if (now.finished != nullptr) {
      task_state* ended = std::exchange(now.finished, nullptr);
      ended->frame().destroy();
      if (ended == this) {
        complete();
        break;
      }
      from = ended->continuation_;
      ended->status_.store(ended->outcome_, std::memory_order_release);
    } else if (now.next) {
      from = std::exchange(now.next, nullptr);
    } else {
      break;
    }
  }
  // A turn begins and ends on the same thread.
  context.running = nullptr;
}

void task_state::complete() noexcept {
  auto& where = static_cast<scheduler&>(*home);
  completion* entry = completions_.exchange(closed(), std::memory_order_acq_rel);
  while (entry != nullptr) {
    completion* after = entry->next;
    entry->done(*entry, *this);
    entry = after;
  }
  // Last: whoever sees the task done may free the entries.
  status_.store(outcome_, std::memory_order_release);
  where.tasks.remove();
  watch_end(*this);
  if ((references().fetch_sub(1 | listed, std::memory_order_acq_rel) & count_mask) == 1) destroy();
}

void task_state::destroy() noexcept {
  if (owner == nullptr) {
    frame().destroy();  // never awaited nor spawned
  } else if (!done() && owner != this) {
    // Dropped while suspended inside its awaiter: only when the awaiting frame itself is destroyed.
    frame().destroy();
  } else if (outcome_ == task_status::error && !retrieved_.load(std::memory_order_relaxed)) {
    report_unretrieved(failure);  // not through the scheduler: a handle can outlive its runtime
  }
  dispose();
}

}  // namespace actors::inline v1::detail
