// platform: what the workers ask of the machine: time, and how to sleep and be woken.
#pragma once

#include <actors/detail/atomic.hpp>
#include <actors/detail/timer.hpp>

#include <cstdint>

namespace actors::inline v1::detail {

/// The monotonic clock, in nanoseconds of the epoch of steady_clock.
std::int64_t clock_now() noexcept;

/// The time-stamp counter: cheap (a few nanoseconds), constant rate, for durations within one thread only.
std::uint64_t cycle_count() noexcept;
/// Its rate, measured once (takes about a millisecond at the first call).
double cycles_per_nanosecond() noexcept;
/// The counter in nanoseconds.
inline std::int64_t cycle_time() noexcept {
  return static_cast<std::int64_t>(static_cast<double>(cycle_count()) / cycles_per_nanosecond());
}

/// A note of the present moment, cheaper than the clock, and what the clock said then: not too early, and at most a
/// thousandth of what has passed since too late. On one thread only.
std::uint64_t clock_note() noexcept;
std::int64_t time_of_clock_note(std::uint64_t note) noexcept;

/// Sleeps while `word` is `expected`, at most until `deadline` (of `clock_now`; INT64_MAX: without limit). May return
/// without cause.
void futex_wait(atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t deadline) noexcept;
/// For how long the system lets the sleeps of a thread go on beyond their deadline, in nanoseconds, so that several
/// threads can wake at once: usually 50 us (prctl(2), PR_SET_TIMERSLACK). A thread inherits it from the one that starts
/// it.
using timer_slack = long;
constexpr timer_slack no_timer_slack = 1;  // as little as there is
/// Sets that of the calling thread.
void set_timer_slack(timer_slack slack) noexcept;
/// What it was in the calling thread before it was first set.
timer_slack usual_timer_slack() noexcept;
/// Wakes one thread that sleeps on `word`.
void futex_wake_one(atomic<std::uint32_t>& word) noexcept;

}  // namespace actors::inline v1::detail
