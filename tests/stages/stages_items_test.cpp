// What becomes of single items in stages: moved or copied, refused, dropped, held, and when they leave.
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include "stage_sources.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace test {

/// Moves, but cannot be assigned.
class fixed {
 public:
  explicit fixed(int i) : number{std::make_unique<const int>(i)} {}
  fixed(fixed&&) noexcept = default;
  fixed& operator=(fixed&&) = delete;
  int value() const { return *number; }

 private:
  std::unique_ptr<const int> number;
};

}  // namespace test

namespace {

using namespace std::chrono_literals;
using actors::batch;
using actors::capacity;
using actors::collect;
using actors::count;
using actors::flat_map;
using actors::for_each;
using actors::from;
using actors::generator;
using actors::map;
using actors::overflow;
using actors::parallel;
using actors::restarting;
using actors::task;
using actors::throttle;
using test::below;

using numbers = std::vector<int>;
using words = std::vector<std::string>;

generator<int> one_each(int n, std::chrono::milliseconds time) {
  for (int i = 0; i != n; ++i) {
    co_await actors::sleep(time);
    co_yield i;
  }
}

generator<std::string&> all_of(words& them) {
  for (std::string& each : them) co_yield each;
}

task<> not_its_own() {
  const words wanted{"a text that is long enough", "and another that is too"};
  words table = wanted;
  const auto view = [&](int) { return std::span{table}; };
  const words twice = co_await (from(below(2)) | flat_map(view) | collect());
  EXPECT_EQ(twice, (words{wanted[0], wanted[1], wanted[0], wanted[1]}));
  EXPECT_EQ(table, wanted);

  const auto references = [&](int) { return all_of(table); };
  EXPECT_EQ((co_await (from(below(1)) | flat_map(references) | collect())), wanted);
  EXPECT_EQ(table, wanted);
  EXPECT_EQ((co_await (from(all_of(table)) | collect())), wanted);
  EXPECT_EQ(table, wanted);
}
TEST(stages_items, what_belongs_to_others_is_copied) {  // F8
  test::for_seeds(5, not_its_own);
}

task<> refused_later() {
  const auto lazy = [](int i) -> generator<int> {
    if (i == 1) throw actors::reject{"a one"};
    co_yield i;
  };
  auto all = from(below(3)) | flat_map(lazy) | collect();
  const numbers got = co_await all;
  EXPECT_EQ(got, (numbers{0, 2}));
  EXPECT_EQ(all.reports()[1].rejected, 1U);
  EXPECT_EQ(all.reports()[1].last_reject, "a one");
}
TEST(stages_items, a_generator_of_flat_map_may_refuse) {  // F5
  test::for_seeds(5, refused_later);
}

task<> full_at_a_restart() {
  int made = 0;
  const auto source = [&]() -> std::optional<int> {
    if (made == 40) return std::nullopt;
    return made++;
  };
  int calls = 0;
  std::size_t largest = 0;
  const auto end = [&](numbers items) -> task<> {
    largest = std::max(largest, items.size());
    co_await actors::sleep(1s);
    if (++calls == 2) throw std::runtime_error{"spoilt"};
  };
  co_await (from(source) | batch(4) | capacity(0) | for_each(end) |
            restarting({.strategy = actors::restart::one_for_all, .max = 5}));
  EXPECT_EQ(largest, 4U);
}
TEST(stages_items, a_full_batch_stays_as_it_is_over_a_restart) {  // F6, F7
  test::for_seeds(10, full_at_a_restart);
}

task<> held_up() {
  using actors::detail::time_now;
  std::vector<std::chrono::milliseconds> times;
  const auto begun = time_now();
  const auto note = [&](int) -> task<> {
    times.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(time_now() - begun));
    if (times.size() == 1) co_await actors::sleep(450ms);
  };
  co_await (from(below(6)) | throttle(1, 100ms) | capacity(0) | for_each(note));
  EXPECT_EQ(times, (std::vector<std::chrono::milliseconds>{0ms, 450ms, 550ms, 650ms, 750ms, 850ms}));
}
TEST(stages_items, throttle_does_not_catch_up_after_its_reader_held_it_up) {  // F6
  test::for_seeds(10, held_up);
}

task<> drops() {
  const auto slow = [](int i) -> task<int> {
    co_await actors::sleep(1s);
    co_return i;
  };
  auto ordered =
      from(one_each(100, 100ms)) | capacity(2, overflow::drop_oldest) | parallel(2, slow, actors::in_order) | count();
  static_cast<void>(co_await ordered);
  auto told = ordered.reports();
  EXPECT_GT(told[1].dropped, 0U);
  EXPECT_EQ(told[0].sent, told[1].received + told[1].dropped);

  auto pairs = zip(from(one_each(100, 100ms)) | capacity(2, overflow::drop_oldest), from(one_each(5, 1s))) | count();
  EXPECT_EQ(co_await pairs, 5U);
  told = pairs.reports();
  EXPECT_GT(told[2].dropped, 0U);
}
TEST(stages_items, every_stage_counts_what_its_arrow_drops) {  // F5
  test::for_seeds(5, drops);
}

