// theft_judge: whether a worker does any good with the work that it takes from another one.
#pragma once

#include <actors/detail/atomic.hpp>

#include <algorithm>
#include <cstdint>

namespace actors::inline v1::detail {

/// Tasks that send each other short messages do so fastest on one worker: there they find the channels in its cache,
/// and the locks biased to it. A second worker that takes some of them makes all of them slower, though it is busy all
/// the time. Where the tasks have work to do between two messages it makes them faster. This tells the two apart.
///
/// A theft is no gain where half of the time that the worker spends with it goes into getting it, and into locks that
/// others use at the same time (`contention_of_this_thread`): one worker alone would do as much. What is counted as
/// lost is rather too much where the tasks work. So the time counts for it, and what was lost counts one and a half
/// times against it, over all thefts of late: up to `most_credit_ns` are remembered. When more is lost than that the
/// worker lets the other one alone, for so many times what was lost, here and by that one, whose locks are biased no
/// more; for twice as long each time, and for half as long after each verdict that let it go on.
///
/// A theft from a worker that is in a long turn is not judged: what was ready there would have waited.
///
/// Used by the worker alone, one for each of the others, but for `lets_alone`. Times in nanoseconds, of any clock.
class theft_judge {
 public:
  /// What was taken is about to run. `contention`: of this thread, so far. `needed`: out of a long turn.
  void begin(std::int64_t now, std::uint32_t contention, bool needed) noexcept {
    needed_ = needed;
    began_at_ = now;
    contention_before_ = contention;
  }

  /// It has run, with all else that there was to do here. `same_turn`: the one it was taken from is in the same turn
  /// still; whether that is a long one turns out later.
  void end(std::int64_t now, std::uint32_t contention, bool same_turn) noexcept {
    if (needed_) return;
    spent_ns_ += static_cast<double>(now - began_at_);
    lost_ns_ += theft_ns + contention_ns * (contention - contention_before_);
    waits_ = same_turn;
    if (!waits_) settle(now);
  }
  /// Whether it waits for the end of that turn: `end_turn`.
  bool waits() const noexcept { return waits_; }
  void end_turn(std::int64_t now, bool was_long) noexcept {
    waits_ = false;
    if (!was_long) return settle(now);
    spent_ns_ = 0;
    lost_ns_ = 0;
  }

  /// Whether the worker does better to leave to the other one what that can run itself. Any thread.
  bool lets_alone(std::int64_t now) const noexcept { return alone_until_.load(std::memory_order_relaxed) > now; }

 private:
  static constexpr double theft_ns = 2'000;
  static constexpr double contention_ns = 7;
  static constexpr double weight_of_loss = 1.5;
  static constexpr double most_credit_ns = 100'000;
  static constexpr double lost_by_other_ns = 20'000;
  static constexpr double alone_times = 32;
  static constexpr double most_alone_ns = 5'000'000;

  void settle(std::int64_t now) noexcept {
    credit_ns_ = std::min(credit_ns_ + spent_ns_ - weight_of_loss * lost_ns_, most_credit_ns);
    spent_ns_ = 0;
    lost_ns_ = 0;
    if (credit_ns_ >= 0) {
      alone_ns_ /= 2;
      return;
    }
    alone_ns_ = std::min(std::max(2 * alone_ns_, alone_times * (lost_by_other_ns - credit_ns_)), most_alone_ns);
    alone_until_.store(now + static_cast<std::int64_t>(alone_ns_), std::memory_order_relaxed);
    credit_ns_ = 0;
  }

  bool needed_ = false;
  bool waits_ = false;
  std::uint32_t contention_before_ = 0;
  std::int64_t began_at_ = 0;
  double spent_ns_ = 0;  ///< with what is not settled
  double lost_ns_ = 0;   ///< the same
  double credit_ns_ = 0;
  double alone_ns_ = 0;
  atomic<std::int64_t> alone_until_{INT64_MIN};  ///< relaxed: a hint
};

}  // namespace actors::inline v1::detail
