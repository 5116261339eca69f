// channel_operations: what is awaited of a channel: a send, a receive, a receive of several values.
#pragma once

#include <actors/detail/channel_state.hpp>
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
class [[nodiscard]] send_operation {
 public:
  /// The sender must outlive the operation.
  send_operation(detail::channel_state<T>* through, T&& value) noexcept : state_{through}, value_{std::move(value)} {}
  send_operation(const send_operation&) = delete;
  send_operation& operator=(const send_operation&) = delete;

  bool await_ready() const noexcept { return false; }

  template <waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point,
                                     detail::code_place where = detail::code_place::here()) {
    if (state_ == nullptr) return false;
    waiter& who = point.promise().party();
    detail::note_wait(who, "send to channel", state_->number(), where);
    node_.who = &who;
    node_.slot = &value_;
    const bool last_of_turn = who.spend();
    if (last_of_turn && who.cancel_pending()) return false;
    switch (state_->send(node_, who, point)) {
      case detail::channel_step::suspended:
        return true;
      case detail::channel_step::done:
        node_.outcome = wait_outcome::delivered;
        if (!last_of_turn) return false;
        who.step_back(point);
        return true;
      case detail::channel_step::closed:
        node_.outcome = wait_outcome::closed;
        return false;
      default:
        return false;
    }
  }

  void await_resume() {
    if (node_.outcome == wait_outcome::delivered) [[likely]]
      return;
    if (state_ == nullptr) detail::throw_empty_sender();
    if (node_.outcome == wait_outcome::closed) detail::throw_channel_closed(state_->reason());
    state_->withdraw_sender(node_);
    detail::throw_cancelled(*node_.who);
  }

 private:
  detail::channel_state<T>* state_;
  T value_;
  wait_node node_;
};

/// The awaiter of `receiver::receive`. A coroutine that is suspended in it must not be destroyed.
template <class T>
class [[nodiscard]] receive_operation {
 public:
  /// The receiver must outlive the operation.
  explicit receive_operation(detail::channel_state<T>* from) noexcept : state_{from} {}
  receive_operation(const receive_operation&) = delete;
  receive_operation& operator=(const receive_operation&) = delete;

  bool await_ready() const noexcept { return state_ == nullptr; }

  template <waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point,
                                     detail::code_place where = detail::code_place::here()) {
    waiter& who = point.promise().party();
    detail::note_wait(who, "receive from channel", state_->number(), where);
    node_.who = &who;
    node_.slot = &value_;
    const bool last_of_turn = who.spend();
    if (last_of_turn && who.cancel_pending()) return false;
    switch (state_->receive(node_, who, point)) {
      case detail::channel_step::suspended:
        return true;
      case detail::channel_step::done:
        node_.outcome = wait_outcome::delivered;
        if (!last_of_turn) return false;
        who.step_back(point);
        return true;
      case detail::channel_step::closed:
        node_.outcome = wait_outcome::closed;
        return false;
      default:
        return false;
    }
  }

  std::optional<T> await_resume() {
    end_wait();
    return std::move(value_);
  }

 protected:
  // Throws what the wait ended with, where that is neither a value nor the usual end.
  void end_wait() {
    if (node_.outcome == wait_outcome::delivered || state_ == nullptr) [[likely]]
      return;
    if (node_.outcome == wait_outcome::none) {
      state_->withdraw_receiver(node_);
      detail::throw_cancelled(*node_.who);
    }
    if (state_->reason() != nullptr) detail::throw_channel_closed(state_->reason());
  }

  detail::channel_state<T>* state_;
  std::optional<T> value_;

 private:
  wait_node node_;
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
    if (most_ == 0) return 0;
    this->end_wait();
    if (!this->value_) return 0;
    into_.push_back(*std::move(this->value_));
    return 1 + this->state_->take_more(into_, most_ - 1);
  }

 private:
  std::vector<T>& into_;
  const std::size_t most_;
};

/// The awaiter of `sender::reserve`. A coroutine that is suspended in it must not be destroyed.
template <class T>
class [[nodiscard]] reserve_operation {
 public:
  /// The sender must outlive the operation.
  explicit reserve_operation(detail::channel_state<T>* through) noexcept : state_{through} {}
  reserve_operation(const reserve_operation&) = delete;
  reserve_operation& operator=(const reserve_operation&) = delete;

  bool await_ready() const noexcept { return state_ == nullptr; }

  template <waiting_promise Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point,
                                     detail::code_place where = detail::code_place::here()) {
    waiter& who = point.promise().party();
    detail::note_wait(who, "reserve a place in channel", state_->number(), where);
    node_.who = &who;
    const bool last_of_turn = who.spend();
    if (last_of_turn && who.cancel_pending()) return false;
    switch (state_->reserve(node_, who, point)) {
      case detail::channel_step::suspended:
        return true;
      case detail::channel_step::done:
        node_.outcome = wait_outcome::delivered;
        if (!last_of_turn) return false;
        who.step_back(point);
        return true;
      case detail::channel_step::closed:
        node_.outcome = wait_outcome::closed;
        return false;
      default:
        return false;
    }
  }

  send_permit<T> await_resume() {
    if (node_.outcome == wait_outcome::delivered) return send_permit<T>{state_};
    if (state_ == nullptr) detail::throw_empty_sender();
    if (node_.outcome == wait_outcome::closed) detail::throw_channel_closed(state_->reason());
    state_->withdraw_reserver(node_);
    detail::throw_cancelled(*node_.who);
  }

 private:
  detail::channel_state<T>* state_;
  wait_node node_;
};

}  // namespace actors::inline v1
