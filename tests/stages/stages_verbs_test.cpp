// Every verb of a pipeline of stages, alone and together.
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include "stage_sources.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::any_order;
using actors::batch;
using actors::capacity;
using actors::collect;
using actors::count;
using actors::filter;
using actors::flat_map;
using actors::fold;
using actors::for_each;
using actors::from;
using actors::generator;
using actors::in_order;
using actors::into;
using actors::map;
using actors::merge;
using actors::named;
using actors::parallel;
using actors::receiver;
using actors::sender;
using actors::take;
using actors::task;
using actors::throttle;
using actors::zip;
using test::below;

using numbers = std::vector<int>;

generator<int> counted_up(int n) {
  for (int i = 0; i != n; ++i) {
    co_await actors::yield();
    co_yield i;
  }
}

int twice(int i) { return 2 * i; }
task<int> twice_later(int i) {
  co_await actors::yield();
  co_return 2 * i;
}
bool is_even(const int& i) { return i % 2 == 0; }
task<bool> is_even_later(const int& i) {
  co_await actors::yield();
  co_return i % 2 == 0;
}

task<> maps_and_filters() {
  const numbers plain = co_await (from(below(6)) | map(twice) | filter([](int i) { return i % 4 == 0; }) | collect());
  EXPECT_EQ(plain, (numbers{0, 4, 8}));
  const numbers later = co_await (from(below(6)) | map(twice_later) | filter(is_even_later) | collect());
  EXPECT_EQ(later, (numbers{0, 2, 4, 6, 8, 10}));
}
TEST(stages, map_and_filter_take_plain_functions_and_coroutines) {  // F1, F4
  test::for_seeds(10, maps_and_filters);
}

task<> flattens() {
  const auto so_many = [](int i) { return numbers(static_cast<std::size_t>(i), i); };
  const numbers ranges = co_await (from(below(4)) | flat_map(so_many) | collect());
  EXPECT_EQ(ranges, (numbers{1, 2, 2, 3, 3, 3}));
  const numbers generated = co_await (from(below(4)) | flat_map(counted_up) | collect());
  EXPECT_EQ(generated, (numbers{0, 0, 1, 0, 1, 2}));
  const auto later = [](int i) -> task<numbers> {
    co_await actors::yield();
    co_return numbers(2, i);
  };
  const numbers awaited = co_await (from(below(2)) | flat_map(later) | collect());
  EXPECT_EQ(awaited, (numbers{0, 0, 1, 1}));
}
TEST(stages, flat_map_takes_ranges_tasks_and_generators) {  // F4
  test::for_seeds(10, flattens);
}

task<int> one_more(int& left) {
  co_await actors::yield();
  co_return left--;
}
task<> begins_with_anything() {
  const numbers wanted = below(4);
  numbers container = wanted;
  EXPECT_EQ(co_await (from(container) | collect()), wanted);
  EXPECT_EQ(container, wanted);
  EXPECT_EQ(co_await (from(std::move(container)) | collect()), wanted);
  EXPECT_EQ(co_await (from(std::span{wanted}) | collect()), wanted);
  EXPECT_EQ(co_await (from(counted_up(4)) | collect()), wanted);
  const auto make = [] { return counted_up(4); };
  EXPECT_EQ(co_await (from(make) | collect()), wanted);

  auto [tx, rx] = actors::channel<int>(4);
  for (int i = 0; i != 4; ++i) co_await tx.send(i);
  tx = {};
  EXPECT_EQ(co_await (from(std::move(rx)) | collect()), wanted);

  int next = 0;
  const auto plain = [&]() -> std::optional<int> { return next == 4 ? std::nullopt : std::optional{next++}; };
  EXPECT_EQ(co_await (from(plain) | collect()), wanted);
  int left = 3;
  const auto later = [&]() -> task<std::optional<int>> {
    if (left < 0) co_return std::nullopt;
    co_return co_await one_more(left);
  };
  const auto got_1 = co_await (from(later) | collect());
  EXPECT_EQ(got_1, (numbers{3, 2, 1, 0}));
}
TEST(stages, a_pipeline_begins_with_ranges_generators_channels_and_functions) {  // F1, F4
  test::for_seeds(5, begins_with_anything);
}

