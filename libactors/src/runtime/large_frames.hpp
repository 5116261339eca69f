// large_frames: frames that are too large for the pages of the pool.
#pragma once

#include <actors/detail/spin_lock.hpp>

#include "frame_region.hpp"
#include "linked_list.hpp"

#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

/// Each from the global operator new, aligned to the size of a page, behind a header of `offset` bytes: at that offset
/// of a page the pool has no block, so they are told apart by their address. All are in one list, which is guarded by
/// the lock. While somebody visits them, what is freed stays in the list (and readable).
class large_frames {
 public:
  static constexpr std::size_t offset = 64;

  static bool owns(const void* block) noexcept {
    return reinterpret_cast<std::uintptr_t>(block) % frame_region::page_bytes == offset;
  }

  /// Throws std::bad_alloc.
  void* allocate(std::size_t bytes);
  void free(void* block) noexcept;

  void begin_visit() noexcept;
  void end_visit() noexcept;
  /// In a visit.
  void for_each(void (*visit)(void* head, void* context), void* context);

  /// How many are in use.
  std::size_t count() noexcept;

 private:
  friend struct task_offsets;
  struct header {
    header* next = nullptr;
    header* prev = nullptr;
    header* next_freed = nullptr;
  };
  static_assert(sizeof(header) <= offset);
  static void* block_of(header& head) noexcept { return reinterpret_cast<std::byte*>(&head) + offset; }

  spin_lock lock_;
  linked_list<header, &header::next, &header::prev> all_;
  header* freed_ = nullptr;  ///< during a visit
  std::size_t count_ = 0;
  std::size_t visits_ = 0;
};

}  // namespace actors::inline v1::detail
