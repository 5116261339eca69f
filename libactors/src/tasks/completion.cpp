#include <actors/detail/completion.hpp>
#include <actors/detail/spin_lock.hpp>

namespace actors::inline v1::detail {

/// The lock of the list, where it is not closed. `newest` may be changed while it is held.
class completion_list::holder {
 public:
  explicit holder(completion_list& list) noexcept : list_{list} {
    std::uintptr_t word = list_.word_.load(std::memory_order_acquire);
    for (;;) {
      if ((word & closed_bit) != 0) return;
      if ((word & locked_bit) != 0) {
        word = list_.wait_until_free();
      } else if (list_.word_.compare_exchange_weak(word, word | locked_bit, std::memory_order_acquire,
                                                   std::memory_order_acquire)) {
        newest = reinterpret_cast<completion*>(word);
        held_ = true;
        return;
      }
    }
  }
  ~holder() {
    if (held_) list_.word_.store(reinterpret_cast<std::uintptr_t>(newest), std::memory_order_release);
  }
  holder(const holder&) = delete;
  holder& operator=(const holder&) = delete;

  explicit operator bool() const noexcept { return held_; }

  void push(completion& entry) noexcept {
    entry.prev = nullptr;
    entry.next = newest;
    if (newest != nullptr) newest->prev = &entry;
    newest = &entry;
  }
  completion* find(bool (*done)(completion&, task_state&) noexcept) const noexcept {
    completion* entry = newest;
    while (entry != nullptr && entry->done != done) entry = entry->next;
    return entry;
  }

  completion* newest = nullptr;

 private:
  completion_list& list_;
  bool held_ = false;
};

std::uintptr_t completion_list::wait_until_free() const noexcept {
  std::uintptr_t word = word_.load(std::memory_order_acquire);
  for (unsigned round = 0; (word & locked_bit) != 0; ++round) {
    give_way(round);
    word = word_.load(std::memory_order_acquire);
  }
  return word;
}

bool completion_list::add_to_others(completion& entry) noexcept {
  holder held{*this};
  if (!held) return false;
  held.push(entry);
  return true;
}

bool completion_list::remove(completion& entry) noexcept {
  holder held{*this};
  if (!held) return false;
  (entry.prev != nullptr ? entry.prev->next : held.newest) = entry.next;
  if (entry.next != nullptr) entry.next->prev = entry.prev;
  return true;
}

completion* completion_list::find_or_add(completion& fresh) noexcept {
  holder held{*this};
  if (!held) return nullptr;
  if (completion* known = held.find(fresh.done)) return known;
  held.push(fresh);
  return &fresh;
}

completion* completion_list::find(bool (*done)(completion&, task_state&) noexcept) noexcept {
  holder held{*this};
  return held ? held.find(done) : nullptr;
}

void completion_list::visit(void (*look)(const completion& entry, void* context), void* context) noexcept {
  const holder held{*this};
  if (!held) return;
  for (const completion* each = held.newest; each != nullptr; each = each->next) look(*each, context);
}

completion* completion_list::turned_round(completion* newest) noexcept {
  completion* before = nullptr;
  while (newest != nullptr) {
    completion* after = newest->next;
    newest->next = before;
    before = newest;
    newest = after;
  }
  return before;
}

}  // namespace actors::inline v1::detail
