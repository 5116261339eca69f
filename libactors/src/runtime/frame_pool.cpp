#include <actors/detail/frame_pool.hpp>

#include "frame_heap.hpp"
#include "frame_page.hpp"
#include "frame_region.hpp"
#include "frame_roots.hpp"
#include "large_frames.hpp"

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <utility>

namespace actors::inline v1::detail {

namespace {

// Constant-initialised and never destroyed: frames are freed until the very end of a program.
constinit frame_regions regions;
constinit large_frames large;

/// The heaps that no thread has. Any thread.
class heap_stock {
 public:
  frame_heap& take() {
    {
      const std::lock_guard guard{lock_};
      if (frame_heap* heap = unowned_) {
        unowned_ = heap->next_unowned;
        return *heap;
      }
    }
    return *new frame_heap;
  }
  void put(frame_heap& heap) noexcept {
    const std::lock_guard guard{lock_};
    heap.next_unowned = std::exchange(unowned_, &heap);
  }

 private:
  spin_lock lock_;
  frame_heap* unowned_ = nullptr;
};
constinit heap_stock stock;

void finish(void* block, std::size_t bytes, unsigned size_class) noexcept {
  unpoison(block, bytes);
  const std::size_t end = std::max(bytes, frame_head_bytes);
  poison(static_cast<std::byte*>(block) + end, frame_class_bytes(size_class) - end);
}

/// For a thread without a heap of its own: one that ends, or a simulated one.
void* allocate_once(unsigned size_class) {
  frame_heap& heap = stock.take();
  heap.attend();
  void* block = heap.current(size_class).take();
  const auto put = [&] {
    heap.leave(regions);
    stock.put(heap);
  };
  try {
    if (block == nullptr) block = heap.allocate(regions, size_class);
  } catch (...) {
    put();
    throw;
  }
  put();
  return block;
}

#if !ACTORS_SIMULATION

/// Stands for the heap of a thread that has none: nothing can be allocated from it, and no page is its own.
constinit frame_heap no_heap;

struct thread_heaps {
  frame_heap* active = &no_heap;  ///< attended by this thread
  frame_heap* resting = nullptr;  ///< belongs to this thread, attended by nobody: see frame_pool_rest
  bool ended = false;
};
// Without a destructor: it can be used until the thread is gone.
constinit thread_local thread_heaps here;

void end_thread() noexcept {
  frame_heap* heap = std::exchange(here.active, &no_heap);
  here.ended = true;
  if (heap == &no_heap) {
    heap = std::exchange(here.resting, nullptr);
    if (heap == nullptr) return;
    heap->attend();
  }
  heap->collect(regions, false);
  heap->drop_empty(regions);
  heap->leave(regions);
  stock.put(*heap);
}

/// Ends the use of the heap when the thread ends.
struct thread_end {
  thread_end() = default;
  thread_end(const thread_end&) = delete;
  thread_end& operator=(const thread_end&) = delete;
  ~thread_end() { end_thread(); }
};

void resume() noexcept {
  here.resting->attend();
  here.active = std::exchange(here.resting, nullptr);
}

[[gnu::noinline]] void* allocate_slowly(unsigned size_class) {
  if (here.active == &no_heap) {
    if (here.ended) return allocate_once(size_class);
    if (here.resting == nullptr) {
      thread_local thread_end at_end;
      static_cast<void>(at_end);
      here.resting = &stock.take();
    }
    resume();
    if (void* block = here.active->current(size_class).take()) return block;
  }
  return here.active->allocate(regions, size_class);
}

[[gnu::noinline]] void free_slowly(frame_page& page, frame_heap& owner, free_frame& block) noexcept {
  if (&owner == here.resting) resume();
  if (&owner != here.active) return owner.free_remotely(regions, page, block);
  if (page.give(block)) return;
  page.add_free(block, block);
  owner.give_back(regions, page, 1, true);
}

#endif

}  // namespace

[[gnu::used, gnu::retain]] constinit const frame_roots pool_roots{&regions, &large, &actors_debugger_tasks};

[[gnu::noinline]] void* frame_allocate(std::size_t bytes) {
#if ACTORS_SIMULATION
  const one_step undivided;  // what the pool does depends on what the process did before
#endif
  if (bytes > largest_pooled_frame) [[unlikely]]
    return large.allocate(bytes);
  const unsigned size_class = frame_class_of(bytes);
#if ACTORS_SIMULATION
  void* block = allocate_once(size_class);
#else
  frame_page& page = here.active->current(size_class);
  void* block = page.take();
  if (block == nullptr) block = page.take_new();
  if (block == nullptr) [[unlikely]]
    block = allocate_slowly(size_class);
#endif
  finish(block, bytes, size_class);
  return block;
}

[[gnu::noinline]] void frame_free(void* block) noexcept {
#if ACTORS_SIMULATION
  const one_step undivided;
#endif
  if (large_frames::owns(block)) [[unlikely]]
    return large.free(block);
  frame_region& region = frame_region::of(block);
  const unsigned index = frame_region::index_of(block);
  frame_page& page = region.pages[index];
  frame_heap& owner = *region.owners[index];
  auto& freed = *static_cast<free_frame*>(block);
  if constexpr (delays_reuse) {
    poison(static_cast<std::byte*>(block) + frame_head_bytes, page.block_bytes - frame_head_bytes);
  }
#if ACTORS_SIMULATION
  owner.free_remotely(regions, page, freed);
#else
  if (&owner != here.active || !page.give(freed)) [[unlikely]]
    free_slowly(page, owner, freed);
#endif
}

void frame_pool_rest() noexcept {
#if !ACTORS_SIMULATION
  if (here.active == &no_heap) return;
  here.resting = std::exchange(here.active, &no_heap);
  here.resting->leave(regions);
#endif
}

void for_each_frame(void (*visit)(void* head, void* context), void* context) {
  struct visiting {
    visiting() noexcept {
      regions.begin_visit();
      large.begin_visit();
    }
    visiting(const visiting&) = delete;
    visiting& operator=(const visiting&) = delete;
    ~visiting() {
      large.end_visit();
      regions.end_visit();
    }
  };
  const visiting guard;
  regions.for_each_page([&](frame_page& page, std::uint32_t count) {
    for (std::uint32_t i = 0; i != count; ++i) visit(page.blocks + std::size_t{i} * page.block_bytes, context);
  });
  large.for_each(visit, context);
}

frame_pool_statistics frame_statistics() noexcept {
  frame_pool_statistics sum;
  regions.begin_visit();
  regions.for_each_page([&](const frame_page& page, std::uint32_t) { sum.blocks_in_use += page.used(); });
  regions.end_visit();
  regions.add_statistics(sum);
  sum.large_blocks = large.count();
  return sum;
}

}  // namespace actors::inline v1::detail
