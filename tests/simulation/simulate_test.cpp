// simulate: results, errors, and what is refused.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace {

using actors::explore;
using actors::simulate;
using actors::simulation_failure;
using actors::simulation_summary;
using actors::spawn;
using actors::task;
using actors::usage_error;

task<int> seven() { co_return 7; }

TEST(simulate, gives_the_result_of_main) {
  EXPECT_EQ(simulate({.seed = 1}, seven), 7);
  int called = 0;
  simulate({}, [&]() -> task<> {
    ++called;
    co_return;
  });
  EXPECT_EQ(called, 1);
  EXPECT_EQ(simulate({}, [&] { return ++called; }), 2);
  const auto moved = simulate({}, []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(5); });
  EXPECT_EQ(*moved, 5);
}

task<int> throws() {
  co_await actors::yield();
  throw std::out_of_range{"no such order: 12"};
}

TEST(simulate, an_error_of_the_program_is_nested_in_the_failure) {
  try {
    simulate({.seed = 4}, throws);
    FAIL() << "nothing was thrown";
  } catch (const simulation_failure& failure) {
    EXPECT_EQ(failure.why(), simulation_failure::reason::error);
    EXPECT_TRUE(std::string_view{failure.what()}.starts_with("no such order: 12\n")) << failure.what();
    EXPECT_TRUE(failure.replay().starts_with("random 4 #")) << failure.replay();
    EXPECT_THROW(failure.rethrow_nested(), std::out_of_range);
  }
}

TEST(simulate, what_was_spawned_has_ended_when_it_returns) {  // T2
  int alive = 0;
  struct living {
    explicit living(int& counted) : count{counted} { ++count; }
    ~living() { --count; }
    int& count;
  };
  const auto forever = [](int& count) -> task<> {
    const living here{count};
    for (;;) co_await actors::sleep(std::chrono::hours{1});
  };
  simulate({}, [&]() -> task<> {
    for (int i = 0; i != 3; ++i) spawn(forever(alive));
    co_await actors::yield();
  });
  EXPECT_EQ(alive, 0);
}

TEST(simulate, a_main_that_is_no_task_makes_its_own_runtimes) {  // R12
  const int sum = simulate({}, [] {
    actors::runtime first{{.workers = 2}};
    actors::runtime second{{.workers = 1}};
    int result = first.run(seven());
    result += second.run(seven());
    return result + first.run(seven());
  });
  EXPECT_EQ(sum, 21);
}

// How many processors the machine has would make it another program elsewhere.
TEST(simulate, a_runtime_without_a_number_of_workers_has_the_same_everywhere) {  // R9
  EXPECT_EQ(simulate({}, [] { return actors::runtime{}.workers(); }), 2U);
}

// Exceptions that are being handled belong to a thread: here each of three is in the middle of that when others run.
TEST(simulate, threads_handle_exceptions_side_by_side) {  // R5
  const auto handle = [](actors::detail::atomic<int>& turns, int number) {
    try {
      throw number;
    } catch (int caught) {
      for (int i = 0; i != 3; ++i) turns.fetch_add(1);
      try {
        throw std::runtime_error{std::to_string(caught)};
      } catch (const std::runtime_error& inner) {
        turns.fetch_add(1);
        EXPECT_EQ(inner.what(), std::to_string(number));
      }
      turns.fetch_add(1);
      EXPECT_EQ(std::uncaught_exceptions(), 0);
      try {
        throw;
      } catch (int again) {
        EXPECT_EQ(again, number);
      }
    }
  };
  for (std::uint64_t seed = 1; seed != 50; ++seed) {
    simulate({.seed = seed}, [&] {
      actors::detail::atomic<int> turns{0};
      actors::detail::joining_thread one{[&] { handle(turns, 1); }};
      actors::detail::joining_thread two{[&] { handle(turns, 2); }};
      handle(turns, 3);
    });
  }
}

// ---- what is refused -----------------------------------------------------------------------------------------------

template <class F>
std::string refusal(F call) {
  try {
    call();
  } catch (const usage_error& error) {
    return error.what();
  }
  return "nothing was refused";
}

TEST(simulate, a_simulation_inside_a_simulation_is_refused) {  // V5
  const auto inner = [] { simulate({}, seven); };
  EXPECT_NE(simulate({}, [&] { return refusal(inner); }).find("cannot be called inside a simulation"),
            std::string::npos);
  const auto exploring = [] { explore({}, seven); };
  EXPECT_NE(simulate({}, [&] { return refusal(exploring); }).find("cannot be called inside a simulation"),
            std::string::npos);
  EXPECT_EQ(simulate({}, seven), 7);
}

TEST(simulate, options_that_cannot_be_are_refused) {
  EXPECT_NE(refusal([] { simulate({.workers = 0}, seven); }).find("workers is 0"), std::string::npos);
  EXPECT_NE(refusal([] { simulate({.max_points = 0}, seven); }).find("max_points is 0"), std::string::npos);
  EXPECT_NE(refusal([] { simulate({.stack_bytes = 100}, seven); }).find("stack_bytes is 100"), std::string::npos);
  EXPECT_NE(refusal([] { explore({.schedules = 0}, seven); }).find("0 schedules"), std::string::npos);
  EXPECT_NE(refusal([] { explore({.depth = 0}, seven); }).find("depth of 0"), std::string::npos);
  EXPECT_NE(refusal([] { explore({.each = {.replay = "random 1"}}, seven); }).find("each.replay"), std::string::npos);
  EXPECT_NE(refusal([] { explore({.failed = [] { return true; }}, seven); }).find("before the first schedule"),
            std::string::npos);
}

TEST(simulate, threads_and_runtimes_outside_of_a_simulation_are_refused) {  // V5
  EXPECT_NE(refusal([] { actors::runtime{}; }).find("needs a simulation"), std::string::npos);
  EXPECT_NE(refusal([] { actors::detail::thread{[] {}}; }).find("needs a simulation"), std::string::npos);
}

}  // namespace
