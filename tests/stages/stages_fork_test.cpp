// Pipelines that branch and meet: fork, join, merge, zip.
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include "stage_sources.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::by_key;
using actors::capacity;
using actors::collect;
using actors::copying;
using actors::count;
using actors::flow;
using actors::for_each;
using actors::fork;
using actors::from;
using actors::join;
using actors::map;
using actors::merge;
using actors::round_robin;
using actors::stream;
using actors::take;
using actors::task;
using actors::times;
using actors::zip;
using test::below;

using numbers = std::vector<int>;

int tens(int i) { return 10 * i; }
int same(int i) { return i; }

task<> copies() {
  int seen = 0;
  const auto note = [&](int) { ++seen; };
  auto all = from(below(5)) | fork(copying, collect(), map(tens) | collect(), for_each(note));
  const auto results = co_await all;
  static_assert(std::is_same_v<decltype(results), const std::tuple<numbers, numbers, std::monostate>>);
  EXPECT_EQ(std::get<0>(results), below(5));
  EXPECT_EQ(std::get<1>(results), (numbers{0, 10, 20, 30, 40}));
  EXPECT_EQ(seen, 5);
  auto nothing = from(below(5)) | fork(copying, for_each(note), for_each(note));
  static_assert(std::is_same_v<decltype(nothing), flow<>>);
  co_await nothing;
  EXPECT_EQ(seen, 15);
}
TEST(stages_fork, copying_gives_each_item_to_all_branches) {  // F4
  test::for_seeds(10, copies);
}

// Without a source; in a branch of another fork; begun, or ended, by one of two parts.
task<> parts() {
  const auto part = map(same) | fork(round_robin, map(tens), map(tens)) | join();
  for (int i = 0; i != 2; ++i) {
    auto got = co_await (from(below(5)) | part | collect());
    std::sort(got.begin(), got.end());
    EXPECT_EQ(got, (numbers{0, 10, 20, 30, 40}));
  }

  const auto twice = fork(copying, part, map(same) | fork(round_robin, times(3, part)) | join() | map(tens)) | join();
  auto got = co_await (from(below(3)) | twice | collect());
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (numbers{0, 0, 10, 20, 100, 200}));

  auto split = map(same) | fork(round_robin, capacity(0) | take(2), capacity(0) | take(3));
  auto met = join() | (map(tens) | count() | actors::named("end"));
  auto both = from(below(9)) | std::move(split) | std::move(met);
  EXPECT_EQ(co_await both, 5U);
  EXPECT_EQ(both.reports().back().name, "end");
}
TEST(stages_fork, a_fork_that_is_joined_is_a_part_like_others) {  // F4
  test::for_seeds(10, parts);
}

// A part that is there several times, and what is named behind a merge.
task<> named_several_times() {
  const auto part = map(same) | actors::named("same");
  auto all = from(below(6)) | part | fork(round_robin, times(2, part)) | join() | part | count() | actors::named("end");
  EXPECT_EQ(co_await all, 6U);
  std::vector<std::string> names;
  for (const auto& each : all.reports()) names.push_back(each.name);
  EXPECT_EQ(names, (std::vector<std::string>{"1:from", "same[1]", "3:fork", "same[2]", "same[3]", "same[4]", "end"}));
  auto two = merge(from(below(2)), from(below(3))) | actors::named("both") | count();
  EXPECT_EQ(co_await two, 5U);
  EXPECT_EQ(two.reports()[1].name, "both[2]");
}
TEST(stages_fork, stages_of_the_same_name_are_numbered) {  // F3
  test::for_seeds(2, named_several_times);
}

task<> in_turn() {
  auto all = from(below(6)) | fork(round_robin, times(3, collect()));
  const auto got_1 = co_await all;
  EXPECT_EQ(got_1, (std::vector<numbers>{{0, 3}, {1, 4}, {2, 5}}));
  // A branch that has ended is left out.
  auto uneven = from(below(9)) | fork(round_robin, capacity(0) | take(1) | collect(), collect());
  const auto results = co_await uneven;
  EXPECT_EQ(std::get<0>(results), numbers{0});
  EXPECT_EQ(std::get<1>(results), (numbers{1, 2, 3, 4, 5, 6, 7, 8}));
}
TEST(stages_fork, round_robin_gives_items_in_turn_to_the_branches_that_are_left) {  // F2, F4
  test::for_seeds(10, in_turn);
}

