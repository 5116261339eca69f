// held_locks: which lock each numbered thread holds under a bias (wait_lock.hpp).
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/thread_number.hpp>

#include <array>
#include <cstdint>

namespace actors::inline v1::detail {

class wait_lock;

/// Written by its thread alone.
using held_note = atomic<const wait_lock*>;

struct alignas(64) held_lock {
  held_note note{nullptr};
};
#if ACTORS_SIMULATION
extern thread_local std::array<held_lock, no_thread + 1> held_locks;  // of the simulation that the thread runs
#else
extern std::array<held_lock, no_thread + 1> held_locks;
#endif

inline held_note& held_note_of(std::uint8_t number) noexcept { return held_locks[number].note; }

}  // namespace actors::inline v1::detail
