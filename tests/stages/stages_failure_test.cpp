// Failures in each place of a pipeline, and restarts.
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include "stage_sources.hpp"
#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor_failed;
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
using actors::map;
using actors::named;
using actors::restarting;
using actors::task;
using test::below;

using numbers = std::vector<int>;

int same(int i) { return i; }
[[noreturn]] void fail() { throw std::runtime_error{"spoilt"}; }

/// The name of the stage that fails.
template <class R>
task<std::string> failing_stage(actors::flow<R> all) {
  try {
    static_cast<void>(co_await all.run());
  } catch (const actor_failed& failure) {
    EXPECT_NE(std::string{failure.what()}.find("spoilt"), std::string::npos) << failure.what();
    EXPECT_THROW(std::rethrow_if_nested(failure), std::runtime_error);
    co_return failure.actor_name();
  }
  co_return "none";
}
template <>
task<std::string> failing_stage(actors::flow<void> all) {
  try {
    co_await all.run();
  } catch (const actor_failed& failure) {
    co_return failure.actor_name();
  }
  co_return "none";
}

generator<int> fails_at(int n) {
  for (int i = 0;; ++i) {
    if (i == n) fail();
    co_yield i;
  }
}

generator<int> gives_three(int& ends) {
  for (int i = 0; i != 3; ++i) co_yield i;
  ++ends;
}

task<> fails_everywhere() {
  int made = 0;
  const auto endless = test::endless(made);
  const auto map_fails = [](int i) {
    if (i >= 70) fail();
    return i;
  };
  const auto map_fails_later = [](int i) -> task<int> {
    co_await actors::yield();
    if (i >= 70) fail();
    co_return i;
  };
  const auto filter_fails = [](int i) {
    if (i >= 70) fail();
    return true;
  };
  const auto flat_fails = [](int) { return fails_at(2); };
  const auto end_fails = [](int) { fail(); };
  const auto fold_fails = [](int&, int) { fail(); };
  const auto key_fails = [](const int&) -> int { fail(); };
  const auto source_fails = []() -> std::optional<int> { fail(); };

  EXPECT_EQ(co_await failing_stage(from(fails_at(3)) | map(same) | count()), "1:from");
  EXPECT_EQ(co_await failing_stage(from(source_fails) | map(same) | count()), "1:from");
  EXPECT_EQ(co_await failing_stage(from(endless) | map(map_fails) | count()), "2:map");
  EXPECT_EQ(co_await failing_stage(from(endless) | map(same) | map(map_fails_later) | count()), "3:map");
  EXPECT_EQ(co_await failing_stage(from(endless) | filter(filter_fails) | named("sieve") | count()), "sieve");
  EXPECT_EQ(co_await failing_stage(from(endless) | flat_map(flat_fails) | count()), "2:flat_map");
  EXPECT_EQ(co_await failing_stage(from(endless) | map(same) | for_each(end_fails)), "3:for_each");
  EXPECT_EQ(co_await failing_stage(from(endless) | map(same) | for_each(end_fails) | named("store")), "store");
  EXPECT_EQ(co_await failing_stage(from(endless) | fold(0, fold_fails)), "2:fold");
  EXPECT_EQ(co_await failing_stage(from(endless) | fork(actors::by_key(key_fails), count(), count())), "2:fork");
  EXPECT_EQ(co_await failing_stage(from(endless) | fork(actors::copying, count(), map(map_fails) | count())), "4:map");
}
TEST(stages_failure, an_error_ends_the_pipeline_with_the_name_of_its_stage) {  // F3
  test::for_seeds(5, fails_everywhere);
}

// Of something else that was cancelled: nobody has cancelled the stage.
task<> cancellation_that_leaves_a_function() {
  const auto gives_up = [](int i) -> int {
    if (i == 5) throw actors::cancelled{};
    return i;
  };
  const auto all = [&](auto pipeline) -> task<std::string> {
    try {
      static_cast<void>(co_await pipeline);
    } catch (const actor_failed& failure) {
      co_return failure.actor_name();
    } catch (const actors::cancelled&) {
      co_return "cancelled";
    }
    co_return "none";
  };
  EXPECT_EQ(co_await all(from(below(10)) | map(gives_up) | count()), "2:map");
  EXPECT_EQ(co_await all(from(below(10)) | map(same) | fold(0, [&](int&, int i) { gives_up(i); })), "3:fold");
}
TEST(stages_failure, a_cancellation_that_leaves_a_function_is_a_failure) {  // F3
  test::for_seeds(5, cancellation_that_leaves_a_function);
}

TEST(stages_failure, items_are_destroyed_once_wherever_it_ends) {  // F3
  for (const int failing : {0, 1, 30, 99, 1000}) {
    test::ledger books;
    const auto run = [](test::ledger& of, int at) -> task<> {
      const auto made = [&of](int i) { return test::counted{of, i}; };
      const auto look = [at](test::counted item) {
        if (item.number() == at) fail();
        return item;
      };
      try {
        co_await (from(below(100)) | map(made) | actors::parallel(3, look, actors::in_order) | batch(7, 1s) | count());
      } catch (const actor_failed&) {
      }
    };
    test::for_seeds(5, [&] { return run(books, failing); });
    books.expect_settled();
  }
}

