// worker_scheduler: the scheduler of a runtime: its workers, what they share, and who is awake.
#pragma once

#include <actors/detail/scheduler.hpp>
#include <actors/runtime_options.hpp>

#include "blocking_pool.hpp"
#include "injector.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace actors::inline v1::detail {

class worker;

/// Who sleeps and who looks for work.
///
/// A worker runs, searches, or sleeps. Whoever makes work visible (queue store, seq_cst) then looks at `searching_` and
/// `sleeping_` (seq_cst) and wakes a sleeper unless somebody searches. A worker that stops searching first leaves
/// `searching_`, then announces itself as a sleeper, then looks at every queue once more (all seq_cst). In the single
/// total order either the pusher sees that nobody searches and somebody sleeps, or the sleeper sees the work: no
/// wake-up is lost. A searcher that finds work while it is the last one wakes the next.
class worker_scheduler final : public scheduler {
 public:
  explicit worker_scheduler(const runtime_options& options);
  /// Precondition: no task is left.
  ~worker_scheduler();

  void post(runnable& work) noexcept override;
  void post_last(runnable& work) noexcept override;
  void post_to(unsigned worker, runnable& work) noexcept override;
  steady_time now() const noexcept override;
  bool start(timer& pending, waiter* who) override;
  void stop(timer& pending) noexcept override;
  bool offload(blocking_job& job) override { return pool_.offload(job); }
  bool recall(blocking_job& job) noexcept override { return pool_.recall(job); }

  unsigned workers() const noexcept { return worker_count_; }

 private:
  friend class worker;

  void post_from_outside(runnable& work) noexcept;
  /// After work was made visible: makes sure that somebody awake will look.
  void notify() noexcept;
  bool work_visible() const noexcept;
  std::int64_t soonest_timer() const noexcept;
  void fire_timers(steady_time time) noexcept;

  void announce_sleep(worker& self) noexcept;
  /// False when somebody is waking `self` up already.
  bool retract_sleep(worker& self) noexcept;
  /// Says until when a sleeper watches the timers, see `start`.
  void watch_until(std::int64_t deadline) noexcept;

  void stop_workers(unsigned count) noexcept;

  const unsigned worker_count_;
  std::vector<std::unique_ptr<worker>> workers_;
  injector injector_;
  blocking_pool pool_;

  alignas(64) std::atomic<std::uint32_t> searching_{0};
  std::atomic<std::uint32_t> sleeping_{0};        ///< size of sleepers_, changed under its lock
  std::atomic<std::int64_t> watched_{INT64_MAX};  ///< the soonest deadline a sleeper waits for; or later, never sooner
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint32_t> posting_{0};  ///< threads of others that are in `post_from_outside`
  spin_lock sleepers_lock_;
  std::vector<worker*> sleepers_;
};

}  // namespace actors::inline v1::detail
