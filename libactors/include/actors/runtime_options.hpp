// runtime_options: what can be chosen when a runtime is made.
#pragma once

#include <actors/blocking_options.hpp>

#include <chrono>
#include <cstddef>
#include <limits>
#include <string_view>

namespace actors::inline v1 {

/// What SIGINT (Ctrl-C) does while `run` waits for its main task.
enum class on_interrupt {
  usual,       ///< `cancel_main` for the function `run`, `leave` for a runtime object
  leave,       ///< what the program has arranged
  cancel_main  ///< cancels the main task; see `run`
};

/// What is done when every task waits, and nothing can wake one of them any more.
enum class on_deadlock {
  end,   ///< where that is proved `run` ends: it cancels the tasks and throws `deadlock`; otherwise as `warn`
  warn,  ///< after `quiet_warning` a report on stderr, once
  ignore
};

struct runtime_options {
  /// How many workers; 0: the environment variable ACTORS_WORKERS, or else one for each CPU that this process may use:
  /// those of the affinity mask of the thread that makes the runtime, or fewer where the CPU quota of its container
  /// (cgroup v1 or v2; rounded up, at least 1) is smaller.
  unsigned workers = 0;
  /// How many calls may block at once, beside the bodies of blocking actors; further ones wait for their turn.
  std::size_t blocking_threads = 64;
  /// How long a thread of the blocking pool waits for the next call before it ends.
  std::chrono::milliseconds blocking_keep_alive{10'000};
  /// The others of blocking_pool_options, for the pool of the runtime. At the end of `run` calls that were submitted
  /// and are still queued are cancelled (`refuse`) or made (`drain`); tasks that await a call are cancelled in any
  /// case.
  std::size_t blocking_min_threads = 0;
  std::size_t blocking_queue_bound = std::numeric_limits<std::size_t>::max();
  std::string_view blocking_name = "actors-pool";
  pool_shutdown blocking_at_shutdown = pool_shutdown::refuse;
  std::chrono::milliseconds blocking_warn_after{0};
  /// Pins worker i to the i-th CPU of the affinity mask of the thread that makes the runtime, modulo the size of that
  /// mask. For a process that has these CPUs to itself: its tasks then keep their caches, and figures vary less. Where
  /// others run on the same CPUs (containers on one machine would all choose the first ones) a pinned worker waits
  /// while other CPUs stand idle. Threads of the blocking pool are not pinned; a thread that a task starts by itself
  /// is, as it inherits the CPU of its worker.
  bool pin_workers = false;
  on_interrupt interrupts = on_interrupt::usual;
  /// A deadlock is proved where all workers sleep, all tasks wait for what only other tasks do, no timer, call or I/O
  /// is left, and the process has no thread of its own beside the one in `run`. (Signal handlers do not count: a
  /// program that waits for one, and for nothing else, waits at a timer.) The report names each task (of many that are
  /// alike one: see runtime_snapshot::to_text), what it waits for, and the ring of those that wait for each other,
  /// where there is one. It comes about a tenth of a second after the last step.
  on_deadlock deadlock = on_deadlock::end;
  /// Where the proof is not possible (there are other threads, handlers of I/O, a CAF system) a report comes after so
  /// long a time without a step, once for each such time. 0: never.
  std::chrono::milliseconds quiet_warning{10'000};
  /// While `run` waits, SIGQUIT (Ctrl-\\) prints on stderr what `runtime::dump` gives, and the program goes on. Without
  /// effect where the signal has another than its default action. A second one, before the first was answered, ends the
  /// program as usual.
  bool dump_on_quit = true;
  /// Debug mode: looks closer at what tasks do, and says what is probably not meant, to the log: a step of a task that
  /// held a worker for longer than `long_turn` (while it lasts, and at its end; see <actors/debug.hpp>), and a task
  /// that was dropped without being awaited or spawned. Reports name the task, its coroutine and where it was spawned.
  /// Costs some 100 ns a turn and some 300 bytes a task. ACTORS_DEBUG=1 in the environment turns it on for every
  /// runtime; what is not about one runtime is on for the process from then on. Under simulation only the latter.
  bool debug = false;
  std::chrono::milliseconds long_turn{100};  ///< 0: none is too long
};

}  // namespace actors::inline v1
