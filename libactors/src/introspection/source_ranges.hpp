// source_ranges: the memory that programs and libraries are loaded to, where the compiler's records of places are.
#pragma once

#include <actors/detail/code_place.hpp>

#include <cstdint>
#include <vector>

namespace actors::inline v1::detail {

/// For those who read the address of a place's record from memory that may be something else by now.
class source_ranges {
 public:
  /// Of the programs and libraries that are loaded. Throws std::bad_alloc.
  static source_ranges of_process();

  /// The place, where its record and its texts are such a thing, or were made by `place_ref`; otherwise none.
  place_ref known(place_ref place) const noexcept;

 private:
  struct range {
    std::uintptr_t begin, end;
  };
  const range* range_of(const void* address) const noexcept;
  bool holds_text(const char* text) const noexcept;

  std::vector<range> ranges_;
};

}  // namespace actors::inline v1::detail
