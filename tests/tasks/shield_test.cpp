// shield: the inner task does not hear of a cancellation of the one that waits.
#include <actors/actors.hpp>
#include <actors/shield.hpp>

#include "endings.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::join_handle;
using actors::shield;
using actors::spawn;
using actors::task;
using test::ending;
using test::failing;
using test::how;
using test::number;

constexpr std::uint64_t seeds = 200;

template <class T>
task<> await(join_handle<T> handle) {
  co_await handle;
}

TEST(shield, gives_the_result_or_the_error_of_the_inner_task) {  // G6
  test::for_seeds(seeds, []() -> task<> {
    const int value = co_await shield(spawn(number(3, 1s)));
    EXPECT_EQ(value, 3);
    const int own = co_await shield(number(4, 1s));
    EXPECT_EQ(own, 4);
    auto error = co_await how(shield(spawn(failing("it", 1s))));
    EXPECT_EQ(error, ending::error);
    co_await shield(spawn([]() -> task<> { co_return; }()));
    auto owner = co_await shield([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(2); }());
    EXPECT_EQ(*owner, 2);
    int target = 0;
    int& same = co_await shield([](int& n) -> task<int&> { co_return n; }(target));
    EXPECT_EQ(&same, &target);
  });
}

TEST(shield, a_task_that_is_given_starts_when_the_shield_is_awaited) {  // G6, T3
  test::run_simulated(1, []() -> task<> {
    bool ran = false;
    {
      auto dropped = shield([](bool& flag) -> task<> {
        flag = true;
        co_return;
      }(ran));
      co_await actors::sleep(1s);
    }
    EXPECT_FALSE(ran);
  }());
}

TEST(shield, cancelled_outside_it_throws_at_once_and_the_inner_task_runs_on) {  // G6
  test::for_seeds(seeds, []() -> task<> {
    auto inner = spawn(number(5, 10s));
    auto outer = spawn([](auto handle) -> task<int> { co_return co_await shield(handle); }(inner));
    co_await actors::sleep(1s);
    outer.cancel();
    const auto begin = test::simulation().now();
    const ending last = co_await how(await(outer));
    EXPECT_EQ(last, ending::stopped);
    EXPECT_EQ(test::simulation().now(), begin);
    EXPECT_EQ(inner.ref().cancel_requests(), 0U);
    test::expect_no_entries(inner);
    const int value = co_await inner;
    EXPECT_EQ(value, 5);
  });
}

TEST(shield, a_limit_ends_the_wait_and_not_the_task) {  // G6
  test::for_seeds(seeds, []() -> task<> {
    auto inner = spawn(number(5, 10s));
    auto last = co_await how(actors::wait_for(shield(inner), 1s));
    EXPECT_EQ(last, ending::over_time);
    const int value = co_await inner;
    EXPECT_EQ(value, 5);
  });
}

TEST(shield, a_cancelled_inner_task_is_passed_on) {  // G6
  test::for_seeds(seeds, []() -> task<> {
    auto inner = spawn(number(5, 10s));
    auto outer = spawn([](auto handle) -> task<ending> {
      auto first = co_await how(shield(handle));
      co_await actors::sleep(1s);
      co_return first;
    }(inner));
    co_await actors::sleep(1s);
    inner.cancel();
    const ending first = co_await outer;
    EXPECT_EQ(first, ending::stopped);
    EXPECT_FALSE(outer.was_cancelled());
  });
}

TEST(shield, an_error_after_the_outer_task_was_cancelled_is_reported_once) {  // G6, T9
  test::stderr_lines lines;
  test::run_simulated(1, []() -> task<> {
    auto outer = spawn([]() -> task<int> { co_return co_await shield(failing("left alone", 5s)); }());
    co_await actors::sleep(1s);
    outer.cancel();
    const ending last = co_await how(await(outer));
    EXPECT_EQ(last, ending::stopped);
    co_await actors::sleep(10s);
  }());
  EXPECT_EQ(lines.count("left alone"), 1);
}

TEST(shield, an_error_that_somebody_else_looks_at_is_not_reported) {  // G6, T9
  test::stderr_lines lines;
  test::run_simulated(1, []() -> task<> {
    auto inner = spawn(failing("looked at", 5s));
    auto outer = spawn([](auto handle) -> task<int> { co_return co_await shield(handle); }(inner));
    co_await actors::sleep(1s);
    outer.cancel();
    const ending last = co_await how(await(inner));
    EXPECT_EQ(last, ending::error);
  }());
  EXPECT_EQ(lines.count("looked at"), 0);
}

TEST(shield, nests) {  // G6
  test::for_seeds(seeds, []() -> task<> {
    auto inner = spawn(number(1, 10s));
    auto outer = spawn([](auto handle) -> task<int> { co_return co_await shield(shield(shield(handle))); }(inner));
    co_await actors::sleep(1s);
    outer.cancel();
    const int value = co_await inner;
    EXPECT_EQ(value, 1);
    EXPECT_TRUE(outer.was_cancelled());
  });
}

TEST(shield, an_empty_handle_and_oneself_are_refused) {  // T7
  test::run_simulated(1, []() -> task<> {
    join_handle<int> self;
    self = spawn([](join_handle<int>& me) -> task<int> {
      int refused = 0;
      try {
        co_await shield(join_handle<int>{});
      } catch (const actors::usage_error&) {
        ++refused;
      }
      try {
        co_await shield(me);
      } catch (const actors::usage_error&) {
        ++refused;
      }
      co_return refused;
    }(self));
    const int refused = co_await self;
    EXPECT_EQ(refused, 2);
    self = {};
  }());
}

}  // namespace
