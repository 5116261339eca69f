// task_peek: the heads of tasks and of the coroutines that they await, as others read them while they run.
#pragma once

#include <actors/detail/task_state.hpp>

#include <cstdint>
#include <vector>

namespace actors::inline v1::detail {

/// A coroutine that runs, or waits, as a part of a task.
struct part_view {
  const task_state* head = nullptr;
  const task_state* party = nullptr;  ///< the task
  const void* frame = nullptr;
  const void* awaiting = nullptr;  ///< the frame of the coroutine that awaits it
  wait_place at;
};

/// The state of a task that somebody keeps alive.
struct task_view {
  bool waits = false;
  const void* resume_point = nullptr;  ///< the frame, or where `filtered` an awaiter in the frame, where it goes on
  bool filtered = false;
  wait_place at;

  friend bool operator==(const task_view& a, const task_view& b) noexcept {
    return a.waits == b.waits && a.resume_point == b.resume_point && a.filtered == b.filtered &&
           a.at.bits() == b.at.bits();
  }
};

/// Reads what others may write: see `peek`. The memory of heads stays what it is (frame_pool.hpp), so that a look at
/// one that is gone, or not there yet, finds a head all the same; what it says may be wrong, and pointers in it are
/// never followed but to compare them with what is known otherwise.
struct task_peek {
  /// False where it is none that goes on.
  static bool look_at_part(const task_state& head, part_view& into) noexcept;
  static task_view look_at(const task_state& task) noexcept;
  static const void* frame_of(const task_state& task) noexcept;

 private:
  static task_status status_of(const task_state& task) noexcept;
};

/// Those that were there all the time, and perhaps others; by task, then by address.
class part_list {
 public:
  /// Walks over the frames of the process, in place of what was collected before. Throws std::bad_alloc.
  void collect();
  /// The same for the parts of one task.
  void collect(const task_state& of);

  /// The chain of coroutines of `task`, the innermost first, without its own; false where it cannot be found, as the
  /// task goes on meanwhile. Where `at` says that it runs, those that it awaits since its last wait are not known.
  bool chain_of(const task_state& task, const task_view& at, std::vector<part_view>& into) const;

 private:
  struct range {
    std::vector<part_view>::const_iterator begin, end;
  };
  range parts_of(const task_state& task) const noexcept;
  std::vector<part_view> parts_;
};

}  // namespace actors::inline v1::detail
