// random_choice: which of several ready things comes first, where none has a better right.
#pragma once

#include <cstdint>

namespace actors::inline v1::detail {

/// One of 0 to `count` - 1, each as likely: from a generator of the calling thread's own, which is not meant to be hard
/// to predict. Under simulation it is one of the choices that make a schedule. Precondition: count is not 0. Never
/// inlined, for the reason of `thread_number`.
std::uint32_t random_choice(std::uint32_t count) noexcept;

}  // namespace actors::inline v1::detail
