// Pipelines as a whole: how plans become actors, what they report, how they end.
#include <actors/actors.hpp>
#include <actors/pipeline/declare.hpp>
#include <actors/pipeline/records.hpp>
#include <actors/pipeline/stage.hpp>

#include "support/waiting.hpp"
#include "workbench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using lines = std::vector<std::string>;
using actors::pipeline::component;
using actors::pipeline::counter_unit;
using actors::pipeline::option_value;
using actors::pipeline::pipeline;
using actors::pipeline::records;
using test::workbench;

lines numbers(std::size_t count) {
  lines all;
  for (std::size_t i = 0; i != count; ++i) all.push_back("{\"n\":" + std::to_string(i) + "}");
  return all;
}

TEST(pipeline, an_actor_may_read_from_several) {
  workbench bench;
  bench.state().batches = {{"x", "y"}};
  lines all = bench.run({"a: {type: give}", "b: {type: give}", "g: {type: generate, with: {count: 2}}",
                         "out: {type: collect, from: [a, b, g]}"},
                        1);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all, (lines{R"("x")", R"("x")", R"("y")", R"("y")", R"({"n":0})", R"({"n":1})"}));
}

TEST(pipeline, an_actor_may_feed_several) {
  for (const std::size_t capacity : {1U, 3U, 256U}) {
    workbench bench;
    const auto plan =
        bench.plan({"g: {type: generate, with: {count: 1000}}", "out: {type: collect, from: g}",
                    "n: {type: \"null\", from: g}", "c: {type: count_by, from: g}", "m: {type: \"null\", from: c}"},
                   capacity);
    pipeline running{plan};
    actors::run(running.run(), {.workers = 2});
    EXPECT_EQ(bench.state().taken, numbers(1000));
    const auto totals = running.totals();
    ASSERT_EQ(totals.size(), 3U);
    for (const auto& each : totals) EXPECT_EQ(each.number, 1000U) << each.actor;
  }
}

TEST(pipeline, totals_are_summed_over_replicas_in_the_order_of_the_file) {
  workbench bench;
  bench.state().blocks = lines(100, "one two three\n");
  const auto plan = bench.plan(
      {"w: {type: words, from: in, replicas: 4, order: any}", "in: {type: give_text}", "n: {type: \"null\", from: w}"});
  pipeline running{plan};
  for (const auto& each : running.totals()) EXPECT_EQ(each.number, 0U);
  actors::run(running.run(), {.workers = 2});
  const auto totals = running.totals();
  ASSERT_EQ(totals.size(), 2U);
  EXPECT_EQ(totals[0].actor, "w");
  EXPECT_EQ(totals[0].counter, "words");
  EXPECT_EQ(totals[0].number, 300U);
  EXPECT_EQ(totals[1].actor, "n");
  EXPECT_EQ(totals[1].number, 300U);
}

TEST(pipeline, a_failure_names_the_actor_of_the_file) {
  workbench bench;
  for (const std::size_t after : {0U, 1U, 100U}) {
    try {
      bench.run({"e: {type: endless}", "x: {type: failing, from: e, with: {after: " + std::to_string(after) + "}}",
                 "out: {type: collect, from: x}"},
                4);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const actors::actor_failed& fault) {
      EXPECT_STREQ(fault.what(), "actor 'x' failed: had enough");
    }
    EXPECT_LE(bench.state().taken.size(), after);
  }
}

TEST(pipeline, draining_from_another_thread_ends_it_normally) {
  for (const unsigned workers : {1U, 2U, 4U}) {
    workbench bench;
    const auto plan = bench.plan({"e: {type: endless, with: {batch: 5}}",
                                  "f: {type: filter, from: e, with: {where: \"n >= 0\"}, replicas: 3, order: keep}",
                                  "out: {type: collect, from: f}"},
                                 20);
    pipeline running{plan};
    const std::jthread other{[&] {
      test::spin_until([&] { return bench.state().given >= 2000; });
      EXPECT_FALSE(running.running().empty());
      running.drain();
    }};
    actors::run(running.run(), {.workers = workers});
    EXPECT_GE(bench.state().taken.size(), 2000U);
    EXPECT_EQ(bench.state().taken, numbers(bench.state().taken.size()));
    EXPECT_TRUE(running.running().empty());
  }
}

TEST(pipeline, stopping_from_another_thread_cancels_it) {
  for (const unsigned workers : {1U, 2U}) {
    workbench bench;
    const auto plan = bench.plan({"e: {type: endless}", "out: {type: collect, from: e}"});
    pipeline running{plan};
    const std::jthread other{[&] {
      test::spin_until([&] { return bench.state().given >= 100; });
      running.stop();
    }};
    EXPECT_THROW(actors::run(running.run(), {.workers = workers}), actors::cancelled);
  }
}

