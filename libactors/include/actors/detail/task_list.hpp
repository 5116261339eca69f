// task_list: the live tasks of a scheduler: how many there are, who they are, and how to end them all.
#pragma once

#include <actors/detail/threads.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace actors::inline v1::detail {

class scheduler;
class task_state;
struct thread_context;

/// Nothing is kept of a task but two counts, one of those that were started and one of those that ended, for each
/// worker (written by it alone) and one for other threads: starting and ending a task costs no shared cache line. Who
/// the tasks are is found by walking through the memory of all frames (see task_state).
class task_list {
 public:
  /// `workers`: how many threads run tasks of `owner`.
  task_list(scheduler& owner, unsigned workers);
  ~task_list();
  task_list(const task_list&) = delete;
  task_list& operator=(const task_list&) = delete;

  /// A task starts on the calling thread, which is `here`. False between `cancel_all` and `accept`: the caller must ask
  /// it to end.
  bool add(const thread_context& here) noexcept;
  /// A task has ended.
  void remove(const thread_context& here) noexcept;

  /// How many there are; while others start and end, perhaps more, never less.
  std::size_t size() const noexcept;
  /// Since the beginning: none has ended that was not started.
  struct counts {
    std::uint64_t started = 0;
    std::uint64_t ended = 0;
  };
  counts so_far() const noexcept;
  /// Whether there was a moment during the call at which there was none.
  bool empty() const noexcept;

  /// Calls `visit(task, context)` for each task that was started before the call and does not end meanwhile, and
  /// perhaps for others. The task is kept alive during the visit; where it ends meanwhile, its result goes on the
  /// calling thread.
  void for_each(void (*visit)(task_state& task, void* context), void* context) const;

  /// Asks every task to stop, and those that start until `accept`.
  void cancel_all() noexcept;
  void accept() noexcept;

  /// The two around a wait until there is none. Blocks; not on a worker.
  void cancel_all_and_wait();

 private:
  struct alignas(64) counter {
    atomic<std::uint64_t> started{0};
    atomic<std::uint64_t> ended{0};
  };
  /// The calling thread's counter; null where that is the shared one.
  inline counter* own(const thread_context& here) const noexcept;
  void ask_all() noexcept;

  scheduler& owner_;
  const unsigned workers_;
  const std::unique_ptr<counter[]> counters_;  ///< of the workers, then the one of all other threads
  atomic<bool> draining_{false};
  mutex drained_lock_;
  condition_variable drained_;
};

/// While it lives the calling thread looks at tasks of `where`, and may be the last owner of one.
class visit_note {
 public:
  explicit visit_note(scheduler& where) noexcept;
  ~visit_note();
  visit_note(const visit_note&) = delete;
  visit_note& operator=(const visit_note&) = delete;

 private:
  scheduler* const before_;
};

}  // namespace actors::inline v1::detail
