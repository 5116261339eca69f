#include "idle.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace peer {

namespace {

/// What the threads of this process have done so far, the calling one left out.
struct activity {
  std::int64_t threads = 0;
  std::chrono::nanoseconds cpu_time{};
  std::int64_t switches = 0;  ///< context switches, voluntary or not
};

std::int64_t switches_of(const std::filesystem::path& thread) {
  std::ifstream status{thread / "status"};
  std::int64_t sum = 0;
  for (std::string key; status >> key;) {
    if (key != "voluntary_ctxt_switches:" && key != "nonvoluntary_ctxt_switches:") continue;
    std::int64_t count = 0;
    if (status >> count) sum += count;
  }
  return sum;
}

std::chrono::nanoseconds cpu_time_of(const std::filesystem::path& thread) {
  std::ifstream in{thread / "schedstat"};
  std::int64_t nanoseconds = 0;
  if (!(in >> nanoseconds)) throw not_done{"no CPU time in " + (thread / "schedstat").string()};
  return std::chrono::nanoseconds{nanoseconds};
}

activity look() {
  activity found;
  const std::string self = std::to_string(gettid());
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) {
    if (entry.path().filename() == self) continue;
    ++found.threads;
    found.switches += switches_of(entry.path());
    found.cpu_time += cpu_time_of(entry.path());
  }
  return found;
}

}  // namespace

outcome measure_idle(const settings& s) {
  constexpr auto settling = std::chrono::seconds{1};
  std::this_thread::sleep_for(settling);
  const activity before = look();
  const stopwatch watch;
  std::this_thread::sleep_for(std::chrono::seconds{s.n});
  const auto elapsed = watch.elapsed();
  const activity after = look();
  expect("threads at the end", after.threads, before.threads);
  const double seconds = std::chrono::duration<double>{elapsed}.count();
  const auto used = static_cast<double>((after.cpu_time - before.cpu_time).count());
  std::fprintf(stderr, "idle_cpu: %lld threads, %lld context switches, %.3f ms of CPU time in %.1f s\n",
               static_cast<long long>(after.threads), static_cast<long long>(after.switches - before.switches),
               used / 1e6, seconds);
  return outcome{s.n, elapsed, s.n, used / seconds};
}

}  // namespace peer
