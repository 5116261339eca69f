// std::stop_token both ways: a token that stops work, and one that a cancellation stops.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>
#include <actors/stop_token.hpp>

#include "simulation/exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::spawn;
using actors::task;

task<int> number(int n, std::chrono::nanoseconds delay) {
  co_await actors::sleep(delay);
  co_return n;
}
task<bool> is_cancelled(task<int> work) {
  try {
    co_await work;
    co_return false;
  } catch (const actors::cancelled&) {
    co_return true;
  }
}

TEST(stop_token, stops_the_work_and_not_the_task) {  // T5
  actors::simulate({}, []() -> task<> {
    const auto begin = actors::simulated_time();
    std::stop_source source;
    auto stopper = spawn([](std::stop_source& from) -> task<> {
      co_await actors::sleep(1s);
      from.request_stop();
    }(source));
    EXPECT_TRUE(co_await is_cancelled(actors::with_stop_token(source.get_token(), number(1, 1h))));
    EXPECT_EQ(actors::simulated_time() - begin, 1s);
    EXPECT_EQ(actors::current_task().cancel_requests(), 0U);
    co_await actors::sleep(1s);                                                                      // goes on
    EXPECT_TRUE(co_await is_cancelled(actors::with_stop_token(source.get_token(), number(1, 1h))));  // from the start
    EXPECT_EQ(co_await actors::with_stop_token(std::stop_token{}, number(2, 1s)), 2);
    co_await stopper;
  });
}

TEST(stop_token, work_that_ends_by_itself_gives_its_result) {
  actors::simulate({}, []() -> task<> {
    std::stop_source source;
    const auto stubborn = [&]() -> task<int> {
      source.request_stop();
      co_return 3;
    };
    EXPECT_EQ(co_await actors::with_stop_token(source.get_token(), stubborn()), 3);
    EXPECT_EQ(actors::current_task().cancel_requests(), 0U);
    co_await actors::sleep(1s);  // nothing is left pending
  });
}

TEST(stop_token, a_cancellation_from_outside_is_not_swallowed) {  // T5
  test::holds_in_all([]() -> task<> {
    std::stop_source source;
    auto outer = spawn([](std::stop_source& from) -> task<> {
      const bool stopped = co_await is_cancelled(actors::with_stop_token(from.get_token(), number(1, 1h)));
      EXPECT_TRUE(stopped);
      // Once for each that asked; where the outer request came second it is thrown here.
      co_await actors::sleep(1s);
    }(source));
    auto stopper = spawn([](std::stop_source& from) -> task<> {
      co_await actors::yield();
      from.request_stop();
    }(source));
    co_await actors::yield();
    outer.cancel();
    co_await stopper;
    bool cancelled = false;
    try {
      co_await outer;
    } catch (const actors::cancelled&) {
      cancelled = true;
    }
    static_cast<void>(cancelled);
    EXPECT_TRUE(outer.was_cancelled() || outer.ref().cancel_requests() == 1U);
  });
}

TEST(stop_token, a_cancellation_stops_the_tasks_token) {  // T6
  actors::simulate({}, []() -> task<> {
    auto handle = spawn([]() -> task<bool> {
      const std::stop_token token = actors::current_task().stop_token();
      EXPECT_FALSE(token.stop_requested());
      bool called = false;
      const std::stop_callback callback{token, [&] { called = true; }};
      try {
        co_await actors::sleep(1h);
      } catch (const actors::cancelled&) {
      }
      co_await actors::sleep(1s);
      EXPECT_TRUE(token.stop_requested());
      co_return called;
    }());
    co_await actors::sleep(1s);
    handle.cancel();
    EXPECT_TRUE(co_await handle);
  });
}

TEST(stop_token, of_a_task_that_was_cancelled_before_is_stopped) {
  actors::simulate({}, []() -> task<> {
    auto handle = spawn(number(1, 1s));
    auto other = spawn(number(1, 1s));
    const auto token = other.ref().stop_token();
    handle.cancel();
    EXPECT_TRUE(co_await [](auto waited) -> task<bool> {
      const auto late = waited.ref().stop_token();
      co_await actors::sleep(1s);
      co_return late.stop_requested() || waited.done();
    }(handle));
    co_await other;
    EXPECT_FALSE(token.stop_requested());
    const auto after_its_end = other.ref().stop_token();
    EXPECT_FALSE(after_its_end.stop_requested());
  });
}

TEST(stop_token, is_asked_once_whenever_the_cancellation_comes) {  // T4, T6
  test::holds_in_all([]() -> task<> {
    int calls = 0;
    auto handle = spawn([](int& count) -> task<> {
      const std::stop_callback callback{actors::current_task().stop_token(), [&] { ++count; }};
      try {
        co_await actors::yield();
        co_await actors::yield();
      } catch (const actors::cancelled&) {
      }
    }(calls));
    auto first = spawn([](auto of) -> task<> {
      co_await actors::yield();
      of.cancel();
    }(handle));
    handle.cancel();
    co_await first;
    try {
      co_await handle;
    } catch (const actors::cancelled&) {
    }
    EXPECT_LE(calls, 1);
  });
}

}  // namespace
