// reactor: what waits for the outside world (sockets, pipes), as the workers see it.
#pragma once

#include <actors/detail/atomic.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

/// Driven by one worker at a time: one that would sleep anyway waits in it, busy ones look in now and then. Whoever
/// drives it holds it (`try_hold`, acquire; `release`, release), so that completions run one after the other, as on a
/// strand.
class reactor {
 public:
  virtual ~reactor() = default;
  reactor(const reactor&) = delete;
  reactor& operator=(const reactor&) = delete;

  bool try_hold() noexcept {
    return !held_.load(std::memory_order_relaxed) && !held_.exchange(true, std::memory_order_acquire);
  }
  void release() noexcept { held_.store(false, std::memory_order_release); }

  /// Holder: runs completions that are ready, a limited number.
  virtual void poll() noexcept = 0;

  /// Holder: waits until `deadline` (of clock_now; INT64_MAX: none), an interruption, or a completion, and runs that
  /// one: others count on the holder as a sleeper until it is back.
  virtual void wait(std::int64_t deadline) noexcept = 0;
  /// Any thread: ends the holder's `wait`, or its next one, unless it forgets interruptions in between.
  virtual void interrupt() noexcept = 0;
  /// Holder: `wait` does not end for interruptions that came before.
  virtual void forget_interrupts() noexcept = 0;

 protected:
  reactor() = default;

 private:
  atomic<bool> held_{false};
};

}  // namespace actors::inline v1::detail
