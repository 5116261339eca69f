#include "latency.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace peer {

void compute_for(std::chrono::nanoseconds time) {
  const stopwatch watch;
  while (watch.elapsed() < time) {
  }
}

letter write_letter(bool counts) {
  const pid_t from = gettid();
  return {std::chrono::steady_clock::now(), from, counts};
}

void readings::receive(const letter& got) {
  const std::chrono::nanoseconds latency = std::chrono::steady_clock::now() - got.sent;
  if (got.counts) {
    taken_.push_back(latency.count());
    if (gettid() == got.from) ++on_the_same_thread_;
  }
  arrived_.fetch_add(1, std::memory_order_release);
}

bool readings::arrives_soon(std::int64_t before) const {
  constexpr auto limit = std::chrono::milliseconds{2};
  const stopwatch watch;
  while (arrived() == before && watch.elapsed() < limit) {
  }
  return arrived() != before;
}

outcome readings::finish(std::string_view name, std::int64_t n, std::chrono::nanoseconds elapsed) {
  expect("wake-ups measured", static_cast<std::int64_t>(taken_.size()), n);
  std::sort(taken_.begin(), taken_.end());
  const auto microseconds = [](std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1000; };
  std::fprintf(stderr, "%.*s: median %.1f us, p90 %.1f us, p99 %.1f us, max %.1f us", static_cast<int>(name.size()),
               name.data(), microseconds(percentile(50)), microseconds(percentile(90)), microseconds(percentile(99)),
               microseconds(taken_.back()));
  if (on_the_same_thread_ != 0)
    std::fprintf(stderr, "; %lld of %lld ran only later, on the thread that woke them",
                 static_cast<long long>(on_the_same_thread_), static_cast<long long>(n));
  std::fputc('\n', stderr);
  return outcome{n, elapsed, n, static_cast<double>(percentile(50))};
}

// Nearest rank, of the sorted figures.
std::int64_t readings::percentile(std::size_t percent) const {
  return taken_[std::max<std::size_t>(1, (taken_.size() * percent + 99) / 100) - 1];
}

void failures::add() {
  if (++count_ > allowed_)
    throw not_done{"handoff_lingering: no other worker took what became ready beside one that computed for 2 ms"};
}

}  // namespace peer
