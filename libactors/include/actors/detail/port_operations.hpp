// port_operations: what is awaited of a port: those of its channel, and what there is beside them.
#pragma once

#include <actors/detail/channel_operations.hpp>
#include <actors/detail/port_cell.hpp>
#include <actors/task.hpp>

#include <coroutine>
#include <cstddef>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace actors::inline v1::detail {

// Most operations of a port are done at once, as those of a channel are, and then take a few nanoseconds: as many as
// there are stores, and loads that wait for each other. So a port knows its channel, and notes next to nothing beside
// the count.

/// What an object's input knows beside its cell. Used by the body alone.
template <channel_value T>
class input {
 public:
  explicit input(in_cell<T>& its) noexcept : cell_{its} {}
  input(const input&) = delete;
  input& operator=(const input&) = delete;

  in_cell<T>& cell() noexcept { return cell_; }

  /// The channel, where a receive is one from there and the count: one item is in hand, as there will be one
  /// afterwards; nothing is held; nobody is told when an item is done with. Null where it is not so, or nothing was
  /// received yet: then `finish_item` comes first.
  channel_state<T>* plain() const noexcept { return plain_; }
  void finish_item() noexcept {
    plain_ = nullptr;
    cell_.finish_item();
  }
  void take_in_hand(std::size_t items) noexcept {
    plain_ = nullptr;
    cell_.take_in_hand(items);
  }
  void note_received(const T& item) noexcept {
    cell_.count(item_weight<T>::of(item));
    if (plain_ == nullptr) [[unlikely]]
      note_in_hand(item_weight<T>::of(item));
  }
  /// The same of an item that is to be held.
  void hold_received(T&& item) {
    cell_.count(item_weight<T>::of(item));
    take_in_hand(0);
    cell_.hold(std::move(item));
  }
  std::optional<T> give_held() {
    std::optional<T> item{cell_.release()};
    take_in_hand(item_weight<T>::of(*item));
    return item;
  }

 private:
  [[gnu::noinline]] void note_in_hand(std::size_t weight) noexcept {
    take_in_hand(weight);
    if (is_one_item<T> && !cell_.holds() && !cell_.tells_when_done()) plain_ = channel_access::state(cell_.from());
  }

  in_cell<T>& cell_;
  channel_state<T>* plain_ = nullptr;
};

/// The same of an output.
template <channel_value T>
class output {
 public:
  explicit output(out_cell<T>& its) noexcept : cell_{its} {}
  output(const output&) = delete;
  output& operator=(const output&) = delete;

  out_cell<T>& cell() const noexcept { return cell_; }

  /// The only channel, for a value that goes there as it is; null for any other.
  channel_state<T>* target_of(const T& value) {
    if constexpr (divisible<T>) {
      const std::size_t weight = item_weight<T>::of(value);
      if (weight == 0 || weight > cell_.piece()) return nullptr;
    }
    if (single_ == nullptr) [[unlikely]]
      single_ = cell_.single();
    return single_;
  }

 private:
  out_cell<T>& cell_;
  channel_state<T>* single_ = nullptr;  ///< once it was looked for: nothing is wired any more
};

/// An operation that need not wait; it counts against the turn's budget like any other. Whether it suspends for that;
/// `cancelled` is set where it is to throw.
inline bool pass_by(waiter& who, std::coroutine_handle<> point, waiter*& cancelled) noexcept {
  if (!who.spend()) return false;
  if (who.cancel_pending()) {
    cancelled = &who;
    return false;
  }
  who.step_back(point);
  return true;
}

/// A receive of the channel, unless the port holds an item: then there is no channel in it.
template <channel_value T>
class port_receiving : public wait_operation<port_receiving<T>> {
 public:
  explicit port_receiving(input<T>& port) noexcept : state_{port.plain()}, port_{port} {}

  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  ACTORS_SUSPENDS_RARELY bool await_suspend(std::coroutine_handle<Promise> point,
                                            await_place where = await_place::here()) {
    if (state_ == nullptr) [[unlikely]] {
      const bool suspends = prepare(point.promise().party(), point);
      if (state_ == nullptr) return suspends;
    }
    return wait_operation<port_receiving<T>>::await_suspend(point, where);
  }

 protected:
  /// Of a receive that was not served: whether the port holds an item. False at the end of the channel.
  [[gnu::noinline]] bool is_held() {
    if (state_ != nullptr) return false;
    if (cancelled_ != nullptr) throw_cancelled(*cancelled_);
    return port_.cell().holds();
  }

