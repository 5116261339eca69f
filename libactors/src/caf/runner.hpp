// runner: runs the resumables of one CAF system on the workers of a runtime.
#pragma once

#include <actors/detail/scheduler.hpp>
#include <actors/executor.hpp>

#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace actors::inline v1::detail {

class caf_runner;

/// One stay of a resumable in the queues of the runtime. It owns one reference of the resumable.
struct caf_job final : runnable {
  ::caf::resumable* what = nullptr;
  caf_runner* runner = nullptr;
};

/// What CAF calls an execution unit: the part of a runner that belongs to one worker thread. Everything but the two
/// counters is for that thread alone; they are written by it and read by whoever waits for the runner to be idle.
class caf_unit final : public ::caf::execution_unit {
 public:
  caf_unit(::caf::actor_system& system, caf_runner& runner);
  ~caf_unit() override;
  caf_unit(const caf_unit&) = delete;
  caf_unit& operator=(const caf_unit&) = delete;

  /// Queues `what`, taking over one reference. CAF calls it for what a handler wakes or spawns, but also, through an
  /// actor that ran here before, from other threads.
  void exec_later(::caf::resumable* what) override;

 private:
  friend class caf_runner;
  static constexpr std::size_t most_spare_jobs = 256;

  caf_job& take_job();
  void put_back(caf_job& job) noexcept;

  caf_runner& runner_;
  const std::thread::id thread_ = std::this_thread::get_id();
  runnable* spare_jobs_ = nullptr;
  std::size_t spare_count_ = 0;
  alignas(64) std::atomic<std::uint64_t> queued_{0};
  std::atomic<std::uint64_t> finished_{0};
};

/// Life of a job: counted as queued, posted, run by a worker (again and again while the resumable has more to do), its
/// reference released, counted as finished. Once the runner is closed, a job that comes up is not run: its actor is
/// ended as one that CAF's schedulers find in their queues at the end (`exit_reason::user_shutdown`), and what is
/// enqueued from outside is ended by the thread that enqueues it.
///
/// Idle is when as many jobs are finished as queued, where the sum of the finished ones is taken first. Counters only
/// grow. A job that is seen as finished was queued before (its hand-over through the queues orders the two), so the
/// jobs seen finished are among those seen queued, and equal sums mean equal sets. A job missing in both was queued by
/// a job that is not finished, hence missing too, or from outside; and there the count comes before the look at
/// `closed_`, and the closing before the sums (all seq_cst): it is seen, or it will not be posted. The same order
/// serves the wake-up: who finishes a job counts it, then looks at `closed_`; who waits closes, then sums.
///
/// A thread that ran a job holds the runner in a cache of its own, so that the end of a job (the look at `closed_`) may
/// touch it when the system is gone already.
class caf_runner final : public std::enable_shared_from_this<caf_runner> {
 public:
  caf_runner(::caf::actor_system& system, scheduler& on);
  ~caf_runner();
  caf_runner(const caf_runner&) = delete;
  caf_runner& operator=(const caf_runner&) = delete;

  /// Messages an actor may take in one turn. Before the first job.
  void set_max_throughput(std::size_t count) noexcept { max_throughput_ = count; }

  /// Queues `what`, taking over one reference. Any thread. Throws std::bad_alloc, and then nothing is taken over.
  void enqueue(::caf::resumable& what);

  /// From now on jobs are ended instead of run. Any thread.
  void close() noexcept { closed_.store(true, std::memory_order_seq_cst); }
  /// Blocks until nothing is queued or running. Not on a worker. Precondition: closed.
  void wait_until_idle();

 private:
  friend class caf_unit;

  static void run_job(runnable& self) noexcept;
  void run_job(caf_job& job, caf_unit& here) noexcept;
  ::caf::resumable::resume_result resume(::caf::resumable& what, caf_unit& here) noexcept;
  void end_here(::caf::resumable& what) noexcept;
  void announce_finished() noexcept;
  bool idle() const noexcept;
  caf_unit& unit_of_this_thread();

  ::caf::actor_system& system_;
  scheduler& on_;
  std::size_t max_throughput_ = 0;

  alignas(64) std::atomic<bool> closed_{false};
  alignas(64) std::atomic<std::uint64_t> queued_outside_{0};
  std::atomic<std::uint64_t> finished_outside_{0};

  std::mutex lock_;  ///< of the list of units, and for waiting
  std::condition_variable finished_;
  std::vector<std::unique_ptr<caf_unit>> units_;
};

}  // namespace actors::inline v1::detail
