// frame_pool: the memory of coroutine frames: a heap for each thread, with classes of sizes, that gives memory back.
// After mimalloc (Leijen, Zorn, de Moura: "Mimalloc: Free List Sharding in Action", 2019), written for this one use.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>

namespace actors::inline v1::detail {

/// What the pool does with a block that is free again: it writes the link of a free list over the pointer at
/// `frame_link_offset` (in a task that is `runnable::next`), and leaves the rest of the first `frame_head_bytes` as
/// they are. So `for_each_frame` can show the heads of all blocks while others allocate and free.
inline constexpr std::size_t frame_link_offset = 0;
inline constexpr std::size_t frame_head_bytes = 64;
/// So much of a block is zero when it is handed out for the first time; a block that was in use before is as it was
/// left. A visitor of `for_each_frame` never sees a head that is neither.
inline constexpr std::size_t frame_zeroed_bytes = 128;
/// Larger blocks come from the global operator new, in some hundred nanoseconds.
inline constexpr std::size_t largest_pooled_frame = 8192;

/// A block of at least `bytes` and at least `frame_zeroed_bytes`, aligned to 16; to 64 where `bytes` is a multiple of
/// 64, and where it is larger than `largest_pooled_frame`. Throws std::bad_alloc. Any thread, also in a destructor of a
/// thread-local or static object. Not inlined: a coroutine can change its thread at every suspension, and compilers
/// keep addresses of thread-local variables across them.
[[nodiscard]] void* frame_allocate(std::size_t bytes);

/// Gives a block back. Any thread. Everything that was done with it happens before its next owner gets it.
void frame_free(void* block) noexcept;

/// The calling thread is about to sleep: until it allocates or frees again, blocks of its heap that other threads free
/// are given back by them, instead of lying there until it wakes. Costs two atomic operations, and one afterwards.
void frame_pool_rest() noexcept;

/// Calls `visit(head, context)` for every block that was handed out before the call and is in use, and for some that
/// are free (again). Others go on allocating and freeing; the visitor may too. A block whose memory went back to the
/// system is not shown, and until the end of the call none goes back. What the visitor reads of a head must be atomic,
/// as its owner may change it meanwhile; so the owner of a reused block may not just construct that part anew.
void for_each_frame(void (*visit)(void* head, void* context), void* context);

/// The same for any callable.
template <class Visitor>
void for_each_frame(Visitor&& visitor) {
  using callable = std::remove_reference_t<Visitor>;
  for_each_frame([](void* head, void* context) { (*static_cast<callable*>(context))(head); },
                 const_cast<void*>(static_cast<const void*>(std::addressof(visitor))));
}

/// Sums over all threads. Exact when nobody allocates or frees meanwhile, but for this: blocks that other threads freed
/// count as in use until their heap has seen it (at the next allocation that finds nothing free, or `frame_pool_rest`).
struct frame_pool_statistics {
  std::size_t bytes_mapped = 0;   ///< asked of the system, touched or not, without large blocks
  std::size_t pages_in_use = 0;   ///< of 64 KiB, that belong to a heap
  std::size_t pages_kept = 0;     ///< that belong to none and were not given back to the system
  std::size_t blocks_in_use = 0;  ///< without large ones
  std::size_t large_blocks = 0;   ///< in use
};
frame_pool_statistics frame_statistics() noexcept;

}  // namespace actors::inline v1::detail
