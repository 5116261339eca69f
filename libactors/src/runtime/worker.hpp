// worker: one thread of a runtime and its queues.
#pragma once

#include <actors/detail/threads.hpp>

#include "injector.hpp"
#include "local_queue.hpp"
#include "parker.hpp"
#include "scheduler_report.hpp"
#include "theft_judge.hpp"
#include "timer_queue.hpp"
#include "wait_meter.hpp"
#include "wake_judge.hpp"
#include "worker_counts.hpp"
#include "worker_scheduler.hpp"

#include <atomic>
#include <cstdint>
#include <vector>

namespace actors::inline v1::detail {

struct thread_context;

/// Order of a worker's work: tasks of high priority (at most `high_streak` in a row), the next-to-run slot (a task
/// woken by the one that ran last: its data is warm), its queue, the injector, tasks of the background, then other
/// workers' queues. Every `fair_period` turns (4 where turns are long) timers, I/O and the injector come first, every
/// `background_period` turns the background; the slot is taken at most `slot_streak` times in a row, so that two tasks
/// that wake each other starve nobody. Where turns are long, timers and I/O are looked at in each sample of the meter,
/// too. A runtime with one worker has no slot: there everything runs first in, first out, as in asyncio.
///
/// The queue is first in, first out, except below a task that was started by another one and now starts tasks itself:
/// what is queued in that turn runs newest first. A tree of tasks is thus walked depth first, in memory proportional to
/// its depth, while the tasks that a program starts side by side run in their order.
///
/// `slot_` is filled by the owner alone (release) and emptied by exchange, by the owner, or by compare-and-swap, by a
/// thief (acq_rel).
class worker {
 public:
  worker(worker_scheduler& owner, unsigned index);
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  void launch();
  void join() { thread_.join(); }
  /// Ends a sleep that was retracted by the caller.
  void unpark() noexcept {
    if (parker_.wake()) owner_.io()->interrupt();
  }

  /// Owner thread: queues work to run next, or behind what is there.
  void push_next(runnable& work) noexcept;
  void push_last(runnable& work) noexcept;
  /// Owner thread, at the end of a turn: the same as push_next without publishing anything, as it will run at once.
  void push_direct(runnable& work) noexcept;
  /// Owner thread, while it counts as sleeping and runs completions: keeps the work for later.
  void collect(runnable& work) noexcept;
  /// Owner thread: whether what it does between two looks at its queues lately took long, or is not known.
  bool turns_are_long() const noexcept { return meter_.turns_are_long(); }

  /// Whether it takes nothing from that one for a while, unless it does not get on. Any thread.
  bool lets_alone(unsigned other, std::int64_t now) const noexcept;

  unsigned index() const noexcept { return index_; }
  /// What its thread knows of itself; null before that has begun.
  const thread_context* context() const noexcept { return context_.load(std::memory_order_acquire); }
  worker_scheduler& owner() const noexcept { return owner_; }
  /// Any thread.
  worker_report report() noexcept;

 private:
  friend class worker_scheduler;
  friend struct task_offsets;
  static constexpr std::uint32_t fair_period = 61;
  static constexpr std::uint32_t fair_period_of_long_turns = 4;
  static constexpr std::uint32_t slot_streak = 32;
  static constexpr std::uint32_t high_streak = 16;
  static constexpr std::uint32_t background_period = 64;
  /// What the end of a turn, where no other one follows, and of a sleep add to the number of turns: it then differs
  /// from that of the turn before, and the lower 48 bits still count turns alone.
  static constexpr std::uint64_t one_pause = std::uint64_t{1} << 48;

  static constexpr std::uint32_t nowhere = UINT32_MAX;  ///< no place in the queue that comes soon

  // What this worker has seen of another one: since when that has not got on, and what taking from it was worth.
  struct sighting {
    std::uint64_t turns = 0;
    std::int64_t since = 0;
    std::int64_t last = 0;
    std::uint32_t stepped_back_at = nowhere;  ///< where it was first seen, see `goes_on_there`
    std::int64_t stepped_back_since = 0;
    theft_judge judge;
  };

