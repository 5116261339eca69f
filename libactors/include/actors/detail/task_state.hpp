// task_state: what is known of a coroutine task apart from its frame and the type of its result.
#pragma once

#include <actors/detail/scheduler.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/errors.hpp>
#include <actors/waiter.hpp>

#include <atomic>
#include <coroutine>
#include <cstdint>
#include <exception>

namespace actors::inline v1::detail {

class task_state;

/// An entry in the list of those who want to know that a task ended. `done` is called once, under the task's lock, on
/// the worker that ended it, shortly before the task counts as done: it may claim, wake and request cancellations, read
/// `outcome()`, nothing else. Whoever it wakes takes the task's lock once (`keep_waiting`, `settle`) and then sees it
/// done.
struct completion {
  completion* next = nullptr;
  void (*done)(completion&, task_state&) noexcept = nullptr;
};

/// One turn of a task on a worker, on the stack of `run_turn`. Coroutines of the task say here what is to be resumed
/// next instead of resuming it themselves: chains of any length run in constant stack, also where the compiler does not
/// turn symmetric transfer into a tail call (g++ 12 below -O2 and under sanitizers; see docs/compilers.md).
struct turn {
  std::coroutine_handle<> next;
  task_state* finished = nullptr;
};

enum class task_status : std::uint8_t { pending, value, error, cancelled };

/// The head of the block that a task's coroutine frame is allocated in: [ task_state | result | frame ]. The frame is
/// destroyed when the coroutine ends (so that its parameters, say the last sender of a channel, are gone then); the
/// head with the result stays until the last owner releases it.
///
/// A task runs either inside another one that awaits it (`owner` is the task that was spawned, `continuation` the
/// coroutine that awaits) or spawned, as a party of its own (`owner == this`).
/// Order: `status_` is stored with release after the result and loaded with acquire by whoever reads it. `references_`
/// is decremented with acq_rel. The list of completions is guarded by `lock_`.
class task_state : public waiter {
 public:
  task_state* owner = nullptr;
  turn* current_turn = nullptr;  ///< of an owner, while it runs
  std::coroutine_handle<> continuation;
  std::coroutine_handle<> frame;
  std::exception_ptr failure;
  void (*dispose)(task_state&) noexcept = nullptr;  ///< destroys the result and frees the block
  task_state* list_prev = nullptr;                  ///< guarded by the shard of the scheduler's task_list
  task_state* list_next = nullptr;
  bool adopted = false;  ///< a task object owns the block; until then a failing coroutine start frees it

  task_status status() const noexcept { return status_.load(std::memory_order_acquire); }
  bool done() const noexcept { return status() != task_status::pending; }
  /// How the task is about to end, for completions.
  task_status outcome() const noexcept { return outcome_; }
  /// Waits for the end of the completions, after one of them told the caller that the task has ended.
  void settle() noexcept;

  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    // The only owner needs no read-modify-write: nobody else can add a reference.
    if (references_.load(std::memory_order_acquire) == 1 || references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      destroy();
  }

  /// Makes the task a party of its own on `where` and queues it. Adds a reference, released when the task ends.
  void start(scheduler& where) noexcept;

  /// Enters `entry`; false when the task has ended. For entries made before the task starts.
  bool subscribe(completion& entry) noexcept;

  /// Lets `who` wait for the end of this task; false when it has ended. A cancellation of `who` is handed on by
  /// `hand_on` (which must call `keep_waiting`) and does not end the wait.
  bool join(completion& entry, waiter& who, std::coroutine_handle<> point, wake_filter& filter) noexcept;

  /// After a cancellation woke the joining `who`: true when this task has ended meanwhile. Otherwise cancels this task,
  /// arms `who` again, shielded, and returns false: `who` may not be touched any more.
  bool keep_waiting(waiter& who) noexcept;

  /// The result of a coroutine, noted before it reaches its final suspension.
  void succeed() noexcept { outcome_ = task_status::value; }
  void fail() noexcept;

  /// Called by the coroutine at its final suspension.
  void finish() noexcept { owner->current_turn->finished = this; }

  /// Throws the error this task ended with, if any.
  void rethrow_failure() {
    retrieved_.store(true, std::memory_order_relaxed);
    if (failure) std::rethrow_exception(failure);
  }
  void mark_retrieved() noexcept { retrieved_.store(true, std::memory_order_relaxed); }

  static void run_turn(runnable& self) noexcept;

 protected:
  task_state() = default;
  ~task_state() = default;

 private:
  static void first_turn(runnable& self) noexcept;
  void resume_all(std::coroutine_handle<> from) noexcept;
  void complete() noexcept;
  void destroy() noexcept;

  completion* completions_ = nullptr;
  std::atomic<std::uint32_t> references_{0};
  std::atomic<task_status> status_{task_status::pending};
  std::atomic<bool> retrieved_{false};
  task_status outcome_ = task_status::pending;
  spin_lock lock_;
};

/// The task that runs on the calling thread; null outside of one. Not inlined, for the reason of current_scheduler.
task_state* current_task_state() noexcept;

/// A promise of this library's coroutines: it knows the task it belongs to.
template <class Promise>
concept task_promise_type = requires(Promise& promise) {
  { promise.party() } -> std::same_as<task_state&>;
};

}  // namespace actors::inline v1::detail
