// source_case: the case of a select at a source with a lock, whatever it waits for there.
#pragma once

#include <actors/detail/channel_core.hpp>
#include <actors/detail/select_core.hpp>
#include <actors/detail/select_handler.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace actors::inline v1::detail {

/// What a case waits for. It is moved until the select has it. Besides, `W::given` is what `result` gives. It may have
/// `prepare()`, called without the lock before the source is tried, which may throw; and `take_at_once(number)`, which
/// does it where that is a matter of a few instructions, called without the lock on the thread that has that number.
template <class W>
concept source_wait = std::is_move_constructible_v<W> &&
    requires(W& wait, const W& same, wait_node& node, wake_batch& woken) {
  // Of the source; null for an empty endpoint, which is never ready.
  { same.lock() }
  noexcept->std::same_as<wait_lock*>;
  // With the lock: does it, where that can be done at once (`done`, `closed`, or `not_ready`). Whom that lets go on is
  // left in `woken`. What it throws ends the select.
  { wait.take(woken) } -> std::same_as<channel_step>;
  // With the lock: lists the node, whose party has armed. False where what it waits for came since `take`.
  { wait.list(node) }
  noexcept->std::same_as<bool>;
  // Without the lock, by the party: takes a node out that was not served.
  { wait.withdraw(node) }
  noexcept;
  // For the handler, once, when the case has won: by `delivered` or by `closed`. Throws where the source says so.
  { wait.result(wait_outcome::delivered) } -> std::same_as<typename W::given>;
  // Says in a static_assert what the handler is called with, where `false`.
  { W::template need<true>() } -> std::same_as<bool>;
};

/// The handler of a case that gives it an R, or nothing.
template <class F, class R>
struct handler_of {
  using type = case_handler<F, R>;
};
template <class F>
struct handler_of<F, void> {
  using type = case_handler<F>;
};

template <source_wait Wait, class F>
class source_case final : public case_of<typename handler_of<F, typename Wait::given>::type::given> {
 public:
  using handler = typename handler_of<F, typename Wait::given>::type;
  static_assert(Wait::template need<handler::fits>());
  /// Whether there is nothing left to wait for when it has won.
  static constexpr bool once = requires { requires Wait::once; };

  source_case(Wait wanted, F call) : wait_{std::move(wanted)}, handler_{std::move(call)} {}

  wait_lock* lock() const noexcept override { return wait_.lock(); }
  bool ready(waiter&, wake_batch& woken) override {
    if (wait_.lock() == nullptr) return false;
    switch (wait_.take(woken)) {
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
    if constexpr (requires { wait_.prepare(); }) wait_.prepare();
    if constexpr (requires { wait_.take_at_once(who.thread()); }) {
      if (wait_.take_at_once(who.thread())) {
        this->outcome = wait_outcome::delivered;
        return true;
      }
    }
    return try_alone(*this, lock(), who);
  }
  bool enter(waiter&) noexcept override { return wait_.lock() == nullptr || wait_.list(this->node()); }
  void leave() noexcept override {
    if (wait_.lock() != nullptr && this->node().outcome == wait_outcome::none) wait_.withdraw(this->node());
  }

  typename handler::given call() override {
    if constexpr (std::is_void_v<typename Wait::given>) {
      wait_.result(this->outcome);
      return handler_.call();
    } else {
      return handler_.call(wait_.result(this->outcome));
    }
  }
  /// After `call`, before the case is used again.
  void restart() noexcept {
    if constexpr (requires { wait_.restart(); }) wait_.restart();
  }

 private:
  Wait wait_;
  [[no_unique_address]] handler handler_;
};

}  // namespace actors::inline v1::detail
