// In place of the library's header of this name: wait_lock.hpp and wait_lock.cpp, line by line, with one counter for all
// locks, and with notes of who uses what when.
#pragma once

#include "../../../shared.hpp"

#include <cstdint>

namespace actors::inline v1::detail {

class alignas(4) wait_lock {
 public:
  explicit wait_lock(model::atomic<std::uint32_t>& visitors) : visitors_{visitors} {}

  void lock() {
    model::expect(freed_.get() == 0, "the lock of a source that is gone is taken");
    lock_.lock();
  }
  void unlock() {
    model::expect(freed_.get() == 0, "the lock of a source that is gone is given back");
    uses_.set(uses_.get() + 1);
    uses_seen_.set(uses_.get());
    lock_.unlock();
  }
  /// The destructor.
  void free() {
    await_visitors();
    model::expect(uses_.get() == uses_seen_.get(), "a source is freed by one who has not seen what others did there");
    freed_.set(1);
  }

 private:
  friend class wait_visit;

  void await_visitors() {
    if (visitors_.fetch_add(0, std::memory_order_acq_rel) == 0) return;
    for (;;) {
      const std::uint32_t visitors = visitors_.load(std::memory_order_acquire);
      if (visitors == 0) return;
      model::futex_wait(visitors_, visitors, false);
    }
  }

  model::spin_lock lock_;
  model::atomic<std::uint32_t>& visitors_;
  model::guarded<int> freed_{0};
  model::guarded<int> uses_{0};
  model::plain<int> uses_seen_{0};  ///< as far as a thread can see
};

class wait_visit {
 public:
  explicit wait_visit(const wait_lock* lock) : visitors_{lock->visitors_} {
    visitors_.fetch_add(1, std::memory_order_acquire);
  }
  ~wait_visit() {
    visitors_.fetch_sub(1, std::memory_order_release);
    model::futex_wake_one(visitors_);  // in place of the loop in await_visitors
  }

 private:
  model::atomic<std::uint32_t>& visitors_;
};

}  // namespace actors::inline v1::detail
