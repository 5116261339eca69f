// local_queue: a worker's bounded queue: the owner pushes and pops at both ends, others steal half of it.
// After the run queue of Go's scheduler (runtime/proc.go), with C++ memory orders and a way to pop the newest entry.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/executor.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

/// Positions count for ever (modulo 2^32); the entries [head, tail) are full.
///   - `tail_` is written by the owner alone. Its store (release) publishes the entry; thieves load it with acquire.
///   - `head_` holds the head and, in its upper half, an epoch. Whoever takes entries from the front moves the head by
///     compare-and-swap; the owner changes the epoch when it takes one from the back. Both are acq_rel. A thief reads
///     head, then tail, then entries, before its swap: if the owner reused a slot or shortened the queue meanwhile, the
///     word has changed, the swap fails and what was read is discarded.
///   - A thief that loads the word after the owner's change of the epoch (acquire, of that release) sees the tail that
///     was stored before it.
///
/// `Capacity` is a power of two. Other ones than that of `local_queue` are for tests: tests/model runs through all that
/// an owner and thieves of a small queue can do, on weak memory.
template <std::uint32_t Capacity>
class basic_local_queue {
 public:
  static constexpr std::uint32_t capacity = Capacity;

  /// Owner: false when full.
  bool push(runnable& work) noexcept {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - position(head_.load(std::memory_order_acquire)) == capacity) return false;
    slots_[tail % capacity].store(&work, std::memory_order_relaxed);
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }

  /// Owner: the oldest entry, or null.
  runnable* pop() noexcept {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    std::uint64_t head = head_.load(std::memory_order_acquire);
    while (position(head) != tail) {
      runnable* work = slots_[position(head) % capacity].load(std::memory_order_relaxed);
      if (head_.compare_exchange_weak(head, moved(head, 1), std::memory_order_acq_rel, std::memory_order_acquire))
        return work;
    }
    return nullptr;
  }

  /// Owner: the newest entry, or null.
  runnable* pop_newest() noexcept {
    const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
    if (position(head_.load(std::memory_order_acquire)) == tail) return nullptr;
    tail_.store(tail - 1, std::memory_order_release);
    const std::uint32_t head = position(head_.fetch_add(one_epoch, std::memory_order_acq_rel));
    if (head != tail) return slots_[(tail - 1) % capacity].load(std::memory_order_relaxed);
    tail_.store(tail, std::memory_order_release);  // a thief was faster: it has them all
    return nullptr;
  }

  /// Owner, when full: takes half of the entries out as a chain (linked by `next`), its length in `count`.
  runnable* pop_half(std::size_t& count) noexcept {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    const std::uint32_t half = (tail_.load(std::memory_order_relaxed) - position(head)) / 2;
    std::array<runnable*, capacity / 2> taken;
    for (std::uint32_t i = 0; i != half; ++i)
      taken[i] = slots_[(position(head) + i) % capacity].load(std::memory_order_relaxed);
    // A thief was faster: there is room now, so nothing needs to go.
    if (half == 0 || !head_.compare_exchange_strong(head, moved(head, half), std::memory_order_acq_rel)) return nullptr;
    for (std::uint32_t i = 0; i + 1 != half; ++i) taken[i]->next = taken[i + 1];
    taken[half - 1]->next = nullptr;
    count = half;
    return taken[0];
  }

  /// Thief: moves half of this queue (rounded up) to `into`, which is the thief's own and empty, and returns one of
  /// them, or null where there was nothing.
  runnable* steal_into(basic_local_queue& into) noexcept {
    const std::uint32_t into_tail = into.tail_.load(std::memory_order_relaxed);
    std::uint64_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      const auto length = static_cast<std::int32_t>(tail_.load(std::memory_order_acquire) - position(head));
      if (length <= 0) return nullptr;
      const auto count = static_cast<std::uint32_t>(length - length / 2);
      if (count > capacity / 2) {  // head and tail were read at different times
        head = head_.load(std::memory_order_acquire);
        continue;
      }
      for (std::uint32_t i = 0; i != count; ++i) {
        runnable* work = slots_[(position(head) + i) % capacity].load(std::memory_order_relaxed);
        into.slots_[(into_tail + i) % capacity].store(work, std::memory_order_relaxed);
      }
      if (!head_.compare_exchange_strong(head, moved(head, count), std::memory_order_acq_rel,
                                         std::memory_order_acquire))
        continue;
      runnable* last = into.slots_[(into_tail + count - 1) % capacity].load(std::memory_order_relaxed);
      if (count > 1) into.tail_.store(into_tail + count - 1, std::memory_order_release);
      return last;
    }
  }

  /// Owner: the positions of the oldest entry (others may take it meanwhile) and behind the newest one.
  std::uint32_t first() const noexcept { return position(head_.load(std::memory_order_relaxed)); }
  std::uint32_t end() const noexcept { return tail_.load(std::memory_order_relaxed); }

  /// Any thread; exact for the owner, unless others steal.
  bool empty() const noexcept {
    const std::uint32_t head = position(head_.load(std::memory_order_acquire));
    return static_cast<std::int32_t>(tail_.load(std::memory_order_acquire) - head) <= 0;
  }

  /// Any thread, for reports: about how many there are.
  std::uint32_t length() const noexcept {
    const std::uint32_t head = position(unseen(head_).load(std::memory_order_acquire));
    const auto found = static_cast<std::int32_t>(unseen(tail_).load(std::memory_order_acquire) - head);
    return static_cast<std::uint32_t>(std::clamp(found, 0, static_cast<std::int32_t>(capacity)));
  }

 private:
  static constexpr std::uint64_t one_epoch = std::uint64_t{1} << 32;
  static std::uint32_t position(std::uint64_t head) noexcept { return static_cast<std::uint32_t>(head); }
  static std::uint64_t moved(std::uint64_t head, std::uint32_t by) noexcept {
    return (head & ~(one_epoch - 1)) | static_cast<std::uint32_t>(position(head) + by);
  }

  alignas(64) atomic<std::uint64_t> head_{0};
  alignas(64) atomic<std::uint32_t> tail_{0};
  std::array<atomic<runnable*>, capacity> slots_{};
};

/// A thousand tasks that are started side by side fit (docs/decisions/fork-join.md).
using local_queue = basic_local_queue<1024>;

}  // namespace actors::inline v1::detail
