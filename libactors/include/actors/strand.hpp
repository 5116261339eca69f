// strand: tasks that take turns. State that only they touch needs no lock, on any number of workers.
#pragma once

#include <actors/spawn.hpp>

#include <utility>

namespace actors::inline v1 {

class runtime;

namespace detail {
class strand_lane;
}

/// A queue of tasks of which one runs at a time, as all tasks do in asyncio: between two awaits none is interrupted by
/// another one, and each sees what those before it wrote. They run in the order in which they became ready, on
/// whichever worker is free; tasks of other strands, and those of none, run beside them.
///
///     strand accounts;
///     for (...) accounts.spawn(transfer(...));  // plain variables, no mutex
///
/// A task that a task on a strand spawns or gathers is on the same strand. `spawn(work, among)`, with a priority,
/// starts one beside it: for what takes long to compute and touches nothing that is shared. Calls to `blocking` run
/// beside it anyway.
///
/// Copies refer to the same strand. It exists as long as there is a copy or a task on it. All members may be called by
/// any thread while the runtime exists; after that a strand may be copied and destroyed, no more.
class strand {
 public:
  /// On the runtime of the calling task; its turns have the priority of that task. Throws usage_error outside of a
  /// runtime, and std::bad_alloc.
  strand();
  /// The same with a priority of its own.
  explicit strand(priority among);
  /// On `where`. Throws std::bad_alloc.
  explicit strand(runtime& where, priority among = priority::normal);

  strand(const strand& other) noexcept;
  strand& operator=(const strand& other) noexcept {
    strand same{other};
    std::swap(lane_, same.lane_);
    return *this;
  }
  ~strand();

  /// Starts `work` on the strand, behind what is ready there. Does not suspend. The task runs on when the handle is
  /// dropped. Throws usage_error for an empty task.
  template <class T>
  join_handle<T> spawn(task<T> work, detail::place_ref where = detail::place_ref::here()) const {
    return detail::start_task(std::move(work), lane(), where);
  }

  /// Whether the calling task is on this strand; false outside of tasks.
  bool runs_here() const noexcept;

  friend bool operator==(const strand& a, const strand& b) noexcept { return a.lane_ == b.lane_; }

 private:
  detail::lane& lane() const noexcept;
  detail::strand_lane* lane_;
};

}  // namespace actors::inline v1
