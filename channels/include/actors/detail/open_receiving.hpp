// open_receiving: receives that are not over when they have a value: what is awaited for one, and the case of a select.
#pragma once

#include <actors/channel.hpp>
#include <actors/detail/source_case.hpp>
#include <actors/detail/wait_operation.hpp>

#include <coroutine>
#include <optional>

namespace actors::inline v1::detail {

// `Opening` is a delivery or an extended rendezvous that has not begun. It has
//   `result`, what it gives; `what`, for reports; `open`, an open_receive; `slot()`, where the value is to be put;
//   `prepare()`, before each receive, which may throw: nothing has been received then;
//   `take(state)`, which gives the result, once the value is there;
//   `restart()`: nothing of it is left.

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
  static constexpr wait_kind what = Opening::what;
  channel_state<T>* source() const noexcept { return state_; }
  channel_step enter(node_place & place, waiter & who, std::coroutine_handle<> point) {
    return state_->receive_open(opening_.slot(), opening_.open, place, who, point);
  }
  void withdraw(wait_node & node) noexcept { state_->withdraw_receiver(node); }

  channel_state<T>* const state_;
  Opening opening_;
};

/// The same in a select.
template <class T, class Opening>
class open_receive_wait {
 public:
  using given = std::optional<typename Opening::result>;
  explicit open_receive_wait(const receiver<T>& from) noexcept : state_{channel_access::state(from)} {}
  template <bool Fits>
  static constexpr bool need() {
    static_assert(Fits,
                  "on_delivery(in, handler), on_extended(in, handler): the handler is called with a "
                  "std::optional<delivery<T>>, or a std::optional<rendezvous<T>>; empty: closed and drained");
    return true;
  }

  /// Before the source is tried, without the lock.
  void prepare() {
    if (state_ == nullptr) return;
    state_->need_rare_part();
    opening_.prepare();
  }
  wait_lock* lock() const noexcept { return state_ != nullptr ? &state_->lock() : nullptr; }
  channel_step take(wake_batch& woken) { return state_->take_rarely(opening_.slot(), woken, &opening_.open); }
  bool list(wait_node& node) noexcept {
    node.slot = &opening_.slot();
    node.open = &opening_.open;
    state_->list_receiver(node);
    return true;
  }
  void withdraw(wait_node& node) noexcept { state_->withdraw_receiver(node); }
  given result(wait_outcome how) {
    if (how == wait_outcome::delivered) return given{opening_.take(*state_)};
    if (state_->reason() != nullptr) throw_channel_closed(state_->reason());
    return given{};
  }
  void restart() noexcept { opening_.restart(); }

 private:
  channel_state<T>* state_;
  Opening opening_;
};

template <class T, class Opening, class F>
using open_receive_case = source_case<open_receive_wait<T, Opening>, F>;

}  // namespace actors::inline v1::detail
