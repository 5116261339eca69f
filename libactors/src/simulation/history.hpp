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

/// A switch: this thread goes on, with this step. Or an event: the task that runs on it does this.
struct history_entry {
  std::uint64_t point = 0;  ///< how many scheduling points there were before
  unsigned thread = 0;
  unsigned task = 0;  ///< 0: between tasks
  coming_step step;
  std::string name = {};       ///< more about what the step is done to
  std::uint64_t position = 0;  ///< among switches and events
};

/// Keeps the last `most` switches and as many events, and a fingerprint of all switches.
class history {
 public:
  explicit history(std::size_t most) : most_{most == 0 ? 1 : most} {}

  void add_switch(const history_entry& entry);
  void add_event(const history_entry& entry) { add(events_, entry); }

  std::uint64_t switches() const noexcept { return switches_.count; }
  /// The same for the same schedule, and hardly ever for another one.
  std::uint64_t fingerprint() const noexcept { return fingerprint_; }

  /// One line each, oldest first; `names` by the number of the thread.
  std::string text(std::span<const std::string> names) const;

 private:
  struct ring {
    std::vector<history_entry> kept;
    std::uint64_t count = 0;
  };
  void add(ring& to, const history_entry& entry);

  std::size_t most_;
  ring switches_;
  ring events_;
  std::uint64_t position_ = 0;
  std::uint64_t fingerprint_ = 0;
};

/// "compare_exchange of object 7, in claim (waiter.hpp:88)"
std::string text_of(const coming_step& step);
/// "waiter.hpp:88"
std::string text_of(const code_place& place);

}  // namespace actors::inline v1::detail
