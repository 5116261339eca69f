// debug_mode: whether the process looks closer at what its tasks do (ACTORS_DEBUG=1, runtime_options::debug).
#pragma once

#include <actors/detail/code_place.hpp>

#include <atomic>

namespace actors::inline v1::detail {

/// Relaxed: it is set before the tasks are made that it is about, or is late for some of them.
inline constinit std::atomic<bool> debug_is_on{false};
inline bool debug_mode() noexcept { return debug_is_on.load(std::memory_order_relaxed); }

/// One of the library's headers, as those see it who include it.
inline constexpr const char* a_header_of_the_library = __FILE__;

}  // namespace actors::inline v1::detail
