// wait_lock: the lock of a source of waits, of which a cancellation may come to hold a pointer.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/link.hpp>
#include <actors/detail/spin_lock.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

/// A party notes the lock that its wait is under (`waiter::approach`). Whoever reads the note may be late: the party may
/// have gone on, and the source be gone. So it makes a `visit` before it looks a second time, and the destructor of the
/// lock waits until nobody visits (a visit is a matter of a few instructions).
///
/// Order: visits are counted by read-modify-writes, and the destructor looks by one. Either that comes first (release),
/// and the visitor that comes after it (acquire) sees that the note has changed: the destructor is called after the
/// party has let go of the source, so after it took its note back. Or it sees the visit, and waits for its end (release,
/// acquire). So do hazard pointers (Michael, "Hazard Pointers", 2004); here it is the one who frees that waits.
class alignas(link::note_bits + 1) wait_lock : public spin_lock {
 public:
  wait_lock() = default;
  ~wait_lock() { await_visitors(); }

 private:
  friend class wait_visit;

  /// Locks share counters: what a destructor waits for may be a visit to another one.
  static atomic<std::uint32_t>& visitors_of(const wait_lock* lock) noexcept;
  void await_visitors() noexcept;
};

/// While it lives the memory of `lock` is not freed, if it was a lock's to begin with, and that is found out by a look
/// at the note from within the visit. The pointer may dangle.
class wait_visit {
 public:
  explicit wait_visit(const wait_lock* lock) noexcept : visitors_{wait_lock::visitors_of(lock)} {
    visitors_.fetch_add(1, std::memory_order_acquire);
  }
  ~wait_visit() { visitors_.fetch_sub(1, std::memory_order_release); }
  wait_visit(const wait_visit&) = delete;
  wait_visit& operator=(const wait_visit&) = delete;

 private:
  atomic<std::uint32_t>& visitors_;
};

}  // namespace actors::inline v1::detail
