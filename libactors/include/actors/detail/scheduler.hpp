// scheduler: the one interface through which tasks see the world: queues, time, threads that may block.
// The workers implement it for real; a simulation implements it in one thread with virtual time and seeded choices.
#pragma once

#include <actors/detail/blocking_job.hpp>
#include <actors/detail/task_list.hpp>
#include <actors/detail/timer.hpp>
#include <actors/executor.hpp>
#include <actors/priority.hpp>
#include <actors/waiter.hpp>

#include <memory>

namespace actors::inline v1::detail {

class call_pool;
class reactor;
class scheduler;

/// Where the tasks of one priority, or of one strand, are posted. The scheduler itself is the lane of those with the
/// normal priority. Every task's `home` is a lane.
class lane : public executor {
 public:
  scheduler& owner() const noexcept { return owner_; }
  /// Whether it is a `strand_lane`, which its tasks keep alive; the others are a part of the scheduler.
  bool is_strand() const noexcept { return kind_ == kind::strand; }

 protected:
  enum class kind : unsigned char { part_of_scheduler, strand };
  explicit lane(scheduler& owner, kind is = kind::part_of_scheduler) noexcept : owner_{owner}, kind_{is} {}
  ~lane() = default;

 private:
  scheduler& owner_;
  const kind kind_;
};

/// The scheduler of a task.
inline scheduler& scheduler_of(const waiter& party) noexcept { return static_cast<lane&>(*party.home).owner(); }

class scheduler : public lane {
 public:
  /// Where tasks of that priority are posted. A scheduler with one thread may treat all alike.
  virtual lane& lane_of(priority) noexcept { return *this; }
  /// Whether it is one of them; `home` may be that of another scheduler, which is gone by now. It is no strand.
  virtual bool has_lane(const executor* home) const noexcept { return home == this; }

  /// The time that timers go by.
  virtual steady_time now() const noexcept = 0;
  /// A note of the present moment, which costs less than `now`; `time_of` gives the time of it later, on the same
  /// thread and without a wait in between. It is never too early, and at most a thousandth of what has passed since too
  /// late.
  virtual std::uint64_t note_of_now() const noexcept {
    return static_cast<std::uint64_t>(now().time_since_epoch().count());
  }
  virtual steady_time time_of(std::uint64_t note) const noexcept {
    return steady_time{std::chrono::nanoseconds{static_cast<std::int64_t>(note)}};
  }

  /// Arms `who` (where given) and queues the timer; false, and nothing is queued, when `who` has a cancellation
  /// pending.
  virtual bool start(timer& pending, waiter* who) noexcept = 0;
  /// Takes the timer out if it has not fired. Afterwards nobody touches it.
  virtual void stop(timer& pending) noexcept = 0;

  /// Arms `job.who` and queues the call; false, and nothing is queued, when a cancellation is pending.
  virtual bool offload(blocking_job& job) = 0;
  /// For a party whose cancellation woke it: true when the wait is over (the job was taken back, or it is done), false
  /// when the call is running: the party is then armed again, shielded, and must stay suspended.
  virtual bool recall(blocking_job& job) noexcept = 0;
  /// The threads that make these calls. Throws usage_error where they are made otherwise.
  virtual call_pool& calls();

  /// Queues `work` for one of the runtime's workers: that one runs it, soon and before other work; nobody steals it.
  /// Any thread. A scheduler with one thread has nothing to choose.
  virtual void post_to(unsigned worker, runnable& work) noexcept {
    static_cast<void>(worker);
    post(work);
  }

  /// What serves I/O here, made by `make` at the first call. Throws what `make` throws, and usage_error where there is
  /// no I/O.
  virtual reactor& io(std::unique_ptr<reactor> (*make)());

  task_list tasks;

 protected:
  /// `workers`: how many threads run its tasks.
  explicit scheduler(unsigned workers) : lane{*this}, tasks{*this, workers} {}
  ~scheduler() = default;
};

/// The scheduler whose worker runs the calling thread; null on other threads. Never inlined: a coroutine can change its
/// thread at every suspension, and compilers keep addresses of thread-local variables across them.
scheduler* current_scheduler() noexcept;
/// The same, throwing usage_error ("... needs a runtime") on other threads; `what` is what the caller tried.
scheduler& need_scheduler(const char* what);
/// The lane of the calling task, or the scheduler of the calling worker outside of tasks: where what it starts belongs.
/// Throws as need_scheduler.
lane& need_lane(const char* what);
/// Sets the calling thread's scheduler and returns the one before.
scheduler* set_current_scheduler(scheduler* now) noexcept;

}  // namespace actors::inline v1::detail
