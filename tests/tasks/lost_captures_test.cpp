// Debug mode: tasks that are spawned on a lambda which is gone when they run. None of them here uses what is gone.
#include <actors/actors.hpp>

#include "support/seen_messages.hpp"

#include <gtest/gtest.h>

#include <coroutine>
#include <string>

namespace {

using actors::task;

constexpr actors::runtime_options options{.workers = 1, .debug = true};
constexpr const char* event = "captures_lost";

/// A coroutine that is done at once.
struct probe {
  struct promise_type {
    promise_type() = default;
    template <class Closure>
    explicit promise_type(const Closure&) : told{true} {}
    probe get_return_object() const { return {told}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const {}
    void unhandled_exception() const {}
    bool told = false;
  };
  bool told;
};
// Whether the compiler tells a coroutine which lambda it is. clang 14 does not: no such task is found there.
bool lambdas_are_known() {
  const auto made = [number = 1]() -> probe {
    static_cast<void>(number);
    co_return;
  };
  return made().told;
}

// Not inlined: the lambda would be on the caller's stack all the same, but then that depends on the optimiser.
[[gnu::noinline]] actors::join_handle<> spawns_a_lambda_of_its_own(int number) {
  return actors::spawn([number]() -> task<> {
    static_cast<void>(number);
    co_return;
  }());
}
constexpr int line_of_spawn = __LINE__ - 5;

TEST(lost_captures, are_reported_where_a_task_is_spawned_on_a_lambda_of_a_function_that_returns) {  // T9
  const test::seen_messages seen;
  actors::run(
      []() -> task<> {
        auto started = spawns_a_lambda_of_its_own(3);
        co_await started;
      }(),
      options);
  if (!lambdas_are_known()) {
    EXPECT_TRUE(seen.all().empty());
    return;
  }
  const test::seen_message said = seen.one(event);
  EXPECT_EQ(said.level, actors::log_level::warning);
  EXPECT_EQ(said.word("function"), "lambda in spawns_a_lambda_of_its_own");
  EXPECT_NE(said.word("file").find("lost_captures_test.cpp"), std::string::npos);
  const std::string place = "lost_captures_test.cpp:" + std::to_string(line_of_spawn);
  EXPECT_TRUE(said.word("spawned_at").ends_with(place)) << said.word("spawned_at");
  EXPECT_EQ(said.text.find("a task was spawned on a lambda that is gone when the task runs, and its captures with it: "
                           "lambda in spawns_a_lambda_of_its_own ("),
            0U)
      << said.text;
  EXPECT_TRUE(said.text.ends_with(place)) << said.text;
  EXPECT_NE(said.details.find("parameters"), std::string::npos) << said.details;
}

TEST(lost_captures, are_reported_for_one_that_is_spawned_into_a_group) {  // T9
  const test::seen_messages seen;
  const auto body = [](actors::task_group& group) -> task<> {
    const auto start = [&group](int number) {
      group.spawn([number]() -> task<> {
        static_cast<void>(number);
        co_return;
      }());
    };
    start(1);
    start(2);
    co_return;
  };
  actors::run([](auto&& in) -> task<> { co_await actors::with_group(in); }(body), options);
  EXPECT_EQ(seen.of(event).size(), lambdas_are_known() ? 2U : 0U);
}

[[gnu::noinline]] void spawns_eagerly(int number, bool waits) {
  auto started = actors::spawn(
      [number, waits]() -> task<> {
        static_cast<void>(number);
        if (waits) co_await actors::yield();
      }(),
      {.eager = true});
  EXPECT_EQ(started.done(), !waits);
}

TEST(lost_captures, are_none_of_one_that_ends_inside_the_spawn) {  // T9
  const test::seen_messages seen;
  actors::run(
      [](const test::seen_messages& so_far) -> task<> {
        spawns_eagerly(1, false);
        EXPECT_TRUE(so_far.all().empty());
        spawns_eagerly(2, true);
        co_return;
      }(seen),
      options);
  EXPECT_EQ(seen.of(event).size(), lambdas_are_known() ? 1U : 0U);
}

TEST(lost_captures, are_none_where_the_lambda_is_in_the_frame_of_who_awaits) {  // T9
  const test::seen_messages seen;
  actors::run(
      [](int number) -> task<> {
        const auto kept = [number]() -> task<int> { co_return number; };
        const int awaited = co_await kept();
        auto spawned = actors::spawn(kept());
        const int joined = co_await spawned;
        const int temporary = co_await actors::spawn([number]() -> task<int> { co_return number; }());
        EXPECT_EQ(awaited + joined + temporary, 3 * number);
      }(2),
      options);
  EXPECT_TRUE(seen.all().empty()) << seen.all().front().text;
}

TEST(lost_captures, are_none_of_lambdas_on_the_heap_on_other_stacks_and_without_captures) {  // T9
  const test::seen_messages seen;
  actors::runtime on{options};
  const auto here = [number = 1]() -> task<int> { co_return number; };
  EXPECT_EQ(on.spawn(here()).get(), 1);
  static const auto everywhere = [number = 2]() -> task<int> { co_return number; };
  on.run([]() -> task<> {
    const auto start = [] {
      const auto empty = []() -> task<> { co_return; };
      actors::spawn(empty()).detach();
      actors::spawn([](std::string text) -> task<> { co_return static_cast<void>(text); }("kept")).detach();
      actors::spawn(everywhere()).detach();
    };
    start();
    co_return;
  }());
  EXPECT_TRUE(seen.all().empty()) << seen.all().front().text;
}

// By value: the coroutine has its own one.
template <class Work>
task<int> calls(Work work) {
  co_return work();
}

TEST(lost_captures, are_none_of_lambdas_that_a_coroutine_was_given) {  // T9
  const test::seen_messages seen;
  actors::run(
      []() -> task<> {
        const auto start = [](int number) { return actors::spawn(calls([number] { return number; })); };
        auto started = start(7);
        const int got = co_await started;
        EXPECT_EQ(got, 7);
      }(),
      options);
  EXPECT_TRUE(seen.all().empty()) << seen.all().front().text;
}

}  // namespace
