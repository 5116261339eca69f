// quiet_watch: what a runtime does when all its workers sleep, tasks are left, and nothing is known to wake one.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/runtime_options.hpp>

#include "../runtime/quiet_observer.hpp"

#include <cstdint>
#include <string>

namespace actors::inline v1::detail {

/// The worker that went to sleep last wakes by itself at most twice, as long as nothing happens: after `proof_after`,
/// to see whether it can be proved that nothing ever will, and after the time of the options, to warn where it cannot.
/// So a runtime that is idle still uses no CPU.
///
/// The proof: every task waits for something that only a task does; no timer runs, no call is queued or made, there has
/// been no I/O and no CAF system; and the process has no thread but the workers, those of the pool, and the one that
/// waits in `run`. (Signals do not count: a handler can do nothing of what wakes a task.) So nobody is left who could
/// run any code at all.
class quiet_watch final : public quiet_observer {
 public:
  explicit quiet_watch(const runtime_options& options) noexcept;

  std::int64_t delay(unsigned looks) const noexcept override;
  bool look(worker_scheduler& at, unsigned looks) noexcept override;

  /// A thread waits in `run`, while it lives. The tasks are asked to end after `ends`.
  class root {
   public:
    explicit root(quiet_watch& of) noexcept : of_{of} { of_.roots_.fetch_add(1, std::memory_order_relaxed); }
    ~root() {
      of_.ending_.store(false, std::memory_order_relaxed);
      of_.roots_.fetch_sub(1, std::memory_order_relaxed);
    }
    root(const root&) = delete;
    root& operator=(const root&) = delete;
    void ends() noexcept { of_.ending_.store(true, std::memory_order_relaxed); }

   private:
    quiet_watch& of_;
  };

  /// How many threads serve the runtime beside its workers and those of its pool.
  void note_thread() noexcept { threads_.fetch_add(1, std::memory_order_relaxed); }

  /// After `run`'s tasks have ended: the report, where they did so as nothing could wake them; else empty.
  std::string take_report();

 private:
  static constexpr std::int64_t proof_after = 100'000'000;

  bool quiet(worker_scheduler& at) const noexcept;
  bool nobody_else(worker_scheduler& at) const noexcept;
  void end_program(worker_scheduler& at, std::string report);

  const on_deadlock then_;
  const std::int64_t warn_after_;
  // All relaxed: what they say is looked at again after everything was found asleep, which follows from locks.
  atomic<unsigned> roots_{0};
  atomic<unsigned> threads_{0};
  atomic<bool> ending_{false};
  // Written by the worker that looks, read after the last task has ended, which it made end.
  std::string report_;
};

}  // namespace actors::inline v1::detail
