// trace_ring: the events that one thread has recorded, the newest of them.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace actors::inline v1::detail {

enum class trace_kind : std::uint8_t {
  turn_begin,    ///< object: the task
  turn_end,      ///< name: what the task waits for, where it does; object: at what
  task_spawned,  ///< object: the task; detail: where (a place)
  task_ended,    ///< object: the task; status
  task_woken,    ///< object: the task
  slice_begin,   ///< object: a number that the end has, too
  slice_end,
  call_begin,  ///< of a call on a pool; detail: where it was submitted (a place)
  call_end,
  stay_begin,  ///< of an actor or a team; object: a number that the end has, too; status: 1 for a team
  stay_end,
  park_begin,
  park_end,
  stolen,          ///< object: from which worker
  timers_fired,    ///< object: how many
  channel_closed,  ///< object: its address
  instant,         ///< of the program
  counter          ///< of the program; object: the value, a double
};

/// One event. `name` and `place` are numbers of a trace_names.
struct trace_event_data {
  std::uint64_t time = 0;  ///< in cycles
  std::uint64_t object = 0;
  std::uint32_t name = 0;
  std::uint32_t place = 0;  ///< of a task: its coroutine
  trace_kind kind{};
  std::uint8_t status = 0;
  std::uint32_t detail = 0;
};

/// Written by its thread alone, read by others at any time.
///
/// `head_` counts the events written so far; event n lies in slot n modulo the capacity. The writer stores the words of
/// event n with release, then `head_` = n + 1 with release. A reader loads `head_` (acquire), copies the words
/// (acquire), and looks at `head_` again. Where it has copied a word of event n + capacity in place of one of event n,
/// it has synchronised with that store, so its second look gives n + capacity at least: what is not younger than that
/// is thrown away. So of a full ring one slot is never read.
class trace_ring {
 public:
  static constexpr std::size_t words = 4;
  static constexpr std::size_t event_bytes = words * sizeof(std::uint64_t);
  static constexpr std::size_t least_bytes = 64 * event_bytes;

  /// `bytes`: at least `least_bytes`; the next power of two below is used. The memory is touched as it is written.
  /// Throws std::bad_alloc.
  trace_ring(std::size_t bytes, bool stops_when_full)
      : capacity_{std::bit_floor(bytes) / event_bytes},
        stops_when_full_{stops_when_full},
        words_{new std::uint64_t[capacity_ * words]} {}

  /// Owner thread.
  void write(const trace_event_data& event) noexcept {
    const std::uint64_t number = head_.load(std::memory_order_relaxed);
    if (stops_when_full_ && number == capacity_) {
      refused_.store(refused_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
      return;
    }
    std::uint64_t* const slot = &words_[(number & (capacity_ - 1)) * words];
    put(slot[0], event.time);
    put(slot[1], event.object);
    put(slot[2], std::uint64_t{event.name} << 32 | event.place);
    put(slot[3],
        std::uint64_t{event.detail} << 32 | std::uint64_t{event.status} << 8 | static_cast<std::uint64_t>(event.kind));
    head_.store(number + 1, std::memory_order_release);
  }

  struct copy {
    std::vector<trace_event_data> events;  ///< the oldest first
    std::uint64_t dropped = 0;
    bool cut = false;  ///< what came last was not kept
  };
  /// Any thread. Throws std::bad_alloc.
  copy read() const {
    const std::uint64_t end = head_.load(std::memory_order_acquire);
    const std::uint64_t begin = end > capacity_ ? end - capacity_ : 0;
    copy result;
    result.events.reserve(end - begin);
    for (std::uint64_t number = begin; number != end; ++number) {
      const std::uint64_t* const slot = &words_[(number & (capacity_ - 1)) * words];
      trace_event_data& event = result.events.emplace_back();
      event.time = get(slot[0]);
      event.object = get(slot[1]);
      const std::uint64_t names = get(slot[2]);
      event.name = static_cast<std::uint32_t>(names >> 32);
      event.place = static_cast<std::uint32_t>(names);
      const std::uint64_t rest = get(slot[3]);
      event.kind = static_cast<trace_kind>(rest & 0xff);
      event.status = static_cast<std::uint8_t>(rest >> 8);
      event.detail = static_cast<std::uint32_t>(rest >> 32);
    }
    std::uint64_t kept = begin;
    if (!stops_when_full_) {
      const std::uint64_t now = head_.load(std::memory_order_relaxed);
      const std::uint64_t safe = now >= capacity_ ? now - capacity_ + 1 : 0;
      if (safe > kept) kept = safe < end ? safe : end;
    }
    result.events.erase(result.events.begin(), result.events.begin() + static_cast<std::ptrdiff_t>(kept - begin));
    const std::uint64_t refused = refused_.load(std::memory_order_relaxed);
    result.dropped = kept + refused;
    result.cut = refused != 0;
    return result;
  }

  std::size_t bytes() const noexcept { return capacity_ * event_bytes; }
  /// Any thread; out of date at once.
  std::uint64_t written() const noexcept {
    return head_.load(std::memory_order_relaxed) + refused_.load(std::memory_order_relaxed);
  }
  std::uint64_t dropped() const noexcept {
    const std::uint64_t count = written();
    const std::uint64_t kept = stops_when_full_ ? capacity_ : capacity_ - 1;
    return count > kept ? count - kept : 0;
  }

 private:
  static void put(std::uint64_t& word, std::uint64_t value) noexcept {
    std::atomic_ref<std::uint64_t>{word}.store(value, std::memory_order_release);
  }
  static std::uint64_t get(const std::uint64_t& word) noexcept {
    return std::atomic_ref<std::uint64_t>{const_cast<std::uint64_t&>(word)}.load(std::memory_order_acquire);
  }

  const std::size_t capacity_;  ///< in events, a power of two
  const bool stops_when_full_;
  const std::unique_ptr<std::uint64_t[]> words_;
  std::atomic<std::uint64_t> head_{0};
  std::atomic<std::uint64_t> refused_{0};  ///< relaxed: written by the owner, for a figure in the output
};

}  // namespace actors::inline v1::detail
