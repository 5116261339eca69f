// text: consecutive lines of one input, in one shared piece of memory.
#pragma once

#include <actors/channel.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace actors::inline v1::pipeline {

/// Port type "text". An item is a line; the lines of a block follow each other in the input and are cut from it whole
/// (a last line without an end counts as one). Copying a block copies no characters.
struct text {
  std::shared_ptr<const void> owner;  ///< keeps the characters
  std::string_view bytes;
  std::uint32_t lines = 0;
};

}  // namespace actors::inline v1::pipeline

namespace actors::inline v1 {

/// A block counts for its lines.
template <>
struct item_weight<pipeline::text> {
  static std::size_t of(const pipeline::text& block) noexcept { return block.lines; }
  static pipeline::text take_front(pipeline::text& block, std::size_t lines);
};

}  // namespace actors::inline v1
