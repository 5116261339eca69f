// peek: reading what others may write meanwhile, for reports.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>

namespace actors::inline v1::detail {

/// What is in a variable, or was a moment ago, or will be; whoever writes it does so without knowing of readers, as
/// that costs nothing. For reports only: the reader must cope with any value (check pointers, compare with a second
/// look), and the memory must be readable. It is one load, so that a value is whole; ThreadSanitizer does not see it,
/// as it would rightly find a race. (Volatile and not atomic: clang has it watch atomic operations everywhere.)
template <class T>
#if defined(__clang__)
__attribute__((noinline, no_sanitize("thread")))
#else
[[gnu::noinline, gnu::no_sanitize_thread]]
#endif
T peek(const T& at) noexcept {
  static_assert(std::is_trivially_copyable_v<T> &&
                (sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8));
  using word = std::conditional_t<sizeof(T) == 1, std::uint8_t,
                                  std::conditional_t<sizeof(T) == 2, std::uint16_t,
                                                     std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>>>;
  const word found = *reinterpret_cast<const volatile word*>(&at);
  return std::bit_cast<T>(found);
}

}  // namespace actors::inline v1::detail
