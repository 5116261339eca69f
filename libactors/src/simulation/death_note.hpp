// death_note: how to repeat the simulation in which a process dies.
#pragma once

#include <string>

namespace actors::inline v1::detail {

/// While one lives on a thread of the system, and the process ends there by abort (a failed assertion, std::terminate),
/// by a fault, or by a report of a sanitizer, the schedule is said on stderr first. Handlers that the program has set
/// for signals stay.
class death_note {
 public:
  explicit death_note(std::string recipe);
  ~death_note();
  death_note(const death_note&) = delete;
  death_note& operator=(const death_note&) = delete;

 private:
  static void say(const char* text) noexcept;
  static void tell() noexcept;
  static void on_signal(int signal) noexcept;
  static void prepare();

  const std::string recipe_;
  const death_note* const outer_;
};

}  // namespace actors::inline v1::detail
