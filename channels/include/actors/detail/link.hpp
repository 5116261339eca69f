// link: the first word of everything that can be queued: the next one in its queue, or under which lock it waits.
#pragma once

#include <actors/detail/atomic.hpp>

#include <cstdint>

namespace actors::inline v1 {

struct runnable;

namespace detail {

/// For whoever has the node it is a pointer, null or to the next one. A party that is in no queue notes something else
/// in it (`waiter`, which says how), and a cancellation looks at it at any time: so each access is atomic. The
/// pointers are relaxed: queues order them. Those of runnables have `note_bits` that are zero.
class link {
 public:
  static constexpr std::uintptr_t note_bits = 3;

  link() = default;
  link(runnable* to) noexcept : word_{as_word(to)} {}  // NOLINT(google-explicit-constructor): as a pointer
  link(const link&) = delete;
  link& operator=(runnable* to) noexcept {
    unseen(word_).store(as_word(to), std::memory_order_relaxed);
    return *this;
  }
  link& operator=(const link& other) noexcept { return *this = static_cast<runnable*>(other); }
  ~link() = default;

  operator runnable*() const noexcept {  // NOLINT(google-explicit-constructor): as a pointer
    return reinterpret_cast<runnable*>(unseen(word_).load(std::memory_order_relaxed));
  }
  runnable* operator->() const noexcept { return *this; }

  atomic<std::uintptr_t>& word() noexcept { return word_; }
  const atomic<std::uintptr_t>& word() const noexcept { return word_; }

 private:
  static std::uintptr_t as_word(runnable* to) noexcept { return reinterpret_cast<std::uintptr_t>(to); }
  atomic<std::uintptr_t> word_{0};
};

}  // namespace detail

}  // namespace actors::inline v1
