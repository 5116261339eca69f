// wait_lock_model: the library's own wait_lock on the checker's atomics, but for its loops (wait_lock_model.cpp).
#pragma once

#include <actors/detail/wait_lock.hpp>

#include "shared.hpp"

#include <array>
#include <cstdint>

namespace model {

/// The visitors of all locks of the model that is being run.
extern atomic<std::uint32_t>* visitors_of_locks;

/// The notes of threads 1 to 3; those of the model that was made last are used.
struct held_notes {
  held_notes();
  std::array<actors::detail::held_note, 3> notes{};
};

actors::detail::held_note& note_of(unsigned number);

}  // namespace model