task<> keyed() {
  using item = std::pair<std::string, int>;
  std::vector<item> items;
  for (int i = 0; i != 60; ++i) items.emplace_back("key " + std::to_string(i * 7 % 5), i);
  const auto key = [](const item& one) { return one.first; };
  const auto uneven = [](item one) -> task<item> {
    co_await actors::sleep(one.second % 4 * 1ms);
    co_return one;
  };
  auto all = from(items) | fork(by_key(key), times(3, map(uneven))) | join() | collect();
  const std::vector<item> got = co_await all;
  EXPECT_EQ(got.size(), items.size());
  for (int k = 0; k != 5; ++k) {
    int last = -1;
    for (const item& each : got) {
      if (each.first != "key " + std::to_string(k)) continue;
      EXPECT_LT(last, each.second);
      last = each.second;
    }
  }
  // What belongs to a branch that has ended is refused.
  const auto parity = [](const int& i) { return i % 2; };
  auto gone = from(below(10)) | fork(by_key(parity), capacity(0) | take(1) | collect(), capacity(0) | collect());
  const auto results = co_await gone;
  EXPECT_EQ(std::get<0>(results), numbers{0});
  EXPECT_EQ(std::get<1>(results), (numbers{1, 3, 5, 7, 9}));
  EXPECT_EQ(gone.reports()[1].rejected, 4U);
}
TEST(stages_fork, by_key_keeps_the_order_of_each_key) {  // F4, F5
  test::for_seeds(20, keyed);
}

task<> slowest_branch() {
  int made = 0;
  int done = 0;
  int worst = 0;
  const auto slow = [&](int) -> task<> {
    worst = std::max(worst, made - done);
    co_await actors::sleep(1ms);
    ++done;
  };
  auto all = from(test::endless(made)) | capacity(1) | take(40) | capacity(1) |
             fork(copying, capacity(2) | for_each(slow), capacity(2) | count());
  co_await all;
  EXPECT_EQ(done, 40);
  EXPECT_LE(worst, 1 + 1 + 2 + 3 + 1);
}
TEST(stages_fork, the_slowest_branch_holds_up_the_source) {  // F1
  test::for_seeds(20, slowest_branch);
}

task<> merges() {
  std::vector<stream<int>> sources;
  for (int k = 0; k != 5; ++k) {
    const auto shifted = [k](int i) { return 100 * k + i; };
    sources.push_back(from(below(10)) | map(shifted));
  }
  const numbers got = co_await (merge(std::move(sources)) | collect());
  EXPECT_EQ(got.size(), 50U);
  for (int k = 0; k != 5; ++k) {
    numbers part;
    std::copy_if(got.begin(), got.end(), std::back_inserter(part), [&](int i) { return i / 100 == k; });
    EXPECT_EQ(part.size(), 10U);
    EXPECT_TRUE(std::is_sorted(part.begin(), part.end()));
  }
  auto two = merge(from(below(3)), from(below(4)) | map(tens)) | count();
  EXPECT_EQ(co_await two, 7U);
  EXPECT_EQ(two.reports()[3].name, "4:count");
}
TEST(stages_fork, merge_brings_streams_together_each_in_its_order) {  // F4
  test::for_seeds(10, merges);
}

task<> pairs() {
  const auto later = [](int i) -> task<int> {
    co_await actors::sleep(1ms);
    co_return 10 * i;
  };
  const auto got = co_await (zip(from(below(9)), from(below(3)) | map(later)) | collect());
  EXPECT_EQ(got, (std::vector<std::pair<int, int>>{{0, 0}, {1, 10}, {2, 20}}));
  int made = 0;
  EXPECT_EQ(co_await (zip(from(below(4)), from(test::endless(made)) | map(same)) | count()), 4U);
}
TEST(stages_fork, zip_makes_pairs_until_one_of_them_ends) {  // F2, F4
  test::for_seeds(10, pairs);
}

TEST(stages_fork, merge_needs_a_stream) {  // F10
  EXPECT_THROW(static_cast<void>(merge(std::vector<stream<int>>{})), actors::usage_error);
}

}  // namespace
