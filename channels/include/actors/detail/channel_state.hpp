// channel_state: the typed part of a channel: its buffer and the moves of values between the two sides.
#pragma once

#include <actors/detail/channel_core.hpp>
#include <actors/detail/ring_buffer.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// How many items a value counts for against a channel's capacity. Specialise it for values that carry several items.
template <class T>
struct item_weight {
  using plain = item_weight;  ///< for the library: this one is not specialised
  static constexpr std::size_t of(const T&) noexcept { return 1; }
};

}  // namespace actors::inline v1

namespace actors::inline v1::detail {

/// Whether values of that type are one item each.
template <class T>
inline constexpr bool is_one_item = requires {
  requires std::is_same_v<typename item_weight<T>::plain, item_weight<T>>;
};

/// For `more` values behind those that are there; doubles where it must grow.
template <class T>
void make_room(std::vector<T>& values, std::size_t more) {
  const std::size_t needed = values.size() + more;
  if (needed <= values.capacity()) return;
  const std::size_t twice = 2 * values.capacity();
  values.reserve(needed < twice ? twice : needed);
}

/// A value on its way through one delivery or more.
template <class T>
struct delivered_value final : returned_value {
  delivered_value() = default;
  ~delivered_value() noexcept override {}  // NOLINT(modernize-use-equals-default): also where T's may throw
  std::optional<T> value;
};

template <class T>
class channel_state final : public channel_core {
 public:
  channel_state(std::size_t capacity, overflow policy, const channel_birth& born = {})
      : channel_core{capacity, policy, born} {}

  // What most sends and receives come to, short enough to be a part of each coroutine that awaits one: where the thread
  // uses the channel alone, and nobody else waits, an item goes into the buffer or comes out of it. Where it is not so
  // they change nothing and say false. (Were they called, the call would cost as much as they do.) `number` is that of
  // the calling thread.

  [[gnu::always_inline]] bool send_at_once(T& value, std::uint8_t number) noexcept {
    if (!is_one_item<T> || !mostly_plain_) return false;
    held_note* const noted_in = lock_.lock_at_once(number);
    if (noted_in == nullptr) return false;
    const bool goes = sends_plainly() && buffer_.has_room();
    if (goes) {
      buffer_.push_back(std::move(value));
      ++used_;
    }
    wait_lock::unlock_biased(*noted_in);
    return goes;
  }
  [[gnu::always_inline]] bool receive_at_once(std::optional<T>& into, std::uint8_t number) noexcept {
    if (!is_one_item<T> || !mostly_plain_) return false;
    held_note* const noted_in = lock_.lock_at_once(number);
    if (noted_in == nullptr) return false;
    const bool comes = receives_plainly() && buffer_.stays();
    if (comes) {
      into.emplace(std::move(buffer_.front()));
      buffer_.drop_front();
      --used_;
    }
    wait_lock::unlock_biased(*noted_in);
    return comes;
  }

  /// Sends `value` (moved from only when the answer is `done`) without waiting. Throws std::bad_alloc.
  channel_step try_send(T& value) {
    if (drops()) [[unlikely]]
      return send_or_drop(value);
    wait_node* receiver = nullptr;
    {
      const wait_lock::hold guard{lock_};
      const channel_step step = put(value, receiver);
      if (receiver == nullptr) return step;
    }
    receiver->who->wake();
    return channel_step::done;
  }

