// Tasks that are started eagerly: they run at once, up to their first suspension.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include "simulation/exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::spawn;
using actors::task;

TEST(eager, runs_to_its_first_suspension_at_once) {  // T3
  actors::simulate({}, []() -> task<> {
    std::string log;
    const auto work = [&]() -> task<int> {
      log += "a";
      co_await actors::yield();
      log += "c";
      co_return 1;
    };
    auto handle = spawn(work(), {.eager = true});
    log += "b";
    EXPECT_FALSE(handle.done());
    EXPECT_EQ(co_await handle, 1);
    EXPECT_EQ(log, "abc");
  });
}

TEST(eager, lazy_ones_wait_for_their_turn) {  // T3
  actors::simulate({.workers = 1}, []() -> task<> {
    std::string log;
    const auto work = [&]() -> task<> {
      log += "b";
      co_return;
    };
    auto handle = spawn(work());
    log += "a";
    co_await handle;
    EXPECT_EQ(log, "ab");
  });
}

TEST(eager, one_that_need_not_wait_is_done_at_once) {  // T3
  actors::simulate({}, []() -> task<> {
    auto value = spawn([]() -> task<int> { co_return 4; }(), {.eager = true});
    EXPECT_TRUE(value.done());
    EXPECT_EQ(value.result(), 4);
    auto error = spawn(
        []() -> task<int> {
          throw std::runtime_error{"at once"};
          co_return 0;
        }(),
        {.eager = true});
    EXPECT_TRUE(error.done());
    EXPECT_THROW(static_cast<void>(error.result()), std::runtime_error);
    co_return;
  });
}

TEST(eager, knows_itself_and_leaves_its_caller_running) {  // T10
  actors::simulate({}, []() -> task<> {
    const auto self = actors::current_task();
    auto handle = spawn([]() -> task<std::string> { co_return actors::current_task().name(); }(),
                        {.name = "inner", .eager = true});
    EXPECT_EQ(handle.result(), "inner");
    EXPECT_EQ(actors::current_task(), self);
    auto outer = spawn([]() -> task<std::string> { co_return actors::current_task().name(); }(), {.name = "next"});
    EXPECT_EQ(co_await outer, "next");
  });
}

task<int> nest(int depth) {
  if (depth == 0) co_return 0;
  auto inner = spawn(nest(depth - 1), {.eager = true});
  co_return 1 + co_await inner;
}

TEST(eager, ones_inside_each_other_do_not_use_up_the_stack) {
  actors::simulate({}, []() -> task<> {
    auto all = nest(2000);
    EXPECT_EQ(co_await all, 2000);
  });
}

TEST(eager, a_task_may_be_cancelled_and_joined_as_any_other) {  // T4
  actors::simulate({}, []() -> task<> {
    auto sleeper = spawn([]() -> task<> { co_await actors::sleep(1h); }(), {.eager = true});
    EXPECT_TRUE(sleeper.cancel());
    EXPECT_THROW(co_await sleeper, actors::cancelled);
  });
}

TEST(eager, loses_nothing_in_any_schedule) {  // T3
  test::holds_in_all([]() -> task<> {
    auto [out, in] = actors::channel<int>(1);
    std::vector<actors::join_handle<>> sending;
    const auto send = [](auto through, int value) -> task<> { co_await through.send(value); };
    for (int i = 1; i != 4; ++i) sending.push_back(spawn(send(out, i), {.eager = true}));
    int sum = 0;
    for (int i = 1; i != 4; ++i) {
      const auto got = co_await in.receive();
      sum += *got;
    }
    EXPECT_EQ(sum, 6);
    for (auto& each : sending) co_await each;
  });
}

}  // namespace
