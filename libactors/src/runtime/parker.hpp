// parker: how one worker sleeps and is woken.
#pragma once

#include "platform.hpp"
#include "reactor.hpp"

#include <cstdint>

namespace actors::inline v1::detail {

/// A token, and where its worker sleeps: on a futex, or in the reactor. `wake` leaves the token (release) and learns by
/// the same exchange (acquire, of the release in falling asleep: so it sees the reactor that the worker sleeps in)
/// where the worker sleeps, if it does; `wait` and `wait_in` take it (acquire): what the waker wrote before is seen by
/// the one who wakes, also where the token was there before the wait.
class parker {
 public:
  /// Waits for the token and takes it; false when `deadline` (of `clock_now`, INT64_MAX: none) came first.
  bool wait(std::int64_t deadline) noexcept {
    if (!fall_asleep(on_futex)) return true;
    while (state_.load(std::memory_order_acquire) != token) {
      if (deadline != INT64_MAX && clock_now() >= deadline) break;
      futex_wait(state_, on_futex, deadline);
    }
    return wake_up();
  }

  /// The same in the reactor, which the caller holds; false also when `ended()` says so after completions have run.
  template <class Predicate>
  bool wait_in(reactor& where, std::int64_t deadline, Predicate ended) noexcept {
    if (!fall_asleep(in_reactor)) return true;
    for (;;) {
      // The token of an interruption that is forgotten here was left before it: it is seen below.
      where.forget_interrupts();
      if (state_.load(std::memory_order_acquire) == token) break;
      where.wait(deadline);
      if (ended() || (deadline != INT64_MAX && clock_now() >= deadline)) break;
    }
    return wake_up();
  }

  /// True when the caller must interrupt the reactor: the worker sleeps there.
  [[nodiscard]] bool wake() noexcept {
    const std::uint32_t before = state_.exchange(token, std::memory_order_acq_rel);
    if (before == on_futex) futex_wake_one(state_);
    return before == in_reactor;
  }

 private:
  static constexpr std::uint32_t awake = 0;
  static constexpr std::uint32_t token = 1;
  static constexpr std::uint32_t on_futex = 2;
  static constexpr std::uint32_t in_reactor = 3;

  // False when there is a token; it is taken.
  bool fall_asleep(std::uint32_t how) noexcept {
    std::uint32_t before = awake;
    if (state_.compare_exchange_strong(before, how, std::memory_order_acq_rel, std::memory_order_acquire)) return true;
    state_.store(awake, std::memory_order_relaxed);
    return false;
  }
  bool wake_up() noexcept { return state_.exchange(awake, std::memory_order_acq_rel) == token; }

  atomic<std::uint32_t> state_{awake};
};

}  // namespace actors::inline v1::detail