  void loop() noexcept;
  void found_work() noexcept;
  void out_of_work() noexcept;
  void measure() noexcept;
  void run_newest_first() noexcept;
  runnable* next() noexcept;
  bool direct_may_run() const noexcept;
  runnable* fair_turn() noexcept;
  runnable* take_high() noexcept;
  void serve_timers() noexcept;
  /// How many turns have begun. No scheduling point.
  std::uint64_t turns() const noexcept { return unseen(turns_).load(std::memory_order_relaxed) % one_pause; }
  /// Whether others have seen the running turn last for long: who has computed for a while is likely to go on.
  bool in_long_turn() const noexcept { return long_turn_.load(std::memory_order_relaxed) == turn_count_; }
  runnable* take_slot() noexcept;
  runnable* take_queued() noexcept;
  runnable* take_injected() noexcept;
  void enqueue(runnable& work) noexcept {
    if (!queue_.push(work)) [[unlikely]]
      make_room_for(work);
  }
  void make_room_for(runnable& work) noexcept;
  void offer(bool slow) noexcept;
  void tell_others() noexcept;

  // search.cpp: what a worker does that has no work of its own.
  runnable* wait_for_work() noexcept;
  runnable* look() noexcept;
  runnable* linger(std::uint64_t nanoseconds) noexcept;
  bool crowded() const noexcept;
  bool begin_search() noexcept;
  void end_search(bool found) noexcept;
  runnable* take_without_search() noexcept;
  runnable* steal() noexcept;
  runnable* steal_from(worker& victim, bool stuck, std::int64_t now) noexcept;
  bool goes_on_there(const worker& victim, std::int64_t now) noexcept;
  void end_theft() noexcept;
  bool may_be_needed() noexcept;
  sighting& look_at(const worker& other, std::int64_t now) noexcept;
  runnable* sleep() noexcept;
  std::int64_t quiet_deadline(bool looks, std::int64_t deadline) noexcept;
  bool doze(reactor* io, std::int64_t deadline) noexcept;
  runnable* take_collected() noexcept;
  std::uint32_t random() noexcept;

  // io_turns.cpp: how a worker that runs serves I/O.
  void poll_io() noexcept;
  void poll_io_if_due() noexcept;

  worker_scheduler& owner_;
  const unsigned index_;
  const bool has_slot_;
  bool searching_ = false;
  bool newest_first_ = false;
  std::uint64_t turn_count_ = 0;
  std::uint32_t fair_left_ = 1;  ///< turns until the next fair one
  std::uint32_t slot_run_ = 0;
  std::uint32_t high_run_ = 0;
  std::uint32_t newest_floor_ = 0;  ///< with newest_first_: what lies behind this position runs newest first
  std::uint32_t turn_start_ = 0;    ///< the end of the queue when the running turn began
  std::uint32_t random_state_;
  wait_meter meter_;

  runnable* running_ = nullptr;  ///< what has the turn, or had the last one
  std::vector<sighting> sightings_;
  std::int64_t stole_at_ = 0;     ///< the last theft
  worker* stole_from_ = nullptr;  ///< since it last ran out of work
  wake_judge wakes_;
  std::uint64_t crowded_until_ = 0;  ///< in cycles: it does not linger, as others wanted the CPU
  runnable* direct_ = nullptr;       ///< between the end of a turn and the next one
  std::uint64_t polled_at_ = 0;      ///< the last look at I/O, in cycles
  // What completions posted while this worker counted as sleeping, linked by `next`.
  runnable* collected_ = nullptr;
  runnable* collected_last_ = nullptr;
  bool to_watch_ = false;     ///< woken to watch, not for work; written under the sleepers' lock before it is woken
  bool watches_ = false;      ///< while it sleeps: nobody who slept behind it was woken since; under the sleepers' lock
  unsigned quiet_looks_ = 0;  ///< since a task last ran on any worker
  std::uint64_t quiet_turns_ = 0;  ///< how many turns there had been when this one last slept until it looks
  std::int64_t watch_for_ = 0;     ///< how long the next sleep beside running workers lasts, in nanoseconds

  alignas(64) local_queue queue_;
  alignas(64) atomic<runnable*> slot_{nullptr};
  atomic<std::uint64_t> turns_{0};      ///< relaxed: tells a watcher whether the owner gets on
  atomic<std::uint64_t> long_turn_{0};  ///< relaxed: the number of a turn that others have seen last for long
  atomic<bool> offers_{false};          ///< relaxed: others may take what lies in the queue, see `offer`
  atomic<std::uint32_t> stepped_back_at_{nowhere};  ///< relaxed: where in the queue the last one that did lies, or lay
  alignas(64) timer_queue timers_;
  injector errands_;  ///< filled by anyone, emptied by the owner alone
  parker parker_;
  std::atomic<const thread_context*> context_{nullptr};  ///< stored with release, loaded with acquire
  thread thread_;
  worker_counts counts_;
};

}  // namespace actors::inline v1::detail
