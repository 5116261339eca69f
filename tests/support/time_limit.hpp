// time_limit: a test that does not end is ended, with its name, and in a way that a debugger or a core file can show.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace test {

/// How much longer things may take in this build: 1, or 4 under a sanitizer.
inline constexpr int slowness = ACTORS_TEST_SANITIZED != 0 ? 4 : 1;

/// The limit of one test: ACTORS_TEST_TIME_LIMIT seconds (60 without it), times `slowness`.
std::chrono::seconds time_limit();

/// Starts a watching thread for each test, which aborts the program when the limit is over. When the test begins it
/// sleeps already, and holds nothing: a test may fork, also under a sanitizer, whose locks no fork() takes.
class time_limit_listener final : public ::testing::EmptyTestEventListener {
 public:
  time_limit_listener() = default;
  time_limit_listener(const time_limit_listener&) = delete;
  time_limit_listener& operator=(const time_limit_listener&) = delete;

 private:
  void OnTestStart(const ::testing::TestInfo& info) override;
  void OnTestEnd(const ::testing::TestInfo& info) override;
  void watch(const ::testing::TestInfo& info);

  std::mutex lock_;
  std::condition_variable changed_;
  bool watching_ = false;
  bool ended_ = false;
  std::thread watcher_;
};

}  // namespace test
