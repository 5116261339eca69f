// One function in several actors, with and without order.
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include "stage_sources.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor_failed;
using actors::any_order;
using actors::collect;
using actors::count;
using actors::from;
using actors::in_order;
using actors::parallel;
using actors::restarting;
using actors::task;
using test::below;

using numbers = std::vector<int>;

task<int> uneven(int i) {
  co_await actors::sleep(i % 5 * 1ms);
  co_return i;
}

task<> ordered() {
  EXPECT_EQ(co_await (from(below(60)) | parallel(4, uneven, in_order) | collect()), below(60));
  const auto refuses = [](int i) -> std::optional<int> {
    if (i % 3 == 0) return std::nullopt;
    return i;
  };
  numbers wanted = below(60);
  std::erase_if(wanted, [](int i) { return i % 3 == 0; });
  EXPECT_EQ(co_await (from(below(60)) | parallel(4, refuses, in_order) | collect()), wanted);
}
TEST(stages_parallel, in_order_results_leave_in_the_order_of_their_items) {  // F4, F5
  test::for_seeds(30, ordered);
}

task<> side_by_side() {
  const auto begun = actors::detail::time_now();
  const auto second = [](int i) -> task<int> {
    co_await actors::sleep(1s);
    co_return i;
  };
  numbers got = co_await (from(below(8)) | parallel(4, second, any_order) | collect());
  EXPECT_EQ(actors::detail::time_now() - begun, 2s);
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, below(8));
  co_await (from(below(8)) | parallel(4, second, in_order) | collect());
  EXPECT_EQ(actors::detail::time_now() - begun, 4s);
}
TEST(stages_parallel, the_actors_work_side_by_side) {  // F1
  test::for_seeds(10, side_by_side);
}

// One item takes long: with any order the others pass it.
task<> passes_the_slow_one() {
  const auto first_is_slow = [](int i) -> task<int> {
    if (i == 0) co_await actors::sleep(1s);
    co_return i;
  };
  const numbers any = co_await (from(below(30)) | parallel(3, first_is_slow, any_order) | collect());
  EXPECT_EQ(any.back(), 0);
  EXPECT_EQ(co_await (from(below(30)) | parallel(3, first_is_slow, in_order) | collect()), below(30));
}
TEST(stages_parallel, without_order_nobody_waits_for_a_slow_one) {  // F4
  test::for_seeds(10, passes_the_slow_one);
}

task<> fails_in_one() {
  const auto fails = [](int i) -> task<int> {
    co_await actors::yield();
    if (i == 17) throw std::runtime_error{"seventeen"};
    co_return i;
  };
  for (const bool keeps_order : {true, false}) {
    std::string name;
    std::string what;
    try {
      if (keeps_order)
        co_await (from(below(60)) | parallel(3, fails, in_order) | count());
      else
        co_await (from(below(60)) | parallel(3, fails) | count());
    } catch (const actor_failed& failure) {
      name = failure.actor_name();
      what = failure.what();
    }
    EXPECT_TRUE(name.starts_with("2:parallel[")) << name;
    EXPECT_NE(what.find("seventeen"), std::string::npos) << what;
  }
}
TEST(stages_parallel, a_failing_function_ends_the_pipeline_by_the_name_of_its_stage) {  // F3
  test::for_seeds(20, fails_in_one);
}

task<> goes_on_in_order() {
  const auto fragile = [](int i) -> task<int> {
    co_await actors::sleep(i % 3 * 1ms);
    if (i % 10 == 9) throw std::runtime_error{"a nine"};
    co_return i;
  };
  numbers wanted = below(60);
  std::erase_if(wanted, [](int i) { return i % 10 == 9; });
  for (const actors::restart how :
       {actors::restart::one_for_one, actors::restart::one_for_all, actors::restart::rest_for_one}) {
    auto all = from(below(60)) | parallel(3, fragile, in_order) | collect() | restarting({.strategy = how, .max = 10});
    const numbers got = co_await all;
    std::uint64_t lost = 0;
    for (const auto& each : all.reports()) lost += each.lost;
    // Those that are stopped with the one that failed lose what they have in hand, too.
    EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
    EXPECT_TRUE(std::includes(wanted.begin(), wanted.end(), got.begin(), got.end()));
    EXPECT_GE(got.size() + lost, 60U);
    if (how == actors::restart::one_for_one) {
      EXPECT_EQ(got, wanted);
      EXPECT_EQ(lost, 6U);
    }
  }
}
TEST(stages_parallel, a_restarted_worker_leaves_no_gap_that_others_wait_for) {  // F7
  test::for_seeds(30, goes_on_in_order);
}

}  // namespace
