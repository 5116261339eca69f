// wait_place: where a coroutine is suspended, and what it waits for, in eight bytes.
#pragma once

#include <actors/detail/code_place.hpp>
#include <actors/detail/wait_kind.hpp>

#include <bit>
#include <cstdint>

namespace actors::inline v1::detail {

/// The address of the place's record, which has 48 bits, and the kind of the wait in the last byte. To set both takes a
/// store more than to set the place.
class wait_place {
 public:
  constexpr wait_place() noexcept = default;
  constexpr explicit wait_place(std::uint64_t bits) noexcept : bits_{bits} {}

  void set(place_ref where) noexcept {
    bits_ = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(where.record()));
  }
  void set(place_ref where, wait_kind what) noexcept {
    set(where);
    if constexpr (std::endian::native == std::endian::little)
      reinterpret_cast<unsigned char*>(&bits_)[7] = static_cast<unsigned char>(what);
    else
      bits_ |= static_cast<std::uint64_t>(what) << kind_shift;
  }

  place_ref place() const noexcept {
    return place_ref{reinterpret_cast<const place_record*>(static_cast<std::uintptr_t>(bits_ & address_mask))};
  }
  std::uint64_t bits() const noexcept { return bits_; }
  /// `unknown` for one that awaits another coroutine, or has awaited nothing yet.
  wait_kind what() const noexcept { return static_cast<wait_kind>(bits_ >> kind_shift); }

 private:
  static constexpr unsigned kind_shift = 56;
  static constexpr std::uint64_t address_mask = (std::uint64_t{1} << 48) - 1;
  std::uint64_t bits_ = 0;
};

}  // namespace actors::inline v1::detail
