// debug_mode: whether the process looks closer at what its tasks do (ACTORS_DEBUG=1, runtime_options::debug).
#pragma once

#include <actors/detail/observers.hpp>

namespace actors::inline v1::detail {

/// One of the library's headers, as those see it who include it.
inline constexpr const char* a_header_of_the_library = __FILE__;

}  // namespace actors::inline v1::detail
