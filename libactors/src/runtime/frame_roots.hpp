// frame_roots: where the memory of all frames is, for a debugger.
#pragma once

#include <actors/detail/debugger_entry.hpp>

namespace actors::inline v1::detail {

class frame_regions;
class large_frames;

struct frame_roots {
  frame_regions* regions;
  large_frames* large;
  /// So that whoever links the pool links the table.
  const debugger_entry* const* table;
};
extern const frame_roots pool_roots;

}  // namespace actors::inline v1::detail
