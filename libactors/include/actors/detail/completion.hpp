// completion: the list of those who want to know that a task has ended.
#pragma once

#include <actors/detail/atomic.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

class task_state;

/// An entry in that list. `done` is called on the worker that ended the task, shortly before the task counts as done:
/// it may claim, wake and request cancellations, read `outcome()`, nothing else. Where it returns true it is called
/// once more, as soon as the task counts as done; then it may start tasks, and free its entry. Any other entry stays
/// where it is until the task counts as done, or until it was removed: whoever was woken waits for that
/// (`task_state::settle`), which is a matter of a few instructions.
struct completion {
  completion* next = nullptr;
  completion* prev = nullptr;
  bool (*done)(completion&, task_state&) noexcept = nullptr;
};

/// For reports: who waits for the end of the task by such an entry, if it is somebody.
struct awaiter_note {
  const task_state* party = nullptr;  ///< a task
  bool is_thread = false;
};

/// `word_` is the newest entry, `locked` while somebody changes the list, and `closed` from the end of the task on;
/// then it has room for the address of what a task keeps beyond its end.
///
/// Invariant: the links of the entries are changed under the lock; by `add` to an empty list also without it, as nobody
/// else has the entry yet.
/// Order: the lock is taken with acquire and given back with release, as the first entry is added; `close` takes what
/// all others did (acq_rel), and who finds the list closed sees what came before (acquire).
class completion_list {
 public:
  bool closed() const noexcept { return (word_.load(std::memory_order_acquire) & closed_bit) != 0; }

  /// False, changing nothing, where the list is closed.
  bool add(completion& entry) noexcept {
    std::uintptr_t word = 0;
    entry.next = nullptr;
    entry.prev = nullptr;
    if (word_.compare_exchange_strong(word, address_of(entry), std::memory_order_acq_rel, std::memory_order_acquire))
      return true;
    return add_to_others(entry);
  }
  /// Takes an entry out; false where the list was closed before: then the entry was told, or is being told.
  bool remove(completion& entry) noexcept;

  /// The entry with that function, or, where there is none, `fresh`, which is added. Null where the list is closed.
  completion* find_or_add(completion& fresh) noexcept;
  /// The entry with that function, or null.
  completion* find(bool (*done)(completion&, task_state&) noexcept) noexcept;

  /// For reports: calls `look` for each entry, with the lock of the list, and not at all where it is closed. `look` is
  /// quick, and does nothing else with the list.
  void visit(void (*look)(const completion& entry, void* context), void* context) noexcept;

  /// Ends the list and gives its entries, the oldest first, linked by `next`.
  completion* close() noexcept {
    std::uintptr_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
      if ((word & locked_bit) != 0) {
        word = wait_until_free();
      } else if (word_.compare_exchange_weak(word, closed_bit, std::memory_order_acq_rel, std::memory_order_relaxed)) {
        return oldest_first(word);
      }
    }
  }

  /// Open, and without an entry. Out of date at once, but for who adds all of them.
  bool empty() const noexcept { return word_.load(std::memory_order_relaxed) == 0; }
  /// Closed, and nothing was put there.
  bool is_bare() const noexcept { return word_.load(std::memory_order_acquire) == closed_bit; }
  /// Of a closed list: what was put there, or null. `keep` is false where something is there already.
  void* kept() const noexcept {
    return reinterpret_cast<void*>(word_.load(std::memory_order_acquire) & ~(closed_bit | locked_bit));
  }
  bool keep(void* address) noexcept {
    std::uintptr_t word = closed_bit;
    return word_.compare_exchange_strong(word, reinterpret_cast<std::uintptr_t>(address) | closed_bit,
                                         std::memory_order_acq_rel, std::memory_order_acquire);
  }

 private:
  friend struct task_offsets;
  class holder;
  static constexpr std::uintptr_t locked_bit = 1;
  static constexpr std::uintptr_t closed_bit = 2;
  static std::uintptr_t address_of(completion& entry) noexcept { return reinterpret_cast<std::uintptr_t>(&entry); }
  static completion* oldest_first(std::uintptr_t newest) noexcept {
    auto* entry = reinterpret_cast<completion*>(newest);
    return entry == nullptr || entry->next == nullptr ? entry : turned_round(entry);
  }
  static completion* turned_round(completion* newest) noexcept;
  bool add_to_others(completion& entry) noexcept;
  std::uintptr_t wait_until_free() const noexcept;

  atomic<std::uintptr_t> word_{0};
};

}  // namespace actors::inline v1::detail