task<> keeps_what_is_viewed() {
  std::vector<std::string> owned{"a long string that is allocated", "another one that is allocated"};
  const auto seen = co_await (from(std::span{owned}) | collect());
  EXPECT_EQ(seen, owned);
  EXPECT_EQ(owned[0], "a long string that is allocated");
}
TEST(stages, items_of_a_view_are_copied) {  // F1
  test::run_simulated(1, keeps_what_is_viewed());
}

task<> ends_with_anything() {
  int sum = 0;
  co_await (from(below(5)) | for_each([&](int i) { sum += i; }));
  EXPECT_EQ(sum, 10);
  const auto later = [&](int i) -> task<> {
    co_await actors::yield();
    sum += i;
  };
  co_await (from(below(5)) | for_each(later));
  EXPECT_EQ(sum, 20);
  co_await (from(below(5)) | for_each(3, later));
  EXPECT_EQ(sum, 30);
  std::vector<int> calls(3);
  const auto numbered = [&](int, std::size_t which) -> task<> {
    co_await actors::sleep(1ms);
    ++calls.at(which);
  };
  co_await (from(below(6)) | for_each(3, numbered));
  EXPECT_EQ(calls, numbers(3, 2));
  EXPECT_EQ(co_await (from(below(5)) | count()), 5U);
  const std::string text =
      co_await (from(below(5)) | fold(std::string{}, [](std::string& all, int i) { all += std::to_string(i); }));
  EXPECT_EQ(text, "01234");
  const auto add_later = [](int& all, int i) -> task<> {
    co_await actors::yield();
    all += i;
  };
  EXPECT_EQ(co_await (from(below(5)) | fold(0, add_later)), 10);

  auto [tx, rx] = actors::channel<int>(8);
  co_await (from(below(3)) | into(std::move(tx)));
  numbers got;
  while (auto item = co_await rx.receive()) got.push_back(*item);
  EXPECT_EQ(got, below(3));
}
TEST(stages, a_pipeline_ends_with_a_function_a_result_or_a_channel) {  // F1, F4
  test::for_seeds(5, ends_with_anything);
}

task<> without_items() {
  numbers none;
  EXPECT_EQ(co_await (from(none) | map(twice) | collect()), none);
  EXPECT_EQ(co_await (from(none) | parallel(3, twice, in_order) | count()), 0U);
  EXPECT_EQ(co_await (from(none) | batch(3, 1s) | count()), 0U);
  EXPECT_EQ(co_await (from(none) | batch(3) | count()), 0U);
  EXPECT_EQ(co_await (from(none) | throttle(1, 1s) | take(3) | count()), 0U);
  EXPECT_EQ(co_await (from(none) | flat_map(counted_up) | count()), 0U);
  const auto odd = [](int i) { return i % 2; };
  EXPECT_EQ(co_await (from(none) | fork(actors::by_key(odd), map(twice), map(twice)) | actors::join() | count()), 0U);
  EXPECT_EQ(co_await (zip(from(none), from(below(3))) | count()), 0U);
  EXPECT_EQ(co_await (from(below(3)) | take(0) | count()), 0U);
}
TEST(stages, an_empty_source_goes_through_every_stage) {  // F2
  test::for_seeds(5, without_items);
}

