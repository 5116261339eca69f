// strand_lane: the queue of a strand, and the turns that it takes on the lane below it.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/scheduler.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

/// While something is posted here, the strand itself is a runnable that is posted to the lane below or runs there: it
/// is active. Then it takes the turns of what was posted, `turns_at_once` of them, and steps back.
///
/// `posted_` is null where the strand is idle. Where it is active, it points to what was posted since the runner looked
/// last, the newest first, linked by `next`; the oldest one's link, or `posted_` itself, points to the strand. `ready_`
/// is what the runner took of it, in order.
///
/// Invariants:
///   - one party at a time makes the strand active: who changes `posted_` from null. It posts the strand below. So the
///     strand is in one queue or runs on one worker, and `ready_` and `last_` are that worker's alone;
///   - only the runner makes it idle, with `ready_` empty and nothing posted;
///   - what was posted runs only after the strand was posted below; so who makes it active is still ahead of its task,
///     which keeps the runtime and the strand alive. Who finds it active touches it no more once its task is entered.
///
/// `references_`: each copy of the `strand`, each task on it until its block is freed, and the strand while it is
/// active.
///
/// Order: an entry into `posted_` is a release, what takes the entries an acquire: a turn sees what was written before
/// its task was posted. Turn after turn happens on one thread; from one worker to the next the strand goes through the
/// queues below (release, acquire) or is idle in between: becoming so is a release, becoming active an acquire, and so
/// each turn sees all that earlier ones wrote. References are dropped with acq_rel.
class strand_lane final : public lane, private runnable {
 public:
  /// A strand with one reference. `below` is no strand.
  explicit strand_lane(lane& below) noexcept;

  void post(runnable& work) noexcept override;
  void post_last(runnable& work) noexcept override;

  lane& below() const noexcept { return below_; }

  void retain() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept;

 private:
  // Behind these turns others of the worker wait, and they share the cost of the way through its queue: with 4, 16 and
  // 64 a turn takes 29, 26 and 24 ns (`bench strand`), and a task beside a busy strand waits 0.11, 0.28 and 1.0 us
  // (`bench strand_beside`; medians of seven runs each, two cores of an AMD EPYC).
  static constexpr int turns_at_once = 16;

  ~strand_lane() = default;
  static void run_turns(runnable& self) noexcept;
  void run_turns() noexcept;
  /// Enters `work`; true where that made the strand active.
  bool enter(runnable& work) noexcept;
  /// The next one to run; null where there was none and the strand is idle.
  runnable* take() noexcept;

  lane& below_;
  runnable* ready_ = nullptr;
  atomic<std::uint32_t> references_{1};
  alignas(64) atomic<runnable*> posted_{nullptr};
};

}  // namespace actors::inline v1::detail
