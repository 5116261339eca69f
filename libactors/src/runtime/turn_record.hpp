// turn_record: what a worker is doing and since when, where somebody looks at its turns: in debug mode, and while a
// trace is recorded.
#pragma once

#include <actors/detail/spin_lock.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace actors::inline v1::detail {

class task_state;

/// `now` is kept in debug mode. Written by the worker where a turn begins and ends, read by the thread that watches all
/// of them; under `lock`.
struct turn_record {
  struct step {
    std::shared_ptr<const std::string> task{};  ///< null between two turns, and where there is no memory for it
    task_state* who = nullptr;                  ///< kept until the turn has ended; null between two turns
    std::int64_t since = 0;                     ///< of clock_now
    bool reported = false;
  };

  spin_lock lock;
  step now;
  unsigned worker = 0;
  bool debug = true;               ///< in debug mode; set before the worker runs
  std::int64_t limit = INT64_MAX;  ///< how long a step may take, in nanoseconds
};

}  // namespace actors::inline v1::detail