task<> only_moves() {
  using movable = std::unique_ptr<int>;
  const auto same = [](movable item) { return item; };
  const auto positive = [](const movable& item) { return *item >= 0; };
  const auto one = [](movable item) {
    std::vector<movable> all;
    all.push_back(std::move(item));
    return all;
  };
  const auto key = [](const movable& item) { return *item; };
  auto all = from(test::movable_below(20)) | map(same) | filter(positive) | parallel(3, same, in_order) |
             flat_map(one) | throttle(1000, 1s) | take(20) |
             fork(actors::by_key(key), map(same), map(same), map(same)) | actors::join() |
             fork(actors::round_robin, actors::times(2, parallel(2, same, any_order))) | actors::join() | batch(4, 1s) |
             fold(0, [](int& sum, std::vector<movable> items) {
               for (const movable& item : items) sum += *item;
             });
  EXPECT_EQ(co_await all, 190);
  const auto pairs = co_await (zip(from(test::movable_below(3)), from(test::movable_below(4))) | collect());
  EXPECT_EQ(pairs.size(), 3U);
  const auto collected = co_await (from(test::movable_below(3)) | collect());
  EXPECT_EQ(*collected[2], 2);
}
TEST(stages, items_may_only_move) {  // F8
  test::for_seeds(10, only_moves);
}

task<> put_together() {
  const auto clean = filter(is_even) | map(twice);
  const auto got_2 = co_await (from(below(6)) | clean | collect());
  EXPECT_EQ(got_2, (numbers{0, 4, 8}));
  const auto whole = clean | take(2) | count();
  EXPECT_EQ(co_await (from(below(6)) | whole), 2U);
  // A stage's function runs a pipeline of its own.
  const auto nested = [](int n) -> task<int> {
    auto inner = from(below(n)) | map(twice) | fold(0, [](int& sum, int i) { sum += i; });
    co_return co_await inner;
  };
  const auto got_3 = co_await (from(below(4)) | parallel(2, nested, in_order) | collect());
  EXPECT_EQ(got_3, (numbers{0, 0, 2, 6}));
  auto both = co_await actors::gather((from(below(3)) | count()).run(), (from(below(4)) | collect()).run());
  EXPECT_EQ(std::get<0>(both), 3U);
}
TEST(stages, stages_can_be_put_together_without_a_source_and_used_inside_stages) {  // F1
  test::for_seeds(10, put_together);
}

task<> counts_what_goes_through() {
  const auto odd_is_refused = [](int i) -> std::optional<int> {
    if (i % 2 != 0) return std::nullopt;
    return i;
  };
  const auto no_four = [](int i) {
    if (i == 4) throw actors::reject{"a four"};
    return i;
  };
  auto all = from(below(10)) | map(odd_is_refused) | named("even") | filter([](int i) { return i != 8; }) |
             parallel(2, no_four) | collect();
  EXPECT_TRUE(all.reports().empty());
  numbers left = co_await all;
  std::sort(left.begin(), left.end());
  EXPECT_EQ(left, (numbers{0, 2, 6}));
  const auto told = all.reports();
  EXPECT_EQ(told.size(), 5U);
  if (told.size() != 5) co_return;
  EXPECT_EQ(told[0].name, "1:from");
  EXPECT_EQ(told[0].sent, 10U);
  EXPECT_EQ(told[1].name, "even");
  EXPECT_EQ(told[1].received, 10U);
  EXPECT_EQ(told[1].rejected, 5U);
  EXPECT_EQ(told[1].sent, 5U);
  EXPECT_EQ(told[2].name, "3:filter");
  EXPECT_EQ(told[2].received, 5U);
  EXPECT_EQ(told[2].sent, 4U);
  EXPECT_EQ(told[2].rejected, 0U);
  EXPECT_EQ(told[3].received, 4U);
  EXPECT_EQ(told[3].rejected, 1U);
  EXPECT_EQ(told[3].last_reject, "a four");
  EXPECT_EQ(told[4].name, "5:collect");
  EXPECT_EQ(told[4].received, 3U);
}
TEST(stages, what_is_refused_is_counted_and_the_stage_goes_on) {  // F5
  test::for_seeds(10, counts_what_goes_through);
}

