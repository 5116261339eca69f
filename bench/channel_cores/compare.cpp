// bench_channel_cores: the same work over each design of a channel's core, in turns, in one process. Prints for each
// workload and core the median of the rounds, and the quickest and slowest one, in ns per value. Exit status: 0 the
// work was done, 1 it was not, 2 wrong usage. Why, and what came out: docs/decisions/channel-core.md.
#include <actors/runtime.hpp>

#include "../measure.hpp"
#include "library_channel.hpp"
#include "meeting.hpp"
#include "segment_queue.hpp"
#include "sequenced_ring.hpp"
#include "two_locks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

namespace {

using namespace bench::cores;

constexpr std::size_t capacity = 64;

struct workload {
  std::string_view name;
  parties all;
  unsigned workers;
  bool senders_compute;  ///< where there is work; otherwise the receivers do
};

constexpr std::array workloads{
    workload{"one worker, 1:1", {1, 1}, 1, false},
    workload{"two workers, 1:1", {1, 1}, 2, false},
    workload{"two workers, 8:1", {8, 1}, 2, true},
    workload{"two workers, 8:8", {8, 8}, 2, false},
};

// ns per value.
template <class Core>
double measure(const workload& what, std::int64_t n, bench::work each) {
  Core core{capacity};
  const bench::work before = what.senders_compute ? each : bench::work{};
  const bench::work after = what.senders_compute ? bench::work{} : each;
  const auto timed = [&]() -> actors::task<double> {
    const bench::stopwatch watch;
    const tally got = co_await meet(core, what.all, n, before, after);
    const auto elapsed = watch.elapsed();
    bench::expect("values", got.count, n);
    bench::expect("sum", got.sum, bench::sum_below(n));
    co_return static_cast<double>(elapsed.count()) / static_cast<double>(n);
  };
  return actors::run(timed(), {.workers = what.workers});
}

struct contender {
  std::string_view name;
  double (*measure)(const workload& what, std::int64_t n, bench::work each);
};

using number = std::int64_t;
constexpr std::array contenders{
    contender{"library's channel", measure<library_channel<number>>},
    contender{"sequenced ring", measure<sequenced_ring<number>>},
    contender{"segment queue", measure<segment_queue<number>>},
    contender{"two locks", measure<two_locks<number>>},
};

void compare(const workload& what, std::int64_t n, bench::work each, std::string_view work_name, int rounds) {
  std::array<std::vector<double>, contenders.size()> figures;
  for (int round = 0; round != rounds; ++round) {
    for (std::size_t i = 0; i != contenders.size(); ++i) figures[i].push_back(contenders[i].measure(what, n, each));
  }
  for (std::size_t i = 0; i != contenders.size(); ++i) {
    std::ranges::sort(figures[i]);
    std::printf("%-18.*s %-8.*s %-18.*s %8.1f  (%.1f to %.1f)\n", static_cast<int>(what.name.size()), what.name.data(),
                static_cast<int>(work_name.size()), work_name.data(), static_cast<int>(contenders[i].name.size()),
                contenders[i].name.data(), figures[i][figures[i].size() / 2], figures[i].front(), figures[i].back());
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 9;
  if (argc > 1) {
    const std::string_view word{argv[1]};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), rounds);
    if (argc > 2 || error != std::errc{} || end != word.data() + word.size() || rounds < 1) {
      std::fputs("usage: bench_channel_cores [ROUNDS]   (a number from 1, 9 if none is given)\n", stderr);
      return 2;
    }
  }
  try {
    const bench::work microsecond = bench::calibrate(std::chrono::microseconds{1});
    std::printf("%-18s %-8s %-18s %8s\n", "workload", "work", "core", "ns per value");
    for (const workload& each : workloads) compare(each, 2'000'000, bench::work{}, "none", rounds);
    for (const workload& each : workloads) compare(each, 200'000, microsecond, "1 us", rounds);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench_channel_cores: %s\n", problem.what());
    return 1;
  }
}
