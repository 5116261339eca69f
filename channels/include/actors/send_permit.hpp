// send_permit: a place in a channel that was reserved: what is sent with it need not wait any more.
#pragma once

#include <actors/detail/channel_state.hpp>
#include <actors/detail/shared_end.hpp>

#include <utility>

namespace actors::inline v1 {

/// For values that are dear: made once it is certain that there is room for them. Keeps the channel open as a sender
/// does, and its place from others, until it is used or destroyed. Moves like a unique_ptr; not thread-safe by itself.
template <class T>
class [[nodiscard("the place is given back where the permit is destroyed")]] send_permit {
 public:
  send_permit() noexcept = default;
  /// Of a place that was reserved.
  explicit send_permit(detail::channel_state<T> * in) noexcept : place_{in} { place_->add_sender(); }

  /// Sends without waiting, and uses the permit up. Throws `channel_closed` (or the error that the channel was closed
  /// with) where the value can never be taken, and usage_error for an empty permit. Throws std::bad_alloc; the value
  /// and the permit are as before then. A value that weighs several items takes more than its place, if need be.
  void send(T && value, detail::code_place where = detail::code_place::here()) {
    if (place_ == nullptr) detail::throw_empty_permit();
    detail::note_step("send with a permit to channel", place_->number(), where);
    const detail::channel_step step = place_->send_reserved(value);
    const detail::sole_end<detail::channel_state<T>, &detail::channel_core::drop_sender> end{place_.release()};
    if (step == detail::channel_step::closed) detail::throw_channel_closed(end->reason());
  }
  void send(const T& value, detail::code_place where = detail::code_place::here()) { send(T(value), where); }

  /// Gives the place back before the end of the scope. Does nothing for an empty one.
  void release() noexcept { place_ = {}; }

  explicit operator bool() const noexcept { return place_ != nullptr; }

 private:
  detail::sole_end<detail::channel_state<T>, &detail::channel_core::drop_permit> place_;
};

}  // namespace actors::inline v1
