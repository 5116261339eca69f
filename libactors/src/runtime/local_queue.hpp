// local_queue: a worker's bounded queue: the owner pushes and pops, others steal half of it.
// After the run queue of Go's scheduler (runtime/proc.go), with C++ memory orders.
#pragma once

#include <actors/executor.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

/// First in, first out. `head_` and `tail_` count for ever; entries [head, tail) are full.
///   - `tail_` is written by the owner alone. Its store publishes the entry (release, pairs with the acquire loads of
///     thieves); it is seq_cst because a push is followed by a look at the sleepers, and a worker that goes to sleep
///     looks at this queue after it has announced itself: in one total order, one of the two sees the other.
///   - `head_` is moved by compare-and-swap (acq_rel) by whoever takes entries. A thief reads entries before its swap;
///     if the owner has reused a slot meanwhile, `head_` has moved and the swap fails, so what was read is discarded.
class local_queue {
 public:
  static constexpr std::uint32_t capacity = 256;

  /// Owner: false when full.
  bool push(runnable& work) noexcept {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == capacity) return false;
    slots_[tail % capacity].store(&work, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_seq_cst);
    return true;
  }

  /// Owner: the oldest entry, or null.
  runnable* pop() noexcept {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    std::uint32_t head = head_.load(std::memory_order_acquire);
    while (head != tail) {
      runnable* work = slots_[head % capacity].load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(head, head + 1, std::memory_order_acq_rel, std::memory_order_acquire))
        return work;
    }
    return nullptr;
  }

  /// Owner, when full: takes half of the entries out as a chain (linked by `next`), its length in `count`.
  runnable* pop_half(std::size_t& count) noexcept {
    std::uint32_t head = head_.load(std::memory_order_acquire);
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    const std::uint32_t half = (tail - head) / 2;
    std::array<runnable*, capacity / 2> taken;
    for (std::uint32_t i = 0; i != half; ++i) taken[i] = slots_[(head + i) % capacity].load(std::memory_order_relaxed);
    // A thief was faster: there is room now, so nothing needs to go.
    if (half == 0 || !head_.compare_exchange_strong(head, head + half, std::memory_order_acq_rel)) return nullptr;
    for (std::uint32_t i = 0; i + 1 != half; ++i) taken[i]->next = taken[i + 1];
    taken[half - 1]->next = nullptr;
    count = half;
    return taken[0];
  }

  /// Thief: moves half of this queue (rounded up) to `into`, which is the thief's own and empty, and returns one of
  /// them, or null where there was nothing.
  runnable* steal_into(local_queue& into) noexcept {
    const std::uint32_t into_tail = into.tail_.load(std::memory_order_relaxed);
    std::uint32_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      const std::uint32_t tail = tail_.load(std::memory_order_acquire);
      std::uint32_t count = tail - head;
      count -= count / 2;
      if (count == 0) return nullptr;
      if (count > capacity / 2) {  // head and tail were read at different times
        head = head_.load(std::memory_order_acquire);
        continue;
      }
      for (std::uint32_t i = 0; i != count; ++i) {
        runnable* work = slots_[(head + i) % capacity].load(std::memory_order_relaxed);
        into.slots_[(into_tail + i) % capacity].store(work, std::memory_order_relaxed);
      }
      if (!head_.compare_exchange_strong(head, head + count, std::memory_order_acq_rel, std::memory_order_acquire))
        continue;
      runnable* last = into.slots_[(into_tail + count - 1) % capacity].load(std::memory_order_relaxed);
      if (count > 1) into.tail_.store(into_tail + count - 1, std::memory_order_seq_cst);
      return last;
    }
  }

  /// Any thread.
  bool empty() const noexcept { return head_.load(std::memory_order_seq_cst) == tail_.load(std::memory_order_seq_cst); }

 private:
  alignas(64) std::atomic<std::uint32_t> head_{0};
  alignas(64) std::atomic<std::uint32_t> tail_{0};
  std::array<std::atomic<runnable*>, capacity> slots_{};
};

}  // namespace actors::inline v1::detail
