// priority_queue: work for tasks, of which the most urgent is taken first. asyncio.PriorityQueue.
#pragma once

#include <actors/detail/stable_heap.hpp>
#include <actors/sync/basic_queue.hpp>

#include <concepts>
#include <utility>

namespace actors::inline v1 {

/// The order of a `priority_queue` that says nothing else.
struct lowest_first {
  template <class T>
  bool operator()(const T& a, const T& b) const {
    return a < b;
  }
};

/// The lowest first, as in asyncio (and not the highest, as in std::priority_queue); of equal ones the one that was put
/// first. See `basic_queue`. A put and a get take time in the logarithm of the size.
///
/// `Compare(a, b)`: a is taken before b; a strict weak order. It is called with the lock of the queue, so it must be
/// short and must not use the queue; where it throws, the program ends.
template <channel_value T, class Compare = lowest_first>
requires std::predicate<const Compare&, const T&, const T&>
class priority_queue final : public basic_queue<T, detail::stable_heap<T, Compare>> {
  using items = detail::stable_heap<T, Compare>;

 public:
  /// Holds up to `max_size` values; 0 or less: without limit.
  priority_queue() : priority_queue{0} {}
  explicit priority_queue(std::integral auto max_size, Compare order = Compare{})
      : basic_queue<T, items>{max_size, items{std::move(order)}} {}
};

}  // namespace actors::inline v1
