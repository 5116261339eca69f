#include "large_frames.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

namespace actors::inline v1::detail {

namespace {
constexpr std::align_val_t alignment{frame_region::page_bytes};
}

void* large_frames::allocate(std::size_t bytes) {
  void* memory = ::operator new(offset + bytes, alignment);
  auto& head = *::new (memory) header;
  std::memset(block_of(head), 0, frame_zeroed_bytes);
  const std::lock_guard guard{lock_};
  all_.push_front(head);
  ++count_;
  return block_of(head);
}

void large_frames::free(void* block) noexcept {
  auto& head = *reinterpret_cast<header*>(static_cast<std::byte*>(block) - offset);
  {
    const std::lock_guard guard{lock_};
    --count_;
    if (visits_ != 0) {
      head.next_freed = std::exchange(freed_, &head);
      return;
    }
    all_.remove(head);
  }
  ::operator delete(&head, alignment);
}

void large_frames::begin_visit() noexcept {
  const std::lock_guard guard{lock_};
  ++visits_;
}

void large_frames::end_visit() noexcept {
  header* freed = nullptr;
  {
    const std::lock_guard guard{lock_};
    if (--visits_ != 0) return;
    freed = std::exchange(freed_, nullptr);
    for (header* each = freed; each != nullptr; each = each->next_freed) all_.remove(*each);
  }
  while (freed != nullptr) ::operator delete(std::exchange(freed, freed->next_freed), alignment);
}

void large_frames::for_each(void (*visit)(void* head, void* context), void* context) {
  header* each = nullptr;
  {
    const std::lock_guard guard{lock_};
    each = all_.first();
  }
  // During a visit elements are only added, at the front: links to the next one do not change.
  for (; each != nullptr; each = each->next) visit(block_of(*each), context);
}

std::size_t large_frames::count() noexcept {
  const std::lock_guard guard{lock_};
  return count_;
}

}  // namespace actors::inline v1::detail
