// What the threads of this process have done so far, as the kernel tells it.
#include "idleness.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

namespace bench {

namespace {

using namespace std::chrono_literals;

/// What the threads of this process have done so far, the calling one left out.
struct activity {
  std::chrono::nanoseconds cpu_time{};
  std::map<std::string, std::int64_t> switches;  ///< context switches, voluntary or not, by thread id and name
};

/// The first line of a small file.
std::string line_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::string line;
  std::getline(in, line);
  return line;
}

/// Context switches, voluntary or not.
std::int64_t switches_of(const std::filesystem::path& thread) {
  std::ifstream status{thread / "status"};
  std::int64_t sum = 0;
  int found = 0;
  for (std::string key; status >> key;) {
    if (key != "voluntary_ctxt_switches:" && key != "nonvoluntary_ctxt_switches:") continue;
    std::int64_t count = 0;
    if (status >> count) ++found;
    sum += count;
  }
  if (found != 2) throw not_available{"no numbers of context switches in " + (thread / "status").string()};
  return sum;
}

/// The time on a CPU; exact, where getrusage would give a difference of roundings.
std::chrono::nanoseconds cpu_time_of(const std::filesystem::path& thread) {
  const std::string line = line_of(thread / "schedstat");
  if (line.empty()) throw not_available{"no CPU time in " + (thread / "schedstat").string()};
  return std::chrono::nanoseconds{std::stoll(line)};
}

activity look() {
  activity found;
  const std::string self = std::to_string(gettid());
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task"}) {
    const std::string id = entry.path().filename();
    if (id == self) continue;
    found.switches[line_of(entry.path() / "comm") + " (thread " + id + ")"] = switches_of(entry.path());
    found.cpu_time += cpu_time_of(entry.path());
  }
  return found;
}

}  // namespace

outcome measure_idle(std::string_view name, std::int64_t seconds, bool must_rest) {
  const activity before = look();
  const stopwatch watch;
  std::this_thread::sleep_for(std::chrono::seconds{seconds});
  const auto elapsed = watch.elapsed();
  const activity after = look();

  const std::chrono::nanoseconds used = after.cpu_time - before.cpu_time;
  std::int64_t switches = 0;
  std::string who;
  for (const auto& [thread, count] : after.switches) {
    const auto known = before.switches.find(thread);
    const std::int64_t more = known == before.switches.end() ? count + 1 : count - known->second;
    switches += more;
    if (more != 0) who += (who.empty() ? ", by " : ", ") + thread + ": " + std::to_string(more);
  }
  std::fprintf(stderr, "%.*s: %zu threads, %lld context switches, %.3f ms of CPU time in %.1f s\n",
               static_cast<int>(name.size()), name.data(), after.switches.size(), static_cast<long long>(switches),
               static_cast<double>(used.count()) / 1e6, std::chrono::duration<double>{elapsed}.count());
  const std::chrono::nanoseconds tick = std::chrono::nanoseconds{1s} / sysconf(_SC_CLK_TCK);
  if (must_rest && (switches != 0 || used >= tick || after.switches.size() != before.switches.size()))
    throw not_done{"the runtime was not idle: " + std::to_string(switches) + " context switches" + who + "; " +
                   std::to_string(used.count()) + " ns of CPU time"};
  return outcome{seconds, elapsed, seconds,
                 static_cast<double>(used.count()) / std::chrono::duration<double>{elapsed}.count()};
}

}  // namespace bench
