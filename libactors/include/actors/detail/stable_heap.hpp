// stable_heap: where a priority_queue keeps its values: a binary heap; of equal ones the first that came goes first.
#pragma once

#include <actors/detail/channel_state.hpp>
#include <actors/detail/queue_items.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

/// `Before(a, b)`: a is taken before b; it must not throw. Values are moved with T's move constructor alone. Each has
/// the number of its arrival beside it, which decides between equal ones: 64 bits of it are enough for ever.
///
/// Invariant, outside of calls: no entry comes before its parent (that of i is (i - 1) / 2).
template <class T, class Before>
class stable_heap {
 public:
  explicit stable_heap(Before before = Before{}) : before_{std::move(before)} {}

  std::size_t size() const noexcept { return entries_.size(); }
  bool has_room() const noexcept { return entries_.size() != entries_.capacity(); }
  void reserve_one() { make_room(entries_, 1); }

  void push(T&& value) noexcept {
    std::size_t at = entries_.size();
    entries_.emplace_back(std::move(value), next_++);
    if (at == 0 || !comes_before(entries_[at], entries_[(at - 1) / 2])) return;
    entry moving{std::move(entries_[at])};
    do {
      const std::size_t parent = (at - 1) / 2;
      replace(entries_[at], entries_[parent]);
      at = parent;
    } while (at != 0 && comes_before(moving, entries_[(at - 1) / 2]));
    replace(entries_[at], moving);
  }

  void take(std::optional<T>& into) noexcept {
    into.emplace(std::move(entries_.front().value));
    if (entries_.size() == 1) {
      entries_.pop_back();
      return;
    }
    entry last{std::move(entries_.back())};
    entries_.pop_back();
    fill_the_front(last);
    give_memory_back(entries_);
  }

 private:
  struct entry {
    entry(T&& of, std::uint64_t arrival) noexcept : value{std::move(of)}, number{arrival} {}
    T value;
    std::uint64_t number;
  };

  bool comes_before(const entry& a, const entry& b) const noexcept {
    if (before_(a.value, b.value)) return true;
    return a.number < b.number && !before_(b.value, a.value);
  }

  // The front has been moved from: children move up until `last` comes before both.
  void fill_the_front(entry& last) noexcept {
    const std::size_t count = entries_.size();
    std::size_t hole = 0;
    for (std::size_t child = 1; child < count; child = 2 * hole + 1) {
      if (child + 1 < count && comes_before(entries_[child + 1], entries_[child])) ++child;
      if (!comes_before(entries_[child], last)) break;
      replace(entries_[hole], entries_[child]);
      hole = child;
    }
    replace(entries_[hole], last);
  }

  // By the move constructor: values need no assignment.
  static void replace(entry& moved_from, entry& by) noexcept {
    std::destroy_at(&moved_from);
    std::construct_at(&moved_from, std::move(by));
  }

  std::vector<entry> entries_;
  std::uint64_t next_ = 0;
  [[no_unique_address]] Before before_;
};

}  // namespace actors::inline v1::detail
