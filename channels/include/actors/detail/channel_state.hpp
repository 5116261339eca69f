// channel_state: the typed part of a channel: its buffer and the moves of values between the two sides.
#pragma once

#include <actors/detail/channel_core.hpp>
#include <actors/detail/ring_buffer.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// How many items a value counts for against a channel's capacity. Specialise it for values that carry several items.
template <class T>
struct item_weight {
  static constexpr std::size_t of(const T&) noexcept { return 1; }
};

}  // namespace actors::inline v1

namespace actors::inline v1::detail {

/// For `more` values behind those that are there; doubles where it must grow.
template <class T>
void make_room(std::vector<T>& values, std::size_t more) {
  const std::size_t needed = values.size() + more;
  if (needed <= values.capacity()) return;
  const std::size_t twice = 2 * values.capacity();
  values.reserve(needed < twice ? twice : needed);
}

/// What a step on a channel came to: `suspended` means the waiter is listed and belongs to the channel now.
enum class channel_step : std::uint8_t { done, not_ready, closed, cancelled, suspended };

template <class T>
class channel_state final : public channel_core {
 public:
  explicit channel_state(std::size_t capacity) noexcept : channel_core{capacity} {}

  /// Sends `value` (moved from only when the answer is `done`) without waiting. Throws std::bad_alloc.
  channel_step try_send(T& value) {
    wait_node* receiver = nullptr;
    {
      const wait_lock::hold guard{lock_};
      const channel_step step = put(value, receiver);
      if (receiver == nullptr) return step;
    }
    receiver->who->wake();
    return channel_step::done;
  }

  /// Sends `value`, or lists `node` to wait for room. `node.slot` is the value. Throws std::bad_alloc.
  channel_step send(wait_node& node, waiter& who, std::coroutine_handle<> point) {
    wait_node* receiver = nullptr;
    {
      waiter::wait_at_lock visit{who, lock_};
      const channel_step step = put(*static_cast<T*>(node.slot), receiver);
      if (receiver == nullptr) {
        if (step != channel_step::not_ready) return step;
        return enlist(waiting_senders_, node, visit, who, point) ? channel_step::suspended : channel_step::cancelled;
      }
    }
    receiver->who->wake();
    return channel_step::done;
  }

  channel_step try_receive(std::optional<T>& into) {
    wake_batch woken;
    channel_step step;
    {
      const wait_lock::hold guard{lock_};
      step = take(into, woken);
    }
    woken.wake_all();
    return step;
  }

  /// Takes up to `most` values without waiting, and appends them; gives their number. Throws std::bad_alloc before it
  /// takes any.
  std::size_t take_more(std::vector<T>& into, std::size_t most) {
    if (most == 0) return 0;
    const std::size_t there = size();
    make_room(into, there < most ? there + 1 : most);
    const std::size_t room = into.capacity() - into.size();
    const std::size_t limit = room < most ? room : most;
    wake_batch woken;
    std::size_t taken = 0;
    {
      const wait_lock::hold guard{lock_};
      for (std::optional<T> next; taken != limit && take(next, woken) == channel_step::done; ++taken)
        into.push_back(*std::move(next));
    }
    woken.wake_all();
    return taken;
  }

  /// Receives into `*node.slot` (a std::optional<T>), or lists `node` to wait for a value.
  channel_step receive(wait_node& node, waiter& who, std::coroutine_handle<> point) {
    wake_batch woken;
    channel_step step;
    {
      waiter::wait_at_lock visit{who, lock_};
      step = take(*static_cast<std::optional<T>*>(node.slot), woken);
      if (step == channel_step::not_ready)
        return enlist(waiting_receivers_, node, visit, who, point) ? channel_step::suspended : channel_step::cancelled;
    }
    woken.wake_all();
    return step;
  }

  // The steps of these operations, for those who hold the lock, or have done what it was held for.

  /// Hands `value` to a waiting receiver (left in `receiver`, to be woken) or buffers it.
  channel_step put(T& value, wait_node*& receiver) {
    if (closed_) return channel_step::closed;
    if (wait_node* node = waiting_receivers_.claim_front(lock_)) {
      static_cast<std::optional<T>*>(node->slot)->emplace(std::move(value));
      node->outcome = wait_outcome::delivered;
      receiver = node;
      return channel_step::done;
    }
    const std::size_t weight = item_weight<T>::of(value);
    // A sender that somebody else woke, and that has not withdrawn yet, keeps nobody out.
    if (!fits(weight) || (!waiting_senders_.empty() && waiting_senders_.live_front(lock_) != nullptr))
      return channel_step::not_ready;
    buffer_.reserve_one();
    buffer_.push_back(std::move(value));
    used_ += weight;
    return channel_step::done;
  }

  /// Takes the oldest value, from the buffer or from a waiting sender, and lets senders move up.
  channel_step take(std::optional<T>& into, wake_batch& woken) {
    if (!buffer_.empty()) {
      used_ -= item_weight<T>::of(buffer_.front());
      into.emplace(std::move(buffer_.front()));
      buffer_.pop_front();
      if (!waiting_senders_.empty()) admit_senders(woken);
      return channel_step::done;
    }
    if (wait_node* node = waiting_senders_.claim_front(lock_)) {
      into.emplace(std::move(*static_cast<T*>(node->slot)));
      node->outcome = wait_outcome::delivered;
      woken.add(*node);
      return channel_step::done;
    }
    return closed_ ? channel_step::closed : channel_step::not_ready;
  }

 private:
  void admit_senders(wake_batch& woken) noexcept override {
    while (wait_node* front = waiting_senders_.front()) {
      T& value = *static_cast<T*>(front->slot);
      const std::size_t weight = item_weight<T>::of(value);
      if (!fits(weight)) return;
      waiting_senders_.remove(*front);
      if (!front->claim(lock_)) continue;
      buffer_.reserve_one();
      buffer_.push_back(std::move(value));
      used_ += weight;
      front->outcome = wait_outcome::delivered;
      woken.add(*front);
    }
  }

  void drop_values() noexcept override {
    std::optional<ring_buffer<T>> values;
    const wait_lock::hold guard{lock_};
    values.emplace(std::move(buffer_));
    used_ = 0;
    // `guard` is released before `values` is destroyed: a value's destructor may use this very channel.
  }

  ring_buffer<T> buffer_;
};

}  // namespace actors::inline v1::detail
