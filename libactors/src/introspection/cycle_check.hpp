// cycle_check: whether tasks that were found to wait for each other do so at one and the same moment.
#pragma once

#include <actors/detail/task_state.hpp>

#include <vector>

namespace actors::inline v1::detail {

/// `who` waits for the end of `whom`, or for a mutex that it has. The caller keeps both alive.
struct wait_edge {
  task_state* who = nullptr;
  task_state* whom = nullptr;
  bool at_mutex = false;
};

/// True where all of these waits go on at a moment during the call. Holds the locks of all those mutexes at once, for a
/// few instructions each: meanwhile none of them changes hands, and who waits for one does not go on. Throws
/// std::bad_alloc.
bool wait_at_once(const std::vector<wait_edge>& edges);

}  // namespace actors::inline v1::detail
