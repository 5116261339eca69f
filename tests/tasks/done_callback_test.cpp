// done callbacks: once, scheduled, in order, also late.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>
#include <actors/task_local.hpp>

#include "simulation/exploring.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::join_handle;
using actors::spawn;
using actors::task;

task<int> number(int n, std::chrono::nanoseconds delay = 0ns) {
  co_await actors::sleep(delay);
  co_return n;
}

TEST(done_callback, runs_once_in_order_with_the_task_that_is_done) {  // T8
  actors::simulate({.workers = 1}, []() -> task<> {
    std::vector<std::string> log;
    auto handle = spawn(number(7, 1s));
    for (const char* name : {"first", "second", "third"}) {
      handle.add_done_callback([&log, name](const join_handle<int>& ended) {
        EXPECT_TRUE(ended.done());
        log.push_back(name + std::to_string(ended.result()));
      });
    }
    EXPECT_TRUE(log.empty());
    co_await handle;
    co_await actors::sleep(1s);
    EXPECT_EQ(log, (std::vector<std::string>{"first7", "second7", "third7"}));
  });
}

TEST(done_callback, is_scheduled_and_never_called_inline) {  // T8
  actors::simulate({.workers = 1}, []() -> task<> {
    bool called = false;
    auto handle = spawn(number(1));
    co_await handle;
    handle.add_done_callback([&](const join_handle<int>&) { called = true; });  // late
    EXPECT_FALSE(called);
    co_await actors::sleep(1s);
    EXPECT_TRUE(called);
  });
}

TEST(done_callback, added_after_the_end_as_the_last_thing_of_a_program_is_called) {  // T8, T2
  test::holds_in_all(
      [] {
        int called = 0;
        actors::runtime here{{.workers = 2}};
        here.run([](int& count) -> task<> {
          auto handle = spawn(number(1));
          co_await handle;
          handle.add_done_callback([&count](const join_handle<int>&) { ++count; });
        }(called));
        EXPECT_EQ(called, 1);
      },
      {}, 500);
}

TEST(done_callback, hears_of_errors_and_cancellations) {  // T8
  actors::simulate({}, []() -> task<> {
    int cancelled = 0;
    int failed = 0;
    auto sleeper = spawn(number(1, 1h));
    sleeper.add_done_callback([&](const join_handle<int>& ended) { cancelled += ended.was_cancelled() ? 1 : 0; });
    auto unlucky = spawn([]() -> task<> {
      co_await actors::yield();
      throw std::runtime_error{"no"};
    }());
    unlucky.add_done_callback([&](const join_handle<>& ended) { failed += ended.exception() != nullptr ? 1 : 0; });
    co_await actors::yield();
    sleeper.cancel();
    co_await actors::sleep(1s);
    EXPECT_EQ(cancelled, 1);
    EXPECT_EQ(failed, 1);
  });
}

const actors::task_local<int> who{0};

TEST(done_callback, has_the_task_local_values_of_the_one_that_added_it) {
  actors::simulate({}, []() -> task<> {
    int seen = 0;
    int seen_late = 0;
    who.set(1);
    auto handle = spawn([]() -> task<> {
      who.set(2);
      co_return;
    }());
    who.set(3);
    handle.add_done_callback([&](const join_handle<>&) { seen = who.get(); });
    co_await handle;
    handle.add_done_callback([&](const join_handle<>&) { seen_late = who.get(); });
    co_await actors::sleep(1s);
    EXPECT_EQ(seen, 3);
    EXPECT_EQ(seen_late, 3);
  });
}

TEST(done_callback, that_returns_a_task_is_awaited) {
  actors::simulate({}, []() -> task<> {
    bool finished = false;
    auto handle = spawn(number(1));
    handle.add_done_callback([&](const join_handle<int>&) -> task<> {
      co_await actors::sleep(1s);
      finished = true;
    });
    co_await actors::sleep(2s);
    EXPECT_TRUE(finished);
  });
}

TEST(done_callback, may_add_further_ones) {  // a list of callbacks that is changed while it runs
  actors::simulate({}, []() -> task<> {
    int calls = 0;
    auto handle = spawn(number(1));
    handle.add_done_callback([&](const join_handle<int>& ended) {
      ++calls;
      ended.add_done_callback([&](const join_handle<int>& again) {
        ++calls;
        again.add_done_callback([&](const join_handle<int>&) { ++calls; });
      });
    });
    co_await actors::sleep(1s);
    EXPECT_EQ(calls, 3);
  });
}

TEST(done_callback, an_error_in_one_does_not_keep_the_others) {  // R5
  ::testing::internal::CaptureStderr();
  actors::simulate({}, []() -> task<> {
    int calls = 0;
    auto handle = spawn(number(1));
    handle.add_done_callback([](const join_handle<int>&) { throw std::runtime_error{"of the callback"}; });
    handle.add_done_callback([&](const join_handle<int>&) { ++calls; });
    co_await actors::sleep(1s);
    EXPECT_EQ(calls, 1);
  });
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("of the callback"), std::string::npos);
}

TEST(done_callback, added_while_the_task_ends_runs_once_in_all_schedules) {  // T8
  test::holds_in_all([]() -> task<> {
    std::atomic<int> calls{0};
    auto handle = spawn([]() -> task<> { co_await actors::yield(); }());
    auto adder = spawn([](auto of, std::atomic<int>& count) -> task<> {
      for (int i = 0; i != 3; ++i) {
        of.add_done_callback([&count](const join_handle<>& ended) {
          EXPECT_TRUE(ended.done());
          ++count;
        });
        co_await actors::yield();
      }
    }(handle, calls));
    co_await adder;
    co_await handle;
    co_await actors::sleep(1s);
    EXPECT_EQ(calls, 3);
  });
}

}  // namespace
