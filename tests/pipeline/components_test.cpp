// The built-in components, each in a pipeline of its own: sources and transforms that handle items one by one.
#include <actors/actors.hpp>
#include <actors/pipeline/builtin.hpp>

#include "folder.hpp"
#include "workbench.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using lines = std::vector<std::string>;
using test::workbench;

lines words_of(const lines& blocks, std::size_t capacity = 256) {
  workbench bench;
  bench.state().blocks = blocks;
  return bench.run({"in: {type: give_text}", "w: {type: words, from: in}", "out: {type: collect, from: w}"}, capacity);
}

TEST(words, are_runs_of_letters_digits_and_underscores) {
  EXPECT_EQ(words_of({"the cat, the_hat 42\n"}), (lines{R"("the")", R"("cat")", R"("the_hat")", R"("42")"}));
  EXPECT_EQ(words_of({"a-b.c\td\r\n  e  \n"}), (lines{R"("a")", R"("b")", R"("c")", R"("d")", R"("e")"}));
  EXPECT_EQ(words_of({"_\n__9Z\n"}), (lines{R"("_")", R"("__9Z")"}));
}

TEST(words, end_at_the_ends_of_blocks_and_before_bytes_that_are_not_ascii) {
  EXPECT_EQ(words_of({"one", "two"}), (lines{R"("one")", R"("two")"}));  // blocks hold whole lines
  EXPECT_EQ(words_of({"na\xc3\xafve caf\xc3\xa9\n"}), (lines{R"("na")", R"("ve")", R"("caf")"}));
  EXPECT_EQ(words_of({std::string("a\0b\n", 4)}), (lines{R"("a")", R"("b")"}));
}

TEST(words, of_a_text_without_any_are_none) {
  EXPECT_EQ(words_of({}), lines{});
  EXPECT_EQ(words_of({" .,;\n", "\n\n\n", "\xff\xfe\n"}), lines{});
}

TEST(words, are_the_same_whatever_the_capacity) {
  std::string text;
  lines expected;
  for (int i = 0; i != 5000; ++i) {
    text += "w" + std::to_string(i) + (i % 7 == 0 ? "\n" : " ");
    expected.push_back("\"w" + std::to_string(i) + "\"");
  }
  for (const std::size_t capacity : {1U, 2U, 3U, 64U, 4096U, 100000U})
    EXPECT_EQ(words_of({text, ""}, capacity), expected);
}

lines lines_of(const lines& blocks, std::size_t capacity = 256) {
  workbench bench;
  bench.state().blocks = blocks;
  return bench.run({"in: {type: give_text}", "out: {type: collect, from: in}"}, capacity);  // the adapter is inserted
}

TEST(lines_adapter, makes_a_record_of_each_line_without_its_end) {
  EXPECT_EQ(lines_of({"one\ntwo\r\n\n  three \n"}), (lines{R"("one")", R"("two")", R"("")", R"("  three ")"}));
  EXPECT_EQ(lines_of({"no end"}), lines{R"("no end")"});
  EXPECT_EQ(lines_of({"a\rb\r\r\n"}), lines{R"("a\rb\r")"});  // one CR belongs to the end
  EXPECT_EQ(lines_of({"\n"}), lines{R"("")"});
}

TEST(lines_adapter, keeps_lines_whole_where_blocks_are_cut) {
  std::string text;
  lines expected;
  for (int i = 0; i != 300; ++i) {
    text += "line " + std::to_string(i) + "\n";
    expected.push_back("\"line " + std::to_string(i) + "\"");
  }
  for (const std::size_t capacity : {1U, 2U, 7U, 299U, 300U, 301U}) EXPECT_EQ(lines_of({text}, capacity), expected);
}

lines filtered(const std::string& condition, const std::vector<lines>& batches) {
  workbench bench;
  bench.state().batches = batches;
  return bench.run({"in: {type: give}", "f: {type: filter, from: in, with: {where: \"" + condition + "\"}}",
                    "out: {type: collect, from: f}"});
}

TEST(filter, lets_through_what_meets_the_condition) {
  const std::vector<lines> batches{{"apple", "pear"}, {"plum"}, {"apple pie", ""}};
  EXPECT_EQ(filtered("it contains 'apple'", batches), (lines{R"("apple")", R"("apple pie")"}));
  EXPECT_EQ(filtered("not it contains 'p'", batches), lines{R"("")"});
  EXPECT_EQ(filtered("it == 'nothing'", batches), lines{});
  EXPECT_EQ(filtered("it == 'x' or not it == 'x'", {{}}), lines{});
}

lines generated(const std::string& options, std::size_t capacity = 256) {
  workbench bench;
  return bench.run({"g: {type: generate, with: {" + options + "}}", "out: {type: collect, from: g}"}, capacity);
}

TEST(generate, makes_numbered_records) {
  EXPECT_EQ(generated("count: 3"), (lines{R"({"n":0})", R"({"n":1})", R"({"n":2})"}));
  EXPECT_EQ(generated("count: 0"), lines{});
  EXPECT_EQ(generated("count: 2, interval: 1ms"), (lines{R"({"n":0})", R"({"n":1})"}));
}

