// frame_heap: the pages of one thread.
#pragma once

#include <actors/detail/atomic.hpp>

#include "frame_page.hpp"
#include "frame_region.hpp"
#include "linked_list.hpp"

#include <array>
#include <cstddef>

namespace actors::inline v1::detail {

/// Never destroyed: when its thread ends, the next one adopts it.
///
/// Whoever *attends* a heap may use all of it but what says otherwise: its thread, from its first allocation until it
/// ends or rests (`frame_pool_rest`), or somebody for the time of one call. Others put the blocks they free into the
/// `remote` list of the page. A page of a heap is
///   - `current` of its class: what is allocated comes from it,
///   - in the list `available` of its class: it has free blocks, or
///   - full: nothing is free in it, apart from `remote`.
/// A page without blocks in use goes back to the regions, unless it is current and the heap's thread attends.
///
/// Frees by others. They push the block onto `page.remote`; who finds that empty then pushes the page onto
/// `with_remote_`, so that full pages are found again. `collect` pops all those pages, and takes the blocks of each.
///   - A page is in `with_remote_`, or about to be pushed by one thread, exactly while its `remote` is not empty:
///   blocks
///     are taken only from a page that was popped before. In the window between the two pushes nobody takes the block,
///     it counts as in use, and so the page stays a page of this heap until the second push is done. Who finds `remote`
///     not empty does not touch the page after its push.
///   - `collect` reads a page's link before it empties `remote`: afterwards the page may be pushed again.
/// Orders of `remote`: the push releases what its thread did with the block; the exchange of `collect` acquires it. The
/// exchange also releases, and the push acquires, the read of the link before the next write to it. `with_remote_`: the
/// push releases the link, the exchange acquires it.
///
/// Leaving a heap: `leave` stores `attended_` = false, then loads `with_remote_`; who pushed a page loads `attended_`
/// afterwards (all seq_cst). Either the one who leaves sees the page, or the other sees that nobody attends: that one
/// attends the heap and collects. So nothing that is freed into a heap that nobody attends lies there for good.
/// `attended_` is a lock: taking it acquires what giving it back released.
class frame_heap {
 public:
  constexpr frame_heap() noexcept { current_.fill(&no_page); }
  frame_heap(const frame_heap&) = delete;
  frame_heap& operator=(const frame_heap&) = delete;

  /// Any thread. `attend` waits, for a few instructions of somebody else; precondition: no thread has the heap.
  void attend() noexcept;
  bool try_attend() noexcept { return !attended_.exchange(true, std::memory_order_seq_cst); }
  bool attended() const noexcept { return attended_.load(std::memory_order_seq_cst); }
  /// Collects and ends an attendance.
  void leave(frame_regions& regions) noexcept;

  // ---- for who attends ----
  /// The page to look at first (it may have nothing; one without blocks stands for none).
  frame_page& current(unsigned size_class) noexcept { return *current_[size_class]; }
  /// A block, when `current` has none that was in use before. Throws std::bad_alloc.
  void* allocate(frame_regions& regions, unsigned size_class);
  /// Counts `count` blocks as free, after `frame_page::give` refused or for `collect`; the page may be gone afterwards.
  /// `keep`: a current page without blocks in use stays.
  void give_back(frame_regions& regions, frame_page& page, std::uint32_t count, bool keep) noexcept;
  /// Takes what others freed.
  void collect(frame_regions& regions, bool keep) noexcept;
  /// Gives back current pages that have no block in use.
  void drop_empty(frame_regions& regions) noexcept;

  // ---- any thread ----
  /// Frees a block of a page of this heap, which the caller does not attend.
  void free_remotely(frame_regions& regions, frame_page& page, free_frame& block) noexcept;

  frame_heap* next_unowned = nullptr;  ///< guarded by the stock of heaps

 private:
  using page_list = linked_list<frame_page, &frame_page::next, &frame_page::prev>;

  static frame_page no_page;  ///< has no block and never will

  std::array<frame_page*, frame_classes> current_;
  std::array<page_list, frame_classes> available_;
  alignas(64) atomic<frame_page*> with_remote_{nullptr};
  alignas(64) atomic<bool> attended_{false};
};

}  // namespace actors::inline v1::detail
