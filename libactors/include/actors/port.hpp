// port: the typed ends through which an actor meets its channels: in<T> receives, out<T> sends.
#pragma once

#include <actors/detail/invoke.hpp>
#include <actors/detail/port_cell.hpp>
#include <actors/detail/port_operations.hpp>

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

/// As port_receive, but the item stays with the port.
template <channel_value T>
class [[nodiscard]] acked_receive : public port_receiving<T> {
 public:
  using port_receiving<T>::port_receiving;
  acked<T> await_resume() {
    if (this->served()) [[likely]]
      this->port_.hold_received(std::move(*this->value_));
    else if (!this->is_held())
      return {};
    this->port_.cell().deliver();
    return acked<T>{this->port_.cell()};
  }
};

}  // namespace detail

/// A port that receives. A member of an actor, constructed with the actor and its name; used by the actor's body alone.
/// In a select: `on_receive`, `on_receive_acked` (<actors/port_cases.hpp>).
template <channel_value T>
class in {
 public:
  using value_type = T;

  /// Throws usage_error where the actor has another port of that name, and for a new one once it has started.
  in(actor& owner, std::string name)
      : its_{static_cast<detail::in_cell<T>&>(
            detail::find_or_add_port(owner, std::make_unique<detail::in_cell<T>>(std::move(name))))} {
    cell().tell_when_done(detail::item_done_hook(owner));
  }
  in(const in&) = delete;
  in& operator=(const in&) = delete;

  /// Awaitable; gives a std::optional<T>, empty at the end. As receiver::receive.
  detail::port_receive<T> receive() noexcept { return detail::port_receive<T>{its_}; }

  /// Awaitable; gives an `acked<T>`, empty at the end. For items that must not be lost: one that was not acknowledged
  /// when the actor failed is given again, to the actor that takes its place (at least once). One that was not
  /// acknowledged, and is asked for again by the same object, is given again, too.
  ///
  ///     while (auto order = co_await orders.receive_acked()) {
  ///       co_await store(*order);
  ///       order.ack();
  ///     }
  detail::acked_receive<T> receive_acked() noexcept { return detail::acked_receive<T>{its_}; }

  /// What was received last is done with: it will not count as lost. Waiting for the next one says so, too.
  void finish_item() noexcept { its_.finish_item(); }

  detail::in_cell<T>& cell() noexcept { return its_.cell(); }
  detail::input<T>& its() noexcept { return its_; }

 private:
  detail::input<T> its_;
};

/// A port that sends, to every channel it is connected to; what is sent while it is connected to none is counted and
/// dropped. A member of an actor, as `in`. In a select: `on_send` (<actors/port_cases.hpp>).
template <channel_value T>
class out {
 public:
  using value_type = T;

  out(actor& owner, std::string name)
      : its_{static_cast<detail::out_cell<T>&>(
            detail::find_or_add_port(owner, std::make_unique<detail::out_cell<T>>(std::move(name))))} {}
  out(const out&) = delete;
  out& operator=(const out&) = delete;

  /// Awaitable. As sender::send; a value that carries more items than fit a channel is sent in pieces. To several
  /// inputs it is sent one after the other: where that is cancelled, or fails, the first of them have it.
  detail::port_send<T> send(T&& value) { return {its_, std::move(value)}; }
  detail::port_send<T> send(const T& value) { return {its_, T(value)}; }

  bool connected() const noexcept { return cell().attached(); }
  /// The most items that fit into one message: the smallest capacity behind this port. Larger values are cut.
  std::size_t most_items() const noexcept { return cell().piece(); }
  detail::out_cell<T>& cell() const noexcept { return its_.cell(); }

 private:
  detail::output<T> its_;
};

}  // namespace actors::inline v1