TEST(generate, makes_as_many_as_asked_for_whatever_the_capacity) {
  for (const std::size_t capacity : {1U, 7U, 1023U, 1024U, 1025U, 5000U}) {
    const lines all = generated("count: 3000", capacity);
    ASSERT_EQ(all.size(), 3000U);
    EXPECT_EQ(all.back(), R"({"n":2999})");
  }
}

TEST(generate, without_an_end_is_ended_by_draining) {
  workbench bench;
  const auto plan = bench.plan({"g: {type: generate}", "out: {type: collect, from: g}"});
  actors::pipeline::pipeline running{plan};
  actors::run(
      [](actors::pipeline::pipeline& line, test::bench_state& seen) -> actors::task<> {
        auto all = actors::spawn(line.run());
        while (line.totals().front().number < 10'000) co_await actors::yield();
        line.drain();
        co_await all;
        EXPECT_GE(seen.taken.size(), 9'000U);
      }(running, bench.state()),
      {.workers = 2});
  for (std::size_t i = 0; i != bench.state().taken.size(); ++i)
    ASSERT_EQ(bench.state().taken[i], "{\"n\":" + std::to_string(i) + "}");
}

TEST(null_sink, counts_what_it_takes) {
  workbench bench;
  const auto plan = bench.plan({"g: {type: generate, with: {count: 777}}", "n: {type: \"null\", from: g}"}, 10);
  actors::pipeline::pipeline running{plan};
  actors::run(running.run());
  const auto totals = running.totals();
  ASSERT_EQ(totals.size(), 2U);
  EXPECT_EQ(totals[1].actor, "n");
  EXPECT_EQ(totals[1].counter, "records");
  EXPECT_EQ(totals[1].number, 777U);
}

TEST(file_read, reads_files_in_the_order_of_their_names) {
  const test::folder files;
  files.write("b.txt", "second\n");
  files.write("a.txt", "first\n");
  files.write("c/d.txt", "third");
  workbench bench;
  EXPECT_EQ(
      bench.run({"f: {type: file.read, with: {path: \"" + files.path() + "\"}}", "out: {type: collect, from: f}"}),
      (lines{R"("first")", R"("second")", R"("third")"}));
}

TEST(file_read, reads_a_list_of_paths_and_patterns_in_its_order) {
  const test::folder files;
  files.write("b.log", "b\n");
  files.write("a.txt", "a\n");
  files.write("z.log", "z\n");
  workbench bench;
  EXPECT_EQ(bench.run({"f: {type: file.read, with: {path: [\"" + files.path("*.log") + "\", \"" + files.path("a.txt") +
                           "\"]}}",
                       "out: {type: collect, from: f}"}),
            (lines{R"("b")", R"("z")", R"("a")"}));
}

TEST(file_read, counts_files_and_bytes_and_notes_what_was_left_out) {
  const test::folder files;
  files.write("a.txt", "four");
  files.write("b.bin", std::string("x\0y", 3));
  workbench bench;
  const auto plan = bench.plan(
      {"f: {type: file.read, with: {path: \"" + files.path() + "\", binary: skip}}", "out: {type: collect, from: f}"});
  actors::pipeline::pipeline running{plan};
  actors::run(running.run());
  EXPECT_EQ(bench.state().taken, lines{R"("four")"});
  const auto totals = running.totals();
  ASSERT_EQ(totals.size(), 2U);
  EXPECT_EQ(totals[0].counter, "files");
  EXPECT_EQ(totals[0].number, 1U);
  EXPECT_EQ(totals[1].number, 4U);
  EXPECT_EQ(totals[1].unit, actors::pipeline::counter_unit::bytes);
  const auto notes = running.notes();
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].actor, "f");
  EXPECT_NE(notes[0].text.find("b.bin"), std::string::npos) << notes[0].text;
}

TEST(file_read, fails_on_a_binary_file_and_says_what_to_do) {
  const test::folder files;
  files.write("b.bin", std::string("x\0y", 3));
  workbench bench;
  try {
    bench.run({"f: {type: file.read, with: {path: \"" + files.path() + "\"}}", "out: {type: collect, from: f}"});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const actors::actor_failed& fault) {
    const std::string message = fault.what();
    for (const char* part : {"'f'", "b.bin", "binary", "offset 1", "binary: skip", "binary: read"})
      EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST(file_read, is_refused_at_load_time_where_there_is_no_file) {
  const test::folder files;
  workbench bench;
  for (const std::string& path : {files.path("none"), files.path("*.txt"), files.path()}) {
    try {
      bench.plan({"f: {type: file.read, with: {path: \"" + path + "\"}}", "out: {type: collect, from: f}"});
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::runtime_error& fault) {
      EXPECT_NE(std::string{fault.what()}.find(path), std::string::npos) << fault.what();
    }
  }
}

TEST(components, describe_themselves) {
  actors::pipeline::registry components;
  add_builtin_components(components);
  for (const auto* each : components.all()) {
    EXPECT_FALSE(each->doc.empty()) << each->name;
    for (const auto& option : each->options) EXPECT_FALSE(option.doc.empty()) << each->name << "." << option.name;
    for (const auto& option : each->options)
      EXPECT_NE(option.required, option.fallback.has_value()) << each->name << "." << option.name;
    EXPECT_FALSE(each->inputs.empty() && each->outputs.empty()) << each->name;
  }
  EXPECT_THROW(add_builtin_components(components), std::invalid_argument);
}

}  // namespace
