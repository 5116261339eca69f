// What a pipeline of stages does with channels of the program, with closed ones, and with functions that take long to
// stop.
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include "stage_sources.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

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
using actors::collect;
using actors::count;
using actors::from;
using actors::in_order;
using actors::into;
using actors::map;
using actors::parallel;
using actors::restarting;
using actors::task;
using actors::team;
using test::below;

int same(int i) { return i; }

template <class R>
task<std::string> failing_stage(actors::flow<R> all) {
  try {
    if constexpr (std::is_void_v<R>)
      co_await actors::wait_for(all.run(), 24h);
    else
      static_cast<void>(co_await actors::wait_for(all.run(), 24h));
  } catch (const actor_failed& failure) {
    EXPECT_NE(std::string{failure.what()}.find("closed"), std::string::npos) << failure.what();
    co_return failure.actor_name();
  } catch (const actors::timed_out&) {
    co_return "hangs";
  }
  co_return "none";
}

// Each function sends to a channel of its own, which nobody reads.
task<> a_function_finds_its_channel_closed() {
  auto ends = actors::channel<int>(1);
  ends.second = {};
  const auto& tx = ends.first;
  const auto f = [&tx](int i) -> task<int> {
    if (i == 5) co_await tx.send(i);
    co_return i;
  };
  const auto is_good = [&tx](const int& i) -> task<bool> {
    if (i == 5) co_await tx.send(i);
    co_return true;
  };
  const auto several = [&tx](int i) -> actors::generator<int> {
    if (i == 5) co_await tx.send(i);
    co_yield i;
  };
  const auto add = [&tx](int& sum, int i) -> task<> {
    if (i == 5) co_await tx.send(i);
    sum += i;
  };
  const auto put = [&tx](int i) -> task<> { co_await tx.send(i); };
  const auto next = [&tx]() -> task<std::optional<int>> {
    co_await tx.send(0);
    co_return 0;
  };
  EXPECT_EQ(co_await failing_stage(from(below(200)) | map(f) | collect()), "2:map");
  EXPECT_EQ(co_await failing_stage(from(below(200)) | actors::filter(is_good) | collect()), "2:filter");
  EXPECT_EQ(co_await failing_stage(from(below(200)) | actors::flat_map(several) | collect()), "2:flat_map");
  EXPECT_EQ(co_await failing_stage(from(below(200)) | actors::fold(0, add)), "2:fold");
  EXPECT_EQ(co_await failing_stage(from(below(200)) | actors::for_each(put)), "2:for_each");
  EXPECT_EQ(co_await failing_stage(from(next) | count()), "1:from");
  EXPECT_NE(co_await failing_stage(from(below(200)) | parallel(3, f) | collect()), "none");
  const std::string worker = co_await failing_stage(from(below(200)) | parallel(3, f, in_order) | collect());
  EXPECT_TRUE(worker.starts_with("2:parallel[")) << worker;
}
TEST(stages_channels, a_closed_channel_of_a_function_is_its_failure) {  // F3
  test::for_seeds(5, a_function_finds_its_channel_closed);
}

// It is started again an hour later. The others go on meanwhile, beyond what ordered workers may be ahead.
task<> a_worker_waits_for_its_restart() {
  const auto begun = actors::detail::time_now();
  const auto f = [](int i) {
    if (i == 5) throw std::runtime_error{"a five"};
    return i;
  };
  std::vector<int> before_that;
  const auto note = [&](int i) {
    if (actors::detail::time_now() - begun < 1min) before_that.push_back(i);
  };
  co_await (from(below(200)) | parallel(3, f, in_order) | actors::for_each(note) |
            restarting({.max = 1, .pause = {.first = 1h, .longest = 1h}}));
  EXPECT_EQ(before_that.size(), 199U);
}
TEST(stages_channels, others_do_not_wait_for_an_item_of_a_worker_that_has_ended) {  // F4, F7
  test::for_seeds(20, a_worker_waits_for_its_restart);
}

int no_three(int i) {
  if (i == 3) throw std::runtime_error{"a three"};
  return i;
}
task<std::size_t> rest_of(actors::receiver<int>& from) {
  std::size_t n = 0;
  while (co_await from.receive()) ++n;
  co_return n;
}

