#include "readings.hpp"

#include <algorithm>
#include <cstdio>

namespace peer {

namespace {

// A machine shared with others delays some wake-ups by itself: how many it were tells whether a run can show a tail.
constexpr std::chrono::nanoseconds late_from = std::chrono::milliseconds{1};

}  // namespace

outcome readings::finish(std::string_view name, std::int64_t n, std::chrono::nanoseconds elapsed) {
  expect("latencies measured", static_cast<std::int64_t>(taken_.size()), n);
  std::sort(taken_.begin(), taken_.end());
  // Nearest rank, in thousandths.
  const auto percentile = [this](std::size_t of_thousand) {
    return static_cast<double>(taken_[std::max<std::size_t>(1, (taken_.size() * of_thousand + 999) / 1000) - 1]);
  };
  const auto late = std::count_if(taken_.begin(), taken_.end(), [](auto each) { return each > late_from.count(); });
  std::fprintf(stderr, "%.*s: p50 %.1f us, p90 %.1f us, p99 %.1f us, p99.9 %.1f us, max %.1f us; %lld over 1 ms\n",
               static_cast<int>(name.size()), name.data(), percentile(500) / 1000, percentile(900) / 1000,
               percentile(990) / 1000, percentile(999) / 1000, percentile(1000) / 1000, static_cast<long long>(late));
  return outcome{n, elapsed, n, percentile(500), {{"p99", percentile(990)}, {"p999", percentile(999)}}};
}

}  // namespace peer
