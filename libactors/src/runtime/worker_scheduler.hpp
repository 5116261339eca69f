// worker_scheduler: the scheduler of a runtime: its workers, what they share, and who is awake.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/runtime_options.hpp>

#include "call_pool.hpp"
#include "injector.hpp"
#include "priority_lane.hpp"
#include "quiet_observer.hpp"
#include "reactor.hpp"
#include "scheduler_report.hpp"
#include "turn_record.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace actors::inline v1::detail {

class worker;

/// Who sleeps and who looks for work.
///
/// A worker runs, searches, or sleeps. What a worker has queued itself it runs itself, before it sleeps; others are
/// told of it only where it would wait (worker::offer). What comes from outside (the injector, an errand, a timer of a
/// foreign thread) must reach somebody: whoever makes it visible (seq_cst) then looks at `searching_` and `sleeping_`
/// (seq_cst) and wakes a sleeper unless somebody searches. A worker that stops searching first leaves `searching_`,
/// then announces itself as a sleeper or goes to work, then looks there once more (all seq_cst). In the single total
/// order either the pusher sees that nobody searches and somebody sleeps, or the other sees the work: no wake-up is
/// lost.
///
/// The one that went to sleep last is the watcher: it sleeps until the soonest timer, and while others run it wakes now
/// and then to see whether they get on. The others sleep until they are woken. It is also the first to be woken for
/// work. `unwatched_` is set while some sleep and none of them wakes by itself to look: a worker that queues something
/// then, and tells nobody, wakes one to watch; and so does one that was woken and found work beside others that run.
/// So nothing that is ready lies unseen behind a turn that does not end.
///
/// I/O: the first that goes to sleep while nobody holds the reactor sleeps in it, the others on futexes; each one's
/// parker knows which. A completion posts its task to the worker that sleeps there: it takes itself off the list of
/// sleepers and runs the task. While nobody sleeps in the reactor those that run look into it between turns, every 50
/// us or so, and so does one that searches; the watcher that sees others run takes it along into its next sleep.
class worker_scheduler final : public scheduler {
 public:
  explicit worker_scheduler(const runtime_options& options);
  /// Precondition: no task is left.
  ~worker_scheduler();

  /// Of those that are made from now on, in place of the delay D: in an emulator, where everything takes long, a long
  /// one makes them go the ways that they go on a processor.
  static void set_patience(std::chrono::nanoseconds patience) noexcept { patience_of_new_ = patience; }

  void post(runnable& work) noexcept override;
  void post_last(runnable& work) noexcept override;
  void post_to(unsigned worker, runnable& work) noexcept override;
  steady_time now() const noexcept override;
  std::uint64_t note_of_now() const noexcept override;
  steady_time time_of(std::uint64_t note) const noexcept override;
  bool start(timer& pending, waiter* who) noexcept override;
  void stop(timer& pending) noexcept override;
  bool offload(blocking_job& job) override { return pool_->offload(job); }
  bool recall(blocking_job& job) noexcept override { return pool_->recall(job); }
  call_pool& calls() override { return *pool_; }

  lane& lane_of(priority among) noexcept override;
  bool has_lane(const executor* home) const noexcept override {
    return home == this || home == &high_ || home == &background_ || (home == pool_.get() && pool_->listed());
  }
  reactor& io(std::unique_ptr<reactor> (*make)()) override;

  unsigned workers() const noexcept { return worker_count_; }
  /// For reports, any thread: what worker `index` runs, null where that is nothing, and whether it sleeps.
  const task_state* running_on(unsigned index) const noexcept;
  bool sleeps(unsigned index) noexcept;
  /// Neither waits for anything.
  worker_report report_of(unsigned index) noexcept;
  scheduler_report report() const noexcept;
  /// On a worker with nothing to do: whether all others sleep, and nothing is queued, due, or to be due.
  bool all_others_sleep() const noexcept;
  /// How many turns of tasks have begun. Relaxed: those of workers that are found asleep are all counted.
  std::uint64_t turns() const noexcept;
  /// Something can make tasks ready of which nothing is known here (a CAF system): from now on, until it is forgotten.
  void note_other_waker() noexcept { other_wakers_.fetch_add(1, std::memory_order_relaxed); }
  void forget_other_waker() noexcept { other_wakers_.fetch_sub(1, std::memory_order_relaxed); }
  bool has_other_wakers() const noexcept { return other_wakers_.load(std::memory_order_relaxed) != 0; }
  bool has_io() const noexcept { return io() != nullptr; }
  /// It is there until no worker is any more; called once at most.
  void observe_quiet(quiet_observer& by) noexcept { quiet_.store(&by, std::memory_order_release); }
  /// In debug mode one for each worker, otherwise none.
  std::span<turn_record> turn_records() noexcept {
    return debug_ ? std::span{turn_records_} : std::span<turn_record>{};
  }

