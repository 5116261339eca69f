// history: the schedule of a simulation as somebody can read it: the switches from one thread to another, and what the
// tasks did.
#pragma once

#include "virtual_thread.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace actors::inline v1::detail {

/// A switch: this thread goes on, with this step. Or no switch: the task that runs on it does this.
struct history_entry {
  std::uint64_t point = 0;  ///< how many scheduling points there were before
  unsigned thread = 0;
  unsigned task = 0;  ///< 0: between tasks
  coming_step step;
  bool is_switch = true;
  std::string name = {};  ///< more about what the step is done to
};

/// Keeps the last `most` entries, and a fingerprint of all switches.
class history {
 public:
  explicit history(std::size_t most) : most_{most == 0 ? 1 : most} {}

  void add(const history_entry& entry);

  std::uint64_t switches() const noexcept { return switches_; }
  /// The same for the same schedule, and hardly ever for another one.
  std::uint64_t fingerprint() const noexcept { return fingerprint_; }

  /// One line each, oldest first; `names` by the number of the thread.
  std::string text(std::span<const std::string> names) const;

 private:
  std::size_t most_;
  std::vector<history_entry> kept_;  ///< a ring once it is full
  std::uint64_t count_ = 0;
  std::uint64_t switches_ = 0;
  std::uint64_t fingerprint_ = 0;
};

/// "compare_exchange of object 7, in claim (waiter.hpp:88)"
std::string text_of(const coming_step& step);
/// "waiter.hpp:88"
std::string text_of(const code_place& place);

}  // namespace actors::inline v1::detail
