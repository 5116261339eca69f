// interrupt: what Ctrl-C does to a running `run`.
#pragma once

#include <actors/detail/task_state.hpp>

#include <semaphore.h>

#include <memory>

namespace actors::inline v1::detail {

/// The handler of SIGINT while a main task runs: the signal cancels that, a second one ends the process at once.
class interrupt_watch {
 public:
  /// Null where SIGINT has another than its default action, or somebody else in the process watches.
  static std::shared_ptr<interrupt_watch> make();
  interrupt_watch(const interrupt_watch&) = delete;
  interrupt_watch& operator=(const interrupt_watch&) = delete;
  ~interrupt_watch();

  /// Blocks the calling plain thread until `main` has ended. True where there was a SIGINT.
  bool wait(task_state& main);

 private:
  struct end_of_main;
  interrupt_watch();
  sem_t woken_{};
};

/// Ends the process by SIGINT, as if nobody had handled it.
[[noreturn]] void end_by_interrupt();

}  // namespace actors::inline v1::detail
