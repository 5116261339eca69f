// timer: one pending deadline, an intrusive node in the queue of a scheduler.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace actors::inline v1::detail {

using steady_time = std::chrono::steady_clock::time_point;

/// Lives in the frame of whoever waits. `fire` is called at most once, at or after the deadline, under the lock of the
/// queue: it may claim and wake, it may not start or stop timers. After `scheduler::stop` returned it is not called.
struct timer {
  steady_time deadline{};
  void (*fire)(timer&) noexcept = nullptr;
  std::uint32_t queue = 0;              ///< which queue of the scheduler holds it
  std::uint32_t position = not_queued;  ///< its place there, guarded by the queue's lock
  static constexpr std::uint32_t not_queued = 0xffffffff;
};

/// `time + delay`, or the latest time there is where that would overflow. Precondition: delay >= 0.
constexpr steady_time saturating_add(steady_time time, std::chrono::nanoseconds delay) noexcept {
  return time > steady_time{} && delay > steady_time::max() - time ? steady_time::max() : time + delay;
}

/// A duration of any period in nanoseconds, rounded up (a timer never fires early) and saturated at about 292 years.
template <class Rep, class Period>
constexpr std::chrono::nanoseconds to_nanoseconds(std::chrono::duration<Rep, Period> delay) noexcept {
  using wide = std::chrono::duration<long double, std::nano>;
  const wide exact{delay};
  if (!(exact.count() > 0)) return std::chrono::nanoseconds{0};  // negative, zero, NaN
  if (exact >= wide{std::chrono::nanoseconds::max()}) return std::chrono::nanoseconds::max();
  return std::chrono::ceil<std::chrono::nanoseconds>(delay);
}

}  // namespace actors::inline v1::detail
