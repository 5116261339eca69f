// wait: three modes, limits, and what it leaves alone.
#include <actors/actors.hpp>
#include <actors/wait.hpp>

#include "endings.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::join_handle;
using actors::return_when;
using actors::spawn;
using actors::task;
using actors::wait;
using test::ending;
using test::failing;
using test::how;
using test::list_of;
using test::number;
using test::wait_long;

constexpr std::uint64_t seeds = 200;

std::chrono::steady_clock::time_point now() { return test::simulation().now(); }

TEST(wait, for_all_gives_all_in_the_order_in_which_they_were_given) {  // G3
  test::for_seeds(seeds, []() -> task<> {
    const auto begin = now();
    auto handles = list_of(spawn(number(1, 3s)), spawn(number(2, 1s)), spawn(number(3, 2s)));
    auto found = co_await wait(handles);
    EXPECT_EQ(now() - begin, 3s);
    EXPECT_TRUE(found.pending.empty());
    EXPECT_TRUE(found.done == handles);
    for (int i = 0; i != 3; ++i) EXPECT_EQ(found.done[static_cast<std::size_t>(i)].result(), i + 1);
  });
}

TEST(wait, for_the_first_returns_as_soon_as_one_has_ended_in_any_way) {  // G3
  test::for_seeds(seeds, []() -> task<> {
    for (int kind = 0; kind != 3; ++kind) {
      const auto begin = now();
      auto first = spawn(kind == 1 ? failing("first", 1s) : number(1, kind == 0 ? 1s : 1h));
      auto other = spawn(number(2, 5s));
      if (kind == 2) first.cancel();
      auto found = co_await wait(list_of(other, first), return_when::first_completed);
      EXPECT_EQ(now() - begin, kind == 2 ? 0s : 1s);
      EXPECT_EQ(found.done.size(), 1U);
      EXPECT_TRUE(found.done[0] == first && found.pending[0] == other);
      EXPECT_EQ(first.exception() != nullptr, kind != 0);
      test::expect_no_entries(other);
      const int value = co_await other;
      EXPECT_EQ(value, 2);
    }
  });
}

TEST(wait, for_an_error_takes_neither_values_nor_cancellations_for_one) {  // G3
  test::for_seeds(seeds, []() -> task<> {
    const auto begin = now();
    auto stopped = spawn(number(1, 1h));
    auto last = spawn(number(3, 1h));
    stopped.cancel();
    auto found = co_await wait(list_of(stopped, spawn(number(2, 1s)), spawn(failing("third", 2s)), last),
                               return_when::first_exception);
    EXPECT_EQ(now() - begin, 2s);
    EXPECT_EQ(found.done.size(), 3U);
    EXPECT_EQ(found.pending.size(), 1U);
    EXPECT_NE(found.done[2].exception(), nullptr);
    last.cancel();
    // Without an error it waits for all.
    auto quiet = co_await wait(list_of(stopped, last, spawn(number(5, 3s))), return_when::first_exception);
    EXPECT_EQ(quiet.done.size(), 3U);
    EXPECT_EQ(now() - begin, 5s);
  });
}

TEST(wait, a_limit_neither_raises_nor_stops_anybody) {  // G3
  test::for_seeds(seeds, []() -> task<> {
    const auto begin = now();
    auto slow = spawn(number(2, 10s));
    auto found = co_await wait(list_of(spawn(number(1, 1s)), slow), 3s);
    EXPECT_EQ(now() - begin, 3s);
    EXPECT_EQ(found.done.size(), 1U);
    EXPECT_TRUE(found.pending[0] == slow);
    EXPECT_EQ(slow.ref().cancel_requests(), 0U);
    const int value = co_await slow;
    EXPECT_EQ(value, 2);
    EXPECT_EQ(now() - begin, 10s);
  });
}

TEST(wait, with_a_limit_returns_when_what_it_waits_for_has_come) {  // G3
  test::for_seeds(seeds, []() -> task<> {
    const auto begin = now();
    auto first = co_await wait(list_of(spawn(number(1, 1s)), spawn(number(2, 2s))), 1h, return_when::first_completed);
    EXPECT_EQ(now() - begin, 1s);
    EXPECT_EQ(first.done.size(), 1U);
    auto error =
        co_await wait(list_of(spawn(failing("it", 1s)), spawn(number(2, 2s))), 1h, return_when::first_exception);
    EXPECT_EQ(now() - begin, 2s);
    EXPECT_NE(error.done[0].exception(), nullptr);
  });
}

