// open_receiving: receives that are not over when they have a value: what is awaited for one, and the case of a select.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/select_core.hpp>
#include <actors/detail/select_handler.hpp>
#include <actors/detail/wait_operation.hpp>

#include <coroutine>
#include <optional>

namespace actors::inline v1::detail {

// `Opening` is a delivery or an extended rendezvous that has not begun. It has
//   `result`, what it gives; `what`, for reports; `open`, an open_receive; `slot()`, where the value is to be put;
//   `prepare()`, before each receive, which may throw: nothing has been received then;
//   `take(state)`, which gives the result, once the value is there.

/// A coroutine that is suspended in it must not be destroyed.
template <class T, class Opening>
class [[nodiscard("co_await it")]] open_receive_operation : public wait_operation<open_receive_operation<T, Opening>> {
 public:
  /// The receiver must outlive the operation.
  explicit open_receive_operation(const receiver<T>& from) : state_{channel_access::state(from)} {
    if (state_ == nullptr) return;
    state_->need_rare_part();
    opening_.prepare();
  }

  std::optional<typename Opening::result> await_resume() {
    if (!this->served()) return std::nullopt;
    return opening_.take(*state_);
  }

 private:
  friend class wait_operation<open_receive_operation<T, Opening>>;
  static constexpr const char* what = Opening::what;
  channel_state<T>* source() const noexcept { return state_; }
  channel_step enter(node_place & place, waiter & who, std::coroutine_handle<> point) {
    return state_->receive_open(opening_.slot(), opening_.open, place, who, point);
  }
  void withdraw(wait_node & node) noexcept { state_->withdraw_receiver(node); }

  channel_state<T>* const state_;
  Opening opening_;
};

template <class T, class Opening, class F>
class open_receive_case final
    : public case_of<typename case_handler<F, std::optional<typename Opening::result>>::given> {
 public:
  using handler = case_handler<F, std::optional<typename Opening::result>>;

  open_receive_case(const receiver<T>& from, F call) : state_{channel_access::state(from)}, handler_{std::move(call)} {}

  wait_lock* lock() const noexcept override { return state_ != nullptr ? &state_->lock() : nullptr; }
  bool ready(waiter&, wake_batch& woken) override {
    if (state_ == nullptr) return false;
    switch (state_->take_rarely(opening_.slot(), woken, &opening_.open)) {
      case channel_step::done:
        this->outcome = wait_outcome::delivered;
        return true;
      case channel_step::closed:
        this->outcome = wait_outcome::closed;
        return true;
      default:
        return false;
    }
  }
  bool ready_alone(waiter& who) override {
    if (state_ == nullptr) return false;
    state_->need_rare_part();
    opening_.prepare();
    return try_alone(*this, lock(), who);
  }
  bool enter(waiter&) noexcept override {
    if (state_ == nullptr) return true;
    this->node().slot = &opening_.slot();
    this->node().open = &opening_.open;
    state_->list_receiver(this->node());
    return true;
  }
  void leave() noexcept override {
    if (state_ != nullptr && this->node().outcome == wait_outcome::none) state_->withdraw_receiver(this->node());
  }

  typename handler::given call() override {
    if (this->outcome == wait_outcome::closed) {
      if (state_->reason() != nullptr) throw_channel_closed(state_->reason());
      return handler_.call(std::nullopt);
    }
    return handler_.call(std::optional<typename Opening::result>{opening_.take(*state_)});
  }

 private:
  channel_state<T>* state_;
  Opening opening_;
  [[no_unique_address]] handler handler_;
};

}  // namespace actors::inline v1::detail
