// channel_roots: where the register of all channels is, and how it is laid out: for a debugger.
#pragma once

#include <actors/detail/debugger_entry.hpp>

#include <cstddef>

namespace actors::inline v1::detail {

struct channel_roots {
  const void* shards;
  std::size_t shard_count;
  std::size_t shard_bytes;
  std::size_t head;   ///< in a shard: the link in front of its channels
  std::size_t marks;  ///< in a shard: addresses of links that are no channels
  std::size_t mark_count;
  /// So that whoever links the register links the table.
  const debugger_entry* const* table;
};
extern const channel_roots register_roots;

}  // namespace actors::inline v1::detail
