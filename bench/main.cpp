// bench: runs one workload and prints one line of six fields with tabs between them:
//   libactors WORKLOAD n seconds ns_per_op peak_rss_kb
// (caf in place of libactors where CAF's actors ran on CAF's scheduler; one for each part of it, where a workload
// stands for several). ns_per_op is seconds over the number of operations, but for latencies the median, and for
// idle_cpu the CPU time in a second. Latencies have two more lines, with the 99th and the 99.9th percentile as
// ns_per_op of WORKLOAD_p99 and WORKLOAD_p999. Exit status: 0 the work was done, 1 it was not, 2 wrong usage, 3 this
// version cannot run the workload.
#include "runtime/worker_scheduler.hpp"
#include "savina/savina.hpp"
#include "workloads.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace std::chrono_literals;

struct workload {
  std::string_view name;
  bench::outcome (*run)(const bench::settings&);
  std::int64_t n;                   ///< default
  std::size_t capacity = 0;         ///< default
  bool works = false;               ///< has a variant with computing per item
  std::chrono::nanoseconds each{};  ///< of computing, default
  bool transports = false;          ///< takes --transport
  bool drivers = false;             ///< takes --driver
  bool schedulers = false;          ///< takes --scheduler
  bool kinds_of_actors = false;     ///< takes --actors
};

/// A name for several workloads, which are run one after another.
struct suite {
  std::string_view name;
  std::vector<std::string_view> parts;
};

namespace ours = bench::savina::ours;
namespace classic = bench::savina::classic;
using bench::savina::either;

constexpr workload with_actors(std::string_view name, bench::outcome (*run)(const bench::settings&), std::int64_t n) {
  return {.name = name, .run = run, .n = n, .kinds_of_actors = true};
}