 private:
  friend class priority_lane;
  friend class worker;
  friend struct task_offsets;

  turn_record& turn_record_of(unsigned index) noexcept { return turn_records_[index]; }
  void post_from_outside(injector& queue, runnable& work) noexcept;
  static void post_traced(worker& self, runnable& work) noexcept;
  /// Whether nothing waits in the queues that all workers share.
  bool nothing_shared() const noexcept { return injector_.empty() && high_.empty() && background_.empty(); }
  /// Null until the first I/O.
  reactor* io() const noexcept { return reactor_.load(std::memory_order_seq_cst); }
  /// After work was made visible: makes sure that somebody awake will look.
  void notify() noexcept { wake_one(reason::work); }
  /// The same for work that worker `from` will run itself, if nobody takes it: without effect where the one that would
  /// be woken comes soon by itself, and that will do, or where it has found that it does no good there. The latter is
  /// not asked of work that is `stuck` behind a long turn.
  void offer(unsigned from, bool stuck) noexcept { wake_one(stuck ? reason::stuck : reason::offer, from); }
  enum class reason : std::uint8_t { work, stuck, offer, watch };
  void wake_one(reason why, unsigned from = 0) noexcept;
  /// What was queued, or a timer that was started, is known to the calling worker alone: where nobody would look, one
  /// of those who sleep is woken to watch.
  void leave_unannounced() noexcept {
    if (unwatched_.load(std::memory_order_relaxed)) [[unlikely]]
      wake_one(reason::watch);
  }
  std::int64_t soonest_timer() const noexcept;
  void fire_timers(steady_time time) noexcept;

  /// Makes `self` the watcher.
  void announce_sleep(worker& self) noexcept;
  /// The watcher says until when it would sleep, and whether it looks at the others then, and is told until when it
  /// may: another one before it may have been relied on. Others say nothing.
  std::int64_t watch_until(const worker& self, std::int64_t deadline, bool looks) noexcept;
  bool comes_soon_locked(const worker& self, std::int64_t now) const noexcept;
  bool is_watcher(const worker& self) noexcept;
  bool is_watcher_locked(const worker& self) const noexcept;
  /// False when somebody is waking `self` up already.
  bool retract_sleep(worker& self) noexcept;
  worker* remove_sleeper(std::vector<worker*>::iterator place) noexcept;

  void stop_workers(unsigned count) noexcept;

  // The delay D: what is queued and will run within this time wakes nobody.
  static constinit inline std::atomic<std::chrono::nanoseconds> patience_of_new_{std::chrono::microseconds{10}};

  /// How many workers do not sleep. Out of date at once.
  unsigned awake() const noexcept { return worker_count_ - sleeping_.load(std::memory_order_relaxed); }
  /// One more that is awake would only take the time of another one.
  bool fills_all_cpus() const noexcept { return awake() >= cpus_ && worker_count_ > cpus_; }

  const unsigned worker_count_;
  const unsigned cpus_;  ///< that the workers may run on
  const bool pin_workers_;
  const std::uint64_t patience_;                 ///< in cycles
  std::atomic<unsigned> other_wakers_{0};        ///< relaxed: each is counted before it is there, until it is gone
  std::atomic<quiet_observer*> quiet_{nullptr};  ///< stored with release, loaded with acquire
  const bool debug_;
  std::vector<turn_record> turn_records_;
  std::vector<std::unique_ptr<worker>> workers_;
  injector injector_;
  priority_lane high_;
  priority_lane background_;
  /// Ends the threads; the pool itself lives as long as calls may come back to it.
  struct closing_pool {
    void operator()(call_pool* pool) const noexcept {
      pool->close(pool->at_shutdown());
      pool->release();
    }
  };
  const std::unique_ptr<call_pool, closing_pool> pool_;
  /// Set once, and owned from then on. Who sets it looks at the sleepers afterwards, a sleeper looks here (seq_cst).
  atomic<reactor*> reactor_{nullptr};

  alignas(64) atomic<std::uint32_t> searching_{0};
  atomic<std::uint32_t> sleeping_{0};        ///< size of sleepers_, changed under its lock
  atomic<std::int64_t> watched_{INT64_MAX};  ///< until when the watcher sleeps; INT64_MAX where there is none
  atomic<bool> unwatched_{false};            ///< changed under sleepers_lock_, see above
  atomic<bool> stopping_{false};
  atomic<std::uint32_t> posting_{0};   ///< threads of others that are in `post_from_outside`
  std::int64_t promised_ = INT64_MAX;  ///< when the watcher looks, where somebody relies on that; under the lock
  spin_lock sleepers_lock_;
  std::vector<worker*> sleepers_;  ///< the last one is the watcher, if there is one
};

}  // namespace actors::inline v1::detail
