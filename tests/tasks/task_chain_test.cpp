// Long chains of tasks run in constant stack, whatever the compiler makes of symmetric transfer.
#include <actors/actors.hpp>

#include "support/simulated_scheduler.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

namespace {

using actors::task;

constexpr int million = 1'000'000 / test::slowness;
constexpr int deep = 100'000 / test::slowness;

task<int> ready(int n) { co_return n; }

TEST(task_chain, a_million_ready_tasks_are_awaited_one_after_the_other) {
  const long sum = actors::run([]() -> task<long> {
    long total = 0;
    for (int i = 0; i != million; ++i) total += co_await ready(i);
    co_return total;
  }());
  EXPECT_EQ(sum, static_cast<long>(million) * (million - 1) / 2);
}

task<int> count_down(int depth) {
  if (depth == 0) co_return 0;
  const int below = co_await count_down(depth - 1);
  co_return below + 1;
}

TEST(task_chain, tasks_await_each_other_a_hundred_thousand_levels_deep) {
  EXPECT_EQ(actors::run(count_down(deep)), deep);
}

task<int> suspend_at_the_bottom(int depth) {
  if (depth == 0) {
    co_await actors::yield();
    co_return 0;
  }
  const int below = co_await suspend_at_the_bottom(depth - 1);
  co_return below + 1;
}

TEST(task_chain, a_deep_chain_suspends_and_is_resumed_at_its_bottom) {
  EXPECT_EQ(actors::run(suspend_at_the_bottom(deep)), deep);
}

task<> fall(int depth) {
  if (depth == 0) throw std::runtime_error{"the bottom"};
  co_await fall(depth - 1);
}

TEST(task_chain, an_error_comes_up_from_the_bottom_of_a_deep_chain) {  // R5
  EXPECT_THROW(actors::run(fall(deep / 10)), std::runtime_error);
}

task<> wait_at_the_bottom(int depth) {
  if (depth == 0)
    co_await actors::sleep(std::chrono::hours{1});
  else
    co_await wait_at_the_bottom(depth - 1);
}

TEST(task_chain, a_cancellation_reaches_the_bottom_of_a_deep_chain) {  // T6
  test::run_simulated(1, []() -> task<> {
    auto waiting = actors::spawn(wait_at_the_bottom(deep / 10));
    co_await actors::sleep(std::chrono::seconds{1});
    waiting.cancel();
    bool thrown = false;
    try {
      co_await waiting;
    } catch (const actors::cancelled&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  }());
}

task<int> join_the_next(int depth) {
  if (depth == 0) co_return 0;
  auto next = actors::spawn(join_the_next(depth - 1));
  co_return 1 + co_await next;
}

TEST(task_chain, spawned_tasks_wait_for_each_other_a_hundred_thousand_levels_deep) {
  EXPECT_EQ(actors::run(join_the_next(deep)), deep);
}

TEST(task_chain, a_million_values_pass_a_ready_channel_in_one_task) {
  const int received = actors::run([]() -> task<int> {
    auto [tx, rx] = actors::channel<int>(1);
    int count = 0;
    for (int i = 0; i != million; ++i) {
      co_await tx.send(i);
      auto value = co_await rx.receive();
      if (value == i) ++count;
    }
    co_return count;
  }());
  EXPECT_EQ(received, million);
}

TEST(task_chain, a_token_goes_round_a_ring_of_a_thousand_tasks) {
  const int rounds = 100 / test::slowness;
  const int hops = actors::run([](int laps) -> task<int> {
    auto [first, in] = actors::channel<int>(0);
    for (int i = 0; i != 999; ++i) {
      auto [tx, rx] = actors::channel<int>(0);
      actors::spawn([](auto from, auto to) -> task<> {
        while (auto token = co_await from.receive()) co_await to.send(*token + 1);
      }(std::move(in), std::move(tx)));
      in = std::move(rx);
    }
    int token = 0;
    for (int i = 0; i != laps; ++i) {
      co_await first.send(token + 1);
      auto back = co_await in.receive();
      token = *back;
    }
    co_return token;
  }(rounds));
  EXPECT_EQ(hops, rounds * 1000);
}

}  // namespace
