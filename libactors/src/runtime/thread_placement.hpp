// thread_placement: the names of the runtime's threads, and the CPUs that they may run on.
#pragma once

#include <sched.h>

#include <cstddef>
#include <vector>

namespace actors::inline v1::detail {

/// A set of CPUs; also one of a machine with more CPUs than a cpu_set_t holds.
class cpu_mask {
 public:
  /// The empty set, which stands for "as it is".
  cpu_mask() = default;
  /// Those on which the calling thread may run (its affinity mask); empty where the system does not tell.
  static cpu_mask of_this_thread();

  unsigned count() const noexcept;
  /// The CPU with this index among those of the set, in ascending order. Precondition: index < count().
  unsigned nth(unsigned index) const noexcept;
  bool contains(unsigned cpu) const noexcept;
  /// The set of the same size with this CPU alone. Precondition: contains(cpu).
  cpu_mask only(unsigned cpu) const;

  /// Lets the calling thread run on these CPUs only, and moves it to one of them. Does nothing for the empty set, and
  /// where the system refuses (none of them may be used any more).
  void apply() const noexcept;

 private:
  std::size_t bytes() const noexcept { return sets_.size() * sizeof(cpu_set_t); }
  std::vector<cpu_set_t> sets_;  ///< one large set: CPU n is bit n of the whole
};

/// Pins the calling thread to one CPU of its affinity mask: the one with this index, modulo the size of the mask. Where
/// the system refuses, or memory is short, the thread stays as it is. To be called once a thread.
void pin_this_thread(unsigned index) noexcept;

/// The affinity mask that the calling thread had before it was pinned; empty where it was not. A thread inherits the
/// mask of the thread that starts it: one that is not to share its starter's CPU applies this first.
cpu_mask mask_before_pinning();

/// Names the calling thread, as ps, top and debuggers show it. The system keeps the first 15 characters.
void name_this_thread(const char* name) noexcept;

}  // namespace actors::inline v1::detail
