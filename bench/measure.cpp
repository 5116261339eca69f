#include "measure.hpp"

#include <time.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace bench {

// Every step depends on the one before, so that nothing overlaps; the empty instruction keeps the result in use.
[[gnu::noinline]] void work::compute(std::uint64_t seed) const noexcept {
  for (std::uint64_t i = 0; i < steps_; ++i) seed = seed * 6364136223846793005U + 1442695040888963407U;
  asm volatile("" : : "r"(seed));
}

// The fastest of several trials counts: the others were disturbed.
work calibrate(std::chrono::nanoseconds each) {
  if (each.count() == 0) return work{};
  constexpr std::uint64_t steps = 2'000'000;
  std::chrono::nanoseconds best = std::chrono::nanoseconds::max();
  for (int trial = 0; trial < 10; ++trial) {
    const stopwatch watch;
    work{steps}(trial);
    best = std::min(best, watch.elapsed());
  }
  const double in_each = static_cast<double>(each.count()) / static_cast<double>(best.count()) * steps;
  return work{std::max<std::uint64_t>(1, static_cast<std::uint64_t>(in_each))};
}

void expect(std::string_view what, std::int64_t got, std::int64_t want) {
  if (got != want)
    throw not_done{std::string{what} + ": got " + std::to_string(got) + ", want " + std::to_string(want)};
}

std::int64_t peak_rss_kb() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6));
  throw not_available{"no VmHWM in /proc/self/status"};
}

std::chrono::nanoseconds cpu_time() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

}  // namespace bench
