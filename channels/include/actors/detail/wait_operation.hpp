// wait_operation: what all awaiters at channels have in common: how a wait begins, and how it ended.
#pragma once

#include <actors/detail/channel_core.hpp>
#include <actors/detail/wait_kind.hpp>
#include <actors/wait_list.hpp>

#include <coroutine>
#include <optional>
#include <utility>

namespace actors::inline v1::detail {

/// What was received, for its receiver. Not the optional as a whole: that would be read before what was just stored
/// into its parts has left the store buffer, and take longer than all the rest of the receive.
template <class T>
std::optional<T> in_parts(std::optional<T>& received) noexcept {
  return received ? std::optional<T>{std::move(*received)} : std::nullopt;
}

/// An awaiter. A coroutine that is suspended in it must not be destroyed. `Wait` derives from this; it has
///   `what`, for reports;
///   `source()`, the channel: it has `number()` and, once it is closed, `reason()`; null where there is none;
///   `at_once(source, who)`, optional: does what is waited for where that is a matter of a few instructions;
///   `enter(place, who, point)`, a channel_step: does what is waited for at once, or begins a node in `place` and lists
///   it. Where it gives `suspended` the awaiter may be gone; where it gives `cancelled` it has begun a node or not;
///   `withdraw(node)`, which takes one out again that was begun;
///   `begin_slowly()`, optional: called before what is not done at once.
template <class Wait>
class wait_operation {
 public:
  wait_operation() = default;
  wait_operation(const wait_operation&) = delete;
  wait_operation& operator=(const wait_operation&) = delete;

  bool await_ready() const noexcept { return static_cast<const Wait*>(this)->source() == nullptr; }

  template <waiting_promise Promise>
  ACTORS_SUSPENDS_RARELY bool await_suspend(std::coroutine_handle<Promise> point,
                                            await_place where = await_place::here()) {
    Wait& self = *static_cast<Wait*>(this);
    // Looked up once. It was stored just now, and the compiler, which sees bytes stored in between, would load it
    // again; and a processor may let the load of what was just stored wait until it knows where all stores before it
    // go, those of the operation before this one, too: each operation would begin when that one has ended.
    auto* const source = self.source();
    waiter& who = point.promise().party();
    note_wait(who, Wait::what, source->number(), where);
    if (who.spend()) [[unlikely]] {
      note_suspension(point, Wait::what, where);
      return end_turn(who, point);
    }
    if (who.has_put_off() || !self.at_once(*source, who)) {
      note_suspension(point, Wait::what, where);
      return wait(who, point);
    }
    ended_ = channel_step::done;
    return false;
  }

 protected:
  ~wait_operation() = default;

  template <class Source>
  static constexpr bool at_once(Source&, const waiter&) noexcept {
    return false;
  }
  static constexpr void begin_slowly() noexcept {}

  /// Whether the wait was served; false where the channel has ended, or there is none. Throws what it ended with
  /// otherwise: its reason, or `cancelled`.
  [[gnu::always_inline]] bool served() {
    if (ended_ == channel_step::done) [[likely]]
      return true;
    return served_late();
  }

 private:
  [[gnu::noinline]] bool served_late() {
    Wait& self = *static_cast<Wait*>(this);
    if (self.source() == nullptr) return false;
    if (ended_ != channel_step::closed) {
      wait_node& node = place_.node();
      if (node.outcome == wait_outcome::delivered) return true;
      if (node.outcome == wait_outcome::none) {
        if (ended_ == channel_step::suspended) self.withdraw(node);
        throw_cancelled(*node.who);
      }
    }
    if (self.source()->reason() != nullptr) throw_channel_closed(self.source()->reason());
    return false;
  }

  // Out of line, as the next one is: they are as long as the rest of a wait.
  [[gnu::noinline]] bool wait(waiter& who, std::coroutine_handle<> point) {
    static_cast<Wait*>(this)->begin_slowly();
    const channel_step step = static_cast<Wait*>(this)->enter(place_, who, point);
    if (step == channel_step::suspended) return true;
    end_with(step, who);
    return false;
  }

  // The last operation of the turn that need not wait: a pending cancellation comes first, others run after it.
  [[gnu::noinline]] bool end_turn(waiter& who, std::coroutine_handle<> point) {
    if (who.cancel_pending()) {
      static_cast<Wait*>(this)->begin_slowly();
      end_with(channel_step::cancelled, who);
      return false;
    }
    if (wait(who, point)) return true;
    if (ended_ != channel_step::done) return false;
    who.step_back(point);
    return true;
  }

  void end_with(channel_step step, waiter& who) noexcept {
    ended_ = step;
    if (step == channel_step::cancelled) [[unlikely]]
      place_.begin(who);
  }

  // `suspended` from the beginning: once the party is listed, nothing here is written but by the one who resumes it.
  channel_step ended_ = channel_step::suspended;
  node_place place_;
};

}  // namespace actors::inline v1::detail
