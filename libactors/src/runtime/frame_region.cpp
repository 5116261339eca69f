#include "frame_region.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <new>
#include <utility>

namespace actors::inline v1::detail {

namespace {

std::uintptr_t round_up(std::uintptr_t address, std::size_t step) noexcept {
  return (address + step - 1) / step * step;
}

std::byte* map(std::size_t bytes) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc{};
  return static_cast<std::byte*>(memory);
}

// Aligned to its size: newer kernels do that by themselves, for others a larger piece is cut to size.
std::byte* map_aligned(std::size_t bytes) {
  std::byte* memory = map(bytes);
  if (reinterpret_cast<std::uintptr_t>(memory) % bytes == 0) return memory;
  ::munmap(memory, bytes);
  memory = map(2 * bytes);
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::size_t before = round_up(address, bytes) - address;
  if (before != 0) ::munmap(memory, before);
  ::munmap(memory + before + bytes, bytes - before);
  return memory + before;
}

// Asks for no huge pages: where a virtual machine has given free memory back to its host, as many do, touching one for
// the first time takes milliseconds (docs/decisions/frames-and-timers.md).
frame_region& map_region() {
  std::byte* memory = map_aligned(frame_region::bytes);
  add_leak_root(memory, frame_region::bytes);
  return *::new (static_cast<void*>(memory)) frame_region;
}

void unmap_region(frame_region& region) noexcept {
  remove_leak_root(&region, frame_region::bytes);
  unpoison(&region, frame_region::bytes);
  ::munmap(&region, frame_region::bytes);
}

// Gives the memory of some pages of a region back; what is read there afterwards is zero. Where the system gives huge
// pages unasked the region gets none any more: the holes would be filled again to make one.
void discard(frame_region& region, std::uint32_t pages) noexcept {
  static const auto system_page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  ::madvise(&region, frame_region::bytes, MADV_NOHUGEPAGE);
  while (pages != 0) {
    const auto first = static_cast<unsigned>(std::countr_zero(pages));
    const auto count = static_cast<unsigned>(std::countr_one(pages >> first));
    const std::uintptr_t begin = round_up(reinterpret_cast<std::uintptr_t>(region.begin(first)), system_page);
    const auto end = reinterpret_cast<std::uintptr_t>(region.end(first + count - 1));
    if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    pages &= ~static_cast<std::uint32_t>(((std::uint64_t{1} << count) - 1) << first);
  }
}

}  // namespace

std::byte* frame_region::begin(unsigned page) noexcept {
  auto* base = reinterpret_cast<std::byte*>(this);
  // The offset of a block within a page is never `large_frames::offset`, by which large ones are recognised.
  constexpr std::size_t first_offset = 2 * 64;
  static_assert(sizeof(frame_region) % 64 == 0 && sizeof(frame_region) < page_bytes / 2);
  return base + (page == 0 ? sizeof(frame_region) + first_offset : page * page_bytes + first_offset);
}

frame_page& frame_regions::acquire(frame_heap& owner, unsigned size_class) {
  unlocked_guard guard{lock_};
  if (with_dirty_.empty() && with_clean_.empty()) {
    guard.unlock();
    frame_region& added = map_region();
    guard.lock();
    ++regions_;
    ++unused_;
    all_.push_front(added);
    with_clean_.push_back(added);
  }
  frame_region& region = with_dirty_.empty() ? *with_clean_.first() : *with_dirty_.first();
  const bool dirty = !with_dirty_.empty();
  const auto index = static_cast<unsigned>(std::countr_zero(dirty ? region.free & region.dirty : region.free));
  change(region, [&] {
    region.free &= ~(1U << index);
    region.dirty &= ~(1U << index);
  });
  if (dirty) --kept_;
  ++in_use_;
  region.owners[index] = &owner;
  frame_page& page = region.pages[index];
  page.free = page.returned = nullptr;
  page.blocks = region.begin(index);
  page.size_class = static_cast<std::uint8_t>(size_class);
  page.block_bytes = static_cast<std::uint16_t>(frame_class_bytes(size_class));
  page.capacity = static_cast<std::uint16_t>((region.end(index) - page.blocks) / page.block_bytes);
  page.in_use.store(0, std::memory_order_relaxed);
  guard.unlock();
  poison(page.blocks, static_cast<std::size_t>(region.end(index) - page.blocks));
  return page;
}