TEST(pipeline, an_endless_source_that_nobody_reads_can_be_drained) {
  for (const unsigned workers : {1U, 2U}) {
    workbench bench;
    const auto plan = bench.plan({"e: {type: endless}"});  // a warning, no error
    pipeline running{plan};
    const std::jthread other{[&] {
      test::spin_until([&] { return bench.state().given >= 1000; });
      running.drain();
    }};
    actors::run(running.run(), {.workers = workers});
  }
}

// ---- components of a program's own ----------------------------------------------------------------------------------

class configured final : public actors::pipeline::stage {
 public:
  bool flag = true;
  std::int32_t small = 7;
  std::uint8_t tiny = 1;
  double factor = 0.5;
  std::string word = "w";
  std::vector<std::string> several{"a", "b"};
  std::chrono::milliseconds pause{20};
  std::string kind = "soft";

  actors::task<> run() override { co_return; }

 private:
  actors::out<records> records_{*this, "made"};
};

actors::pipeline::component_info describe_configured() {
  return component<configured>("configured")
      .doc("d")
      .option("flag", &configured::flag, "")
      .option("small", &configured::small, "")
      .option("tiny", &configured::tiny, "")
      .option("factor", &configured::factor, "")
      .option("word", &configured::word, "",
              [](const option_value& value) -> std::optional<std::string> {
                if (std::get<std::string>(value) != "bad") return std::nullopt;
                return "no bad words";
              })
      .required("several", &configured::several, "")
      .option("pause", &configured::pause, "")
      .choice("kind", &configured::kind, {"soft", "hard"}, "")
      .info();
}

TEST(component, takes_ports_kinds_and_defaults_from_the_actor) {
  const auto info = describe_configured();
  EXPECT_EQ(info.kind, actors::pipeline::component_kind::source);
  ASSERT_EQ(info.outputs.size(), 1U);
  EXPECT_EQ(info.outputs[0].name, "made");
  EXPECT_EQ(info.outputs[0].type_name, "records");
  EXPECT_EQ(info.options.size(), 8U);
  EXPECT_EQ(std::get<bool>(*info.option("flag")->fallback), true);
  EXPECT_EQ(std::get<std::int64_t>(*info.option("small")->fallback), 7);
  EXPECT_EQ(std::get<double>(*info.option("factor")->fallback), 0.5);
  EXPECT_EQ(std::get<std::chrono::nanoseconds>(*info.option("pause")->fallback), std::chrono::milliseconds{20});
  EXPECT_FALSE(info.option("several")->fallback);
  EXPECT_TRUE(info.option("several")->required);
  EXPECT_EQ(info.option("kind")->choices, (lines{"soft", "hard"}));
  EXPECT_EQ(info.option("none"), nullptr);
}

TEST(component, refuses_a_number_that_its_member_cannot_hold) {
  const auto info = describe_configured();
  EXPECT_FALSE(info.option("tiny")->check(option_value{std::int64_t{255}}));
  EXPECT_TRUE(info.option("tiny")->check(option_value{std::int64_t{256}}));
  EXPECT_TRUE(info.option("tiny")->check(option_value{std::int64_t{-1}}));
  const auto fault = info.option("small")->check(option_value{std::numeric_limits<std::int64_t>::max()});
  ASSERT_TRUE(fault);
  EXPECT_NE(fault->find("-2147483648 to 2147483647"), std::string::npos) << *fault;
  EXPECT_TRUE(info.option("word")->check(option_value{std::string{"bad"}}));
}

TEST(component, sets_the_members_of_each_actor_it_makes) {
  const auto info = describe_configured();
  actors::team members;
  auto& cell = *members.add("c", [&] {
    return info.make({{"small", std::int64_t{9}},
                      {"several", lines{"z"}},
                      {"pause", std::chrono::nanoseconds{1'500'000}},
                      {"kind", std::string{"hard"}}});
  });
  const auto& made = static_cast<const configured&>(cell.made_object());
  EXPECT_EQ(made.small, 9);
  EXPECT_EQ(made.tiny, 1);
  EXPECT_EQ(made.several, lines{"z"});
  EXPECT_EQ(made.pause, std::chrono::milliseconds{1});
  EXPECT_EQ(made.kind, "hard");
}

TEST(component, refuses_two_options_of_one_name) {
  EXPECT_THROW(component<configured>("twice").option("x", &configured::flag, "").option("x", &configured::tiny, ""),
               std::invalid_argument);
}

struct unknown_value {};
class strange_ports final : public actors::actor {
 public:
  actors::in<unknown_value> strange{*this, "strange"};
  actors::task<> run() override { co_return; }
};

TEST(component, refuses_ports_of_a_type_that_was_not_made_known) {
  try {
    component<strange_ports>{"strange"};
    ADD_FAILURE() << "nothing was thrown";
  } catch (const actors::usage_error& fault) {
    EXPECT_NE(std::string{fault.what()}.find("add_port_type"), std::string::npos) << fault.what();
  }
}

TEST(port_type, has_one_name) {
  actors::pipeline::add_port_type<records>("records");  // again, the same: nothing
  EXPECT_THROW(actors::pipeline::add_port_type<records>("rows"), std::invalid_argument);
}

}  // namespace