TEST(wait, a_limit_of_zero_or_less_gives_what_has_ended) {  // G3, C23
  test::for_seeds(seeds, []() -> task<> {
    const auto begin = now();
    auto ended = spawn(number(1, 0s));
    co_await ended;
    auto running = spawn(wait_long());
    auto first = co_await wait(list_of(ended, spawn(number(2, 1s))), 0s);
    EXPECT_EQ(first.done.size(), 1U);
    EXPECT_EQ(first.pending.size(), 1U);
    auto second = co_await wait(list_of(running), -5s);
    EXPECT_EQ(second.pending.size(), 1U);
    EXPECT_EQ(now(), begin);
    running.cancel();
  });
}

TEST(wait, for_tasks_that_have_ended_does_not_suspend_for_long) {  // G3
  test::for_seeds(seeds, []() -> task<> {
    auto one = spawn(number(1, 1s));
    auto two = spawn(failing("two", 1s));
    co_await actors::sleep(2s);
    const auto begin = now();
    for (const auto when : {return_when::first_completed, return_when::first_exception, return_when::all_completed}) {
      auto found = co_await wait(list_of(one, two), when);
      EXPECT_EQ(found.done.size(), 2U);
    }
    EXPECT_EQ(now(), begin);
    EXPECT_NE(two.exception(), nullptr);
  });
}

TEST(wait, errors_stay_in_the_handles_and_are_reported_where_nobody_looks) {  // G3, T9
  test::stderr_lines lines;
  test::run_simulated(1, []() -> task<> {
    auto seen = spawn(failing("seen later", 1s));
    {
      auto found = co_await wait(list_of(seen, spawn(failing("never seen", 1s))));
      EXPECT_EQ(found.done.size(), 2U);
    }
    EXPECT_NE(seen.exception(), nullptr);
  }());
  EXPECT_EQ(lines.count("an error that nobody looked at: never seen"), 1);
}

TEST(wait, of_nothing_of_an_empty_handle_and_of_oneself_is_refused) {  // G3, T7
  test::for_seeds(20, []() -> task<> {
    auto other = spawn(number(1, 1s));
    std::vector<std::vector<join_handle<int>>> wrong(2);
    wrong[1] = list_of(other, join_handle<int>{}, other);
    for (auto& each : wrong) {
      bool refused = false;
      try {
        co_await wait(each);
      } catch (const actors::usage_error&) {
        refused = true;
      }
      EXPECT_TRUE(refused);
    }
    test::expect_no_entries(other);
    join_handle<int> self;
    self = spawn([](join_handle<int>& me) -> task<int> {
      bool refused = false;
      try {
        co_await wait(list_of(me));
      } catch (const actors::usage_error&) {
        refused = true;
      }
      co_return refused ? 1 : 0;
    }(self));
    const int refused = co_await self;
    EXPECT_EQ(refused, 1);
    self = {};
  });
}

TEST(wait, a_handle_given_twice_counts_twice) {
  test::for_seeds(20, []() -> task<> {
    auto one = spawn(number(1, 1s));
    auto found = co_await wait(list_of(one, one));
    EXPECT_EQ(found.done.size(), 2U);
  });
}

TEST(wait, cancelled_it_throws_and_the_tasks_run_on) {  // G3, T6
  test::for_seeds(seeds, []() -> task<> {
    auto inner = spawn(number(4, 10s));
    auto waiting = spawn([](auto handle) -> task<> { co_await wait(list_of(handle), 1h); }(inner));
    co_await actors::sleep(1s);
    waiting.cancel();
    const ending last = co_await how([](auto handle) -> task<> { co_await handle; }(waiting));
    EXPECT_EQ(last, ending::stopped);
    test::expect_no_entries(inner);
    EXPECT_EQ(inner.ref().cancel_requests(), 0U);
    const int value = co_await inner;
    EXPECT_EQ(value, 4);
  });
}

// A wait with a limit in a loop around a task that lives long leaves nothing with it.
TEST(wait, again_and_again_with_a_limit_leaves_no_entries) {  // C26
  test::run_simulated(1, []() -> task<> {
    auto living = spawn(wait_long());
    for (int i = 0; i != 10'000; ++i) {
      auto found = co_await wait(list_of(living), 1ms);
      EXPECT_EQ(found.pending.size(), 1U);
    }
    test::expect_no_entries(living);
    living.cancel();
  }());
}

TEST(wait, many_tasks_at_once) {
  const std::size_t done = actors::run([]() -> task<std::size_t> {
    std::vector<join_handle<int>> all;
    for (int i = 0; i != 10'000; ++i) all.push_back(spawn(number(i, std::chrono::microseconds{i % 7})));
    auto found = co_await wait(std::move(all));
    co_return found.done.size();
  }());
  EXPECT_EQ(done, 10'000U);
}

}  // namespace
