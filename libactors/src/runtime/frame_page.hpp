// frame_page: blocks of one size, and the classes of sizes.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/frame_pool.hpp>

#include "frame_sanitizer.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace actors::inline v1::detail {

/// Steps of 16 bytes up to 512, then eight steps for each doubling: at most an eighth of a block is not used.
inline constexpr unsigned frame_fine_classes = 25;
inline constexpr unsigned frame_classes = frame_fine_classes + 8 * 4;

/// Precondition: bytes <= largest_pooled_frame.
constexpr unsigned frame_class_of(std::size_t bytes) noexcept {
  if (bytes <= 512) [[likely]]
    return static_cast<unsigned>((std::max(bytes, frame_zeroed_bytes) + 15) / 16 - 8);
  const auto width = static_cast<unsigned>(std::bit_width(bytes - 1));
  return frame_fine_classes + (width - 10) * 8 + static_cast<unsigned>((bytes - 1) >> (width - 4) & 7);
}

constexpr std::uint32_t frame_class_bytes(unsigned size_class) noexcept {
  if (size_class < frame_fine_classes) return 128 + 16 * size_class;
  const unsigned doublings = (size_class - frame_fine_classes) / 8;
  return (512U << doublings) + ((size_class - frame_fine_classes) % 8 + 1) * (64U << doublings);
}
static_assert(frame_class_bytes(frame_classes - 1) == largest_pooled_frame);
static_assert(frame_class_of(largest_pooled_frame) == frame_classes - 1);

/// What a free block holds at `frame_link_offset`.
struct free_frame {
  free_frame* next;
};
static_assert(frame_link_offset == 0);

/// The description of a page of 64 KiB; it lies apart from the page, at the start of its region (see frame_region.hpp).
///
/// A block is never handed out yet (its index is at least `handed_out`), in use, in `free` or `returned` (free again),
/// or in `remote`. The last counts as in use until the heap has taken it out: so a page that somebody still frees into
/// is never seen as empty. `in_use` is changed by the heap alone; others read it for statistics only.
///
/// The first line is the heap's alone: freeing from other threads changes the second one, and reads neither.
/// Memory order: `handed_out` is stored with release, after the block's head was zeroed, and loaded with acquire by
/// whoever looks at all heads. `remote`: see frame_heap.
struct frame_page {
  free_frame* free = nullptr;
  free_frame* returned = nullptr;  ///< used where `delays_reuse`: becomes `free` when all else is used up
  std::byte* blocks = nullptr;
  frame_page* next = nullptr;  ///< of the heap's list of pages with free blocks
  frame_page* prev = nullptr;
  std::atomic<std::uint32_t> in_use{0};  ///< blocks; or `full`. Relaxed; no point where a simulation need switch
  atomic<std::uint32_t> handed_out{0};   ///< how many blocks were ever handed out
  std::uint16_t capacity = 0;
  std::uint16_t block_bytes = 0;
  std::uint8_t size_class = 0;

  alignas(64) atomic<free_frame*> remote{nullptr};  ///< freed by others
  frame_page* next_with_remote = nullptr;           ///< in the heap's stack of pages with such blocks

  /// Value of `in_use`: all blocks are, and the page is in no list. It ends in 1, so that the one test of `give` for
  /// the last block in use finds the first block that is freed in such a page, too.
  static constexpr std::uint32_t full = 0x8000'0001;

  std::uint32_t used() const noexcept {
    const std::uint32_t count = in_use.load(std::memory_order_relaxed);
    return count == full ? capacity : count;
  }

  /// Heap: a block that was in use before, or null.
  void* take() noexcept {
    free_frame* block = free;
    if (block == nullptr) [[unlikely]]
      return nullptr;
    free = block->next;
    in_use.store(in_use.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return block;
  }

  /// All `frame_zeroed_bytes` of it. For a `memset` of so many bytes g++ 12 writes `rep stos`, which takes five times
  /// as long.
  static void zero_head(std::byte* block) noexcept {
    using sixteen_bytes [[gnu::vector_size(16), gnu::may_alias]] = long long;
    static_assert(frame_zeroed_bytes == 8 * sizeof(sixteen_bytes));
    auto* const at = reinterpret_cast<sixteen_bytes*>(block);
    at[0] = at[1] = at[2] = at[3] = at[4] = at[5] = at[6] = at[7] = sixteen_bytes{};
  }

  /// Heap: a block that was never in use, or null.
  void* take_new() noexcept {
    const std::uint32_t index = handed_out.load(std::memory_order_relaxed);
    if (index == capacity) return nullptr;
    std::byte* block = blocks + std::size_t{index} * block_bytes;
    unpoison(block, frame_zeroed_bytes);
    zero_head(block);
    handed_out.store(index + 1, std::memory_order_release);
    in_use.store(in_use.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    return block;
  }

  /// Heap: frees a block; false, and nothing is done, where the heap must count (`frame_heap::give_back`): when it is
  /// the last one in use, or the page was full.
  bool give(free_frame& block) noexcept {
    const std::uint32_t count = in_use.load(std::memory_order_relaxed);
    if ((count & ~(full & ~1U)) == 1) [[unlikely]]
      return false;
    in_use.store(count - 1, std::memory_order_relaxed);
    add_free(block, block);
    return true;
  }

  /// Heap: `first` to `last` are linked.
  void add_free(free_frame& first, free_frame& last) noexcept {
    free_frame*& list = delays_reuse ? returned : free;
    last.next = list;
    list = &first;
  }
};
static_assert(ACTORS_SIMULATION || sizeof(frame_page) == 128);

}  // namespace actors::inline v1::detail
