// held_locks: which locks each numbered thread holds under a bias (wait_lock.hpp).
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/thread_number.hpp>

#include <array>
#include <cstdint>

namespace actors::inline v1::detail {

class wait_lock;

/// Written by its thread alone.
using held_note = atomic<const wait_lock*>;

/// A thread that holds several notes the next one where it finds room (select takes the locks of all its channels).
struct alignas(64) held_lock {
  held_note note{nullptr};
  std::array<held_note, 7> more{};
};
#if ACTORS_SIMULATION
extern thread_local std::array<held_lock, no_thread + 1> held_locks;  // of the simulation that the thread runs
#else
extern std::array<held_lock, no_thread + 1> held_locks;
#endif

inline held_note& held_note_of(std::uint8_t number) noexcept { return held_locks[number].note; }
/// For the thread that has that number, and a lock in `held_note_of`: another note, null where all are in use.
held_note* another_note_of(std::uint8_t number) noexcept;
/// Whether one of its notes is of that lock.
bool holds_under_bias(std::uint8_t number, const wait_lock* lock) noexcept;

}  // namespace actors::inline v1::detail
