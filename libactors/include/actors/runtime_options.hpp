// runtime_options: what can be chosen when a runtime is made.
#pragma once

#include <chrono>
#include <cstddef>

namespace actors::inline v1 {

struct runtime_options {
  /// How many workers; 0: the environment variable ACTORS_WORKERS, or else one per CPU this process may run on.
  unsigned workers = 0;
  /// How many calls may block at once; further ones wait for their turn.
  std::size_t blocking_threads = 64;
  /// How long a thread of the blocking pool waits for the next call before it ends.
  std::chrono::milliseconds blocking_keep_alive{10'000};
};

}  // namespace actors::inline v1
