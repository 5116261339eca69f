// timer: one pending deadline, an intrusive node in the queue of a scheduler.
#pragma once

#include <actors/waiter.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ratio>
#include <type_traits>

namespace actors::inline v1::detail {

using steady_time = std::chrono::steady_clock::time_point;

/// Lives in the frame of whoever waits; is a `wake_timer` or a `callback_timer`. It fires at most once, at or after its
/// deadline. After `scheduler::stop` returned it does not.
struct timer {
  enum class kind : std::uint8_t { wake, callback };

  steady_time deadline{};
  timer* next = nullptr;  ///< links of the list that holds it, as `place` guarded by the lock of its queue
  timer* prev = nullptr;
  std::uint16_t queue = 0;           ///< which queue of the scheduler holds it
  std::uint16_t place = not_queued;  ///< which list there
  const kind what;
  static constexpr std::uint16_t not_queued = 0xffff;

  explicit timer(kind k) noexcept : what{k} {}
  timer(const timer&) = delete;
  timer& operator=(const timer&) = delete;
};
static_assert(sizeof(timer) == 32);

/// Ends a wait: claims the waiter, and wakes it. The flags lie in bytes that `timer` leaves.
struct wake_timer : timer {
  bool over = false;      ///< the wait was ended by this timer; read by the party that was woken
  bool relative = false;  ///< not started yet: `deadline` is the time from the start on, counted from the clock's epoch
  waiter* who = nullptr;

  wake_timer() noexcept : timer{kind::wake} {}
  /// False where somebody else was faster. Where it is true the caller must wake `who`.
  bool expire() noexcept {
    if (!who->claim()) return false;
    over = true;
    return true;
  }
};

/// Calls `fire` under the lock of its queue: it may claim, wake and cancel, it may not start or stop timers.
struct callback_timer : timer {
  void (*fire)(callback_timer&) noexcept = nullptr;

  callback_timer() noexcept : timer{kind::callback} {}
};

/// `time + delay`, or the latest time there is where that would overflow. Precondition: delay >= 0.
constexpr steady_time saturating_add(steady_time time, std::chrono::nanoseconds delay) noexcept {
  return time > steady_time{} && delay > steady_time::max() - time ? steady_time::max() : time + delay;
}

/// A duration of any period in nanoseconds, rounded up (a timer never fires early) and saturated at about 292 years.
template <class Rep, class Period>
constexpr std::chrono::nanoseconds to_nanoseconds(std::chrono::duration<Rep, Period> delay) noexcept {
  using to = std::ratio_divide<Period, std::nano>;
  if constexpr (std::is_integral_v<Rep> && to::den == 1) {
    constexpr std::int64_t longest = std::chrono::nanoseconds::max().count();
    if (delay.count() <= Rep{0}) return std::chrono::nanoseconds{0};
    if (static_cast<std::uintmax_t>(delay.count()) > static_cast<std::uintmax_t>(longest / to::num))
      return std::chrono::nanoseconds{longest};
    return std::chrono::nanoseconds{static_cast<std::int64_t>(delay.count()) * to::num};
  }
  using wide = std::chrono::duration<long double, std::nano>;
  const wide exact{delay};
  if (!(exact.count() > 0)) return std::chrono::nanoseconds{0};  // negative, zero, NaN
  if (exact >= wide{std::chrono::nanoseconds::max()}) return std::chrono::nanoseconds::max();
  return std::chrono::ceil<std::chrono::nanoseconds>(delay);
}

}  // namespace actors::inline v1::detail
