// lifo_queue: work for tasks, of which the one that was put last is taken first. asyncio.LifoQueue.
#pragma once

#include <actors/detail/queue_items.hpp>
#include <actors/sync/basic_queue.hpp>

#include <concepts>

namespace actors::inline v1 {

/// Last in, first out. See `basic_queue`.
template <channel_value T>
class lifo_queue final : public basic_queue<T, detail::lifo_items<T>> {
 public:
  /// Holds up to `max_size` values; 0 or less: without limit.
  lifo_queue() noexcept : lifo_queue{0} {}
  explicit lifo_queue(std::integral auto max_size) noexcept : basic_queue<T, detail::lifo_items<T>>{max_size} {}
};

}  // namespace actors::inline v1