  /// Sends `value`, or begins a node in `place` and lists it to wait for room. Throws std::bad_alloc.
  channel_step send(T& value, node_place& place, waiter& who, std::coroutine_handle<> point) {
    if (drops()) [[unlikely]]
      return send_or_drop(value);
    wait_node* receiver = nullptr;
    bool held = false;
    {
      waiter::wait_at_lock visit{who, lock_};
      const channel_step step = put(value, receiver);
      if (receiver == nullptr)
        return step != channel_step::not_ready
                   ? step
                   : enlist(waiting_senders_, place, std::addressof(value), visit, who, point);
      if (receiver->open != nullptr && !receiver->open->acknowledges) [[unlikely]] {
        who.suspend_at(point);
        place.begin(who).outcome = wait_outcome::delivered;
        receiver->open->sender = &who;
        held = true;
      }
    }
    receiver->who->wake();
    // The end of the rendezvous decides this wait, and may have done so.
    return held && who.arm_shielded_unless_decided() ? channel_step::suspended : channel_step::done;
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

  /// Receives into `into`, or begins a node in `place` and lists it to wait for a value.
  channel_step receive(std::optional<T>& into, node_place& place, waiter& who, std::coroutine_handle<> point) {
    wake_batch woken;
    channel_step step;
    {
      waiter::wait_at_lock visit{who, lock_};
      step = take(into, woken);
      if (step == channel_step::not_ready) return enlist(waiting_receivers_, place, &into, visit, who, point);
    }
    woken.wake_all();
    return step;
  }

  /// The same for a receive that stays open. `need_rare_part` was called.
  channel_step receive_open(std::optional<T>& into, open_receive& open, node_place& place, waiter& who,
                            std::coroutine_handle<> point) {
    wake_batch woken;
    channel_step step;
    {
      waiter::wait_at_lock visit{who, lock_};
      step = take_rarely(into, woken, &open);
      if (step == channel_step::not_ready) {
        step = enlist(waiting_receivers_, place, &into, visit, who, point);
        if (step == channel_step::suspended) place.node().open = &open;
        return step;
      }
    }
    woken.wake_all();
    return step;
  }
  channel_step try_receive_open(std::optional<T>& into, open_receive& open) {
    wake_batch woken;
    channel_step step;
    {
      const wait_lock::hold guard{lock_};
      step = take_rarely(into, woken, &open);
    }
    woken.wake_all();
    return step;
  }

  /// A delivery that ends without being acknowledged: its value is there again, before all that came after it.
  void give_back(std::unique_ptr<delivered_value<T>> back) noexcept {
    wake_batch woken;
    {
      const wait_lock::hold guard{lock_};
      --rare_->unacknowledged;
      ++back->attempt;
      if (wait_node* node = waiting_receivers_.claim_front(lock_)) {
        if (node->open != nullptr) {
          node->open->ticket = back->ticket;
          node->open->attempt = back->attempt;
        }
        hand_over(*back->value, *node);
        woken.add(*node);
      } else if (receivers_left()) {
        rare_->returned.push(std::move(back));
      }
      end_receivers(woken);
    }
    woken.wake_all();
    // What nobody can receive any more is destroyed here.
  }

  // The steps of these operations, for those who hold the lock, or have done what it was held for.

  /// Hands `value` to a waiting receiver (left in `receiver`, to be woken) or buffers it.
  channel_step put(T& value, wait_node*& receiver) {
    if (closed_) return channel_step::closed;
    if (wait_node* node = waiting_receivers_.claim_front(lock_)) {
      hand_over(value, *node);
      receiver = node;
      return channel_step::done;
    }
    const std::size_t weight = item_weight<T>::of(value);
    // A sender that somebody else woke, and that has not withdrawn yet, keeps nobody out.
    if (!fits(weight) || !nobody_waits_for_room()) return channel_step::not_ready;
    keep(value, weight);
    return channel_step::done;
  }

  /// Takes the oldest value, from the buffer or from a waiting sender, and lets senders move up.
  channel_step take(std::optional<T>& into, wake_batch& woken) {
    if (rare_ != nullptr) [[unlikely]]
      return take_rarely(into, woken, nullptr);
    if (!buffer_.empty()) {
      take_buffered(into);
      if (!waiting_senders_.empty()) admit_senders(woken);
      return channel_step::done;
    }
    if (wait_node* node = waiting_senders_.claim_front(lock_)) {
      take_from(*node, into);
      woken.add(*node);
      return channel_step::done;
    }
    return closed_ ? channel_step::closed : channel_step::not_ready;
  }

  /// The same where there is a rare part; `open`: for a receive that stays open.
  [[gnu::noinline]] channel_step take_rarely(std::optional<T>& into, wake_batch& woken, open_receive* open) {
    rare_->unread = false;
    if (const std::unique_ptr<returned_value> back = rare_->returned.pop()) {
      into.emplace(*std::move(static_cast<delivered_value<T>&>(*back).value));
      if (open != nullptr) {
        open->ticket = back->ticket;
        open->attempt = back->attempt;
      }
    } else {
      if (!buffer_.empty()) {
        take_buffered(into);
      } else if (wait_node* node = waiting_senders_.claim_front(lock_)) {
        take_from(*node, into);
        // In a select, or with a limit of time, the sender has other things to do than to be held.
        if (open != nullptr && !open->acknowledges && !node->by_word) {
          open->sender = node->who;
          open->sender->arm_shielded();
        } else {
          woken.add(*node);
        }
      } else {
        return closed_ && rare_->unacknowledged == 0 ? channel_step::closed : channel_step::not_ready;
      }
      admit_senders(woken);  // also who waits for a permit behind the sender that was served
    }
    if (open != nullptr && open->acknowledges) begin_delivery(*open);
    return channel_step::done;
  }

  /// Sends `value` through a channel that has a place for it. Throws std::bad_alloc, and has the place still.
  channel_step send_reserved(T& value) {
    wake_batch woken;
    {
      const wait_lock::hold guard{lock_};
      if (closed_) {
        leave_place();
        return channel_step::closed;
      }
      if (wait_node* node = waiting_receivers_.claim_front(lock_)) {
        hand_over(value, *node);
        woken.add(*node);
      } else {
        keep(value, item_weight<T>::of(value));
      }
      leave_place();
      admit_senders(woken);  // where nothing was put into the place, or what has no weight
    }
    woken.wake_all();
    return channel_step::done;
  }

  /// Sends `value` through a channel that drops what does not fit. What goes is destroyed without the lock: one value
  /// at a time, where one is not enough. Throws std::bad_alloc.
  [[gnu::noinline]] channel_step send_or_drop(T& value) {
    for (;;) {
      std::optional<T> one;
      std::optional<ring_buffer<T>> all;
      wait_node* receiver = nullptr;
      wake_batch woken;
      channel_step step;
      {
        const wait_lock::hold guard{lock_};
        step = put(value, receiver);
        if (step == channel_step::not_ready) {
          step = drop_for(value, one, all);
          admit_reservers(woken);  // what was dropped can have had more places than one
        }
      }
      if (receiver != nullptr) receiver->who->wake();
      woken.wake_all();
      if (step != channel_step::not_ready) return step;
    }
  }

 private:
  /// To a receiver that is claimed.
  void hand_over(T& value, wait_node& to) noexcept {
    static_cast<std::optional<T>*>(to.slot)->emplace(std::move(value));
    to.outcome = wait_outcome::delivered;
    if (to.open != nullptr && to.open->acknowledges) [[unlikely]]
      begin_delivery(*to.open);
  }
  /// The same from a sender.
  static void take_from(wait_node& sender, std::optional<T>& into) noexcept {
    into.emplace(std::move(*static_cast<T*>(sender.slot)));
    sender.outcome = wait_outcome::delivered;
  }
  void take_buffered(std::optional<T>& into) noexcept {
    used_ -= item_weight<T>::of(buffer_.front());
    into.emplace(std::move(buffer_.front()));
    buffer_.pop_front();
  }

  void leave_place() noexcept {
    --rare_->reserved;
    --used_;
  }
  [[gnu::always_inline]] void keep(T& value, std::size_t weight) {
    buffer_.reserve_one();
    add(value, weight);
  }
  [[gnu::always_inline]] void add(T& value, std::size_t weight) noexcept {
    buffer_.push_back(std::move(value));
    used_ += weight;
  }

  // `not_ready`: there is more to drop. Throws std::bad_alloc before it drops anything.
  [[gnu::noinline]] channel_step drop_for(T& value, std::optional<T>& one, std::optional<ring_buffer<T>>& all) {
    if (overflow_ == overflow::drop_newest || capacity_ == 0 || buffer_.empty()) {
      one.emplace(std::move(value));
      ++rare_->dropped;
      return channel_step::done;
    }
    const std::size_t weight = item_weight<T>::of(value);
    if (overflow_ == overflow::keep_latest && buffer_.size() != 1) {
      all.emplace().reserve_one();
      all->swap(buffer_);
      rare_->dropped += all->size();
      used_ = rare_->reserved;
    } else {
      used_ -= item_weight<T>::of(buffer_.front());
      one.emplace(std::move(buffer_.front()));
      buffer_.pop_front();
      ++rare_->dropped;
    }
    if (!fits(weight)) return channel_step::not_ready;
    keep(value, weight);
    return channel_step::done;
  }

  // Room is made before anybody is claimed: who cannot be admitted waits as before. What a receive takes out of the
  // buffer leaves room for one, so that want of memory ends this beside an empty buffer only where no receive called
  // it; the next receive serves the sender itself then.
  void admit_senders(wake_batch& woken) noexcept override {
    for (;;) {
      if (rare_ != nullptr) [[unlikely]]
        admit_reservers(woken);
      wait_node* front = waiting_senders_.front();
      if (front == nullptr) return;
      // Who came before this one for a permit, and waits still, keeps it waiting.
      if (rare_ != nullptr) [[unlikely]] {
        const wait_node* first = rare_->waiting_reservers.live_front(lock_);
        if (first != nullptr && came_before(*first, *front)) return;
      }
      T& value = *static_cast<T*>(front->slot);
      const std::size_t weight = item_weight<T>::of(value);
      if (!fits(weight) || !buffer_.try_reserve_one()) return;
      waiting_senders_.remove(*front);
      if (!front->claim(lock_)) continue;
      add(value, weight);
      front->outcome = wait_outcome::delivered;
      woken.add(*front);
    }
  }

  void drop_values() noexcept override {
    std::optional<ring_buffer<T>> values;
    returned_values returned;
    const wait_lock::hold guard{lock_};
    values.emplace(std::move(buffer_));
    used_ = 0;
    if (rare_ != nullptr) {
      used_ = rare_->reserved;
      returned = std::move(rare_->returned);
    }
    // `guard` is released before the values are destroyed: a value's destructor may use this very channel.
  }

  ring_buffer<T> buffer_;
};

}  // namespace actors::inline v1::detail
