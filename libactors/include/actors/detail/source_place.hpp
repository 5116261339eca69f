// source_place: a place in the source, for errors and reports.
#pragma once

#include <cstdint>

namespace actors::inline v1::detail {

/// As a default argument it is the place of the call; of `await_resume` that of the co_await, of functions of a
/// promise the coroutine. (std::source_location needs a newer clang than 14.)
struct source_place {
  const char* function = "";
  const char* file = "";
  unsigned line = 0;

  static constexpr source_place here(const char* function = __builtin_FUNCTION(), const char* file = __builtin_FILE(),
                                     unsigned line = __builtin_LINE()) noexcept {
    return {function, file, line};
  }
};

/// A file and a line in eight bytes: pointers have 48 bits, lines beyond 65535 are cut.
class packed_place {
 public:
  explicit packed_place(const source_place& place) noexcept
      : bits_{(reinterpret_cast<std::uintptr_t>(place.file) & pointer_mask) |
              static_cast<std::uint64_t>(place.line < 0xffff ? place.line : 0xffff) << pointer_bits} {}
  const char* file() const noexcept {
    return reinterpret_cast<const char*>(static_cast<std::uintptr_t>(bits_ & pointer_mask));
  }
  unsigned line() const noexcept { return static_cast<unsigned>(bits_ >> pointer_bits); }

 private:
  static constexpr unsigned pointer_bits = 48;
  static constexpr std::uint64_t pointer_mask = (std::uint64_t{1} << pointer_bits) - 1;
  std::uint64_t bits_;
};

}  // namespace actors::inline v1::detail
