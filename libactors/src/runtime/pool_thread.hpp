// pool_thread: what a pool for calls that block keeps of each of its threads.
#pragma once

#include <actors/detail/blocking_job.hpp>
#include <actors/detail/threads.hpp>

#include "duration_histogram.hpp"
#include "parker.hpp"

#include <cstddef>
#include <cstdint>
#include <list>

namespace actors::inline v1::detail {

/// A call that a thread makes; on its stack. One is above another where a call waits for the end of one that was
/// queued, and so makes it.
struct running_call {
  running_call* below = nullptr;
  source_place place;
  std::int64_t since = 0;  ///< of clock_now
  bool reported = false;
};

/// Guarded by the pool's lock but for `parking` and what says otherwise.
struct pool_thread {
  unsigned index = 0;
  joining_thread thread;
  /// Stored with release by the starter when `thread` is set, or will not be: its last access. Loaded with acquire by
  /// the one who joins.
  atomic<bool> set_up{false};
  parker parking;
  // In the stack of sleepers.
  pool_thread* above = nullptr;
  pool_thread* below = nullptr;
  bool asleep = false;
  std::uint64_t seen_taken = 0;     ///< as watcher: how many calls were taken at its last look
  running_call* calling = nullptr;  ///< kept where long calls are reported
  running_call outermost;
  std::list<pool_thread>::iterator place;  ///< in the list of threads
  std::uint64_t began_at = 0;              ///< its own: when its last call began, in cycles; 0 where it has slept since
  /// Written by the thread itself without the lock, before others can know that the call has ended; relaxed, but that
  /// `ended` is stored with release after what is noted of the call.
  atomic<std::uint64_t> begun{0};
  atomic<std::uint64_t> ended{0};
  std::atomic<std::uint64_t> longest_wait{0};  ///< in cycles
  duration_histogram waits;                    ///< of the calls that it made: how long they were queued
};

/// The threads that sleep, the last one on top.
class sleeper_stack {
 public:
  bool empty() const noexcept { return top_ == nullptr; }
  pool_thread* top() const noexcept { return top_; }
  std::size_t size() const noexcept { return size_; }

  void push(pool_thread& one) noexcept {
    one.asleep = true;
    one.above = nullptr;
    one.below = top_;
    if (top_ != nullptr) top_->above = &one;
    top_ = &one;
    ++size_;
  }
  void remove(pool_thread& one) noexcept {
    one.asleep = false;
    (one.above != nullptr ? one.above->below : top_) = one.below;
    if (one.below != nullptr) one.below->above = one.above;
    --size_;
  }

 private:
  pool_thread* top_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace actors::inline v1::detail
