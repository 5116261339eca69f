// endings: how a piece of work ended, and work that ends in a given way.
#pragma once

#include <actors/actors.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

enum class ending { value, error, over_time, stopped };

template <class T>
actors::task<ending> how(actors::task<T> work) {
  try {
    co_await work;
    co_return ending::value;
  } catch (const actors::timed_out&) {
    co_return ending::over_time;
  } catch (const actors::cancelled&) {
    co_return ending::stopped;
  } catch (const std::exception&) {
    co_return ending::error;
  }
}

inline actors::task<int> number(int n, std::chrono::nanoseconds delay) {
  co_await actors::sleep(delay);
  co_return n;
}
inline actors::task<int> failing(std::string why, std::chrono::nanoseconds delay) {
  co_await actors::sleep(delay);
  throw std::runtime_error{why};
}
inline actors::task<> wait_long() { co_await actors::sleep(std::chrono::hours{1000}); }
/// Ends by a cancellation only, `delay` after it was asked to.
inline actors::task<int> slow_to_stop(bool& stopped, std::chrono::nanoseconds delay) {
  try {
    co_await actors::sleep(std::chrono::hours{1000});
  } catch (const actors::cancelled&) {
    stopped = true;
  }
  co_await actors::sleep(delay);
  throw actors::cancelled{};
}
/// Answers a cancellation by a value.
inline actors::task<int> stubborn(int n) {
  try {
    co_await actors::sleep(std::chrono::hours{1000});
  } catch (const actors::cancelled&) {
  }
  co_return n;
}

template <class T, class... Ts>
std::vector<actors::join_handle<T>> list_of(actors::join_handle<T> first, actors::join_handle<Ts>... others) {
  std::vector<actors::join_handle<T>> all;
  all.push_back(std::move(first));
  (all.push_back(std::move(others)), ...);
  return all;
}

/// Nobody waits for the end of that task: an entry that is added is alone (C26).
template <class T>
void expect_no_entries(const actors::join_handle<T>& handle) {
  actors::detail::completion probe;
  probe.done = [](actors::detail::completion&, actors::detail::task_state&) noexcept { return false; };
  actors::detail::task_state& state = *actors::detail::handle_access::block(handle);
  ASSERT_TRUE(state.subscribe(probe));
  EXPECT_EQ(probe.next, nullptr);
  EXPECT_TRUE(state.unsubscribe(probe));
}

/// What is written to stderr while it lives.
class stderr_lines {
 public:
  stderr_lines() { ::testing::internal::CaptureStderr(); }
  ~stderr_lines() {
    if (!taken_) ::testing::internal::GetCapturedStderr();
  }
  stderr_lines(const stderr_lines&) = delete;
  stderr_lines& operator=(const stderr_lines&) = delete;
  /// How often `part` was written. Once.
  int count(const std::string& part) {
    taken_ = true;
    const std::string text = ::testing::internal::GetCapturedStderr();
    int found = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }

 private:
  bool taken_ = false;
};

}  // namespace test
