#include "latency.hpp"

#include <unistd.h>

#include <cstdio>
#include <thread>

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

void letters_read::receive(const letter& got) {
  const std::chrono::nanoseconds latency = std::chrono::steady_clock::now() - got.sent;
  if (got.counts) {
    taken_.add(latency);
    if (gettid() == got.from) ++on_the_same_thread_;
  }
  arrived_.fetch_add(1, std::memory_order_release);
}

bool letters_read::arrives_soon(std::int64_t before) const {
  constexpr auto limit = std::chrono::milliseconds{2};
  const stopwatch watch;
  while (arrived() == before && watch.elapsed() < limit) {
  }
  return arrived() != before;
}

outcome letters_read::finish(std::string_view name, std::int64_t n, std::chrono::nanoseconds elapsed) {
  if (on_the_same_thread_ != 0)
    std::fprintf(stderr, "%.*s: %lld of %lld ran only later, on the thread that woke them\n",
                 static_cast<int>(name.size()), name.data(), static_cast<long long>(on_the_same_thread_),
                 static_cast<long long>(n));
  return taken_.finish(name, n, elapsed);
}

outcome wake_from_outside(std::int64_t n, letters_read& seen, const std::function<void(const letter&)>& start) {
  const stopwatch watch;
  for (std::int64_t i = 0; i != n; ++i) {
    do std::this_thread::sleep_for(pause);
    while (seen.arrived() != i);
    compute_for(computing_before);
    start(write_letter(true));
    compute_for(computing_after);
  }
  while (seen.arrived() != n) std::this_thread::sleep_for(pause);
  return seen.finish("foreign_wake", n, watch.elapsed());
}

void failures::add() {
  if (++count_ > allowed_)
    throw not_applicable{"no other worker takes what becomes ready beside one that computes for 2 ms, as measured"};
}

}  // namespace peer
