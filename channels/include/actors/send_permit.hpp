// send_permit: a place in a channel that was reserved: what is sent with it need not wait any more.
#pragma once

#include <actors/detail/channel_state.hpp>

#include <utility>

namespace actors::inline v1 {

/// For values that are dear: made once it is certain that there is room for them. Keeps the channel open as a sender
/// does, and its place from others, until it is used or destroyed. Moves like a unique_ptr; not thread-safe by itself.
template <class T>
class [[nodiscard("the place is given back where the permit is destroyed")]] send_permit {
 public:
  send_permit() noexcept = default;
  /// Of a place that was reserved.
  explicit send_permit(detail::channel_state<T> * in) noexcept : state_{in} { state_->add_sender(); }
  send_permit(send_permit && other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
  send_permit& operator=(send_permit other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~send_permit() {
    if (state_ != nullptr) release();
  }

  /// Sends without waiting, and uses the permit up. Throws `channel_closed` (or the error that the channel was closed
  /// with) where the value can never be taken, and usage_error for an empty permit. Throws std::bad_alloc; the value
  /// and the permit are as before then. A value that weighs several items takes more than its place, if need be.
  void send(T && value, detail::code_place where = detail::code_place::here()) {
    if (state_ == nullptr) detail::throw_empty_permit();
    detail::note_step("send with a permit to channel", state_->number(), where);
    const detail::channel_step step = state_->send_reserved(value);
    const spent end{std::exchange(state_, nullptr)};
    if (step == detail::channel_step::closed) detail::throw_channel_closed(end.state->reason());
  }
  void send(const T& value, detail::code_place where = detail::code_place::here()) { send(T(value), where); }

  /// Gives the place back before the end of the scope. Does nothing for an empty one.
  void release() noexcept {
    if (state_ == nullptr) return;
    state_->give_back_place();
    std::exchange(state_, nullptr)->drop_sender();
  }

  explicit operator bool() const noexcept { return state_ != nullptr; }

 private:
  struct spent {
    detail::channel_state<T>* state;
    ~spent() { state->drop_sender(); }
  };
  detail::channel_state<T>* state_ = nullptr;
};

}  // namespace actors::inline v1
