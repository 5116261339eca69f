// In place of the library's header of this name: the notes are words of the model (wait_lock_model.hpp).
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/thread_number.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

class wait_lock;
using held_note = atomic<const wait_lock*>;
held_note& held_note_of(std::uint8_t number) noexcept;
held_note* another_note_of(std::uint8_t number) noexcept;

}  // namespace actors::inline v1::detail
