// runtime: workers that run tasks, timers, and the pool for calls that block. `run(task)` is all that most programs
// need.
#pragma once

#include <actors/join_handle.hpp>
#include <actors/runtime_options.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>

#include <memory>
#include <string>
#include <utility>

namespace actors::inline v1 {

namespace detail {
class environment_trace;
class quiet_watch;
class signal_watch;
class turn_watch;
class worker_scheduler;
}  // namespace detail

class blocking_pool;
enum class dump_format : unsigned char;
struct runtime_snapshot;

/// A set of workers. It runs from its construction to its destruction; several may live in one process.
class runtime {
 public:
  /// Starts the workers. Throws std::system_error when threads cannot be had.
  explicit runtime(runtime_options options = {});
  /// Cancels what is left, waits for it, and ends the workers. Not on a worker of its own.
  ~runtime();
  runtime(const runtime&) = delete;
  runtime& operator=(const runtime&) = delete;

  /// Runs `main` and blocks until it has ended; then cancels the tasks that are left, waits for them, and gives main's
  /// result or throws what main threw. Can be called again. Throws usage_error on a worker ("nested run").
  ///
  /// With `on_interrupt::cancel_main`, where SIGINT has its default action: Ctrl-C cancels `main`, which may clean up,
  /// and answer it by giving a result all the same. Where it ends by that cancellation the process ends by the signal,
  /// after the other tasks have ended and C's streams were flushed, as its user meant it to. A second Ctrl-C ends it at
  /// once.
  ///
  /// Throws `deadlock` where all tasks wait, and it is proved that nothing can wake them: see
  /// runtime_options::deadlock. SIGQUIT prints a dump: see runtime_options::dump_on_quit.
  template <class T>
  T run(task<T> main, detail::place_ref where = detail::place_ref::here()) {
    const std::shared_ptr<detail::signal_watch> watch = prepare_root();
    join_handle<T> root = detail::start_task(std::move(main), scheduler(), where);
    finish_root(*detail::handle_access::block(root), watch.get());
    return root.get();
  }

  /// Starts a task on this runtime, from any thread.
  template <class T>
  join_handle<T> spawn(task<T> work, priority among = priority::normal,
                       detail::place_ref where = detail::place_ref::here()) {
    return detail::start_task(std::move(work), scheduler().lane_of(among), where);
  }

  /// The same with a name, and so on.
  template <class T>
  join_handle<T> spawn(task<T> work, const spawn_options& options,
                       detail::place_ref where = detail::place_ref::here()) {
    return detail::start_task(std::move(work), scheduler().lane_of(options.among.value_or(priority::normal)), options,
                              where);
  }

  unsigned workers() const noexcept;
  /// Its tasks that have not ended, as `actors::all_tasks`. Any thread.
  std::vector<task_ref> all_tasks() { return detail::tasks_of(scheduler()); }

  /// All that the runtime does at the moment: its tasks, what each waits for and where, who awaits whom. From any
  /// thread, while everything runs: neither stops workers nor waits for one. Include <actors/snapshot.hpp>.
  runtime_snapshot snapshot();
  /// The same as text.
  std::string dump();
  std::string dump(dump_format as);

  /// The pool that `blocking(f)` and `submit(f)` use, for other threads: submit, map, statistics. It ends with the
  /// runtime. Include <actors/blocking_pool.hpp>.
  blocking_pool& pool() noexcept;

  /// The interface the library's own parts use.
  detail::scheduler& scheduler() noexcept;

 private:
  /// Throws usage_error on a worker. Null where signals are left alone.
  std::shared_ptr<detail::signal_watch> prepare_root();
  void finish_root(detail::task_state& root, detail::signal_watch* watch);
  void cancel_rest();

  std::unique_ptr<detail::environment_trace> trace_;  ///< before the workers begin, and after they have ended
  const std::unique_ptr<detail::quiet_watch> quiet_;
  std::unique_ptr<detail::worker_scheduler> impl_;
  const bool interruptible_;
  const bool dumps_on_quit_;
  std::unique_ptr<blocking_pool> pool_;
  std::unique_ptr<detail::turn_watch> watch_;  ///< in debug mode
};

/// Runs `main` on a runtime of its own: the usual body of a program's `main`. Ctrl-C cancels the main task, unless the
/// options or the program say otherwise: see runtime::run.
template <class T>
T run(task<T> main, runtime_options options = {}, detail::place_ref where = detail::place_ref::here()) {
  if (options.interrupts == on_interrupt::usual) options.interrupts = on_interrupt::cancel_main;
  runtime here{options};
  return here.run(std::move(main), where);
}

}  // namespace actors::inline v1
