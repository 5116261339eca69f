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

}  // namespace
