// port: the typed ends through which an actor meets its channels: in<T> receives, out<T> sends.
#pragma once

#include <actors/detail/invoke.hpp>
#include <actors/detail/port_cell.hpp>
#include <actors/task.hpp>

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace actors::inline v1 {

class actor;

namespace detail {
[[noreturn]] void throw_nothing_to_ack();
}

/// An item of `in::receive_acked`. It stays with the port until `ack`: where the actor fails before, the next object
/// gets it again, as often as it takes. So whoever moves something out of it leaves that out for the next one: `take`
/// it, or copy. Empty at the end of the channel. Everything throws usage_error where the port does not hold it any
/// more.
template <channel_value T>
class acked {
 public:
  acked() = default;
  explicit acked(detail::in_cell<T>& holder) noexcept : holder_{&holder}, number_{holder.number()} {}
  acked(acked&& other) noexcept : holder_{std::exchange(other.holder_, nullptr)}, number_{other.number_} {}
  acked& operator=(acked&& other) noexcept {
    holder_ = std::exchange(other.holder_, nullptr);
    number_ = other.number_;
    return *this;
  }

  explicit operator bool() const noexcept { return holder_ != nullptr; }
  T& operator*() const { return held_here().held(); }
  T* operator->() const { return &held_here().held(); }
  /// How often it was given, with this time.
  unsigned deliveries() const { return held_here().deliveries(); }

  /// It is done with, and goes. Once: throws usage_error where there is none.
  void ack() { take_holder().drop_held(); }
  /// The same, for who wants to keep it: from here on it is the caller's to lose.
  T take() { return take_holder().release(); }

 private:
  detail::in_cell<T>& held_here() const {
    if (holder_ == nullptr || !holder_->holds(number_)) detail::throw_nothing_to_ack();
    return *holder_;
  }
  detail::in_cell<T>& take_holder() {
    detail::in_cell<T>& holder = held_here();
    holder_ = nullptr;
    return holder;
  }

  detail::in_cell<T>* holder_ = nullptr;
  std::uint64_t number_ = 0;
};

namespace detail {

class actor_cell;

/// Finds the port of that name in the cell of the actor that is being made, or enters `fresh`.
/// Throws usage_error when the name is taken by a port of another type or direction.
port_cell& find_or_add_port(actor& owner, std::unique_ptr<port_cell> fresh);
/// What is called, where there is something, when the actor asks for its next value: what came of the one before is
/// complete.
const unique_function<void()>& item_done_hook(actor& owner) noexcept;
actor_cell* cell_of(actor& owner) noexcept;

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

/// A receive of the channel, unless the port holds an item.
template <channel_value T>
class port_receiving : public receive_operation<T> {
 public:
  explicit port_receiving(in_cell<T>& cell) noexcept
      : receive_operation<T>{channel_access::state(cell.from())}, cell_{cell} {}
  bool await_ready() const noexcept { return !cell_.holds() && receive_operation<T>::await_ready(); }
  template <task_promise_type Promise>
  ACTORS_SUSPENDS_RARELY bool await_suspend(std::coroutine_handle<Promise> point,
                                            await_place where = await_place::here()) {
    if (cell_.holds()) [[unlikely]]
      return pass_by(point.promise().party(), point, cancelled_);
    return receive_operation<T>::await_suspend(point, where);
  }

 protected:
  void check() const {
    if (cancelled_ != nullptr) [[unlikely]]
      throw_cancelled(*cancelled_);
  }

  in_cell<T>& cell_;

 private:
  waiter* cancelled_ = nullptr;
};

template <channel_value T>
class [[nodiscard]] port_receive : public port_receiving<T> {
 public:
  using port_receiving<T>::port_receiving;
  std::optional<T> await_resume() {
    this->check();
    in_cell<T>& cell = this->cell_;
    if (cell.holds()) return cell.give_held();
    std::optional<T> value = receive_operation<T>::await_resume();
    cell.note_received(value);
    return value;
  }
};

/// As port_receive, but the item stays with the port.
template <channel_value T>
class [[nodiscard]] acked_receive : public port_receiving<T> {
 public:
  using port_receiving<T>::port_receiving;
  acked<T> await_resume() {
    this->check();
    in_cell<T>& cell = this->cell_;
    if (!cell.holds() && !cell.hold_received(receive_operation<T>::await_resume())) return {};
    cell.deliver();
    return acked<T>{cell};
  }
};

/// One channel and a value that fits: the channel's own send. Otherwise there is no channel in it, and a task copies
/// and cuts. No channel at all: the value is counted and dropped. A batch without items is dropped too: between
/// replicas it would mean something (see port_cell::mark).
template <channel_value T>
class [[nodiscard]] port_send : public send_operation<T> {
 public:
  port_send(out_cell<T>& cell, T&& value)
      : send_operation<T>{cell.target_of(value), std::move(value)},
        cell_{cell},
        weight_{item_weight<T>::of(this->value_)} {}
  port_send(const port_send&) = delete;
  port_send& operator=(const port_send&) = delete;

  bool await_ready() const noexcept { return false; }
  template <task_promise_type Promise>
  ACTORS_SUSPENDS_RARELY bool await_suspend(std::coroutine_handle<Promise> point,
                                            await_place where = await_place::here()) {
    if (this->state_ != nullptr) [[likely]]
      return send_operation<T>::await_suspend(point, where);
    return send_around(point, where);
  }
  void await_resume() {
    if (this->state_ != nullptr) [[likely]]
      send_operation<T>::await_resume();
    else
      end_around();
    cell_.count(weight_);
  }

 private:
  struct around {
    explicit around(task<> sends) : work{std::move(sends)}, awaiting{work.operator co_await()} {}
    task<> work;
    task_awaiter<void> awaiting;
  };

  template <task_promise_type Promise>
  [[gnu::noinline]] bool send_around(std::coroutine_handle<Promise> point, await_place where) {
    if (cell_.targets().empty() || (divisible<T> && weight_ == 0))
      return pass_by(point.promise().party(), point, cancelled_);
    if (cell_.deals() && weight_ <= cell_.piece()) {
      const std::optional<std::size_t> first = cell_.deal_at_once(this->value_);
      if (!first) return pass_by(point.promise().party(), point, cancelled_);
      around_.emplace(cell_.deal_from(*first, std::move(this->value_)));
    } else {
      around_.emplace(cell_.send_to_all(std::move(this->value_)));
    }
    around_->awaiting.await_suspend(point, where);
    return true;
  }
  [[gnu::noinline]] void end_around() {
    if (around_) around_->awaiting.await_resume();
    if (cancelled_ != nullptr) throw_cancelled(*cancelled_);
  }
  out_cell<T>& cell_;
  std::size_t weight_;
  std::optional<around> around_;
  waiter* cancelled_ = nullptr;
};

}  // namespace detail

/// A port that receives. A member of an actor, constructed with the actor and its name; used by the actor's body alone.
/// In a select: `on_receive`, `on_receive_acked` (<actors/port_cases.hpp>).
template <channel_value T>
class in {
 public:
  using value_type = T;

  /// Throws usage_error where the actor has another port of that name.
  in(actor& owner, std::string name)
      : cell_{static_cast<detail::in_cell<T>&>(
            detail::find_or_add_port(owner, std::make_unique<detail::in_cell<T>>(std::move(name))))},
        item_done_{detail::item_done_hook(owner)} {}
  in(const in&) = delete;
  in& operator=(const in&) = delete;

  /// Awaitable; gives a std::optional<T>, empty at the end. As receiver::receive.
  detail::port_receive<T> receive() noexcept {
    finish_item();
    return detail::port_receive<T>{cell_};
  }

  /// Awaitable; gives an `acked<T>`, empty at the end. For items that must not be lost: one that was not acknowledged
  /// when the actor failed is given again, to the actor that takes its place (at least once). One that was not
  /// acknowledged, and is asked for again by the same object, is given again, too.
  ///
  ///     while (auto order = co_await orders.receive_acked()) {
  ///       co_await store(*order);
  ///       order.ack();
  ///     }
  detail::acked_receive<T> receive_acked() noexcept {
    finish_item();
    return detail::acked_receive<T>{cell_};
  }

  /// What was received last is done with: it will not count as lost. `receive` says so, too.
  void finish_item() noexcept {
    if (item_done_) [[unlikely]]
      item_done_();
    cell_.take_in_hand(0);
  }

  detail::in_cell<T>& cell() noexcept { return cell_; }

 private:
  detail::in_cell<T>& cell_;
  const detail::unique_function<void()>& item_done_;
};

/// A port that sends, to every channel it is connected to; what is sent while it is connected to none is counted and
/// dropped. A member of an actor, as `in`. In a select: `on_send` (<actors/port_cases.hpp>).
template <channel_value T>
class out {
 public:
  using value_type = T;

  out(actor& owner, std::string name)
      : cell_{static_cast<detail::out_cell<T>&>(
            detail::find_or_add_port(owner, std::make_unique<detail::out_cell<T>>(std::move(name))))} {}
  out(const out&) = delete;
  out& operator=(const out&) = delete;

  /// Awaitable. As sender::send; a value that carries more items than fit a channel is sent in pieces. To several
  /// inputs it is sent one after the other: where that is cancelled, or fails, the first of them have it.
  detail::port_send<T> send(T&& value) { return {cell_, std::move(value)}; }
  detail::port_send<T> send(const T& value) { return {cell_, T(value)}; }

  bool connected() const noexcept { return cell_.attached(); }
  /// The most items that fit into one message: the smallest capacity behind this port. Larger values are cut.
  std::size_t most_items() const noexcept { return cell_.piece(); }
  detail::out_cell<T>& cell() noexcept { return cell_; }

 private:
  detail::out_cell<T>& cell_;
};

}  // namespace actors::inline v1
