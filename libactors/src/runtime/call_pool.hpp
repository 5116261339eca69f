// call_pool: threads for calls that block: started on demand up to a maximum, ended when there was nothing to do.
#pragma once

#include <actors/blocking_options.hpp>
#include <actors/detail/blocking_job.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/detail/threads.hpp>
#include <actors/executor.hpp>

#include "duration_histogram.hpp"
#include "parker.hpp"
#include "pool_thread.hpp"
#include "room_queue.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>

namespace actors::inline v1::detail {

/// The queue, and who is awake. A thread makes a call, searches, or sleeps. One that searches is on its way to the
/// queue and counted in `searching_`: it was started or woken, or it lingers for some microseconds after its last call.
///
/// Invariant, under `lock_`: while calls are queued
///   - somebody searches, or
///   - the watcher, a thread that sleeps for `watch_ns` at most, will look, or
///   - no thread sleeps and the greatest number has been started (or the system had no more).
/// The greatest number is that of the options and one for each long-lived call that is queued or runs: such a call
/// takes no thread away from the others. It is queued in front of them, so that no thread that was started for it makes
/// another one first; and when it goes, and threads are too many, one goes instead of taking a call. Whoever queues a
/// call and whoever takes one restores it, by waking one thread or starting one; the rest is up to that one, when it
/// takes a call in its turn. Calls that are short thus wake nobody: the thread that made the last one takes the next.
/// It is the watcher, or the one who queues the next call, that notices that no call was taken for `stuck_ns`, or that
/// the first in the queue waited for so long: then another thread is woken at once, and no call lies behind a long one
/// for longer than that and two sleeps of the watcher. Who queues a call while all sleep wakes one. Where calls are
/// `brisk`, who takes one from a long queue gets no help: one thread makes more of them than several, which would wait
/// for each other at the lock, and where they are no longer short the last time of taking tells. The watcher that has
/// seen nothing happen sleeps like the others: a pool that is idle uses no CPU.
///
/// A thread decides to leave under the lock and only when nobody has woken it, so no call is dropped by one that is
/// about to go.
///
/// The pool is shared by its owner and by the calls that may come back to it: those that were submitted, and those that
/// tasks of other schedulers await. So it outlives them; its threads end in `close`.
///
/// As an executor it is the home of the tasks that submitted calls are: what is posted to it is a cancelled one, and
/// runs at once.
class call_pool final : public executor {
 public:
  /// `counted`: where submitted calls count as tasks, or null. Starts the least number of threads; throws
  /// std::system_error where they cannot be had.
  static call_pool* make(const blocking_pool_options& options, task_list* counted);
  call_pool(const call_pool&) = delete;
  call_pool& operator=(const call_pool&) = delete;
  void retain() noexcept { owners_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  /// Refuses what comes from now on, and what is queued if so asked; waits for the other calls, and ends the threads.
  /// Later calls do nothing. Not on a thread of the pool.
  void close(pool_shutdown how) noexcept;
  pool_shutdown at_shutdown() const noexcept { return at_shutdown_; }
  /// Whether there is one more thread than the statistics have, which watches for long calls.
  bool watches_calls() const noexcept { return warn_after_ != 0; }

  /// Arms `job.who` and queues the call; false, and nothing is queued, when a cancellation is pending. Throws
  /// pool_closed. `in_room`: room was granted. A call for which there is no thread, and none can be had, is refused: it
  /// ends with the std::system_error.
  bool offload(blocking_job& job, bool in_room = false);
  /// For an awaiting party that was woken: true when the wait is over (the call was taken back, or it is done), false
  /// when it runs: it is asked to stop, the party is armed again, shielded, and must stay suspended.
  bool recall(blocking_job& job) noexcept;
  /// For a cancellation that has claimed a submitted call: true where the caller must end it, false where it runs: it
  /// was asked to stop.
  bool withdraw(blocking_job& job) noexcept;
  /// On a thread of this pool that would wait for a submitted call: makes it where it is queued.
  void make_here(blocking_job& job) noexcept;
  void post(runnable& work) noexcept override { work.run(work); }

  bool bounded() const noexcept { return bound_ != SIZE_MAX; }
  /// Blocks the calling thread until there is room, which is then reserved. Throws pool_closed.
  void wait_for_room();
  /// Reserves room, or lets `wait.who` wait; see room_queue.
  room_queue::entry reserve(room_wait& wait) noexcept;
  void forget_room(room_wait& wait) noexcept;
  void give_room_back() noexcept;

  [[noreturn]] void throw_closed() const;

  blocking_statistics statistics() noexcept;
  /// Any thread: how long the calls that began were queued.
  duration_counts waits() noexcept;
  const std::string& name() const noexcept { return name_; }
  std::size_t max_threads() const noexcept { return max_threads_; }
  task_list* counted() const noexcept { return counted_; }
  /// Whether tasks that submitted calls are can be found, and cancelled, among those of the scheduler.
  bool listed() const noexcept { return counted_ != nullptr && at_shutdown_ == pool_shutdown::refuse; }

 private:
  call_pool(const blocking_pool_options& options, task_list* counted);
  ~call_pool() = default;

  /// What is to be done when the lock is free.
  struct errand {
    pool_thread* wake = nullptr;
    bool start = false;
    bool watch = false;
    room_wait* rooms = nullptr;  ///< a chain
  };
  void run_errand(const errand& what) noexcept;

  // call_pool.cpp, under the lock
  void append(blocking_job& job) noexcept;
  void unlink(blocking_job& job) noexcept;
  blocking_job* take(pool_thread& self, std::uint64_t now, errand& then) noexcept;
  bool begin(blocking_job& job) noexcept;
  bool stuck(std::uint64_t since, std::uint64_t now) const noexcept;
  void get_help(errand& then) noexcept;
  std::size_t most_threads() const noexcept { return max_threads_ + long_lived_; }
  void note_gone(const blocking_job& job) noexcept {
    if (!job.long_lived) return;
    --long_lived_;
    recount();
  }
  void recount() noexcept { too_many_ = alive_ > most_threads(); }
  void grant_room(errand& then) noexcept {
    if (bounded()) then.rooms = room_.grant(unseen(queued_).load(std::memory_order_relaxed), bound_);
  }

  blocking_job* detach_queue() noexcept;
  void enter_call(pool_thread& self, running_call& now, const blocking_job& job, errand& then) noexcept;

  void perform(pool_thread& self, blocking_job& job) noexcept;
  /// The calls of a queue that was detached, whose parties are claimed.
  static void refuse(blocking_job* first, const std::exception_ptr& why) noexcept;

  // call_pool_threads.cpp
  void count_thread() noexcept;
  void start_one();
  void start_thread();
  void give_up_start() noexcept;
  void thread_main(pool_thread& self) noexcept;
  blocking_job* next_job(pool_thread& self, bool& searching) noexcept;
  bool linger() const noexcept;
  bool sleep(pool_thread& self, bool& searching) noexcept;
  enum class watch : std::uint8_t { on, over, found };
  watch look_as_watcher(pool_thread& self) noexcept;
  void leave(pool_thread& self, std::unique_lock<spin_lock>& guard) noexcept;
  void join_all() noexcept;

  // call_pool_counts.cpp
  static void note_wait(pool_thread& self, const blocking_job& job, std::uint64_t now) noexcept;
  void keep_counts_of(const pool_thread& one) noexcept;

  // long_calls.cpp
  void watch_calls() noexcept;
  std::int64_t report_long_calls() noexcept;

  const std::size_t min_threads_;
  const std::size_t max_threads_;
  const std::int64_t keep_alive_;  ///< in nanoseconds
  const std::size_t bound_;
  const std::string name_;
  const pool_shutdown at_shutdown_;
  const std::int64_t warn_after_;   ///< in nanoseconds
  const std::int64_t stuck_after_;  ///< in cycles
  const std::int64_t brisk_below_;  ///< in cycles
  task_list* const counted_;
  atomic<std::uint32_t> owners_{1};  ///< as that of a shared pointer

  // What each call needs is in one cache line, that of the lock.
  alignas(64) spin_lock lock_;
  bool closing_ = false;
  bool too_many_ = false;  ///< `alive_` is more than `most_threads()`
  bool brisk_ = false;     ///< the last call whose length is known was a short one
  std::uint32_t searching_ = 0;
  blocking_job* first_ = nullptr;
  blocking_job* last_ = nullptr;
  /// Changed under the lock; read without it by those who linger (relaxed: who sees it takes the lock).
  atomic<std::size_t> queued_{0};
  pool_thread* watcher_ = nullptr;
  std::uint64_t took_at_ = 0;  ///< in cycles: when a call was last taken
  std::uint64_t taken_ = 0;    ///< calls

  std::size_t long_lived_ = 0;  ///< such calls, queued or running
  std::uint64_t cancelled_ = 0;
  std::uint64_t refused_ = 0;
  // Of threads that have left.
  std::uint64_t done_by_the_gone_ = 0;
  std::uint64_t longest_of_the_gone_ = 0;
  duration_counts waits_of_the_gone_;
  sleeper_stack sleepers_;
  room_queue room_;
  /// Threads that run or are being started, less those that have decided to leave. Read without the lock nowhere.
  std::size_t alive_ = 0;
  std::list<pool_thread> threads_;
  std::list<pool_thread> gone_;  ///< they have left and are to be joined
  std::list<pool_thread> free_;  ///< they were joined: their numbers can be given again
  unsigned next_index_ = 0;
  /// Who is starting a thread: the last access to the pool is the release when it is counted down. `close` acquires.
  atomic<std::uint32_t> starting_{0};

  // The thread that reports long calls.
  parker watch_parker_;
  bool watch_sleeps_ = false;  ///< without a deadline, under the lock
  bool watch_ends_ = false;    ///< under the lock
  joining_thread watch_;
  mutex close_lock_;
};

}  // namespace actors::inline v1::detail