  channel_state<T>* state_;
  input<T>& port_;
  std::optional<T> value_;

 private:
  friend class wait_operation<port_receiving<T>>;
  static constexpr wait_kind what = wait_kind::receive;
  channel_state<T>* source() const noexcept { return state_; }
  [[gnu::always_inline]] bool at_once(channel_state<T>& from, const waiter& who) noexcept {
    return from.receive_at_once(value_, who.thread());
  }
  // What is in hand is done with; whoever is to be told was.
  void begin_slowly() noexcept { port_.take_in_hand(0); }
  channel_step enter(node_place& place, waiter& who, std::coroutine_handle<> point) {
    return state_->receive(value_, place, who, point);
  }
  void withdraw(wait_node& node) noexcept { state_->withdraw_receiver(node); }

  // Where there is no channel: whether it suspends.
  [[gnu::noinline]] bool prepare(waiter& who, std::coroutine_handle<> point) {
    cancelled_ = nullptr;
    port_.finish_item();
    if (port_.cell().holds()) return pass_by(who, point, cancelled_);
    state_ = channel_access::state(port_.cell().from());
    return false;
  }

  waiter* cancelled_;  ///< as of `pass_by`; set where there is no channel
};

template <channel_value T>
class [[nodiscard]] port_receive : public port_receiving<T> {
 public:
  using port_receiving<T>::port_receiving;
  std::optional<T> await_resume() {
    if (this->served()) [[likely]] {
      this->port_.note_received(*this->value_);
      return std::optional<T>{std::move(*this->value_)};
    }
    return this->is_held() ? this->port_.give_held() : std::nullopt;
  }
};

/// What a value that is one item weighs.
struct one_item {
  explicit one_item(std::size_t) noexcept {}
  operator std::size_t() const noexcept { return 1; }
};

/// One channel and a value that fits: the channel's own send. Otherwise there is no channel in it, and a task copies
/// and cuts. No channel at all: the value is counted and dropped. A batch without items is dropped too: between
/// replicas it would mean something (see port_cell::mark).
template <channel_value T>
class [[nodiscard]] port_send : public send_operation<T> {
 public:
  port_send(output<T>& port, T&& value)
      : send_operation<T>{port.target_of(value), std::move(value)},
        port_{port},
        weight_{item_weight<T>::of(this->value_)} {
    if (this->state_ == nullptr) [[unlikely]] {
      around_ = nullptr;
      cancelled_ = nullptr;
    }
  }
  port_send(const port_send&) = delete;
  port_send& operator=(const port_send&) = delete;
  ~port_send() {
    if (this->state_ == nullptr) [[unlikely]]
      delete around_;
  }

  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  ACTORS_SUSPENDS_RARELY bool await_suspend(std::coroutine_handle<Promise> point,
                                            await_place where = await_place::here()) {
    if (this->state_ != nullptr) [[likely]]
      return send_operation<T>::await_suspend(point, where);
    return send_around(point, where);
  }
  void await_resume() {
    if (!this->served()) [[unlikely]]
      end_rarely();
    port_.cell().count(weight_);
  }

 private:
  struct around {
    explicit around(task<> sends) : work{std::move(sends)}, awaiting{work.operator co_await()} {}
    task<> work;
    task_awaiter<void> awaiting;
  };

  template <task_promise_type Promise>
  [[gnu::noinline]] bool send_around(std::coroutine_handle<Promise> point, await_place where) {
    out_cell<T>& cell = port_.cell();
    if (cell.targets().empty() || (divisible<T> && weight_ == 0))
      return pass_by(point.promise().party(), point, cancelled_);
    if (cell.deals() && weight_ <= cell.piece()) {
      const std::optional<std::size_t> first = cell.deal_at_once(this->value_);
      if (!first) return pass_by(point.promise().party(), point, cancelled_);
      around_ = new around{cell.deal_from(*first, std::move(this->value_))};
    } else {
      around_ = new around{cell.send_to_all(std::move(this->value_))};
    }
    around_->awaiting.await_suspend(point, where);
    return true;
  }
  [[gnu::noinline]] void end_rarely() {
    if (this->state_ != nullptr) send_operation<T>::await_resume();  // throws
    if (around_ != nullptr) around_->awaiting.await_resume();
    if (cancelled_ != nullptr) throw_cancelled(*cancelled_);
  }

  output<T>& port_;
  [[no_unique_address]] std::conditional_t<is_one_item<T>, one_item, std::size_t> weight_;
  // Set where there is no channel.
  around* around_;
  waiter* cancelled_;
};

}  // namespace actors::inline v1::detail
