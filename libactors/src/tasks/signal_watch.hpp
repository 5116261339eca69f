// signal_watch: what signals do to a program that waits in `run`: Ctrl-C cancels its main task, SIGQUIT prints a dump.
#pragma once

#include <actors/detail/task_state.hpp>

#include <semaphore.h>

#include <memory>

namespace actors::inline v1 {
class runtime;
}

namespace actors::inline v1::detail {

/// The handlers of the two signals, while a main task runs. All that they do is to wake the thread that waits for that
/// task. A second signal of a kind, before the first was answered (an interrupt never is), ends the process as if
/// nobody handled it.
class signal_watch {
 public:
  /// For those of the two that are asked for and have their default action. Null where there is none, and where
  /// somebody else in the process watches.
  static std::shared_ptr<signal_watch> make(bool with_interrupts, bool with_dumps);
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;
  ~signal_watch();

  /// Blocks the calling plain thread until `main` has ended, a task of `on`, whose dumps it prints meanwhile. True
  /// where there was a SIGINT.
  bool wait(task_state& main, runtime& on);

  /// As join_wait's.
  static bool note_awaiter(const completion& entry, awaiter_note& into) noexcept;

 private:
  struct end_of_main;
  signal_watch(bool with_interrupts, bool with_dumps);
  sem_t woken_{};
  const bool interrupts_;
  const bool dumps_;
};

/// Ends the process by SIGINT, as if nobody had handled it.
[[noreturn]] void end_by_interrupt();

}  // namespace actors::inline v1::detail
