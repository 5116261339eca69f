#include "peer.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

namespace peer {

namespace {

/// A workload of the contract.
struct known {
  std::string_view name;
  std::int64_t n;                   ///< default
  std::size_t capacity = 0;         ///< default
  bool works = false;               ///< has a variant with computing per item
  std::chrono::nanoseconds each{};  ///< of computing, default
};

constexpr std::array contract{
    known{.name = "pingpong_unbuffered", .n = 1'000'000},
    known{.name = "spsc_buffered", .n = 10'000'000, .capacity = 64, .works = true},
    known{.name = "mpsc", .n = 8'000'000, .capacity = 64, .works = true},
    known{.name = "mpmc", .n = 8'000'000, .capacity = 64, .works = true},
    known{.name = "select", .n = 4'000'000, .capacity = 16, .works = true},
    known{.name = "ring", .n = 5'000'000},
    known{.name = "spawn_join", .n = 1'000'000, .works = true},
    known{.name = "skynet", .n = 1},
    known{.name = "million_sleep", .n = 1'000'000},
    known{.name = "million_sleep2", .n = 1'000'000},
    known{.name = "pipeline", .n = 4'000'000, .capacity = 64, .works = true},
    known{.name = "blocking", .n = 100'000},
    known{.name = "blocking_ticker", .n = 10'000},
    known{.name = "fib", .n = 7'049'155},
    known{.name = "fib_inline", .n = 7'049'155},
    known{.name = "handoff_parked", .n = 1000},
    known{.name = "handoff_lingering", .n = 1000},
    known{.name = "futex_handover", .n = 1000},
    known{.name = "foreign_wake", .n = 1000},
    known{.name = "request_load", .n = 100'000, .works = true, .each = std::chrono::microseconds{20}},
    known{.name = "timer_accuracy", .n = 2000},
    known{.name = "idle_cpu", .n = 60},
    known{.name = "io_echo", .n = 100'000},
    known{.name = "io_echo_many", .n = 200'000},
};

/// A name for several workloads, which are run one after another.
constexpr std::string_view suite = "handoff_latency";
constexpr std::array suite_parts{std::string_view{"handoff_parked"}, std::string_view{"handoff_lingering"}};

/// Wrong usage; what() says why.
class wrong_usage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::int64_t number(std::string_view option, std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || stop != text.data() + text.size() || value < least || value > most)
    throw wrong_usage{std::string{option} + ": expected a number from " + std::to_string(least) + " to " +
                      std::to_string(most) + ", found '" + std::string{text} + "'"};
  return value;
}

std::chrono::nanoseconds duration(std::string_view option, std::string_view text) {
  struct unit {
    std::string_view name;
    std::int64_t nanoseconds;
  };
  constexpr std::array units{unit{"ns", 1}, unit{"us", 1000}, unit{"ms", 1'000'000}};
  for (const unit& each : units)
    if (text.ends_with(each.name))
      return std::chrono::nanoseconds{each.nanoseconds *
                                      number(option, text.substr(0, text.size() - each.name.size()), 1, 1'000'000)};
  throw wrong_usage{std::string{option} + ": expected a time such as 1us (ns, us or ms), found '" + std::string{text} +
                    "'"};
}

// The fastest of several trials counts: the others were disturbed.
work calibrate(std::chrono::nanoseconds each) {
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

/// A figure in KiB of a file of /proc.
std::int64_t kib_of(const char* file, std::string_view key) {
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key)) return std::stoll(line.substr(key.size()));
  throw not_done{"no " + std::string{key} + " in " + file};
}

settings read_options(const known& chosen, std::span<const std::string_view> options,
                      std::span<const std::string_view> algorithms) {
  constexpr std::int64_t most = 1'000'000'000'000;
  settings s{.n = chosen.n, .capacity = chosen.capacity, .time_of_each = chosen.each};
  if (!algorithms.empty()) s.algorithm = algorithms.front();
  for (std::size_t i = 0; i < options.size(); i += 2) {
    const std::string_view option = options[i];
    if (i + 1 == options.size()) throw wrong_usage{"an option without its value: '" + std::string{option} + "'"};
    const std::string_view value = options[i + 1];
    if (option == "--n") {
      s.n = number(option, value, 1, most);
    } else if (option == "--threads") {
      s.threads = static_cast<unsigned>(number(option, value, 1, 1024));
    } else if (option == "--capacity") {
      s.capacity = static_cast<std::size_t>(number(option, value, 0, most));
    } else if (option == "--work" && chosen.works) {
      s.time_of_each = duration(option, value);
    } else if (option == "--algorithm" && !algorithms.empty()) {
      if (std::ranges::find(algorithms, value) == algorithms.end())
        throw wrong_usage{"there is no algorithm '" + std::string{value} + "'"};
      s.algorithm = value;
    } else {
      throw wrong_usage{std::string{chosen.name} + " does not take '" + std::string{option} + "'"};
    }
  }
  if (s.time_of_each.count() != 0) s.each = calibrate(s.time_of_each);
  return s;
}

void run_named(std::string_view peer, std::string_view name, std::span<const std::string_view> options,
               std::span<const workload> workloads, std::span<const std::string_view> algorithms) {
  const auto* chosen = std::ranges::find(contract, name, &known::name);
  if (chosen == contract.end()) throw wrong_usage{"there is no workload '" + std::string{name} + "'"};
  const settings s = read_options(*chosen, options, algorithms);
  const auto found = std::ranges::find(workloads, name, &workload::name);
  if (found == workloads.end()) throw not_applicable{std::string{name} + " is not among the workloads of this peer"};
  if (!found->run) throw not_applicable{std::string{name} + ": " + std::string{found->why_not}};
  const outcome o = found->run(s);
  const auto print = [&](const std::string& what, double ns_per_operation) {
    std::printf("%.*s\t%s\t%lld\t%.6f\t%.1f\t%lld\n", static_cast<int>(peer.size()), peer.data(), what.c_str(),
                static_cast<long long>(o.n), std::chrono::duration<double>{o.elapsed}.count(), ns_per_operation,
                static_cast<long long>(kib_of("/proc/self/status", "VmHWM:")));
  };
  const std::string label{name};
  print(label, o.ns_per_operation.value_or(static_cast<double>(o.elapsed.count()) / static_cast<double>(o.operations)));
  for (const further_figure& each : o.further) print(label + '_' + std::string{each.name}, each.nanoseconds);
  std::fflush(stdout);
}

void print_usage(std::string_view peer, std::span<const std::string_view> algorithms) {
  std::string text = "usage: bench_" + std::string{peer} + " WORKLOAD [--n N] [--threads T] [--capacity C] [--work D]";
  for (std::size_t i = 0; i != algorithms.size(); ++i)
    text += (i == 0 ? " [--algorithm " : "|") + std::string{algorithms[i]};
  text += algorithms.empty() ? "\nworkloads:" : "]\nworkloads:";
  for (const known& each : contract) text += ' ' + std::string{each.name};
  std::fprintf(stderr, "%s %.*s\n", text.c_str(), static_cast<int>(suite.size()), suite.data());
}

}  // namespace

// Every step depends on the one before, so that nothing overlaps; the empty instruction keeps the result in use.
[[gnu::noinline]] void work::compute(std::uint64_t seed) const noexcept {
  for (std::uint64_t i = 0; i < steps_; ++i) seed = seed * 6364136223846793005U + 1442695040888963407U;
  asm volatile("" : : "r"(seed));
}

void expect(std::string_view what, std::int64_t got, std::int64_t want) {
  if (got != want)
    throw not_done{std::string{what} + ": got " + std::to_string(got) + ", want " + std::to_string(want)};
}

void need_memory(std::string_view things, std::int64_t count, std::int64_t bytes_each) {
  const std::int64_t wanted = count * bytes_each / 1024;
  const std::int64_t free = kib_of("/proc/meminfo", "MemAvailable:");
  if (wanted > free / 4 * 3)
    throw not_applicable{std::to_string(count) + ' ' + std::string{things} + " take about " +
                         std::to_string(wanted / 1024) + " MiB, more than three quarters of the " +
                         std::to_string(free / 1024) + " MiB that are free"};
}

outcome over_the_sleep(std::int64_t n, std::chrono::nanoseconds elapsed, std::chrono::nanoseconds how_long) {
  const std::chrono::nanoseconds over = elapsed - how_long;
  if (over.count() < 0) throw not_done{"all woke " + std::to_string(-over.count()) + " ns too early"};
  return outcome{n, over, n};
}

int run_program(std::string_view peer, int count, char** arguments, std::span<const workload> workloads,
                std::span<const std::string_view> algorithms) {
  const std::vector<std::string_view> words{arguments + 1, arguments + count};
  try {
    if (words.empty()) throw wrong_usage{"no workload given"};
    const std::span<const std::string_view> options{words.begin() + 1, words.end()};
    if (words.front() != suite) {
      run_named(peer, words.front(), options, workloads, algorithms);
      return 0;
    }
  } catch (const wrong_usage& problem) {
    std::fprintf(stderr, "bench_%.*s: %s\n", static_cast<int>(peer.size()), peer.data(), problem.what());
    print_usage(peer, algorithms);
    return 2;
  } catch (const not_applicable& problem) {
    std::fprintf(stderr, "bench_%.*s: %s\n", static_cast<int>(peer.size()), peer.data(), problem.what());
    return 3;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench_%.*s: %s\n", static_cast<int>(peer.size()), peer.data(), problem.what());
    return 1;
  }
  // A process for each part: not every runtime can be started twice in one.
  for (const std::string_view part : suite_parts) {
    const pid_t child = fork();
    if (child == 0) {
      std::string name{part};
      std::vector<char*> again{arguments, arguments + count};
      again[1] = name.data();
      _exit(run_program(peer, count, again.data(), workloads, algorithms));
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status)) return 1;
    if (WEXITSTATUS(status) != 0) return WEXITSTATUS(status);
  }
  return 0;
}

}  // namespace peer
