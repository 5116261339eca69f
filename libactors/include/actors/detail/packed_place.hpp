// packed_place: a place in the source, in few bytes.
#pragma once

#include <actors/detail/code_place.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

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
