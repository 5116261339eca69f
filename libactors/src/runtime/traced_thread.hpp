// traced_thread: what a recording keeps of one thread: its events, and what it needs to name things fast.
#pragma once

#include <actors/detail/observers.hpp>
#include <actors/detail/wait_kind.hpp>

#include "trace_names.hpp"
#include "trace_ring.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace actors::inline v1 {
struct trace_options;
}

namespace actors::inline v1::detail {

class trace_session;

/// Owned by the recording and by the thread: so whoever comes first to its end, nobody writes into, or reads, what is
/// gone. All but `ring` and what is const or atomic is the thread's own.
class traced_thread {
 public:
  /// Of the calling thread, in the recording that goes on; null where there is none, or no memory. Never inlined, as
  /// `this_thread`.
  static traced_thread* here() noexcept;

  traced_thread(const trace_options& options, std::uint32_t session, std::uint32_t number,
                std::shared_ptr<trace_names> names);

  void record(const trace_event_data& event) noexcept;
  std::uint32_t text(std::string_view name) noexcept;
  std::uint32_t place(const void* key, const source_place& place) noexcept;
  std::uint32_t known_place(const void* key) noexcept;

  /// What the running turn is about to wait for, until it ends.
  void note_wait(wait_kind what, const void* at) noexcept {
    waits_for_ = what;
    waits_at_ = at;
  }
  /// Records the end of the running turn.
  void end_turn() noexcept;

  /// Another one for each slice, also among all threads and recordings.
  std::uint64_t next_slice() noexcept {
    return std::uint64_t{session} << 48U | std::uint64_t{number} << 32U | ++last_slice_;
  }

  /// Where the coroutine was spawned that is about to be started.

  const std::uint32_t session;
  const std::uint32_t number;  ///< of the thread in its recording, from 1
  const int worker;            ///< its index; -1 for other threads
  const std::string name;
  const bool turns, wakes, workers, channels, calls, actors, program;
  trace_ring ring;
  std::atomic<bool> ended{false};  ///< relaxed: its memory may be given to another one

 private:
  friend class trace_session;
  static traced_thread* join(std::uint32_t session) noexcept;

  struct known_text {
    std::string text;
    std::uint32_t number = 0;
  };
  struct known_place_entry {
    const void* key = nullptr;
    unsigned line = 0;
    std::uint32_t number = 0;
    std::uint32_t places = 0;  ///< where it is not known: how many were, when it was looked for
  };
  static std::size_t slot_of(const void* key) noexcept;

  const std::shared_ptr<trace_names> names_;
  std::array<known_text, 64> texts_;
  std::array<known_place_entry, 128> places_;
  std::uint32_t last_slice_ = 0;
  wait_kind waits_for_ = wait_kind::unknown;  ///< for nothing
  const void* waits_at_ = nullptr;
};

}  // namespace actors::inline v1::detail
