// signals: Ctrl-C and SIGTERM as calls, on a thread of their own.
#pragma once

#include <signal.h>

#include <chrono>
#include <functional>
#include <thread>

namespace actors::tool {

/// Takes SIGINT and SIGTERM for the time it lives. Made before other threads are started, which inherit that the
/// signals are theirs no longer.
class signal_watch {
 public:
  /// On the thread of the watch `first` is called for the first signal, `second` for the second one, and `last` for a
  /// third, or when `patience` has passed since the second.
  signal_watch(std::function<void()> first, std::function<void()> second, std::function<void()> last,
               std::chrono::nanoseconds patience);
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

 private:
  sigset_t before_;
  std::jthread thread_;
};

}  // namespace actors::tool
