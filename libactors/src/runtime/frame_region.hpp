// frame_region: where the pages of the frame pool come from, and how their memory goes back to the system.
#pragma once

#include <actors/detail/spin_lock.hpp>

#include "frame_page.hpp"
#include "linked_list.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <utility>

namespace actors::inline v1::detail {

class frame_heap;

/// 2 MiB of memory aligned to their size: the descriptions of 32 pages of 64 KiB, then the pages (the first is
/// shorter). They are found from the address of a block by masking. All descriptions together, instead of each in its
/// page: else all would lie at the same distance to a large power of two, and share a few sets of the caches.
///
/// A page is in use (by the heap in `owners`) or `free`. A free one is `dirty` until its memory was given back to the
/// system. A page that is released while somebody looks at all blocks is `held`, as it was, until he is done. The masks
/// and lists are guarded by the lock of frame_regions; `owners` is written under it too, while no block of the page is
/// in use, and read without it by whoever frees a block.
struct frame_region {
  static constexpr std::size_t bytes = std::size_t{2} << 20;
  static constexpr std::size_t page_bytes = std::size_t{64} << 10;
  static constexpr unsigned page_count = bytes / page_bytes;

  std::array<frame_page, page_count> pages;
  std::array<frame_heap*, page_count> owners{};
  std::uint32_t free = ~std::uint32_t{0};
  std::uint32_t dirty = 0;
  std::uint32_t held = 0;
  frame_region* next = nullptr;  ///< in the list of all regions
  frame_region* prev = nullptr;
  frame_region* next_with_free = nullptr;  ///< in one of the lists of regions with free pages
  frame_region* prev_with_free = nullptr;

  static frame_region& of(const void* inside) noexcept {
    return *reinterpret_cast<frame_region*>(reinterpret_cast<std::uintptr_t>(inside) & ~(bytes - 1));
  }
  static unsigned index_of(const void* block) noexcept {
    return static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(block) / page_bytes % page_count);
  }
  bool unused() const noexcept { return free == ~std::uint32_t{0}; }
  std::byte* begin(unsigned page) noexcept;
  std::byte* end(unsigned page) noexcept { return reinterpret_cast<std::byte*>(this) + (page + 1) * page_bytes; }
};
static_assert(frame_region::page_count == 32);

/// All regions. Constant-initialised and never destroyed.
///
/// Kept, for the next who needs a page: up to `most_kept` dirty pages, and as much address space in regions of which no
/// page is in use. Beyond that, all but `few_kept` pages are given back: whole regions first, then single pages. Calls
/// of the system are made without the lock; pages that are being given back are neither free nor in use meanwhile.
class frame_regions {
 public:
  static constexpr std::size_t most_kept = (std::size_t{8} << 20) / frame_region::page_bytes;
  static constexpr std::size_t few_kept = most_kept / 2;
  static constexpr std::size_t most_unused = most_kept / frame_region::page_count;

  /// A page for blocks of this class, none handed out. Throws std::bad_alloc.
  frame_page& acquire(frame_heap& owner, unsigned size_class);
  /// Precondition: no block of the page is in use.
  void release(frame_page& page) noexcept;

  /// Between the two no page that is released is used otherwise, and no region goes away. Nests.
  void begin_visit() noexcept;
  void end_visit() noexcept;
  /// In a visit: calls `visit` with each page that is in use, or was at the beginning, and how many of its blocks were
  /// ever handed out. That number is loaded before anything else of the page is read: see frame_page.
  template <class Visitor>
  void for_each_page(Visitor visit) {
    const auto locked = [this](auto get) {
      const std::lock_guard guard{lock_};
      return get();
    };
    frame_region* region = locked([this] { return all_.first(); });
    while (region != nullptr) {
      const auto [free, after] = locked([region] { return std::pair{region->free, region->next}; });
      for (unsigned i = 0; i != frame_region::page_count; ++i) {
        if ((free >> i & 1) != 0) continue;
        const std::uint32_t count = region->pages[i].handed_out.load(std::memory_order_acquire);
        if (count != 0) visit(region->pages[i], count);
      }
      region = after;
    }
  }

  void add_statistics(frame_pool_statistics& sum) noexcept;

 private:
  friend struct task_offsets;
  using region_list = linked_list<frame_region, &frame_region::next, &frame_region::prev>;
  using free_list = linked_list<frame_region, &frame_region::next_with_free, &frame_region::prev_with_free>;
  using unlocked_guard = std::unique_lock<spin_lock>;

  free_list* list_of(const frame_region& region) noexcept;
  template <class Change>
  void change(frame_region& region, Change apply) noexcept;
  void make_free(frame_region& region, std::uint32_t pages) noexcept;
  void trim(unlocked_guard& guard) noexcept;
  bool drop_if_unused(frame_region& region, unlocked_guard& guard) noexcept;

  spin_lock lock_;
  region_list all_;
  free_list with_dirty_;  ///< have a free page that is dirty; those with no page in use are at the end
  free_list with_clean_;  ///< all their free pages are clean
  std::size_t regions_ = 0;
  std::size_t unused_ = 0;  ///< regions of which no page is in use
  std::size_t kept_ = 0;    ///< pages that are free and dirty
  std::size_t in_use_ = 0;  ///< pages, with held ones
  std::size_t visits_ = 0;
};

}  // namespace actors::inline v1::detail
