#include "signals.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>

namespace actors::tool {

namespace {

using clock = std::chrono::steady_clock;

sigset_t watched() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGUSR2);  // wakes the watch at its end
  return set;
}

// The next signal; 0 when the deadline comes first.
int wait_for_signal(const sigset_t& set, std::optional<clock::time_point> deadline) {
  for (;;) {
    int signal = 0;
    if (deadline) {
      const auto left = std::max(*deadline - clock::now(), clock::duration::zero());
      const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
      const timespec limit{static_cast<time_t>(seconds.count()), static_cast<long>((left - seconds).count())};
      signal = sigtimedwait(&set, nullptr, &limit);
      if (signal < 0 && errno == EAGAIN) return 0;
    } else {
      signal = sigwaitinfo(&set, nullptr);
    }
    if (signal > 0) return signal;
  }
}

}  // namespace

signal_watch::signal_watch(std::function<void()> first, std::function<void()> second, std::function<void()> last,
                           std::chrono::nanoseconds patience) {
  const sigset_t set = watched();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  thread_ = std::jthread{[=](const std::stop_token& end) {
    std::optional<clock::time_point> deadline;
    for (int count = 0; !end.stop_requested();) {
      if (wait_for_signal(set, deadline) == SIGUSR2) continue;
      ++count;
      (count == 1 ? first : count == 2 ? second : last)();
      if (count == 2) deadline = clock::now() + std::min<std::chrono::nanoseconds>(patience, std::chrono::hours{24});
    }
  }};
}

signal_watch::~signal_watch() {
  thread_.request_stop();
  pthread_kill(thread_.native_handle(), SIGUSR2);
  thread_.join();
  // One from outside that nobody has looked at would end the process as soon as it is let through.
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, SIGUSR2);
  const timespec at_once{};
  while (sigtimedwait(&own, nullptr, &at_once) > 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace actors::tool
