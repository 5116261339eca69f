// wait_meter: how long work waits on a worker before it runs, measured with few looks at the clock.
#pragma once

#include <algorithm>
#include <cstdint>

namespace actors::inline v1::detail {

/// Waking a worker that sleeps costs more than a thousand short turns, and what a worker has in its own queue it will
/// run itself. So a push wakes nobody as long as what was pushed will run soon anyway. Soon is `limit`, the delay D of
/// the architecture. The meter answers, for the slot and for the queue, whether entries wait for longer than that:
///
///   - The slot: how long an entry lies there is the rest of the pusher's turn. Every 16th is timed; after a long one
///     every one is, and the slot counts as slow, until `calm` of them were short.
///   - The queue: the mean length of a turn is sampled about four times in `limit`, so every turn where turns are long.
///     From it follows how many entries make too long a queue. A mean misses one long turn among short ones; so one
///     entry is followed, too, and its age looked at in each sample.
///
/// Unknown counts as slow. Used by the worker alone. Times in cycles of `cycle_count`.
class wait_meter {
 public:
  explicit wait_meter(std::uint64_t limit) noexcept : limit_{limit} {}

  /// After a sleep: the time asleep is nobody's turn.
  void restart(std::uint64_t now) noexcept {
    sampled_at_ = now;
    turns_left_ = period_;
    follows_ = false;
    slot_filled_at_ = 0;
  }

  std::uint64_t sampled_at() const noexcept { return sampled_at_; }

  /// Called before each turn: true when `sample` is due.
  bool turn() noexcept { return --turns_left_ == 0; }

  /// The queue holds the positions [first, end).
  void sample(std::uint64_t now, std::uint32_t first, std::uint32_t end) noexcept {
    const std::uint64_t mean = std::max<std::uint64_t>((now - sampled_at_) / period_, 1);
    sampled_at_ = now;
    period_ = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(limit_ / 4 / mean, 1, 64));
    turns_left_ = period_;
    long_queue_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(limit_ / mean + 1, 0xffff));
    const bool passed = !follows_ || static_cast<std::int32_t>(first - followed_) > 0;
    overdue_ = !passed && now - followed_since_ > limit_;
    if (passed) {
      follows_ = first != end;
      followed_ = end - 1;
      followed_since_ = now;
    }
  }

  /// Whether a queue of that length has entries that wait for too long.
  bool queue_is_slow(std::uint32_t length) const noexcept { return overdue_ || length >= long_queue_; }
  /// Whether turns are so long that even one entry waits for too long.
  bool turns_are_long() const noexcept { return long_queue_ <= 1; }

  bool slot_is_slow() const noexcept { return slot_slow_ != 0; }
  /// True when the filling is to be timed: the caller then calls `time_slot`.
  bool slot_filled() noexcept { return --slot_left_ == 0; }
  void time_slot(std::uint64_t now) noexcept { slot_filled_at_ = now; }
  bool slot_is_timed() const noexcept { return slot_filled_at_ != 0; }
  /// The timed entry was taken, by its worker.
  void slot_taken(std::uint64_t now) noexcept {
    if (now - slot_filled_at_ > limit_)
      slot_slow_ = calm;
    else if (slot_slow_ != 0)
      --slot_slow_;
    settle_slot();
  }
  /// The timed entry was taken by somebody else: from a worker that does not get on.
  void slot_lost() noexcept {
    slot_slow_ = calm;
    settle_slot();
  }

 private:
  static constexpr std::uint32_t calm = 4;

  void settle_slot() noexcept {
    slot_filled_at_ = 0;
    slot_left_ = slot_slow_ != 0 ? 1 : 16;
  }

  const std::uint64_t limit_;
  std::uint64_t sampled_at_ = 0;
  std::uint32_t period_ = 1;
  std::uint32_t turns_left_ = 1;
  std::uint32_t long_queue_ = 1;
  bool overdue_ = false;
  bool follows_ = false;
  std::uint32_t followed_ = 0;
  std::uint64_t followed_since_ = 0;
  std::uint32_t slot_slow_ = calm;
  std::uint32_t slot_left_ = 1;
  std::uint64_t slot_filled_at_ = 0;
};

}  // namespace actors::inline v1::detail
