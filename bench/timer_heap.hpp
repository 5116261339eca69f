// timer_heap: a 4-ary heap of deadlines from which any timer can be taken out: what the runtime's wheel is compared to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace bench {

class timer_heap {
 public:
  struct timer {
    std::int64_t deadline = 0;
    std::size_t position = not_queued;
  };

  void insert(timer& pending) {
    heap_.emplace_back();
    sift_up(heap_.size() - 1, {pending.deadline, &pending});
  }
  void remove(timer& pending) noexcept {
    if (pending.position != not_queued) erase(pending.position);
  }
  /// A timer that is due at `now`, taken out; or null.
  timer* take(std::int64_t now) noexcept {
    if (heap_.empty() || heap_.front().deadline > now) return nullptr;
    timer* due = heap_.front().what;
    erase(0);
    return due;
  }

 private:
  static constexpr std::size_t not_queued = SIZE_MAX;
  static constexpr std::size_t arity = 4;

  struct entry {
    std::int64_t deadline;
    timer* what;
  };

  void place(std::size_t position, entry e) noexcept {
    heap_[position] = e;
    e.what->position = position;
  }
  void sift_up(std::size_t position, entry e) noexcept {
    while (position != 0) {
      const std::size_t parent = (position - 1) / arity;
      if (heap_[parent].deadline <= e.deadline) break;
      place(position, heap_[parent]);
      position = parent;
    }
    place(position, e);
  }
  void sift_down(std::size_t position, entry e) noexcept {
    for (;;) {
      const std::size_t first = position * arity + 1;
      if (first >= heap_.size()) break;
      std::size_t best = first;
      for (std::size_t child = first + 1; child < first + arity && child < heap_.size(); ++child)
        if (heap_[child].deadline < heap_[best].deadline) best = child;
      if (heap_[best].deadline >= e.deadline) break;
      place(position, heap_[best]);
      position = best;
    }
    place(position, e);
  }
  void erase(std::size_t position) noexcept {
    heap_[position].what->position = not_queued;
    const entry last = heap_.back();
    heap_.pop_back();
    if (position == heap_.size()) return;
    if (position != 0 && last.deadline < heap_[(position - 1) / arity].deadline)
      sift_up(position, last);
    else
      sift_down(position, last);
  }

  std::vector<entry> heap_;
};

}  // namespace bench
