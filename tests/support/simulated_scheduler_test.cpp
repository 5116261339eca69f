// The simulation itself: the same seed gives the same run, time is virtual, and a deadlock is found.
#include "simulated_scheduler.hpp"

#include <actors/actors.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::spawn;
using actors::task;
using test::run_simulated;

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

TEST(simulation, the_same_seed_gives_the_same_schedule) {  // R9
  for (std::uint64_t seed = 1; seed != 50; ++seed)
    EXPECT_EQ(run_simulated(seed, order_of_ten()), run_simulated(seed, order_of_ten()));
}

TEST(simulation, different_seeds_give_different_schedules) {  // R9
  std::set<std::vector<int>> orders;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) orders.insert(run_simulated(seed, order_of_ten()));
  EXPECT_GT(orders.size(), 40U);
}

TEST(simulation, time_is_virtual) {  // R9
  const auto begin = std::chrono::steady_clock::now();
  run_simulated(1, []() -> task<> { co_await actors::sleep(1000h); }());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(simulation, time_moves_on_only_when_everything_waits) {  // R9
  test::for_seeds(100, []() -> task<> {
    bool slept = false;
    auto sleeper = spawn([](bool& flag) -> task<> {
      co_await actors::sleep(1ns);
      flag = true;
    }(slept));
    for (int i = 0; i != 100; ++i) {
      co_await actors::yield();  // this task is ready all the time
      EXPECT_FALSE(slept);
    }
    co_await sleeper;
    EXPECT_TRUE(slept);
  });
}

TEST(simulation, a_deadlock_is_found_and_taken_apart) {  // R8
  for (std::uint64_t seed = 1; seed != 20; ++seed) {
    EXPECT_THROW(run_simulated(seed,
                               []() -> task<> {
                                 auto [tx, rx] = actors::channel<int>(0);
                                 auto other = spawn([](auto in) -> task<> { co_await in.receive(); }(rx));
                                 co_await other;  // `tx` lives here, and nobody sends
                               }()),
                 test::deadlock);
  }
}

TEST(simulation, what_is_left_is_cancelled) {  // T2
  bool stopped = false;
  run_simulated(1, [](bool& flag) -> task<> {
    spawn([](bool& done) -> task<> {
      try {
        co_await actors::sleep(1h);
      } catch (const actors::cancelled&) {
        done = true;
        throw;
      }
    }(flag));
    co_await actors::sleep(1s);
  }(stopped));
  EXPECT_TRUE(stopped);
}

TEST(simulation, a_blocking_call_is_a_step) {
  test::for_seeds(20, []() -> task<> {
    const int seven = co_await actors::blocking([] { return 7; });
    EXPECT_EQ(seven, 7);
  });
}

TEST(simulation, two_of_them_do_not_disturb_each_other) {
  EXPECT_EQ(actors::detail::current_scheduler(), nullptr);
  EXPECT_EQ(run_simulated(1, []() -> task<int> { co_return 3; }()), 3);
  EXPECT_EQ(actors::detail::current_scheduler(), nullptr);
}

}  // namespace