task<> refuses_everywhere() {
  const auto refuse = [](int) -> int { throw actors::reject{}; };
  const auto refuse_later = [](int) -> task<std::optional<int>> {
    co_await actors::yield();
    co_return std::nullopt;
  };
  // No coroutine: it refuses before there is a task.
  const auto refuse_at_once = [](int) -> task<int> { throw actors::reject{}; };
  const auto refuse_many = [](int) -> numbers { throw actors::reject{}; };
  const auto refuse_const = [](const int&) -> bool { throw actors::reject{}; };
  const auto refuse_into = [](int&, int) { throw actors::reject{}; };
  const auto expect_refused = [](const auto& pipeline) {
    std::uint64_t refused = 0;
    for (const auto& each : pipeline.reports()) refused += each.rejected;
    EXPECT_EQ(refused, 3U);
  };
  auto mapped = from(below(3)) | map(refuse_later) | count();
  EXPECT_EQ(co_await mapped, 0U);
  expect_refused(mapped);
  auto mapped_at_once = from(below(3)) | map(refuse_at_once) | count();
  EXPECT_EQ(co_await mapped_at_once, 0U);
  expect_refused(mapped_at_once);
  auto ordered_at_once = from(below(3)) | parallel(2, refuse_at_once, in_order) | count();
  EXPECT_EQ(co_await ordered_at_once, 0U);
  expect_refused(ordered_at_once);
  auto flat = from(below(3)) | flat_map(refuse_many) | count();
  EXPECT_EQ(co_await flat, 0U);
  expect_refused(flat);
  auto filtered = from(below(3)) | filter(refuse_const) | count();
  EXPECT_EQ(co_await filtered, 0U);
  expect_refused(filtered);
  auto ordered = from(below(3)) | parallel(2, refuse, in_order) | count();
  EXPECT_EQ(co_await ordered, 0U);
  expect_refused(ordered);
  auto each = from(below(3)) | for_each(2, refuse);
  co_await each;
  expect_refused(each);
  auto folded = from(below(3)) | fold(7, refuse_into);
  EXPECT_EQ(co_await folded, 7);
  expect_refused(folded);
}
TEST(stages, every_function_may_refuse_an_item) {  // F5
  test::for_seeds(5, refuses_everywhere);
}

TEST(stages, read_lines_gives_the_lines_of_a_file) {  // F1, F3
  const std::string path = ::testing::TempDir() + "/stages_lines.txt";
  std::vector<std::string> wanted;
  {
    std::ofstream file{path, std::ios::binary};
    for (int i = 0; i != 20'000; ++i) {
      wanted.push_back(std::string(static_cast<std::size_t>(i % 40), 'x') + std::to_string(i));
      file << wanted.back() << (i == 19'999 ? "" : "\n");
    }
  }
  const auto read = [](std::string name) -> task<std::vector<std::string>> {
    auto lines = actors::read_lines(std::move(name)) | collect();
    co_return co_await lines;
  };
  EXPECT_EQ(actors::run(read(path)), wanted);
  EXPECT_EQ(test::run_simulated(1, read(path)), wanted);
  std::remove(path.c_str());
  try {
    actors::run(read(path));
    ADD_FAILURE() << "a file that is not there was read";
  } catch (const actors::actor_failed& failure) {
    EXPECT_EQ(failure.actor_name(), "1:read_lines");
    EXPECT_NE(std::string{failure.what()}.find(path), std::string::npos) << failure.what();
  }
}

TEST(stages, a_pipeline_runs_once) {  // F1
  const auto twice_run = []() -> task<> {
    auto all = from(below(3)) | count();
    EXPECT_EQ(co_await all, 3U);
    EXPECT_THROW(static_cast<void>(co_await all), actors::usage_error);
  };
  test::run_simulated(1, twice_run());
}

TEST(stages, run_on_all_workers) {  // F1, F4
  const auto all = []() -> task<> {
    const numbers got =
        co_await (from(below(20'000)) | map(twice) | parallel(4, twice_later, in_order) | batch(100, 1s) |
                  flat_map([](numbers each) { return each; }) | filter(is_even) | collect());
    EXPECT_EQ(got.size(), 20'000U);
    for (std::size_t i = 0; i != got.size(); ++i) EXPECT_EQ(got[i], static_cast<int>(4 * i));
  };
  actors::run(all(), {.workers = 4});
}

}  // namespace
