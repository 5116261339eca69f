// channel_cases: the cases of a select that receive and send.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/select_core.hpp>
#include <actors/detail/select_handler.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace actors::inline v1::detail {

template <class T, class F>
class receive_case final : public select_case {
 public:
  using handler = case_handler<F, std::optional<T>>;

  receive_case(const receiver<T>& from, F call) : state_{channel_access::state(from)}, handler_{std::move(call)} {}

  wait_lock* lock() const noexcept override { return state_ != nullptr ? &state_->lock() : nullptr; }
  bool ready(waiter&, wake_batch& woken) override {
    if (state_ == nullptr) return false;
    switch (state_->take(value_, woken)) {
      case channel_step::done:
        outcome = wait_outcome::delivered;
        return true;
      case channel_step::closed:
        outcome = wait_outcome::closed;
        return true;
      default:
        return false;
    }
  }
  bool enter(waiter&) noexcept override {
    if (state_ == nullptr) return true;
    node().slot = &value_;
    state_->list_receiver(node());
    return true;
  }
  void leave() noexcept override {
    if (state_ != nullptr && node().outcome == wait_outcome::none) state_->withdraw_receiver(node());
  }

  /// What the handler gives. Called once, when the case has won.
  typename handler::given call() {
    if (outcome == wait_outcome::closed && state_->reason() != nullptr) throw_channel_closed(state_->reason());
    return handler_.call(std::move(value_));
  }

 private:
  channel_state<T>* state_;
  std::optional<T> value_;
  [[no_unique_address]] handler handler_;
};

/// Value: T, or T& for one that its owner keeps until it is sent.
template <class T, class Value, class F>
class send_case final : public select_case {
  static constexpr bool told_status = std::is_invocable_v<F&, channel_status>;

 public:
  using handler = std::conditional_t<told_status, case_handler<F, channel_status>, case_handler<F>>;

  send_case(const sender<T>& to, Value&& value, F call)
      : state_{channel_access::state(to)}, value_{std::forward<Value>(value)}, handler_{std::move(call)} {}

  wait_lock* lock() const noexcept override { return state_ != nullptr ? &state_->lock() : nullptr; }
  bool ready(waiter&, wake_batch& woken) override {
    if (state_ == nullptr) return false;
    wait_node* receiver = nullptr;
    switch (state_->put(value_, receiver)) {
      case channel_step::done:
        outcome = wait_outcome::delivered;
        if (receiver != nullptr) woken.add(*receiver);
        return true;
      case channel_step::closed:
        outcome = wait_outcome::closed;
        return true;
      default:
        return false;
    }
  }
  bool enter(waiter&) noexcept override {
    if (state_ == nullptr) return true;
    node().slot = &value_;
    state_->list_sender(node());
    return true;
  }
  void leave() noexcept override {
    if (state_ != nullptr && node().outcome == wait_outcome::none) state_->withdraw_sender(node());
  }

  typename handler::given call() {
    if constexpr (told_status) {
      return handler_.call(outcome == wait_outcome::closed ? channel_status::closed : channel_status::ok);
    } else {
      if (outcome == wait_outcome::closed) throw_channel_closed(state_->reason());
      return handler_.call();
    }
  }

 private:
  channel_state<T>* state_;
  Value value_;
  [[no_unique_address]] handler handler_;
};

}  // namespace actors::inline v1::detail
