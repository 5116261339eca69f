// queue: work for tasks, taken in the order in which it was put. asyncio.Queue.
#pragma once

#include <actors/detail/queue_items.hpp>
#include <actors/sync/basic_queue.hpp>

#include <concepts>

namespace actors::inline v1 {

/// First in, first out. See `basic_queue`.
template <channel_value T>
class queue final : public basic_queue<T, detail::fifo_items<T>> {
 public:
  /// Holds up to `max_size` values; 0 or less: without limit.
  queue() noexcept : queue{0} {}
  explicit queue(std::integral auto max_size) noexcept : basic_queue<T, detail::fifo_items<T>>{max_size} {}
};

}  // namespace actors::inline v1
