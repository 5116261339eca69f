// blocking_options: what can be chosen of a pool of threads for calls that block, and what such a pool tells.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace actors::inline v1 {

/// What becomes of calls that are queued when a pool is closed. Calls that run are waited for in any case.
enum class pool_shutdown : std::uint8_t {
  refuse,  ///< they end with `pool_closed`
  drain,   ///< they are made
};

struct blocking_pool_options {
  /// So many threads are started at once and never leave.
  std::size_t min_threads = 0;
  /// How many calls may run at once, beside the bodies of blocking actors; 0 counts as 1, and less than `min_threads`
  /// as that.
  std::size_t max_threads = 64;
  /// How long a thread beyond the least number waits for the next call before it ends.
  std::chrono::milliseconds keep_alive{10'000};
  /// How many calls may be queued before those who submit one wait for room: a plain thread blocks, a task suspends. A
  /// task that awaits its call waits anyway and is not held up; nor is a thread of the pool, as room could come from it
  /// alone. 0 counts as 1.
  std::size_t queue_bound = std::numeric_limits<std::size_t>::max();
  /// The threads are called name-0, name-1, and so on; the system shows the first 15 characters. Copied.
  std::string_view name = "actors-pool";
  pool_shutdown at_shutdown = pool_shutdown::drain;
  /// A call that runs for longer is reported once, by the handler of `on_long_call`; 0: none is. Costs one more thread.
  std::chrono::milliseconds warn_after{0};
};

/// What a pool has done so far, and does.
struct blocking_statistics {
  std::size_t threads = 0;
  std::size_t idle = 0;        ///< threads without a call
  std::size_t queued = 0;      ///< calls that wait for a thread
  std::size_t running = 0;     ///< calls that run
  std::size_t long_lived = 0;  ///< bodies of blocking actors, queued or running: they are among both
  std::uint64_t done = 0;      ///< calls that were made and have ended
  std::uint64_t refused = 0;
  std::uint64_t cancelled = 0;               ///< calls that were taken back from the queue
  std::chrono::nanoseconds longest_wait{0};  ///< of the calls that began: how long the longest of them was queued
};

/// A call that has run for longer than `warn_after`. The texts are valid during the report.
struct long_call {
  std::string_view pool;             ///< blocking_pool_options::name
  std::chrono::nanoseconds running;  ///< so far
  const char* file;                  ///< where it was submitted or awaited; empty where that is not known
  unsigned line;
};

/// Sets what is done with long calls of all pools of the process, null: a message to the log (<actors/log.hpp>), as in
/// the beginning. Returns what was set before. The handler is called on a thread of its pool's that does nothing else.
/// Any thread.
using long_call_handler = void (*)(const long_call& call) noexcept;
long_call_handler on_long_call(long_call_handler handler) noexcept;

}  // namespace actors::inline v1
