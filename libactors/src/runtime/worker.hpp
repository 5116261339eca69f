// worker: one thread of a runtime and its queues.
#pragma once

#include "injector.hpp"
#include "local_queue.hpp"
#include "timer_queue.hpp"
#include "worker_scheduler.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>

namespace actors::inline v1::detail {

/// Order of a worker's work: the next-to-run slot (a task woken by the one that ran last: its data is warm), its queue,
/// the injector, then other workers' queues. Every `fair_period` turns the injector and the timers come first; the slot
/// is taken at most `slot_streak` times in a row, so that two tasks that wake each other starve nobody. A runtime with
/// one worker has no slot: there everything runs first in, first out, as in asyncio.
///
/// `slot_` is filled by the owner alone (release) and emptied by compare-and-swap, by the owner or by a thief
/// (acq_rel). A push to it wakes nobody; see `look_for_stale_slot`.
class worker {
 public:
  worker(worker_scheduler& owner, unsigned index);
  worker(const worker&) = delete;
  worker& operator=(const worker&) = delete;

  void launch();
  void join() { thread_.join(); }
  /// Ends a sleep that was retracted by the caller.
  void unpark() noexcept;

  /// Owner thread: queues work to run next, or behind what is there.
  void push_next(runnable& work) noexcept;
  void push_last(runnable& work) noexcept;

  unsigned index() const noexcept { return index_; }
  worker_scheduler& owner() const noexcept { return owner_; }

 private:
  friend class worker_scheduler;
  static constexpr std::uint32_t fair_period = 61;
  static constexpr std::uint32_t slot_streak = 32;

  void loop() noexcept;
  runnable* next() noexcept;
  runnable* take_slot() noexcept;
  runnable* take_injected() noexcept;
  runnable* search() noexcept;
  void end_search(bool found) noexcept;
  runnable* steal() noexcept;
  runnable* look_for_stale_slot() noexcept;
  void enqueue(runnable& work) noexcept;
  void sleep() noexcept;
  bool wait_for_token(std::int64_t deadline) noexcept;
  std::uint32_t random() noexcept;

  worker_scheduler& owner_;
  const unsigned index_;
  std::uint32_t turn_count_ = 0;
  std::uint32_t slot_run_ = 0;
  std::uint32_t random_state_;
  bool searching_ = false;
  const bool has_slot_;

  // What this worker saw when it last looked at the slots of the others.
  struct sighting {
    runnable* entry = nullptr;
    std::uint32_t turns = 0;
  };
  std::vector<sighting> sightings_;
  std::chrono::microseconds watch_period_{0};

  alignas(64) local_queue queue_;
  alignas(64) std::atomic<runnable*> slot_{nullptr};
  std::atomic<std::uint32_t> turns_{0};  ///< relaxed: tells a watcher whether the owner got on
  alignas(64) timer_queue timers_;
  injector errands_;                     ///< filled by anyone, emptied by the owner alone
  std::atomic<std::uint32_t> token_{0};  ///< futex: 1 ends a sleep (release by unpark, acquire by the owner)
  std::thread thread_;
};

}  // namespace actors::inline v1::detail
