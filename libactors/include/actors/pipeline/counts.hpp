// counts: how often each key came in, in parts: the same key may come in several of them, and whoever reads them adds.
#pragma once

#include <actors/channel.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1::pipeline {

/// Port type "counts": a part of a count, from one of several counting actors. An item is a key with its number.
struct counts {
  struct entry {
    std::string_view key;
    std::uint64_t number = 0;
  };
  std::shared_ptr<const void> owner;            ///< keeps the keys
  std::shared_ptr<const std::string> key_name;  ///< what a key is called in a record: "word"
  std::vector<entry> entries;
};

}  // namespace actors::inline v1::pipeline

namespace actors::inline v1 {

template <>
struct item_weight<pipeline::counts> {
  static std::size_t of(const pipeline::counts& part) noexcept { return part.entries.size(); }
  static pipeline::counts take_front(pipeline::counts& part, std::size_t items);
};

}  // namespace actors::inline v1
