// One simulation: the same seed gives the same schedule, time is virtual, what goes wrong is reported.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::simulate;
using actors::simulation_failure;
using actors::simulation_summary;
using actors::spawn;
using actors::task;

task<int> nothing() { co_return 7; }

TEST(simulate, gives_the_result_of_main) {
  EXPECT_EQ(simulate({.seed = 1}, nothing), 7);
  int called = 0;
  simulate({}, [&]() -> task<> {
    ++called;
    co_return;
  });
  EXPECT_EQ(simulate({}, [&] { return ++called; }), 2);
}

task<std::vector<int>> order_of_ten() {
  std::vector<int> order;
  std::vector<actors::join_handle<>> handles;
  for (int i = 0; i != 10; ++i) {
    handles.push_back(spawn([](std::vector<int>& seen, int n) -> task<> {
      co_await actors::yield();
      seen.push_back(n);
    }(order, i)));
  }
  for (auto& each : handles) co_await each;
  co_return order;
}

TEST(simulate, the_same_seed_gives_the_same_schedule) {  // R9
  for (std::uint64_t seed = 1; seed != 30; ++seed) {
    simulation_summary first;
    simulation_summary second;
    const auto once = simulate({.seed = seed, .history = 1'000'000, .summary = &first}, order_of_ten);
    const auto twice = simulate({.seed = seed, .history = 1'000'000, .summary = &second}, order_of_ten);
    ASSERT_EQ(once, twice);
    ASSERT_EQ(first.schedule, second.schedule);
    ASSERT_EQ(first, second);
  }
}

}  // namespace
