#include "frame_heap.hpp"

#include <cstdint>
#include <utility>

namespace actors::inline v1::detail {

constinit frame_page frame_heap::no_page;

void frame_heap::attend() noexcept {
  for (unsigned round = 0; !try_attend(); ++round) give_way(round);
}

void frame_heap::leave(frame_regions& regions) noexcept {
  do {
    collect(regions, true);
    attended_.store(false, std::memory_order_seq_cst);
  } while (with_remote_.load(std::memory_order_seq_cst) != nullptr && try_attend());
}

void* frame_heap::allocate(frame_regions& regions, unsigned size_class) {
  for (;;) {
    frame_page& page = *current_[size_class];
    if (void* block = page.take_new()) return block;
    collect(regions, true);
    if (delays_reuse && page.free == nullptr && page.returned != nullptr) std::swap(page.free, page.returned);
    if (void* block = page.take()) return block;
    page_list& available = available_[size_class];
    frame_page* next = available.first();
    if (next != nullptr)
      available.remove(*next);
    else
      next = &regions.acquire(*this, size_class);
    if (&page != &no_page) page.in_use.store(frame_page::full, std::memory_order_relaxed);
    current_[size_class] = next;
    if (void* block = next->take()) return block;
  }
}

void frame_heap::give_back(frame_regions& regions, frame_page& page, std::uint32_t count, bool keep) noexcept {
  const bool was_full = page.in_use.load(std::memory_order_relaxed) == frame_page::full;
  const std::uint32_t in_use = page.used() - count;
  page.in_use.store(in_use, std::memory_order_relaxed);
  const bool is_current = &page == current_[page.size_class];
  page_list& available = available_[page.size_class];
  if (in_use != 0) {
    if (was_full) available.push_back(page);
  } else if (!is_current || !keep) {
    if (is_current)
      current_[page.size_class] = &no_page;
    else if (!was_full)
      available.remove(page);
    regions.release(page);
  }
}

void frame_heap::collect(frame_regions& regions, bool keep) noexcept {
  if (with_remote_.load(std::memory_order_relaxed) == nullptr) return;
  frame_page* page = with_remote_.exchange(nullptr, std::memory_order_acquire);
  while (page != nullptr) {
    frame_page* after = page->next_with_remote;
    free_frame* first = page->remote.exchange(nullptr, std::memory_order_acq_rel);
    free_frame* last = first;
    std::uint32_t count = 1;
    for (; last->next != nullptr; last = last->next) ++count;
    page->add_free(*first, *last);
    give_back(regions, *page, count, keep);
    page = after;
  }
}

void frame_heap::drop_empty(frame_regions& regions) noexcept {
  for (frame_page*& page : current_) {
    if (page == &no_page || page->used() != 0) continue;
    regions.release(*page);
    page = &no_page;
  }
}

void frame_heap::free_remotely(frame_regions& regions, frame_page& page, free_frame& block) noexcept {
  if (!attended_.load(std::memory_order_relaxed) && try_attend()) {
    if (!page.give(block)) {
      page.add_free(block, block);
      give_back(regions, page, 1, false);
    }
    return leave(regions);
  }
  free_frame* before = page.remote.load(std::memory_order_relaxed);
  do block.next = before;
  while (!page.remote.compare_exchange_weak(before, &block, std::memory_order_acq_rel, std::memory_order_relaxed));
  if (before != nullptr) return;
  frame_page* top = with_remote_.load(std::memory_order_relaxed);
  do page.next_with_remote = top;
  while (!with_remote_.compare_exchange_weak(top, &page, std::memory_order_seq_cst, std::memory_order_relaxed));
  if (!attended() && try_attend()) leave(regions);
}

}  // namespace actors::inline v1::detail
