// Pipelines of stages as a part of a team.
#include <actors/actors.hpp>
#include <actors/stages.hpp>

#include "stage_sources.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor_report;
using actors::actor_state;
using actors::collect;
using actors::count;
using actors::for_each;
using actors::from;
using actors::map;
using actors::parallel;
using actors::restarting;
using actors::task;
using actors::team;
using test::below;

using names = std::vector<std::string>;

int same(int i) { return i; }
int no_seven(int i) {
  if (i == 7) throw std::runtime_error{"a seven"};
  return i;
}

names names_of(const std::vector<actor_report>& reports) {
  names all;
  for (const actor_report& each : reports) all.push_back(each.name);
  return all;
}

struct bystander final : actors::actor {
  task<> run() override { co_return; }
};

task<> runs_with_others() {
  team all;
  all.spawn<bystander>({.name = "bystander"});
  auto first = from(below(5)) | parallel(2, same, actors::in_order) | collect();
  auto second = from(below(3)) | map(same) | count();
  first.into(all, "logs");
  second.into(all);
  EXPECT_THROW(first.result(), actors::usage_error);
  co_await all.run();
  EXPECT_EQ(first.result(), below(5));
  EXPECT_EQ(second.result(), 3U);
  EXPECT_EQ(names_of(all.reports()), (names{"bystander", "logs/1:from", "logs/2:parallel[1]", "logs/2:parallel[2]",
                                            "logs/2:parallel[order]", "logs/3:collect", "1:from", "2:map", "3:count"}));
  EXPECT_EQ(first.reports()[1].name, "2:parallel");
}
TEST(stages_team, its_stages_are_actors_of_the_team) {  // F9
  test::for_seeds(10, runs_with_others);
}

task<> supervised_with_the_team() {
  team all{{.max = 2}};
  auto pipeline = from(below(10)) | map(no_seven) | collect();
  pipeline.into(all, "logs");
  co_await all.run();
  EXPECT_EQ(pipeline.result().size(), 9U);
  const auto told = all.reports();
  EXPECT_EQ(told[1].name, "logs/2:map");
  EXPECT_EQ(told[1].restarts, 1U);
  EXPECT_EQ(told[1].lost, 1U);
  EXPECT_EQ(told[1].last_error, "a seven");
}
TEST(stages_team, the_team_restarts_a_stage) {  // F7, F9
  test::for_seeds(10, supervised_with_the_team);
}

task<> a_team_inside() {
  team all;
  auto pipeline = from(below(10)) | map(no_seven) | collect() | restarting({.max = 1});
  pipeline.into(all, "logs");
  co_await all.run();
  EXPECT_EQ(pipeline.result().size(), 9U);
  EXPECT_EQ(names_of(all.reports()), (names{"logs", "logs/1:from", "logs/2:map", "logs/3:collect"}));
  EXPECT_EQ(all.reports()[2].restarts, 1U);
}
TEST(stages_team, with_restarts_of_its_own_it_is_a_team_inside) {  // F9
  test::for_seeds(10, a_team_inside);
}

task<> failure_in_the_team() {
  team all;
  auto pipeline = from(below(10)) | map(no_seven) | collect();
  pipeline.into(all, "logs");
  std::string failed;
  try {
    co_await all.run();
  } catch (const actors::actor_failed& failure) {
    failed = failure.actor_name();
  }
  EXPECT_EQ(failed, "logs/2:map");
}
TEST(stages_team, a_failure_is_the_teams) {  // F3, F9
  test::for_seeds(10, failure_in_the_team);
}

// A stop while the stages wait in every place.
task<> stopped() {
  team all;
  int made = 0;
  const auto for_ever = [](int) -> task<> { co_await actors::sleep(24h); };
  auto pipeline = from(test::endless(made)) | parallel(2, same, actors::in_order) | for_each(for_ever);
  pipeline.into(all);
  auto running = actors::spawn(all.run());
  co_await actors::sleep(1s);
  const names while_it_runs = all.running();
  EXPECT_EQ(while_it_runs.size(), 5U);
  EXPECT_NE(std::find(while_it_runs.begin(), while_it_runs.end(), "2:parallel[order]"), while_it_runs.end());
  EXPECT_GT(pipeline.reports()[0].sent, 0U);
  all.stop();
  bool was_cancelled = false;
  try {
    co_await running;
  } catch (const actors::cancelled&) {
    was_cancelled = true;
  }
  EXPECT_TRUE(was_cancelled);
  EXPECT_THROW(pipeline.result(), actors::usage_error);
}
TEST(stages_team, a_stop_of_the_team_stops_it) {  // F3, F9
  test::for_seeds(10, stopped);
}

task<> drained() {
  team all;
  int made = 0;
  const auto next = [&]() -> task<std::optional<int>> {
    co_await actors::sleep(10ms);
    co_return made++;
  };
  auto pipeline = from(next) | parallel(2, same, actors::in_order) | collect();
  pipeline.into(all);
  auto running = actors::spawn(all.run());
  co_await actors::sleep(1s);
  all.drain();
  co_await running;
  EXPECT_EQ(pipeline.result(), below(made));
}
TEST(stages_team, a_drain_of_the_team_ends_its_source_and_the_rest_is_worked_off) {  // F9
  test::for_seeds(10, drained);
}

TEST(stages_team, a_dump_names_the_stages) {  // F9
  const auto look = []() -> task<std::string> {
    auto [tx, rx] = actors::channel<int>(1);
    auto pipeline = from(std::move(rx)) | map(same) | actors::named("twin") | count();
    auto running = actors::spawn(pipeline.run());
    co_await tx.send(1);
    std::string dump;
    for (int i = 0; i != 1000 && dump.find("twin") == std::string::npos; ++i) {
      co_await actors::yield();
      for (const actors::task_ref& each : actors::all_tasks()) dump += each.name() + '\n';
    }
    tx = {};
    co_await running;
    co_return dump;
  };
  const std::string dump = actors::run(look());
  EXPECT_NE(dump.find("1:from"), std::string::npos) << dump;
  EXPECT_NE(dump.find("twin"), std::string::npos) << dump;
}

}  // namespace
