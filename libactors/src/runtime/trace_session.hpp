// trace_session: one recording: the threads that take part, from when to when, and which one goes on.
#pragma once

#include <actors/trace.hpp>

#include "trace_names.hpp"
#include "traced_thread.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace actors::inline v1::detail {

/// At most one goes on at a time; its number is in `running_number`, 0 where there is none. A thread looks there before
/// each event (relaxed) and takes part, under the lock, where that is not the recording it knows. An event that a
/// thread is writing while the recording is stopped goes into memory that is there as long as the thread, see
/// traced_thread.
class trace_session {
 public:
  /// Throws usage_error.
  explicit trace_session(const trace_options& options);

  /// Throws usage_error where another one goes on.
  static void begin(const std::shared_ptr<trace_session>& session);
  void end() noexcept;
  static std::uint32_t running_number() noexcept { return running_number_.load(std::memory_order_relaxed); }
  /// Null where there is no room for it, or no recording.
  static std::shared_ptr<traced_thread> add_this_thread() noexcept;

  struct moment {
    std::uint64_t cycles = 0;
    std::int64_t time = 0;  ///< of clock_now, in nanoseconds
    static moment now() noexcept;
  };
  struct thread_copy {
    std::uint32_t number = 0;
    int worker = -1;
    std::string name;
    trace_ring::copy events;
  };
  /// All that there is, of one moment up to which it is complete.
  struct copy {
    moment begin;
    moment end;
    std::vector<thread_copy> threads;
    trace_names::copy names;
    std::uint64_t dropped_of_the_gone = 0;  ///< events of threads whose memory others have by now
    std::uint64_t threads_left_out = 0;
  };
  copy read() const;
  std::uint64_t dropped() const;
  std::size_t memory() const;

 private:
  std::shared_ptr<traced_thread> add() noexcept;

  static inline constinit std::atomic<std::uint32_t> running_number_{0};

  const trace_options options_;
  const std::shared_ptr<trace_names> names_;
  std::uint32_t number_ = 0;  ///< set before others know it

  mutable std::mutex lock_;  ///< guards what follows
  moment begin_;
  moment end_;
  bool ended_ = false;
  std::vector<std::shared_ptr<traced_thread>> threads_;
  std::uint32_t last_number_ = 0;
  std::uint64_t dropped_of_the_gone_ = 0;
  std::uint64_t threads_left_out_ = 0;
};

}  // namespace actors::inline v1::detail