void frame_regions::release(frame_page& page) noexcept {
  frame_region& region = frame_region::of(&page);
  const std::uint32_t bit = 1U << (&page - region.pages.data());
  unlocked_guard guard{lock_};
  if (visits_ != 0) {
    region.held |= bit;
    return;
  }
  make_free(region, bit);
  trim(guard);
}

void frame_regions::begin_visit() noexcept {
  const std::lock_guard guard{lock_};
  ++visits_;
}

void frame_regions::end_visit() noexcept {
  unlocked_guard guard{lock_};
  if (--visits_ != 0) return;
  for (frame_region* region = all_.first(); region != nullptr; region = region->next) {
    if (region->held != 0) make_free(*region, std::exchange(region->held, 0));
  }
  trim(guard);
}

void frame_regions::add_statistics(frame_pool_statistics& sum) noexcept {
  const std::lock_guard guard{lock_};
  sum.bytes_mapped += regions_ * frame_region::bytes;
  sum.pages_in_use += in_use_;
  sum.pages_kept += kept_;
}

frame_regions::free_list* frame_regions::list_of(const frame_region& region) noexcept {
  if (region.free == 0) return nullptr;
  return (region.free & region.dirty) != 0 ? &with_dirty_ : &with_clean_;
}

// Applies a change to the masks and moves the region to the list where it belongs then.
template <class Change>
void frame_regions::change(frame_region& region, Change apply) noexcept {
  free_list* before = list_of(region);
  if (region.unused()) --unused_;
  apply();
  free_list* after = list_of(region);
  if (region.unused()) ++unused_;
  if (before == after && !region.unused()) return;
  if (before != nullptr) before->remove(region);
  if (after == nullptr) return;
  if (region.unused())
    after->push_back(region);
  else
    after->push_front(region);
}

void frame_regions::make_free(frame_region& region, std::uint32_t pages) noexcept {
  change(region, [&] {
    region.free |= pages;
    region.dirty |= pages;
  });
  const auto count = static_cast<std::size_t>(std::popcount(pages));
  kept_ += count;
  in_use_ -= count;
  for (; pages != 0; pages &= pages - 1)
    region.pages[static_cast<unsigned>(std::countr_zero(pages))].handed_out.store(0, std::memory_order_relaxed);
}

void frame_regions::trim(unlocked_guard& guard) noexcept {
  const bool started = kept_ > most_kept;
  while (visits_ == 0) {
    // Only a visit leaves a region that is unused and clean.
    if (!with_clean_.empty() && drop_if_unused(*with_clean_.last(), guard)) continue;
    const bool pages_due = started && kept_ > few_kept;
    if (!pages_due && unused_ <= most_unused) return;
    frame_region& region = *with_dirty_.last();
    if (drop_if_unused(region, guard)) continue;
    const std::uint32_t pages = region.free & region.dirty;
    kept_ -= static_cast<std::size_t>(std::popcount(pages));
    change(region, [&] {
      region.free &= ~pages;
      region.dirty &= ~pages;
    });
    guard.unlock();
    discard(region, pages);
    guard.lock();
    change(region, [&] { region.free |= pages; });
  }
}

bool frame_regions::drop_if_unused(frame_region& region, unlocked_guard& guard) noexcept {
  if (!region.unused()) return false;
  list_of(region)->remove(region);
  all_.remove(region);
  --regions_;
  --unused_;
  kept_ -= static_cast<std::size_t>(std::popcount(region.dirty));
  guard.unlock();
  unmap_region(region);
  guard.lock();
  return true;
}

}  // namespace actors::inline v1::detail
