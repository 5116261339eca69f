// channel_operations: what is awaited of a channel: a send, a receive, a receive of several values.
#pragma once

#include <actors/detail/channel_state.hpp>
#include <actors/detail/wait_operation.hpp>
#include <actors/errors.hpp>

#include <coroutine>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace actors::inline v1 {

template <class T>
class send_permit;

/// The awaiter of `sender::send`. A coroutine that is suspended in it must not be destroyed.
template <class T>
class [[nodiscard]] send_operation : public detail::wait_operation<send_operation<T>> {
 public:
  /// The sender must outlive the operation.
  send_operation(detail::channel_state<T>* through, T&& value) noexcept : state_{through}, value_{std::move(value)} {}

  void await_resume() {
    if (this->served()) [[likely]]
      return;
    if (state_ == nullptr) detail::throw_empty_sender();
    detail::throw_channel_closed();
  }

 protected:
  detail::channel_state<T>* state_;
  T value_;

 private:
  friend class detail::wait_operation<send_operation<T>>;
  static constexpr detail::wait_kind what = detail::wait_kind::send;
  detail::channel_state<T>* source() const noexcept { return state_; }
  [[gnu::always_inline]] bool at_once(detail::channel_state<T>& through, const waiter& who) noexcept {
    return through.send_at_once(value_, who.thread());
  }
  detail::channel_step enter(node_place& place, waiter& who, std::coroutine_handle<> point) {
    return state_->send(value_, place, who, point);
  }
  void withdraw(wait_node& node) noexcept { state_->withdraw_sender(node); }
};

/// The awaiter of `receiver::receive`. A coroutine that is suspended in it must not be destroyed.
template <class T>
class [[nodiscard]] receive_operation : public detail::wait_operation<receive_operation<T>> {
 public:
  /// The receiver must outlive the operation.
  explicit receive_operation(detail::channel_state<T>* from) noexcept : state_{from} {}

  std::optional<T> await_resume() {
    this->served();
    return detail::in_parts(value_);
  }

 protected:
  detail::channel_state<T>* state_;
  std::optional<T> value_;

 private:
  friend class detail::wait_operation<receive_operation<T>>;
  static constexpr detail::wait_kind what = detail::wait_kind::receive;
  detail::channel_state<T>* source() const noexcept { return state_; }
  [[gnu::always_inline]] bool at_once(detail::channel_state<T>& from, const waiter& who) noexcept {
    return from.receive_at_once(value_, who.thread());
  }
  detail::channel_step enter(node_place& place, waiter& who, std::coroutine_handle<> point) {
    return state_->receive(value_, place, who, point);
  }
  void withdraw(wait_node& node) noexcept { state_->withdraw_receiver(node); }
};

/// The awaiter of `receiver::receive_many`: waits for one value, and takes what else is there.
template <class T>
class [[nodiscard]] receive_many_operation : private receive_operation<T> {
 public:
  receive_many_operation(detail::channel_state<T>* from, std::vector<T>& into, std::size_t most)
      : receive_operation<T>{from}, into_{into}, most_{most} {
    detail::make_room(into, 1);  // so that the first value cannot be lost
  }

  bool await_ready() const noexcept { return most_ == 0 || receive_operation<T>::await_ready(); }
  using receive_operation<T>::await_suspend;
  std::size_t await_resume() {
    if (most_ == 0 || !this->served()) return 0;
    into_.push_back(*std::move(this->value_));
    return 1 + this->state_->take_more(into_, most_ - 1);
  }

 private:
  std::vector<T>& into_;
  const std::size_t most_;
};

/// The awaiter of `sender::reserve`. A coroutine that is suspended in it must not be destroyed.
template <class T>
class [[nodiscard]] reserve_operation : public detail::wait_operation<reserve_operation<T>> {
 public:
  /// The sender must outlive the operation.
  explicit reserve_operation(detail::channel_state<T>* through) noexcept : state_{through} {}

  send_permit<T> await_resume() {
    if (this->served()) return send_permit<T>{state_};
    if (state_ == nullptr) detail::throw_empty_sender();
    detail::throw_channel_closed();
  }

 private:
  friend class detail::wait_operation<reserve_operation<T>>;
  static constexpr detail::wait_kind what = detail::wait_kind::reserve;
  detail::channel_state<T>* source() const noexcept { return state_; }
  detail::channel_step enter(node_place& place, waiter& who, std::coroutine_handle<> point) {
    return state_->reserve(place, who, point);
  }
  void withdraw(wait_node& node) noexcept { state_->withdraw_reserver(node); }

  detail::channel_state<T>* state_;
};

}  // namespace actors::inline v1
