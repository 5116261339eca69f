// endings: how a piece of work ended, and work that ends in a given way.
#pragma once

#include <actors/actors.hpp>

#include <chrono>
#include <exception>

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
inline actors::task<> wait_long() { co_await actors::sleep(std::chrono::hours{1000}); }

}  // namespace test
