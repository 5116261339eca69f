#include "platform.hpp"

#include <linux/futex.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <climits>
#include <ctime>

namespace actors::inline v1::detail {

#if !ACTORS_SIMULATION

std::int64_t clock_now() noexcept { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::uint64_t cycle_count() noexcept {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#else
  return static_cast<std::uint64_t>(clock_now());
#endif
}

#if defined(__x86_64__)
namespace {

struct both_clocks {
  std::int64_t time;
  std::uint64_t cycles;
};

// The closest of a few looks: the thread may lose its processor between two of them.
both_clocks look_at_both() noexcept {
  both_clocks best{};
  std::uint64_t closest = UINT64_MAX;
  for (int i = 0; i != 16; ++i) {
    const std::uint64_t before = cycle_count();
    const std::int64_t time = clock_now();
    const std::uint64_t after = cycle_count();
    if (after - before >= closest) continue;
    closest = after - before;
    best = {time, before + closest / 2};
  }
  return best;
}

}  // namespace
#endif

double cycles_per_nanosecond() noexcept {
#if defined(__x86_64__)
  static const double rate = [] {
    const both_clocks start = look_at_both();
    while (clock_now() - start.time < 500'000) {
    }
    const both_clocks end = look_at_both();
    return static_cast<double>(end.cycles - start.cycles) / static_cast<double>(end.time - start.time);
  }();
  return rate;
#else
  return 1;
#endif
}

std::uint64_t clock_note() noexcept { return cycle_count(); }

// The rate was measured, and may be a little off.
std::int64_t time_of_clock_note(std::uint64_t note) noexcept {
  const auto cycles = static_cast<std::int64_t>(cycle_count() - note);
  const double passed = static_cast<double>(cycles) / cycles_per_nanosecond() * 0.999;
  return clock_now() - (cycles > 0 ? static_cast<std::int64_t>(passed) : 0);
}

void futex_wait(atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t deadline) noexcept {
  timespec until{deadline / 1'000'000'000, deadline % 1'000'000'000};
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT_BITSET_PRIVATE, expected,
          deadline == INT64_MAX ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

namespace {
thread_local timer_slack slack_before = 0;  // until it is set for the first time
}

void set_timer_slack(timer_slack slack) noexcept {
  if (slack_before == 0) slack_before = usual_timer_slack();
  prctl(PR_SET_TIMERSLACK, static_cast<unsigned long>(slack), 0UL, 0UL, 0UL);
}

timer_slack usual_timer_slack() noexcept {
  return slack_before != 0 ? slack_before : prctl(PR_GET_TIMERSLACK, 0UL, 0UL, 0UL, 0UL);
}

void futex_wake_one(atomic<std::uint32_t>& word) noexcept {
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

#endif

}  // namespace actors::inline v1::detail
