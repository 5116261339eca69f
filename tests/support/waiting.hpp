// waiting: how tests wait for something without sleeping, and what /proc says about the threads of this process.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>

namespace test {

/// Holds the calling thread until `condition()`. On a worker: in tests where another worker or thread must act.
template <class Condition>
void spin_until(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

/// For tests that nothing happens within a time, for which there is nothing to wait: blocks the calling thread for so
/// long.
inline void let_pass(std::chrono::milliseconds time) { poll(nullptr, 0, static_cast<int>(time.count())); }

struct thread_switches {
  std::string name;
  long voluntary = 0;
  long forced = 0;
  friend bool operator==(const thread_switches&, const thread_switches&) = default;
};

/// The context switches of each thread of this process so far, whose name starts with `prefix`, by thread id.
inline std::map<std::string, thread_switches> switches_of(const std::string& prefix) {
  std::map<std::string, thread_switches> all;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/task", gone}) {
    std::ifstream status{entry.path() / "status"};
    thread_switches one;
    for (std::string key; status >> key;) {
      if (key == "Name:") status >> one.name;
      if (key == "voluntary_ctxt_switches:") status >> one.voluntary;
      if (key == "nonvoluntary_ctxt_switches:") status >> one.forced;
    }
    if (!one.name.empty() && one.name.starts_with(prefix)) all[entry.path().filename()] = one;
  }
  return all;
}

/// Waits until no worker of any runtime has run for a while that is longer than the longest period with which a
/// sleeping worker looks after the others (1 ms).
inline void wait_until_workers_sleep() {
  using clock = std::chrono::steady_clock;
  auto before = switches_of("actors-");
  for (auto since = clock::now(); clock::now() - since < std::chrono::milliseconds{20};) {
    std::this_thread::yield();
    auto now = switches_of("actors-");
    if (now != before) {
      before = std::move(now);
      since = clock::now();
    }
  }
}

}  // namespace test
