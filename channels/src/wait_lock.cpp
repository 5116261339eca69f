#include <actors/detail/wait_lock.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace actors::inline v1::detail {

namespace {

struct alignas(64) counter {
  atomic<std::uint32_t> visitors{0};
};

constexpr std::size_t counters = 64;

// For tests: locks that are biased so soon say each time that they come round.
constexpr std::uint8_t each_turn_below = 6;

// In the unit of `note_contention`: that the lock and what it guards are in the cache of another processor, and a
// fence.
constexpr std::uint32_t cost_of_change = 10;
constexpr std::uint32_t cost_of_fence = 1'500;

#if ACTORS_SIMULATION
constinit thread_local std::array<counter, counters> all_visitors{};
#else
constinit std::array<counter, counters> all_visitors{};
#endif

}  // namespace

#if ACTORS_SIMULATION
constinit thread_local std::array<held_lock, no_thread + 1> held_locks{};
#else
constinit std::array<held_lock, no_thread + 1> held_locks{};
#endif

held_note* another_note_of(std::uint8_t number) noexcept {
  for (held_note& each : held_locks[number].more)
    if (each.load(std::memory_order_relaxed) == nullptr) return &each;
  return nullptr;
}

// A lock stays in the note in which it was begun, so that a look at one after the other misses none that was there all
// the time. Where the owner comes now, it sees that the bias is gone.
bool holds_under_bias(std::uint8_t number, const wait_lock* lock) noexcept {
  const held_lock& notes = held_locks[number];
  if (notes.note.load(std::memory_order_acquire) == lock) return true;
  for (const held_note& each : notes.more)
    if (each.load(std::memory_order_acquire) == lock) return true;
  return false;
}

atomic<std::uint32_t>& wait_lock::visitors_of(const wait_lock* lock) noexcept {
  // Sources are 64 bytes and more apart, and often a power of two: all bits of the address take part.
  const auto address = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(lock));
  return all_visitors[(address * 0x9e3779b97f4a7c15U) >> 58].visitors;
}

void wait_lock::change_hands(std::uint8_t number) noexcept {
  // The turns of the one before could have been under a bias, but for this one.
  const bool biasable = limit_log_ != never && last_ != no_thread && number != no_thread;
  if (last_ != nobody) note_contention(cost_of_change + (biasable ? turns_ : 0));
  last_ = number;
  turns_ = 0;
}

void wait_lock::bias_if_allowed(std::uint8_t number) noexcept {
  turns_ = 0;
  if (limit_log_ != never && number != no_thread) bias_to(number);
}

void wait_lock::take_bias_back(std::uint8_t number) noexcept {
  const std::uint8_t owner = bias_.load(std::memory_order_relaxed);
  bias_.store(nobody, std::memory_order_relaxed);
  if (owner != number) note_contention(cost_of_fence);
  heavy_fence();
  for (unsigned round = 0; holds_under_bias(owner, this); ++round) give_way(round);
  last_ = nobody;
  if (turns_ < enough && limit_log_ < most_log) limit_log_ = std::min<std::uint8_t>(limit_log_ + 2, most_log);
}

// Who asks does so after each so many turns: the product takes the turns out of step.
bool wait_lock::comes_round() noexcept { return (turns_ * 0x9e3779b1U) >> 24 == 0 || limit_log_ < each_turn_below; }

void wait_lock::await_visitors() noexcept {
  atomic<std::uint32_t>& visitors = visitors_of(this);
  if (visitors.fetch_add(0, std::memory_order_acq_rel) == 0) return;
  for (unsigned round = 0; visitors.load(std::memory_order_acquire) != 0; ++round) give_way(round);
}

#if ACTORS_SIMULATION
void wait_lock::forget_all_threads() noexcept {
  for (held_lock& each : held_locks) {
    unseen(each.note).store(nullptr, std::memory_order_relaxed);
    for (held_note& more : each.more) unseen(more).store(nullptr, std::memory_order_relaxed);
  }
  for (counter& each : all_visitors) unseen(each.visitors).store(0, std::memory_order_relaxed);
}
#endif

}  // namespace actors::inline v1::detail
