// From a file to a plan: settings, actors, wiring.
#include "loading.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace {

using namespace std::chrono_literals;
using test::load;
using test::places;
using list = std::vector<std::string>;

std::string actors(const std::string& lines) { return "version: 1\nactors:\n" + lines; }
const std::string files = "  files: {type: file.read, with: {path: x}}\n";

TEST(load, gives_the_settings_of_the_file) {
  const auto r = load(
      "version: 1\nname: top words\nruntime: {threads: 3, shutdown_timeout: 2s, summary: stdout}\n"
      "defaults: {channel: {capacity: 7}}\nactors:\n" +
      files + "  show: {type: stdout, from: files}\n");
  ASSERT_EQ(test::rendered(r), "");
  const auto& plan = r.plan.value();
  EXPECT_EQ(plan.name, "top words");
  EXPECT_EQ(plan.threads, 3U);
  EXPECT_EQ(plan.shutdown_timeout, 2s);
  EXPECT_EQ(plan.summary, test::cf::summary_target::out);
  EXPECT_EQ(plan.edges.front().capacity, 7U);
}

TEST(load, has_defaults_for_what_the_file_leaves_out) {
  const auto r = load(actors(files + "  show: {type: stdout, from: files}\n"));
  const auto& plan = r.plan.value();
  EXPECT_EQ(plan.name, "p");  // of p.yaml
  EXPECT_FALSE(plan.threads);
  EXPECT_EQ(plan.shutdown_timeout, 10s);
  EXPECT_EQ(plan.summary, test::cf::summary_target::err);
  EXPECT_EQ(plan.edges.front().capacity, 256U);
  EXPECT_FALSE(load("version: 1\nruntime: {threads: auto}\nactors:\n" + files + "  show: {type: stdout, from: files}\n")
                   .plan.value()
                   .threads);
}

TEST(load, a_byte_order_mark_and_windows_line_ends_do_no_harm) {
  EXPECT_TRUE(
      load("\xef\xbb\xbfversion: 1\r\nactors:\r\n  g: {type: generate}\r\n  s: {type: stdout, from: g}\r\n").plan);
}

TEST(from, takes_a_name_a_port_a_list_or_a_map_of_edges) {
  const auto r =
      load(actors(files + "  parse: {type: parse, from: files}\n"
                          "  one: {type: stdout, from: parse.rejected}\n"
                          "  two: {type: stdout, from: [parse, parse.rejected]}\n"
                          "  three: {type: stdout, from: {parse.parsed: {capacity: 5}, parse.rejected: }}\n"));
  ASSERT_EQ(test::rendered(r), "");
  EXPECT_EQ(test::edges(*r.plan), (list{"files.text -> parse.text [256]", "parse.rejected -> one.records [256]",
                                        "parse.parsed -> two.records [256]", "parse.rejected -> two.records [256]",
                                        "parse.parsed -> three.records [5]", "parse.rejected -> three.records [256]"}));
}

TEST(adapters, are_put_between_ports_that_do_not_fit_and_shared_by_readers) {
  const auto r = load(actors(files + "  words: {type: words, from: files}\n"
                                     "  count: {type: count_by, from: words}\n"
                                     "  show: {type: stdout, from: {files: {capacity: 3}}}\n"
                                     "  more: {type: stdout, from: [count, files]}\n"));
  ASSERT_EQ(test::rendered(r), "");
  EXPECT_EQ(test::edges(*r.plan),
            (list{"files.text -> words.lines [256]", "words.words -> count.records [256]",
                  "files.text -> lines(files).text [256]", "lines(files).records -> show.records [3]",
                  "count.counts -> merge_counts(count).counts [256]",
                  "merge_counts(count).records -> more.records [256]", "lines(files).records -> more.records [256]"}));
  const auto* adapter = test::find_actor(*r.plan, "lines(files)");
  ASSERT_NE(adapter, nullptr);
  EXPECT_TRUE(adapter->inserted);
  EXPECT_FALSE(r.plan->actors.front().inserted);
  EXPECT_EQ(r.plan->actors.back().name, "merge_counts(count)");  // after those of the file
}

TEST(replicas, auto_is_the_number_of_cpus_and_keep_is_kept) {
  const auto r = load(actors(files + "  words: {type: words, from: files, replicas: auto, order: keep}\n"
                                     "  count: {type: count_by, from: words, replicas: 2, order: any}\n"
                                     "  one: {type: words, from: files, replicas: 1, order: keep}\n"
                                     "  show: {type: stdout, from: [count, one]}\n"));
  ASSERT_EQ(test::rendered(r), "");
  EXPECT_EQ(test::find_actor(*r.plan, "words")->replicas, 3U);
  EXPECT_TRUE(test::find_actor(*r.plan, "words")->keep_order);
  EXPECT_EQ(test::find_actor(*r.plan, "count")->replicas, 2U);
  EXPECT_FALSE(test::find_actor(*r.plan, "count")->keep_order);
  EXPECT_FALSE(test::find_actor(*r.plan, "one")->keep_order);
}

