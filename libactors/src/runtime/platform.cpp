#include "platform.hpp"

#include <linux/futex.h>
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

double cycles_per_nanosecond() noexcept {
#if defined(__x86_64__)
  static const double rate = [] {
    const std::int64_t start = clock_now();
    const std::uint64_t before = cycle_count();
    std::int64_t elapsed = 0;
    do elapsed = clock_now() - start;
    while (elapsed < 500'000);
    return static_cast<double>(cycle_count() - before) / static_cast<double>(elapsed);
  }();
  return rate;
#else
  return 1;
#endif
}

void futex_wait(atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t deadline) noexcept {
  timespec until{deadline / 1'000'000'000, deadline % 1'000'000'000};
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT_BITSET_PRIVATE, expected,
          deadline == INT64_MAX ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake_one(atomic<std::uint32_t>& word) noexcept {
  syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

#endif

}  // namespace actors::inline v1::detail
