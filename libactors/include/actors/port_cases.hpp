// port_cases: an actor waits at several of its ports at once: they are cases of a select as channels are.
#pragma once

#include <actors/detail/channel_cases.hpp>
#include <actors/port.hpp>
#include <actors/select.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>

namespace actors::inline v1 {

namespace detail {

/// For the next item of an input: the one that it holds, else one from its channel.
template <channel_value T, bool Acked>
class port_wait {
 public:
  using given = std::conditional_t<Acked, acked<T>, std::optional<T>>;
  explicit port_wait(in<T>& from) : port_{&from}, next_{from.cell().from()} { ask(); }
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits || Acked,
                  "on_receive(port, handler): the handler is called with a std::optional<T>, T being the type of the "
                  "port; empty: closed and drained");
    static_assert(Fits || !Acked,
                  "on_receive_acked(port, handler): the handler is called with an acked<T>, T being the type of the "
                  "port; empty: closed and drained");
    return true;
  }

  void prepare() {
    if (!has_asked_) ask();
  }
  wait_lock* lock() const noexcept { return next_.lock(); }
  channel_step take(wake_batch& woken) { return cell().holds() ? channel_step::done : next_.take(woken); }
  [[gnu::always_inline]] bool take_at_once(std::uint8_t number) noexcept {
    return cell().holds() || next_.take_at_once(number);
  }
  bool list(wait_node& node) noexcept { return next_.list(node); }
  void withdraw(wait_node& node) noexcept { next_.withdraw(node); }
  given result(wait_outcome how) {
    if constexpr (Acked) {
      if (!cell().holds()) {
        std::optional<T> item = next_.result(how);
        if (!item) return {};
        port_->its().hold_received(std::move(*item));
      }
      cell().deliver();
      return acked<T>{cell()};
    } else {
      if (cell().holds()) return port_->its().give_held();
      std::optional<T> item = next_.result(how);
      if (item) port_->its().note_received(*item);
      return item;
    }
  }
  // Of a set: the item is in hand until it waits again.
  void restart() noexcept {
    next_.restart();
    has_asked_ = false;
  }

 private:
  void ask() {
    port_->finish_item();
    has_asked_ = true;
  }
  in_cell<T>& cell() noexcept { return port_->cell(); }

  in<T>* port_;
  receive_wait<T> next_;
  bool has_asked_ = false;
};

/// Through an output that has one channel for the value, or none: then the value is counted and dropped. One that deals
/// chooses when it is tried, as the value may be another one at the next wait of a set.
template <class T, class Value, class F>
class port_send_case final : public sending_case<T, Value, F> {
 public:
  port_send_case(out_cell<T>& cell, Value&& value, F call)
      : sending_case<T, Value, F>{nullptr, std::forward<Value>(value), std::move(call)}, cell_{cell} {}

  bool ready_alone(waiter& who) override {
    weight_ = item_weight<T>::of(this->value());
    channel_state<T>* const to = cell_.only_channel_of(this->value());
    this->send_to(to);
    if (to != nullptr) return sending_case<T, Value, F>::ready_alone(who);
    this->outcome = wait_outcome::delivered;
    return true;
  }
  typename sending_case<T, Value, F>::handler::given call() override {
    if (this->outcome == wait_outcome::delivered) cell_.count(weight_);
    return sending_case<T, Value, F>::call();
  }

 private:
  out_cell<T>& cell_;
  std::size_t weight_ = 0;
};

}  // namespace detail

/// A case: receives from a port, as `in::receive` does, and calls `handler(std::optional<T>)`; empty: the end. What was
/// received last from it is done with when the case is made (in a set: when it waits again). Without a handler the
/// select gives the optional.
///
///     co_await select(on_receive(orders, [&](std::optional<order> next) { ... }),
///                     on_receive(prices, [&](std::optional<price> next) { ... }));
template <channel_value T, class F = detail::give_back>
detail::source_case<detail::port_wait<T, false>, F> on_receive(in<T>& from, F handler = {}) {
  return {detail::port_wait<T, false>{from}, std::move(handler)};
}
/// The same as `in::receive_acked`: `handler(acked<T>)`. While the port holds an item it is ready, and gives that one
/// again: `when(!kept, on_receive_acked(...))` for who keeps it from one select to the next.
template <channel_value T, class F = detail::give_back>
detail::source_case<detail::port_wait<T, true>, F> on_receive_acked(in<T>& from, F handler = {}) {
  return {detail::port_wait<T, true>{from}, std::move(handler)};
}

/// A case: sends through a port, and calls `handler()`; value and handler as those of `on_send` for a channel. Through
/// one that is connected to nothing the value is dropped at once. One that deals chooses the receiver when the select
/// begins. The select throws usage_error where each of several receivers is to get a copy: no select could send all or
/// none.
template <channel_value T, class F = detail::give_nothing>
detail::port_send_case<T, T&, F> on_send(out<T>& to, std::type_identity_t<T>& value, F handler = {}) {
  return {to.cell(), value, std::move(handler)};
}
template <channel_value T, class F = detail::give_nothing>
detail::port_send_case<T, T, F> on_send(out<T>& to, std::type_identity_t<T>&& value, F handler = {}) {
  return {to.cell(), std::move(value), std::move(handler)};
}
template <channel_value T, class F = detail::give_nothing>
detail::port_send_case<T, T, F> on_send(out<T>& to, const std::type_identity_t<T>& value, F handler = {}) {
  return {to.cell(), T(value), std::move(handler)};
}

}  // namespace actors::inline v1