constexpr std::array workloads{
    workload{.name = "pingpong_unbuffered", .run = bench::pingpong, .n = 1'000'000},
    workload{.name = "spsc_buffered", .run = bench::spsc, .n = 10'000'000, .capacity = 64, .works = true},
    workload{.name = "queue", .run = bench::queue, .n = 10'000'000, .capacity = 64, .works = true},
    workload{.name = "mpsc", .run = bench::mpsc, .n = 8'000'000, .capacity = 64, .works = true},
    workload{.name = "mpmc", .run = bench::mpmc, .n = 8'000'000, .capacity = 64, .works = true},
    workload{.name = "select", .run = bench::select, .n = 4'000'000, .capacity = 16, .works = true},
    workload{.name = "oneshot", .run = bench::oneshot, .n = 5'000'000},
    workload{.name = "broadcast", .run = bench::broadcast, .n = 1'000'000},
    workload{.name = "watch", .run = bench::watch, .n = 2'000'000},
    workload{.name = "ring", .run = bench::ring, .n = 5'000'000},
    workload{.name = "spawn_join", .run = bench::spawn_join, .n = 1'000'000, .works = true},
    workload{.name = "cancel", .run = bench::cancel, .n = 1'000'000},
    workload{.name = "wait_for_ready", .run = bench::wait_for_ready, .n = 5'000'000},
    workload{.name = "exchange", .run = bench::exchange, .n = 20'000'000},
    workload{.name = "mutex", .run = bench::mutex, .n = 20'000'000},
    workload{.name = "semaphore", .run = bench::semaphore, .n = 20'000'000},
    workload{.name = "event", .run = bench::event, .n = 20'000'000},
    workload{.name = "mutex_contended", .run = bench::mutex_contended, .n = 4'000'000, .works = true},
    workload{.name = "skynet", .run = bench::skynet, .n = 1},
    workload{.name = "strand", .run = bench::strand, .n = 10'000'000},
    workload{.name = "strand_beside", .run = bench::strand_beside, .n = 200'000},
    workload{.name = "strand_one_worker", .run = bench::strand_one_worker, .n = 10'000'000},
    workload{.name = "generator", .run = bench::generator, .n = 20'000'000},
    workload{.name = "task_await", .run = bench::task_await, .n = 20'000'000},
    workload{.name = "million_sleep", .run = bench::sleep_ten_seconds, .n = 1'000'000},
    workload{.name = "million_sleep2", .run = bench::sleep_two_seconds, .n = 1'000'000},
    workload{.name = "wheel_insert", .run = bench::wheel_insert, .n = 1'000'000},
    workload{.name = "wheel_stop", .run = bench::wheel_stop, .n = 1'000'000},
    workload{.name = "wheel_fire", .run = bench::wheel_fire, .n = 1'000'000},
    workload{.name = "heap_insert", .run = bench::heap_insert, .n = 1'000'000},
    workload{.name = "heap_stop", .run = bench::heap_stop, .n = 1'000'000},
    workload{.name = "heap_fire", .run = bench::heap_fire, .n = 1'000'000},
    workload{.name = "stages", .run = bench::stages, .n = 1'000'000, .capacity = 64, .works = true},
    workload{.name = "pipeline", .run = bench::pipeline, .n = 4'000'000, .capacity = 64, .works = true},
    workload{.name = "blocking", .run = bench::blocking, .n = 100'000},
    workload{.name = "blocking_ticker", .run = bench::blocking_ticker, .n = 10'000},
    workload{.name = "fib", .run = bench::fib, .n = 7'049'155},
    workload{.name = "fib_inline", .run = bench::fib_inline, .n = 7'049'155},
    workload{.name = "handoff_parked", .run = bench::handoff_parked, .n = 1000},
    workload{.name = "handoff_lingering", .run = bench::handoff_lingering, .n = 1000},
    workload{.name = "futex_handover", .run = bench::futex_handover, .n = 1000},
    workload{.name = "foreign_wake", .run = bench::foreign_wake, .n = 1000},
    workload{.name = "request_load", .run = bench::request_load, .n = 100'000, .works = true, .each = 20us},
    workload{.name = "timer_accuracy", .run = bench::timer_accuracy, .n = 2000},
    workload{.name = "lock", .run = bench::lock_alone, .n = 20'000'000},
    workload{.name = "allocation", .run = bench::allocation, .n = 20'000'000},
    workload{.name = "clock", .run = bench::read_clock, .n = 10'000'000},
    workload{.name = "cache_line", .run = bench::cache_line, .n = 1'000'000},
    workload{.name = "heavy_fence", .run = bench::heavy_fence, .n = 10'000},
    workload{.name = "idle_cpu", .run = bench::idle_cpu, .n = 60},
    workload{.name = "io_echo", .run = bench::io_echo, .n = 100'000, .drivers = true},
    workload{.name = "io_echo_many", .run = bench::io_echo_many, .n = 200'000, .drivers = true},
    workload{.name = "io_wake", .run = bench::io_wake, .n = 500, .drivers = true},
    workload{.name = "io_loaded", .run = bench::io_loaded, .n = 500, .drivers = true},
    workload{.name = "caf_pingpong", .run = bench::caf_pingpong, .n = 2'000'000, .schedulers = true},
    workload{.name = "caf_fanout", .run = bench::caf_fanout, .n = 3'000'000, .capacity = 100, .schedulers = true},
    workload{.name = "caf_requests", .run = bench::caf_requests, .n = 3'000'000, .capacity = 100, .schedulers = true},
    workload{.name = "caf_mixed",
             .run = bench::caf_mixed,
             .n = 1'000'000,
             .capacity = 1000,
             .works = true,
             .each = 1us,
             .schedulers = true},
    workload{.name = "caf_idle", .run = bench::caf_idle, .n = 10, .schedulers = true},
    workload{.name = "caf_handoff", .run = bench::caf_handoff, .n = 100, .schedulers = true},
    workload{.name = "caf_handoff_parked", .run = bench::caf_handoff_parked, .n = 1000, .schedulers = true},
    workload{.name = "caf_handoff_lingering", .run = bench::caf_handoff_lingering, .n = 1000, .schedulers = true},
    workload{.name = "words", .run = bench::words, .n = 64 * 1024 * 1024, .capacity = 256, .transports = true},
    with_actors("savina_pingpong", either<ours::pingpong, classic::pingpong>, 40'000),
    with_actors("savina_thread_ring", either<ours::thread_ring, classic::thread_ring>, 100'000),
    with_actors("savina_counting", either<ours::counting, classic::counting>, 1'000'000),
    with_actors("savina_fork_join_create", either<ours::fork_join_create, classic::fork_join_create>, 40'000),
    with_actors("savina_fork_join_throughput", either<ours::fork_join_throughput, classic::fork_join_throughput>,
                10'000),
    with_actors("savina_chameneos", either<ours::chameneos, classic::chameneos>, 200'000),
    with_actors("savina_big", either<ours::big, classic::big>, 20'000),
    with_actors("savina_concurrent_dictionary", either<ours::concurrent_dictionary, classic::concurrent_dictionary>,
                10'000),
    with_actors("savina_sorted_list", either<ours::sorted_list, classic::sorted_list>, 8'000),
    with_actors("savina_bounded_buffer", either<ours::bounded_buffer, classic::bounded_buffer>, 1'000),
    with_actors("savina_philosophers", either<ours::philosophers, classic::philosophers>, 10'000),
    with_actors("savina_barber", either<ours::barber, classic::barber>, 5'000),
    with_actors("savina_smokers", either<ours::smokers, classic::smokers>, 1'000),
    with_actors("savina_bank", either<ours::bank, classic::bank>, 50'000),
    with_actors("savina_sieve", either<ours::sieve, classic::sieve>, 100'000),
    with_actors("savina_uct", either<ours::uct, classic::uct>, 200'000),
    with_actors("savina_logistic_map", either<ours::logistic_map, classic::logistic_map>, 25'000),
    with_actors("savina_matrix", either<ours::matrix, classic::matrix>, 1'024),
    with_actors("actor_create", either<ours::actor_create, classic::actor_create>, 100'000),
    workload{.name = "port_message", .run = ours::port_message, .n = 10'000'000, .capacity = 64},
    workload{.name = "actor_channel", .run = ours::actor_channel, .n = 10'000'000, .capacity = 64},
};

const std::array suites{
    suite{"timers", {"wheel_insert", "heap_insert", "wheel_stop", "heap_stop", "wheel_fire", "heap_fire"}},
    suite{"sync", {"exchange", "mutex", "semaphore", "event", "mutex_contended"}},
    suite{"machine", {"exchange", "lock", "allocation", "clock", "cache_line", "futex_handover"}},
    suite{"caf",
          {"caf_pingpong", "caf_fanout", "caf_requests", "caf_mixed", "caf_idle", "caf_handoff", "caf_handoff_parked",
           "caf_handoff_lingering"}},
    suite{"handoff_latency", {"futex_handover", "handoff_parked", "handoff_lingering", "foreign_wake"}},
};

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  names.reserve(workloads.size() + suites.size());
  for (const workload& each : workloads) names.push_back(each.name);
  for (const suite& each : suites) names.push_back(each.name);
  return names;
}

std::string usage() {
  std::string text =
      "usage: bench WORKLOAD [--n N] [--threads T] [--capacity C] [--work D] [--transport message|batch|block]\n"
      "       [--driver workers|thread] [--scheduler caf|ours]\n"
      "       [--actors ours|caf|caf_ours] [--patience P]\n"
      "       bench list\n"
      "D is a time of computing per item, for example 1us; P how long work may wait on a worker before others are "
      "told\n"
      "(for runs in an emulator). Workloads:";
  for (const std::string_view name : all_names()) text += ' ' + std::string{name};
  return text + '\n';
}

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

bench::transport transport_named(std::string_view name) {
  if (name == "message") return bench::transport::message;
  if (name == "batch") return bench::transport::batch;
  if (name == "block") return bench::transport::block;
  throw wrong_usage{"--transport: expected message, batch or block, found '" + std::string{name} + "'"};
}

bench::io_driver driver_named(std::string_view name) {
  if (name == "workers") return bench::io_driver::workers;
  if (name == "thread") return bench::io_driver::thread;
  throw wrong_usage{"--driver: expected workers or thread, found '" + std::string{name} + "'"};
}

bench::caf_scheduler scheduler_named(std::string_view name) {
  if (name == "caf") return bench::caf_scheduler::caf;
  if (name == "ours") return bench::caf_scheduler::ours;
  throw wrong_usage{"--scheduler: expected caf or ours, found '" + std::string{name} + "'"};
}

bench::actors_of actors_named(std::string_view name) {
  if (name == "ours") return bench::actors_of::ours;
  if (name == "caf") return bench::actors_of::caf;
  if (name == "caf_ours") return bench::actors_of::caf_on_ours;
  throw wrong_usage{"--actors: expected ours, caf or caf_ours, found '" + std::string{name} + "'"};
}

bench::settings read_options(const workload& chosen, const std::vector<std::string_view>& words) {
  constexpr std::int64_t most = 1'000'000'000'000;
  bench::settings s{.n = chosen.n, .capacity = chosen.capacity};
  std::chrono::nanoseconds each = chosen.each;
  for (std::size_t i = 1; i < words.size(); i += 2) {
    const std::string_view option = words[i];
    if (i + 1 == words.size()) throw wrong_usage{"an option without its value: '" + std::string{option} + "'"};
    const std::string_view value = words[i + 1];
    if (option == "--n")
      s.n = number(option, value, 1, most);
    else if (option == "--threads")
      s.threads = static_cast<unsigned>(number(option, value, 1, 1024));
    else if (option == "--capacity")
      s.capacity = static_cast<std::size_t>(number(option, value, 0, most));
    else if (option == "--patience")
      actors::detail::worker_scheduler::set_patience(duration(option, value));
    else if (option == "--work" && chosen.works)
      each = duration(option, value);
    else if (option == "--transport" && chosen.transports)
      s.how = transport_named(value);
    else if (option == "--driver" && chosen.drivers)
      s.driver = driver_named(value);
    else if (option == "--scheduler" && chosen.schedulers)
      s.scheduler = scheduler_named(value);
    else if (option == "--actors" && chosen.kinds_of_actors)
      s.actors = actors_named(value);
    else
      throw wrong_usage{std::string{chosen.name} + " does not take '" + std::string{option} + "'"};
  }
  s.time_of_each = each;
  s.each = bench::calibrate(each);
  return s;
}

/// The workloads that a name stands for.
std::vector<const workload*> workloads_named(std::string_view name) {
  const auto one = [](std::string_view part) {
    const auto* found = std::ranges::find(workloads, part, &workload::name);
    if (found == workloads.end()) throw wrong_usage{"there is no workload '" + std::string{part} + "'"};
    return found;
  };
  const auto* several = std::ranges::find(suites, name, &suite::name);
  if (several == suites.end()) return {one(name)};
  std::vector<const workload*> all;
  for (const std::string_view part : several->parts) all.push_back(one(part));
  return all;
}

void run(const workload& chosen, const bench::settings& s) {
  const bench::outcome o = chosen.run(s);
  const char* const whose = s.scheduler == bench::caf_scheduler::caf ? "caf" : "libactors";
  const auto print = [&](const std::string& name, double ns_per_operation) {
    std::printf("%s\t%s\t%lld\t%.6f\t%.1f\t%lld\n", whose, name.c_str(), static_cast<long long>(o.n),
                std::chrono::duration<double>{o.elapsed}.count(), ns_per_operation,
                static_cast<long long>(bench::peak_rss_kb()));
  };
  const std::string name{chosen.name};
  print(name, o.ns_per_operation.value_or(static_cast<double>(o.elapsed.count()) / static_cast<double>(o.operations)));
  for (const bench::further_figure& each : o.further) print(name + '_' + std::string{each.name}, each.nanoseconds);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> words{argv + 1, argv + argc};
  try {
    if (words.empty()) throw wrong_usage{"no workload given"};
    if (words.front() == "--help" || words.front() == "-h") {
      std::fputs(usage().c_str(), stdout);
    } else if (words.front() == "list" && words.size() == 1) {
      for (const std::string_view name : all_names()) std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
    } else {
      const auto chosen = workloads_named(words.front());
      std::vector<bench::settings> settings;
      settings.reserve(chosen.size());
      for (const workload* each : chosen) settings.push_back(read_options(*each, words));
      for (std::size_t i = 0; i != chosen.size(); ++i) run(*chosen[i], settings[i]);
    }
    return 0;
  } catch (const wrong_usage& problem) {
    std::fprintf(stderr, "bench: %s\n%s", problem.what(), usage().c_str());
    return 2;
  } catch (const bench::not_available& problem) {
    std::fprintf(stderr, "bench: %s\n", problem.what());
    return 3;
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "bench: %s\n", problem.what());
    return 1;
  }
}
