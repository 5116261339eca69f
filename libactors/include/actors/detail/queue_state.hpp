// queue_state: the typed part of a queue: what is queued, and the moves of values between who puts and who gets.
#pragma once

#include <actors/detail/queue_core.hpp>

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

namespace actors::inline v1::detail {

/// Where a queue keeps its values, and so their order. Not synchronised. `reserve_one` throws std::bad_alloc and
/// changes nothing then; after a `take` there is room for one. Moved from it is empty.
template <class I, class T>
concept queue_items = std::move_constructible<I> && requires(I& items, T& value, std::optional<T>& into) {
  { items.size() } -> std::convertible_to<std::size_t>;
  { items.has_room() } -> std::same_as<bool>;
  items.reserve_one();
  { items.push(std::move(value)) }
  noexcept;  // where there is room
  { items.take(into) }
  noexcept;  // where there is a value: moves the next one to `into`
};

/// What a step on a queue came to.
enum class queue_step : std::uint8_t { done, full, empty, shut, must_grow };

/// Memory is asked for with the lock, but only on the paths that may throw. What is destroyed with the lock has been
/// moved from.
template <class T, queue_items<T> Items>
class queue_state final : public queue_core {
 public:
  using value_type = T;

  queue_state(std::size_t limit, Items&& storage) noexcept : queue_core{limit}, items_{std::move(storage)} {}

  /// True: `value` was moved to one who waits for it, or queued. Where it must wait, was refused, or there is no memory
  /// at hand, nothing has happened. `number` is that of the calling thread.
  bool put_at_once(T& value, std::uint8_t number) noexcept {
    wait_node* getter = nullptr;
    {
      const wait_lock::hold held{room_.lock, number};
      if (put(value, getter) != queue_step::done) return false;
    }
    wake(getter);
    return true;
  }

  /// `done`, `full` or `shut`. Throws std::bad_alloc, changing nothing.
  queue_step try_put(T& value) {
    wait_node* getter = nullptr;
    queue_step step;
    {
      const wait_lock::hold held{room_.lock};
      step = put_growing(value, getter);
    }
    wake(getter);
    return step;
  }

  /// Puts the value in `node.slot`, or lists the node to wait for room; says whether it is listed. Throws
  /// std::bad_alloc, changing nothing.
  bool enter_put(wait_node& node, waiter& who, std::coroutine_handle<> point) {
    wait_node* getter = nullptr;
    {
      waiter::wait_at_lock visit{who, room_.lock};
      const queue_step step = put_growing(*static_cast<T*>(node.slot), getter);
      if (step == queue_step::full) return room_.enlist(wait_kind::put_queue, node, visit, who, point);
      node.outcome = step == queue_step::done ? wait_outcome::delivered : wait_outcome::closed;
    }
    wake(getter);
    return false;
  }

  /// The same for a value that is taken.
  bool get_at_once(std::optional<T>& into, std::uint8_t number) noexcept {
    wait_node* putter = nullptr;
    {
      const wait_lock::hold held{room_.lock, number};
      if (get(into, putter) != queue_step::done) return false;
    }
    wake(putter);
    return true;
  }

  /// `done`, `empty` or `shut`.
  queue_step try_get(std::optional<T>& into) noexcept {
    wait_node* putter = nullptr;
    queue_step step;
    {
      const wait_lock::hold held{room_.lock};
      step = get(into, putter);
    }
    wake(putter);
    return step;
  }

  /// Takes a value into `*node.slot`, a std::optional<T>, or lists the node to wait for one.
  bool enter_get(wait_node& node, waiter& who, std::coroutine_handle<> point) noexcept {
    wait_node* putter = nullptr;
    {
      waiter::wait_at_lock visit{who, room_.lock};
      const queue_step step = get(*static_cast<std::optional<T>*>(node.slot), putter);
      if (step == queue_step::empty) return room_.enlist(wait_kind::get_queue, node, visit, who, point);
      node.outcome = step == queue_step::done ? wait_outcome::delivered : wait_outcome::closed;
    }
    wake(putter);
    return false;
  }

  void shut_down() noexcept {
    wake_batch woken;
    {
      const wait_lock::hold held{room_.lock};
      shut(woken);
    }
    woken.wake_all();
  }

  /// The same, and what is queued is destroyed, and counts as done.
  void shut_down_and_drop() noexcept {
    std::optional<Items> dropped;  // destroyed last: the destructor of a value may use the queue
    wake_batch woken;
    {
      const wait_lock::hold held{room_.lock};
      shut(woken);
      const std::size_t queued = size();
      dropped.emplace(std::move(items_));
      set_size(0);
      // Some of them may be done already: nobody checks that task_done comes after a get.
      finish(queued < unfinished() ? queued : unfinished(), woken);
    }
    woken.wake_all();
  }

 private:
  // With the lock, all of these.

  // Hands `value` to the first who waits for one (left in `getter`, to be woken), or queues it.
  queue_step put(T& value, wait_node*& getter) noexcept {
    if (shut_) [[unlikely]]
      return queue_step::shut;
    if (full()) return queue_step::full;
    getter = claim_front();
    if (getter != nullptr) {
      static_cast<std::optional<T>*>(getter->slot)->emplace(std::move(value));
      getter->outcome = wait_outcome::delivered;
    } else {
      if (!items_.has_room()) [[unlikely]]
        return queue_step::must_grow;
      items_.push(std::move(value));
      set_size(size() + 1);
    }
    count_one_more();
    return queue_step::done;
  }

  queue_step put_growing(T& value, wait_node*& getter) {
    const queue_step step = put(value, getter);
    if (step != queue_step::must_grow) return step;
    items_.reserve_one();
    return put(value, getter);
  }

  // Takes the next value, and admits the first who waits to put one (left in `putter`, to be woken).
  queue_step get(std::optional<T>& into, wait_node*& putter) noexcept {
    const std::size_t queued = size();
    if (queued == 0) return shut_ ? queue_step::shut : queue_step::empty;
    items_.take(into);
    putter = claim_front();
    if (putter == nullptr) [[likely]] {
      set_size(queued - 1);
    } else {
      items_.push(std::move(*static_cast<T*>(putter->slot)));
      putter->outcome = wait_outcome::delivered;
      count_one_more();
    }
    return queue_step::done;
  }

  // Without the lock. The frame of the party may be gone when it returns.
  static void wake(wait_node* served) noexcept {
    if (served != nullptr) [[unlikely]]
      served->who->wake();
  }

  Items items_;
};

}  // namespace actors::inline v1::detail
