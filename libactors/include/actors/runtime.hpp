// runtime: workers that run tasks, timers, and the pool for calls that block. `run(task)` is all that most programs
// need.
#pragma once

#include <actors/join_handle.hpp>
#include <actors/runtime_options.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>

#include <memory>
#include <utility>

namespace actors::inline v1 {

namespace detail {
class worker_scheduler;
}

class blocking_pool;

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
  template <class T>
  T run(task<T> main) {
    join_handle<T> root = start_root(std::move(main));
    finish_root(root);
    return root.get();
  }

  /// Starts a task on this runtime, from any thread.
  template <class T>
  join_handle<T> spawn(task<T> work, priority among = priority::normal) {
    return detail::start_task(std::move(work), scheduler().lane_of(among));
  }

  unsigned workers() const noexcept;

  /// The pool that `blocking(f)` and `submit(f)` use, for other threads: submit, map, statistics. It ends with the
  /// runtime. Include <actors/blocking_pool.hpp>.
  blocking_pool& pool() noexcept;

  /// The interface the library's own parts use.
  detail::scheduler& scheduler() noexcept;

 private:
  template <class T>
  join_handle<T> start_root(task<T> main) {
    refuse_nested();
    return detail::start_task(std::move(main), scheduler());
  }
  template <class T>
  void finish_root(join_handle<T>& root) {
    root.wait();
    cancel_rest();
  }
  static void refuse_nested();
  void cancel_rest();

  std::unique_ptr<detail::worker_scheduler> impl_;
  std::unique_ptr<blocking_pool> pool_;
};

/// Runs `main` on a runtime of its own: the usual body of a program's `main`.
template <class T>
T run(task<T> main, runtime_options options = {}) {
  runtime here{options};
  return here.run(std::move(main));
}

}  // namespace actors::inline v1