task<> restarts() {
  const auto fragile = [](int i) {
    if (i % 5 == 4) fail();
    return i;
  };
  numbers wanted = below(20);
  std::erase_if(wanted, [](int i) { return i % 5 == 4; });
  auto all = from(below(20)) | map(fragile) | collect() | restarting({.max = 10});
  EXPECT_EQ(co_await all, wanted);
  EXPECT_EQ(all.reports()[1].lost, 4U);
  EXPECT_EQ(all.reports()[1].received, 20U);
  EXPECT_EQ(all.reports()[1].sent, 16U);

  auto in_end =
      from(below(20)) | map(same) | fold(0, [&](int& sum, int i) { sum += fragile(i); }) | restarting({.max = 10});
  EXPECT_EQ(co_await in_end, 190 - 4 - 9 - 14 - 19);

  // Once more than that is the failure of the pipeline.
  std::string what;
  try {
    co_await (from(below(20)) | map(fragile) | collect() | restarting({.max = 3}));
  } catch (const actor_failed& failure) {
    EXPECT_EQ(failure.actor_name(), "2:map");
    what = failure.what();
  }
  EXPECT_NE(what.find("after 3 restarts"), std::string::npos) << what;
}
TEST(stages_failure, a_stage_is_restarted_with_its_function_and_its_channels) {  // F7
  test::for_seeds(20, restarts);
}

// The range is where it was; a function that makes generators makes another one; a generator alone cannot be gone on
// with.
task<> sources_restart() {
  int calls = 0;
  const auto every_third_fails = [&]() -> std::optional<int> {
    if (++calls % 3 == 0) fail();
    if (calls > 10) return std::nullopt;
    return calls;
  };
  const auto got_1 = co_await (from(every_third_fails) | collect() | restarting({.max = 10}));
  EXPECT_EQ(got_1, (numbers{1, 2, 4, 5, 7, 8, 10}));

  int made = 0;
  const auto second_is_good = [&] { return ++made == 1 ? fails_at(2) : fails_at(1000); };
  const auto got_2 = co_await (from(second_is_good) | actors::take(6) | collect() | restarting({.max = 1}));
  EXPECT_EQ(got_2, (numbers{0, 1, 0, 1, 2, 3}));

  std::string what;
  try {
    co_await (from(fails_at(2)) | collect() | restarting({.max = 2}));
  } catch (const actor_failed& failure) {
    what = failure.what();
  }
  EXPECT_NE(what.find("cannot be started again"), std::string::npos) << what;
}
TEST(stages_failure, a_source_goes_on_where_it_was) {  // F7
  test::for_seeds(10, sources_restart);
}

task<> all_restart() {
  const auto fragile = [](const std::vector<int>& items) {
    for (const int i : items)
      if (i == 11) fail();
    return items.size();
  };
  // The batch that fails is lost; what the batch stage held, and the source had, is not.
  auto all = from(below(40)) | batch(3) | map(fragile) |
             fold(std::size_t{0}, [](std::size_t& sum, std::size_t n) { sum += n; }) |
             restarting({.strategy = actors::restart::one_for_all, .max = 3});
  const std::size_t sum = co_await all;
  std::uint64_t lost = 0;
  for (const auto& each : all.reports()) lost += each.lost;
  EXPECT_EQ(all.reports()[1].lost, 0U);
  EXPECT_GE(lost, 1U);
  EXPECT_LE(sum, 37U);
  EXPECT_GE(sum, 40U - 3 * lost - 1);  // the source may have had one in hand
}
TEST(stages_failure, what_stages_hold_stays_when_all_are_restarted) {  // F7
  test::for_seeds(30, all_restart);
}

// The source comes to its end while the failure behind it halts all. A generator that has given all its items is no
// reason to make another one; a function that has said that there are no more is not called again.
task<> source_ends_as_all_restart() {
  for (const auto strategy : {actors::restart::one_for_all, actors::restart::rest_for_one}) {
    const auto fails_once = [left = 1](int i) mutable {
      if (i == 1 && left-- > 0) fail();
      return i;
    };
    int rounds = 0;
    int ends = 0;
    const auto make = [&] {
      EXPECT_EQ(ends, 0);
      ++rounds;
      return gives_three(ends);
    };
    // Before it stands another pipeline's source, which fails, so that with rest_for_one this one is halted, too.
    auto other = from(below(3)) | map(fails_once) | count();
    auto all = from(make) | collect();
    actors::team both{{.strategy = strategy, .max = 3}};
    other.into(both, "other");
    all.into(both);
    co_await both.run();
    const numbers got = all.result();
    EXPECT_EQ(ends, 1);
    EXPECT_EQ(std::count(got.begin(), got.end(), 2), 1);
    EXPECT_LE(std::count(got.begin(), got.end(), 0), rounds);

    int calls = 0;
    const auto next = [&]() -> std::optional<int> {
      EXPECT_LE(calls, 3);
      if (calls++ == 3) return std::nullopt;
      return calls;
    };
    co_await (from(next) | capacity(1) | map(fails_once) | collect() | restarting({.strategy = strategy, .max = 3}));
    EXPECT_EQ(calls, 4);
  }
}
TEST(stages_failure, a_source_that_has_ended_is_not_started_again) {  // F7
  test::for_seeds(200, source_ends_as_all_restart);
}

}  // namespace