task<> second_ends() {
  const auto begun = actors::detail::time_now();
  EXPECT_EQ(co_await (zip(from(one_each(3, 10h)), from(below(0))) | count()), 0U);
  EXPECT_EQ(co_await (zip(from(below(0)), from(one_each(3, 10h))) | count()), 0U);
  EXPECT_LT(actors::detail::time_now() - begun, 1h);
  const auto first = below(9);
  const auto got = co_await (zip(from(first), from(one_each(5, 1s))) | collect());
  EXPECT_EQ(got.size(), 5U);
  for (int i = 0; i != 5; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], std::pair(i, i));
}
TEST(stages_items, zip_ends_when_either_ends) {  // F2
  test::for_seeds(10, second_ends);
}

// As in the first place so in the second: a batch has no buffer behind it, and a chosen capacity is kept.
task<> merged_arrows() {
  for (const bool first : {true, false}) {
    std::vector<std::size_t> sizes;
    const auto slow = [&](numbers items) -> task<> {
      sizes.push_back(items.size());
      co_await actors::sleep(200ms);
    };
    const auto single = []() -> generator<numbers> { co_yield numbers(1); };
    auto batches = from(one_each(60, 10ms)) | batch(500, 10s);
    if (first)
      co_await (merge(std::move(batches), from(single)) | for_each(slow));
    else
      co_await (merge(from(single), std::move(batches)) | for_each(slow));
    EXPECT_LE(sizes.size(), 8U);
  }
  auto small = from(below(5)) | capacity(1);
  auto large = from(below(5)) | capacity(2);
  EXPECT_THROW(merge(std::move(small), std::move(large)), actors::usage_error);
  int made = 0;
  const auto stops = [](int) -> task<> { co_await actors::sleep(24h); };
  auto all = merge(from(below(1)), from(test::endless(made)) | capacity(2)) | for_each(stops);
  auto running = actors::spawn(all.run());
  co_await actors::sleep(1s);
  EXPECT_LE(made, 4);
  running.cancel();
  EXPECT_THROW(co_await running, actors::cancelled);
}
TEST(stages_items, merge_looks_at_all_arrows) {  // F1
  test::for_seeds(5, merged_arrows);
}

using test::fixed;

task<> never_assigned() {
  const auto plain = [](int i) { return fixed{i}; };
  const auto choosing = [](int i) {
    std::optional<fixed> made;
    if (i != 1) made.emplace(i);
    return made;
  };
  const auto later = [](fixed of) -> task<fixed> { co_return std::move(of); };
  const auto later_choosing = [](fixed of) -> task<std::optional<fixed>> {
    std::optional<fixed> made;
    if (of.value() != 2) made.emplace(std::move(of));
    co_return std::move(made);
  };
  const auto value = [](fixed of) { return of.value(); };
  const auto sum = [](int& so_far, fixed of) { so_far += of.value(); };
  int asked = 0;
  const auto source = [&]() -> std::optional<fixed> {
    std::optional<fixed> made;
    if (asked != 5) made.emplace(asked++);
    return made;
  };
  EXPECT_EQ(co_await (from(below(5)) | map(plain) | map(later) | map(value) | collect()), below(5));
  const numbers chosen = co_await (from(below(5)) | map(choosing) | map(later_choosing) | map(value) | collect());
  EXPECT_EQ(chosen, (numbers{0, 3, 4}));
  EXPECT_EQ(co_await (from(source) | parallel(2, later, actors::in_order) | map(value) | collect()), below(5));
  EXPECT_EQ(co_await (from(below(5)) | parallel(2, choosing) | actors::take(9) | actors::fold(0, sum)), 9);
  EXPECT_EQ(co_await (zip(from(below(2)) | map(plain), from(below(2)) | map(plain)) | count()), 2U);
}
TEST(stages_items, items_need_not_be_assignable) {  // F8
  test::for_seeds(5, never_assigned);
}

struct total {
  int sum = 0;
  void add(int i) { sum += i; }
};
task<> forms_of_functions() {
  numbers seen;
  const auto with_default = [&](int i, std::size_t times = 7) { seen.push_back(i * static_cast<int>(times)); };
  co_await (from(below(3)) | for_each(with_default));
  EXPECT_EQ(seen, (numbers{0, 7, 14}));
  const auto only = std::make_unique<int>(0);
  const auto a_reference = [&](int i) -> const std::unique_ptr<int>& {
    seen.push_back(i);
    return only;
  };
  co_await (from(below(3)) | for_each(a_reference));
  EXPECT_EQ(seen.size(), 6U);
  const total all = co_await (from(below(4)) | actors::fold(total{}, &total::add));
  EXPECT_EQ(all.sum, 6);
}
TEST(stages_items, functions_are_called_in_the_form_that_is_documented) {  // F10
  test::for_seeds(2, forms_of_functions);
}

}  // namespace
