#include "timer_queue.hpp"

#include <mutex>

namespace actors::inline v1::detail {

namespace {
constexpr std::size_t arity = 4;
}

bool timer_queue::insert(timer& pending, waiter* who) {
  const std::lock_guard guard{lock_};
  if (heap_.size() == heap_.capacity()) heap_.reserve(heap_.empty() ? 16 : 2 * heap_.size());
  if (who != nullptr && !who->arm()) return false;
  heap_.emplace_back();
  sift_up(heap_.size() - 1, {pending.deadline.time_since_epoch().count(), &pending});
  publish();
  return true;
}

void timer_queue::remove(timer& pending) noexcept {
  const std::lock_guard guard{lock_};
  if (pending.position == timer::not_queued) return;
  erase(pending.position);
  publish();
}

void timer_queue::fire_due(steady_time now) noexcept {
  const std::int64_t limit = now.time_since_epoch().count();
  if (next() > limit) return;
  const std::lock_guard guard{lock_};
  while (!heap_.empty() && heap_.front().deadline <= limit) {
    timer& due = *heap_.front().what;
    erase(0);
    due.fire(due);  // the timer may be gone afterwards
  }
  publish();
}

void timer_queue::place(std::size_t position, entry e) noexcept {
  heap_[position] = e;
  e.what->position = static_cast<std::uint32_t>(position);
}

void timer_queue::sift_up(std::size_t position, entry e) noexcept {
  while (position != 0) {
    const std::size_t parent = (position - 1) / arity;
    if (heap_[parent].deadline <= e.deadline) break;
    place(position, heap_[parent]);
    position = parent;
  }
  place(position, e);
}

void timer_queue::sift_down(std::size_t position, entry e) noexcept {
  for (;;) {
    const std::size_t first = position * arity + 1;
    if (first >= heap_.size()) break;
    std::size_t best = first;
    for (std::size_t child = first + 1; child < first + arity && child < heap_.size(); ++child) {
      if (heap_[child].deadline < heap_[best].deadline) best = child;
    }
    if (heap_[best].deadline >= e.deadline) break;
    place(position, heap_[best]);
    position = best;
  }
  place(position, e);
}

void timer_queue::erase(std::size_t position) noexcept {
  heap_[position].what->position = timer::not_queued;
  const entry last = heap_.back();
  heap_.pop_back();
  if (position != heap_.size()) {
    if (position != 0 && last.deadline < heap_[(position - 1) / arity].deadline)
      sift_up(position, last);
    else
      sift_down(position, last);
  }
  // The memory of a burst is given back once little of it is used.
  if (heap_.capacity() > 4096 && heap_.size() < heap_.capacity() / 8) heap_.shrink_to_fit();
}

void timer_queue::publish() noexcept {
  const std::int64_t soonest = heap_.empty() ? never : heap_.front().deadline;
  if (soonest != next_.load(std::memory_order_relaxed)) next_.store(soonest, std::memory_order_seq_cst);
}

}  // namespace actors::inline v1::detail
