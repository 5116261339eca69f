// The metrics of teams and pipelines; and that docs/metrics.md lists all that the library has.
#include <actors/actors.hpp>
#include <actors/config/load.hpp>
#include <actors/metrics.hpp>
#include <actors/pipeline/pipeline.hpp>

#include "actor/small_actors.hpp"
#include "pipeline/workbench.hpp"
#include "seen_metrics.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>

namespace {

using namespace actors;
using test::collected;
using test::number_source;
using test::seen_metrics;

std::string items(const std::string& actor, const std::string& port, const std::string& direction) {
  return "actors_actor_items_total{actor=\"" + actor + "\",port=\"" + port + "\",direction=\"" + direction + "\"}";
}

struct counting_sink final : actor {
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    while (auto value = co_await numbers.receive()) {
    }
  }
};

struct failing final : actor {
  task<> run() override {
    co_await sleep(std::chrono::seconds{0});
    throw std::runtime_error{"on purpose"};
  }
};

TEST(team_metrics, items_of_ports_are_counted) {  // M2
  team all;
  const auto from = all.spawn<number_source>({.name = "from"}, 25);
  const auto to = all.spawn<counting_sink>({.name = "to"});
  connect(from.port(&number_source::numbers), to.port(&counting_sink::numbers));
  actors::run(all.run());
  const seen_metrics seen = collected(all);
  EXPECT_EQ(seen.counters.at(items("from", "numbers", "out")), 25);
  EXPECT_EQ(seen.counters.at(items("to", "numbers", "in")), 25);
  EXPECT_EQ(seen.at("actors_actor_running{actor=\"from\"}"), 0);
  EXPECT_EQ(seen.at("actors_team_failed"), 0);
}

TEST(team_metrics, actors_that_run_are_told) {  // M2
  team all;
  const auto from = all.spawn<number_source>({.name = "from"}, std::optional<int>{}, nullptr);
  const auto to = all.spawn<counting_sink>({.name = "to"});
  connect(from.port(&number_source::numbers), to.port(&counting_sink::numbers));
  const auto amain = [](team& of) -> task<> {
    auto running = spawn(of.run());
    while (collected(of).sum("actors_actor_items_total") < 100) co_await sleep(std::chrono::seconds{0});
    EXPECT_EQ(collected(of).at("actors_actor_running{actor=\"from\"}"), 1);
    EXPECT_EQ(collected(of).at("actors_actor_running{actor=\"to\"}"), 1);
    of.drain();
    co_await running;
  };
  actors::run(amain(all));
  EXPECT_EQ(collected(all).sum("actors_actor_running"), 0);
}

TEST(team_metrics, a_failure_is_told) {  // M2
  team all;
  all.spawn<failing>();
  EXPECT_THROW(actors::run(all.run()), actor_failed);
  EXPECT_EQ(collected(all).at("actors_team_failed"), 1);
}

TEST(pipeline_metrics, what_components_count_is_told) {  // M2
  test::workbench bench;
  pipeline::pipeline all{bench.plan({"g: {type: generate, with: {count: 30}}", "out: {type: collect, from: g}"})};
  actors::run(all.run());
  const seen_metrics seen = collected(all);
  EXPECT_EQ(seen.counters.at(items("out", "records", "in")), 30);
  EXPECT_EQ(seen.at("actors_actor_running{actor=\"g\"}"), 0);
  double counted = 0;
  for (const pipeline::total& each : all.totals()) {
    const std::string unit = each.unit == pipeline::counter_unit::bytes ? "bytes" : "items";
    counted += seen.counters.at("actors_component_count_total{actor=\"" + each.actor + "\",counter=\"" + each.counter +
                                "\",unit=\"" + unit + "\"}");
  }
  EXPECT_EQ(counted, seen.sum("actors_component_count_total"));
  EXPECT_GE(counted, 30);
}

// All metrics there are, each in a row of the page: name, type, unit, labels, meaning.
TEST(metrics_page, lists_what_the_library_has) {  // M4
  test::workbench bench;
  pipeline::pipeline all{bench.plan({"g: {type: generate, with: {count: 3}}", "out: {type: collect, from: g}"})};
  runtime here{{.workers = 1}};
  here.run(all.run());
  const auto named = channel<int>(1, "named");
  seen_metrics seen;
  collect_metrics(here, seen);
  collect_metrics(seen);
  collect_metrics(all, seen);
  std::map<std::string, std::string> rows;
  for (const auto& [name, its] : seen.told)
    rows[name] = "| `" + name + "` | " + its.type + " | " + its.unit + " | " + its.labels + " | " + its.help + " |";
  std::map<std::string, std::string> written;
  std::ifstream page{ACTORS_METRICS_PAGE};
  const std::regex row{R"(\| `(actors_\w+)` \|.*\|)"};
  for (std::string line; std::getline(page, line);)
    if (std::smatch found; std::regex_match(line, found, row)) written[found[1]] = line;
  EXPECT_EQ(written, rows);
  EXPECT_TRUE(seen.interrupted.empty());
  EXPECT_TRUE(seen.twice.empty());
}

}  // namespace
