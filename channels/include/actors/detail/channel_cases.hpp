// channel_cases: the cases of a select that receive, send, and reserve a place.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/select_core.hpp>
#include <actors/detail/select_handler.hpp>
#include <actors/detail/source_case.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace actors::inline v1::detail {

/// For the next value.
template <class T>
class receive_wait {
 public:
  using given = std::optional<T>;
  explicit receive_wait(const receiver<T>& from) noexcept : state_{channel_access::state(from)} {}
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits,
                  "on_receive(in, handler): the handler is called with a std::optional<T>, T being the type of the "
                  "channel's values; empty: closed and drained");
    return true;
  }

  wait_lock* lock() const noexcept { return state_ != nullptr ? &state_->lock() : nullptr; }
  channel_step take(wake_batch& woken) { return state_->take(value_, woken); }
  [[gnu::always_inline]] bool take_at_once(std::uint8_t number) noexcept {
    return state_ != nullptr && state_->receive_at_once(value_, number);
  }
  bool list(wait_node& node) noexcept {
    node.slot = &value_;
    state_->list_receiver(node);
    return true;
  }
  void withdraw(wait_node& node) noexcept { state_->withdraw_receiver(node); }
  given result(wait_outcome how) {
    if (how == wait_outcome::closed && state_->reason() != nullptr) throw_channel_closed(state_->reason());
    return in_parts(value_);
  }
  void restart() noexcept { value_.reset(); }

 private:
  channel_state<T>* state_;
  std::optional<T> value_;
};

template <class T, class F>
using receive_case = source_case<receive_wait<T>, F>;

/// For a place in the channel.
template <class T>
class permit_wait {
 public:
  using given = send_permit<T>;
  /// Throws std::bad_alloc at the first permit of a channel.
  explicit permit_wait(const sender<T>& to) : state_{channel_access::state(to)} {
    if (state_ != nullptr) state_->need_rare_part();
  }
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits, "on_reserve(out, handler): the handler is called with a send_permit<T>");
    return true;
  }

  wait_lock* lock() const noexcept { return state_ != nullptr ? &state_->lock() : nullptr; }
  channel_step take(wake_batch&) noexcept { return state_->take_place(); }
  bool list(wait_node& node) noexcept {
    state_->list_reserver(node);
    return true;
  }
  void withdraw(wait_node& node) noexcept { state_->withdraw_reserver(node); }
  given result(wait_outcome how) {
    if (how == wait_outcome::closed) throw_channel_closed(state_->reason());
    return given{state_};
  }

 private:
  channel_state<T>* state_;
};

template <class F>
using send_handler =
    std::conditional_t<std::is_invocable_v<F&, channel_status>, case_handler<F, channel_status>, case_handler<F>>;

/// Value: T, or T& for one that its owner keeps until it is sent.
template <class T, class Value, class F>
class sending_case : public case_of<typename send_handler<F>::given> {
 public:
  using handler = send_handler<F>;
  static_assert(handler::fits,
                "on_send(out, value, handler): the handler is called with nothing, or with a channel_status where it "
                "takes one");
  /// It has its value, and nothing to send when that is sent.
  static constexpr bool once = !std::is_reference_v<Value>;

  sending_case(channel_state<T>* to, Value&& value, F call)
      : state_{to}, value_{std::forward<Value>(value)}, handler_{std::move(call)} {}
  sending_case(sending_case&&) = default;

  // A channel that drops what does not fit makes nobody wait: the send is done when it is tried.
  wait_lock* lock() const noexcept override { return waits() ? &state_->lock() : nullptr; }
  bool ready(waiter&, wake_batch& woken) override {
    if (!waits()) return false;
    wait_node* receiver = nullptr;
    switch (state_->put(value_, receiver)) {
      case channel_step::done:
        this->outcome = wait_outcome::delivered;
        if (receiver != nullptr) woken.add(*receiver);
        return true;
      case channel_step::closed:
        this->outcome = wait_outcome::closed;
        return true;
      default:
        return false;
    }
  }
  bool ready_alone(waiter& who) override {
    if (state_ != nullptr && state_->send_at_once(value_, who.thread())) {
      this->outcome = wait_outcome::delivered;
      return true;
    }
    if (waits() || state_ == nullptr) return try_alone(*this, lock(), who);
    this->outcome =
        state_->send_or_drop(value_) == channel_step::closed ? wait_outcome::closed : wait_outcome::delivered;
    return true;
  }
  bool enter(waiter&) noexcept override {
    if (!waits()) return true;
    this->node().slot = std::addressof(value_);
    state_->list_sender(this->node());
    return true;
  }
  void leave() noexcept override {
    if (state_ != nullptr && this->node().outcome == wait_outcome::none) state_->withdraw_sender(this->node());
  }

  typename handler::given call() override {
    if constexpr (std::is_invocable_v<F&, channel_status>) {
      return handler_.call(this->outcome == wait_outcome::closed ? channel_status::closed : channel_status::ok);
    } else {
      if (this->outcome == wait_outcome::closed) throw_channel_closed(state_->reason());
      return handler_.call();
    }
  }

 protected:
  ~sending_case() = default;
  const T& value() const noexcept { return value_; }
  /// Before it is tried.
  void send_to(channel_state<T>* to) noexcept { state_ = to; }

 private:
  bool waits() const noexcept { return state_ != nullptr && !state_->drops(); }

  channel_state<T>* state_;
  Value value_;
  [[no_unique_address]] handler handler_;
};

template <class T, class Value, class F>
class send_case final : public sending_case<T, Value, F> {
 public:
  send_case(const sender<T>& to, Value&& value, F call)
      : sending_case<T, Value, F>{channel_access::state(to), std::forward<Value>(value), std::move(call)} {}
};

}  // namespace actors::inline v1::detail