TEST(replicas, auto_means_the_same_file_on_a_machine_with_one_cpu) {
  test::cf::load_options options;
  options.auto_replicas = 1;
  const auto r = test::cf::load_text(
      "p.yaml",
      actors(files + "  words: {type: words, from: files, replicas: auto}\n  s: {type: stdout, from: words}\n"),
      options, test::fake_registry());
  EXPECT_EQ(places(r), list{"E025 4:47"});
}

TEST(wiring, an_unread_main_output_and_an_unread_side_output_are_warnings) {
  const auto r = load(actors(
      files + "  parse: {type: parse, from: files}\n  show: {type: stdout, from: parse}\n  idle: {type: generate}\n"));
  EXPECT_TRUE(r.plan);
  EXPECT_EQ(places(r), (list{"W003 4:3", "W001 6:3"}));
  EXPECT_EQ(r.diagnostics[0].message, "nothing consumes 'parse.rejected'; those items are counted and dropped");
}

TEST(wiring, a_cycle_is_named_with_its_path_where_it_closes) {
  const auto r = load(actors(
      "  g: {type: generate}\n  a: {type: filter, from: [g, c], with: {where: 'true'}}\n"
      "  b: {type: filter, from: a, with: {where: 'true'}}\n  c: {type: filter, from: b, with: {where: 'true'}}\n"
      "  s: {type: stdout, from: c}\n"));
  ASSERT_EQ(places(r), list{"E022 4:31"});
  EXPECT_EQ(r.diagnostics[0].message, "these actors read from each other in a circle: a -> b -> c -> a");
}

TEST(wiring, a_diamond_is_no_cycle) {
  EXPECT_TRUE(load(actors("  g: {type: generate}\n  a: {type: filter, from: g, with: {where: 'true'}}\n"
                          "  b: {type: filter, from: g, with: {where: 'true'}}\n  s: {type: stdout, from: [a, b]}\n"))
                  .plan);
}

TEST(wiring, nothing_cascades_from_an_actor_of_unknown_type) {
  EXPECT_EQ(places(load(actors("  x: {type: nope, with: {a: 1}, replicas: 3, from: y.z}\n  y: {type: also.nope}\n"
                               "  s: {type: stdout, from: [x, x.port]}\n"))),
            (list{"E008 3:13", "E008 4:13"}));
}

TEST(wiring, nothing_cascades_from_a_misspelt_name_or_key) {
  EXPECT_EQ(places(load(actors(files + "  words: {type: words, from: flies}\n  s: {type: stdout, from: words}\n"))),
            list{"E007 4:30"});
  EXPECT_EQ(places(load(actors(files + "  words: {type: words, form: files}\n  s: {type: stdout, from: words}\n"))),
            list{"E004 4:24"});
  EXPECT_EQ(places(load(actors(files + "  s: {type: stdout, from: [[]]}\n"))), list{"E005 4:28"});
  EXPECT_EQ(places(load(actors("  files: {type: file.read, with: {pth: x}}\n  s: {type: stdout, from: files}\n"))),
            list{"E011 3:35"});
}

TEST(load, reports_everything_at_once_in_the_order_of_the_file) {
  EXPECT_EQ(
      places(load("name: []\nversion: one\nruntime: 5\nactors:\n  a: {type: nope}\n  b: {type: stdout, from: c}\n")),
      (list{"E012 1:7", "E012 2:10", "E005 3:10", "E008 5:13", "E007 6:27"}));
}

TEST(load, a_file_that_cannot_be_read_says_why) {
  const auto from = [](const std::string& path) { return test::cf::load(path, {}, test::fake_registry()); };
  const auto folder = std::filesystem::temp_directory_path();
  EXPECT_EQ(from("/no/such.yaml").diagnostics.at(0).message, "there is no such file");
  EXPECT_EQ(from(folder.string()).diagnostics.at(0).message, "this is a directory, not a file");
  EXPECT_EQ(from("/dev/null").diagnostics.at(0).message, "the file is empty");

  const auto large = folder / ("actors_load_test_" + std::to_string(::getpid()) + ".yaml");
  std::ofstream{large} << std::string(1024 * 1024 + 1, 'a');
  EXPECT_EQ(from(large.string()).diagnostics.at(0).message, "the file is larger than 1 MiB, so it is no pipeline file");
  std::ofstream{large} << actors("  g: {type: generate}\n  s: {type: stdout, from: g}\n");
  EXPECT_TRUE(from(large.string()).plan);
  std::filesystem::remove(large);
}

TEST(registry, refuses_a_name_twice_and_hides_adapters) {
  auto components = test::fake_registry();
  EXPECT_THROW(components.add(*components.find("words")), std::invalid_argument);
  for (const auto* c : components.all()) EXPECT_NE(c->name, "lines");
  EXPECT_NE(components.find("lines"), nullptr);
  EXPECT_EQ(components.adapter(typeid(test::text_item), typeid(test::record_item)), components.find("lines"));
  EXPECT_EQ(components.adapter(typeid(test::record_item), typeid(test::text_item)), nullptr);
}

}  // namespace