// The flow is still there.
task<> failed_pipeline() {
  auto [tx, rx] = actors::channel<int>(8);
  auto all = from(below(10)) | map(no_three) | into(std::move(tx));
  EXPECT_EQ(
      co_await [](auto& of) -> task<std::string> {
        try {
          co_await of.run();
        } catch (const actor_failed& failure) {
          co_return failure.actor_name();
        }
        co_return "none";
      }(all),
      "2:map");
  EXPECT_LE(co_await actors::wait_for(rest_of(rx), 1h), 3U);
}
task<> cancelled_pipeline() {
  auto [tx, rx] = actors::channel<int>(8);
  auto [tx2, rx2] = actors::channel<int>(8);
  auto all = from(std::move(rx)) | map(same) | into(std::move(tx2));
  auto running = actors::spawn(all.run());
  co_await tx.send(1);
  co_await actors::sleep(1s);
  running.cancel();
  EXPECT_THROW(co_await running, actors::cancelled);
  EXPECT_TRUE(tx.closed());
  EXPECT_EQ(co_await actors::wait_for(rest_of(rx2), 1h), 1U);
}
task<> drained_pipeline() {
  auto [tx, rx] = actors::channel<int>(8);
  team all;
  auto pipeline = from(std::move(rx)) | map(same) | count();
  pipeline.into(all);
  auto running = actors::spawn(all.run());
  co_await tx.send(1);
  co_await actors::sleep(1s);
  all.drain();
  co_await running;
  EXPECT_EQ(pipeline.result(), 1U);
  EXPECT_TRUE(tx.closed());
}
task<> failed_in_a_team() {
  auto [tx, rx] = actors::channel<int>(8);
  auto [tx2, rx2] = actors::channel<int>(8);
  for (int i = 0; i != 5; ++i) co_await tx.send(i);
  team all;
  auto pipeline = from(std::move(rx)) | map(no_three) | into(std::move(tx2));
  pipeline.into(all);
  EXPECT_THROW(co_await all.run(), actor_failed);
  EXPECT_TRUE(tx.closed());
  EXPECT_LE(co_await actors::wait_for(rest_of(rx2), 1h), 3U);
}
TEST(stages_channels, they_are_let_go_when_it_fails) {  // F2
  test::for_seeds(5, failed_pipeline);
  test::for_seeds(5, failed_in_a_team);
}
TEST(stages_channels, they_are_let_go_when_it_is_cancelled) {  // F2
  test::for_seeds(5, cancelled_pipeline);
}
TEST(stages_channels, they_are_let_go_when_its_team_is_drained) {  // F2
  test::for_seeds(5, drained_pipeline);
}

task<> restarted_ends() {
  auto [tx, rx] = actors::channel<int>(100);
  auto [tx2, rx2] = actors::channel<int>(100);
  for (int i = 0; i != 20; ++i) co_await tx.send(i);
  tx = {};
  co_await (from(std::move(rx)) | map(no_three) | into(std::move(tx2)) |
            restarting({.strategy = actors::restart::one_for_all, .max = 3}));
  const std::size_t got = co_await rest_of(rx2);
  EXPECT_LE(got, 19U);
  EXPECT_GE(got, 17U);  // both ends may have had one in hand
}
TEST(stages_channels, they_stay_over_a_restart) {  // F7
  test::for_seeds(10, restarted_ends);
}

// Longer than an actor usually may, and than it is asked by force.
task<> stubborn() {
  bool inside = false;
  const auto f = [&inside](int i) -> task<int> {
    if (i == 1) {
      co_await actors::sleep(1s);
      throw std::runtime_error{"closed"};
    }
    inside = true;
    const auto until = actors::detail::time_now() + 60s;
    while (actors::detail::time_now() < until) {
      try {
        co_await actors::sleep(10s);
      } catch (const actors::cancelled&) {
        // It goes on.
      }
    }
    inside = false;
    co_return i;
  };
  const std::string failed = co_await failing_stage(from(below(2)) | parallel(2, f) | count());
  EXPECT_TRUE(failed.starts_with("2:parallel[")) << failed;
  EXPECT_FALSE(inside);
}
TEST(stages_channels, it_waits_for_its_functions) {  // F3
  test::for_seeds(5, stubborn);
}

TEST(stages_channels, a_stream_is_used_once) {  // F10
  auto one = from(below(5));
  auto other = from(below(5));
  auto all = std::move(one) | count();
  EXPECT_THROW(std::move(one) | count(), actors::usage_error);
  EXPECT_THROW(std::move(one) | map(same), actors::usage_error);
  EXPECT_THROW(zip(std::move(other), std::move(one)), actors::usage_error);
  auto third = from(below(5));
  EXPECT_THROW(merge(std::move(third), std::move(one)), actors::usage_error);
  auto fourth = from(below(5));
  EXPECT_THROW(std::move(one) | actors::restarting({.max = 1}), actors::usage_error);
  auto branched = std::move(fourth) | fork(actors::copying, count(), count());
  EXPECT_THROW(std::move(fourth) | fork(actors::copying, count(), count()), actors::usage_error);
}

task<> late() {
  auto [tx, rx] = actors::channel<int>(1);
  team all;
  auto first = from(std::move(rx)) | count();
  first.into(all, "first");
  auto running = actors::spawn(all.run());
  co_await actors::sleep(1s);
  auto second = from(below(3)) | count();
  EXPECT_THROW(second.into(all, "second"), actors::usage_error);
  tx = {};
  co_await running;
  EXPECT_THROW(second.into(all, "second"), actors::usage_error);
  EXPECT_EQ(co_await second, 3U);
}
TEST(stages_channels, it_goes_into_a_team_before_that_runs) {  // F9
  test::for_seeds(5, late);
}

}  // namespace
