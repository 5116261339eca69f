#include "time_limit.hpp"

#include <cstdio>
#include <cstdlib>

namespace test {

std::chrono::seconds time_limit() {
  long seconds = 60;
  if (const char* text = std::getenv("ACTORS_TEST_TIME_LIMIT")) {
    const long given = std::strtol(text, nullptr, 10);
    if (given > 0) seconds = given;
  }
  return std::chrono::seconds{seconds * slowness};
}

void time_limit_listener::OnTestStart(const ::testing::TestInfo& info) {
  ended_ = false;
  watching_ = false;
  watcher_ = std::thread{[this, &info] { watch(info); }};
  std::unique_lock guard{lock_};
  changed_.wait(guard, [&] { return watching_; });  // and the watcher has let the lock go, so that it waits
}

void time_limit_listener::OnTestEnd(const ::testing::TestInfo&) {
  {
    const std::lock_guard guard{lock_};
    ended_ = true;
  }
  changed_.notify_one();
  watcher_.join();
}

void time_limit_listener::watch(const ::testing::TestInfo& info) {
  const auto limit = time_limit();
  std::unique_lock guard{lock_};
  watching_ = true;
  changed_.notify_one();
  if (changed_.wait_for(guard, limit, [&] { return ended_; })) return;
  std::fprintf(stderr, "\ntime limit: %s.%s did not end within %lld s\n", info.test_suite_name(), info.name(),
               static_cast<long long>(limit.count()));
  std::fflush(nullptr);
  std::abort();
}

}  // namespace test
