// thread_context: what the runtime keeps for each thread.
#pragma once

#include <actors/detail/thread_number.hpp>
#include <actors/executor.hpp>
#include <actors/waiter.hpp>

#include <atomic>
#include <cstdint>

namespace actors::inline v1::detail {

class actor_cell;
class call_pool;
class scheduler;
class task_state;
class worker;
struct pool_thread;
struct turn_record;

/// Whether somebody looks at the turns of a worker. Set by others, too (watched_worker.hpp); relaxed.
class watched_turns {
 public:
  watched_turns() = default;
  watched_turns(const watched_turns& other) noexcept : record_{other.get()} {}
  watched_turns& operator=(const watched_turns& other) noexcept { return *this = other.get(); }
  watched_turns& operator=(turn_record* record) noexcept {
    record_.store(record, std::memory_order_relaxed);
    return *this;
  }
  turn_record* get() const noexcept { return record_.load(std::memory_order_relaxed); }

 private:
  std::atomic<turn_record*> record_{nullptr};
};

/// Everything in it but the last few members is null on a thread that is not a worker, `running` also between two
/// tasks.
struct thread_context {
  scheduler* where = nullptr;
  unsigned slot = 0;  ///< the index of the worker among those of `where`
  worker* self = nullptr;
  worker* dozing = nullptr;  ///< in place of `self` while the worker counts as sleeping and runs completions of I/O
  task_state* running = nullptr;
  worker* traced = nullptr;      ///< in place of `self` while a turn runs that is traced, see `traced_turn`
  watched_turns turns;           ///< not null in debug mode, and while a trace is recorded
  scheduler* visited = nullptr;  ///< while any thread looks at the tasks of that one, and may be the last to see them
  call_pool* pool = nullptr;     ///< on a thread that makes calls: whose it is
  pool_thread* on_pool = nullptr;
  waiter* calls_for = nullptr;  ///< there: the task that the call belongs to
  /// On a thread that ends submitted calls: those that it cancelled meanwhile and has still to end, linked by `next`.
  runnable* to_end = nullptr;
  actor_cell* constructs = nullptr;  ///< whose actor is being made: its ports look for their cell
  std::uint8_t number = no_thread;   ///< see thread_number.hpp
  bool has_grandchildren = false;    ///< the running turn started tasks, and its task was started by another one
  bool drops_failed = false;         ///< the frame of a coroutine that did not end with a value is being destroyed
  bool ends_calls = false;           ///< it is ending a submitted call
  bool turn_is_over = false;         ///< of `running`: what it wakes now can run at once
  bool on_strand = false;            ///< the turn is one of a strand's, of which others may follow at once
  bool in_log_handler = false;       ///< a message is being given to its handler
  std::uint8_t nested = 0;           ///< how many turns of tasks that were started eagerly `running` is inside of
};

/// Of the calling thread. Never inlined: a coroutine can change its thread at every suspension, and compilers keep
/// addresses of thread-local variables across them.
thread_context& this_thread() noexcept;

}  // namespace actors::inline v1::detail
