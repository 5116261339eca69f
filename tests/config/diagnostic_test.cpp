#include <actors/config/diagnostic.hpp>

#include <gtest/gtest.h>

#include <set>

namespace {

namespace cf = actors::config;

/// The one diagnostic about `length` bytes of a text at `offset`.
cf::diagnostic about(const std::string& text, std::uint32_t offset, std::uint32_t length, cf::report::extra more = {}) {
  cf::source_set sources;
  cf::report out{sources};
  out.error("E012", {sources.add("p.yaml", text), offset, length}, "wrong", std::move(more));
  return out.finish().front();
}
std::string shown(const cf::diagnostic& d) { return cf::render(std::span{&d, 1}, {.color = false, .summary = false}); }

TEST(render, has_place_line_caret_label_and_help) {
  EXPECT_EQ(shown(about("a: 1\nbcd: efg\n", 10, 3, {"a label", "do this\nor that"})),
            "p.yaml:2:6: error[E012]: wrong\n"
            "    2 | bcd: efg\n"
            "      |      ^~~ a label\n"
            "      = help: do this\n"
            "      = help: or that\n");
}

TEST(render, keeps_the_caret_in_place_after_tabs_and_wide_characters) {
  EXPECT_EQ(shown(about("\ta:\tbc", 4, 2)), "p.yaml:1:5: error[E012]: wrong\n    1 | \ta:\tbc\n      | \t  \t^~\n");
  EXPECT_EQ(shown(about("ü漢: x", 7, 1)), "p.yaml:1:5: error[E012]: wrong\n    1 | ü漢: x\n      |      ^\n");
  EXPECT_EQ(about("ü漢: x", 0, 5).length, 2U);  // in characters
}

TEST(render, cuts_long_lines_around_the_caret) {
  const std::string line = std::string(300, 'x').append("HERE").append(300, 'y');
  const auto d = about(line, 300, 4);
  EXPECT_EQ(d.column, 301U);
  EXPECT_EQ(shown(d), "p.yaml:1:301: error[E012]: wrong\n    1 | ..." + std::string(50, 'x') + "HERE" +
                          std::string(66, 'y') + "...\n      | " + std::string(53, ' ') + "^~~~\n");
}

TEST(render, lets_no_control_character_through_to_the_terminal) {
  EXPECT_EQ(shown(about("a\x1b[31m\xff\x9b", 1, 1)), "p.yaml:1:2: error[E012]: wrong\n    1 | a?[31m??\n      |  ^\n");
}

TEST(render, marks_stay_inside_their_line) {
  EXPECT_EQ(shown(about("ab\ncd", 1, 100)), "p.yaml:1:2: error[E012]: wrong\n    1 | ab\n      |  ^\n");
  EXPECT_EQ(shown(about("ab\n", 2, 1)), "p.yaml:1:3: error[E012]: wrong\n    1 | ab\n      |   ^\n");
  EXPECT_EQ(shown(about("", 0, 1)), "p.yaml:1:1: error[E012]: wrong\n    1 | \n      | ^\n");
}

TEST(render, colours_are_ansi_sequences_and_only_asked_for) {
  const auto d = about("abc", 0, 1);
  EXPECT_NE(cf::render(std::span{&d, 1}, {.color = true}).find("\x1b[1;31merror[E012]:\x1b[0m"), std::string::npos);
  EXPECT_EQ(cf::render(std::span{&d, 1}).find('\x1b'), std::string::npos);
}

TEST(summary, counts_and_names_the_first_error) {
  cf::diagnostic error, warning;
  error.code = "E014";
  warning.code = "W003";
  warning.level = cf::severity::warning;
  EXPECT_EQ(cf::summary({}), "");
  EXPECT_EQ(cf::render({}), "");
  EXPECT_EQ(cf::summary(std::vector{warning, error, error}),
            "2 errors, 1 warning; nothing was started. See `actors explain E014`.");
  EXPECT_EQ(cf::summary(std::vector{error}), "1 error; nothing was started. See `actors explain E014`.");
  EXPECT_EQ(cf::summary(std::vector{warning, warning}), "2 warnings. See `actors explain W003`.");
}

TEST(render_json, gives_one_object_a_line) {
  const auto d = about("a: \"x\"", 3, 3, {"l", "h \"q\""});
  EXPECT_EQ(
      cf::render_json(std::span{&d, 1}),
      R"({"file":"p.yaml","line":1,"column":4,"length":3,"severity":"error","code":"E012","message":"wrong","label":"l","help":"h \"q\""})"
      "\n");
}

TEST(report, sorts_by_place_and_says_each_thing_once) {
  cf::source_set sources;
  cf::report out{sources};
  const auto file = sources.add("p.yaml", "abc\ndef");
  out.error("E012", {file, 5, 1}, "second");
  out.error("E012", {file, 0, 1}, "first");
  out.error("E012", {file, 5, 1}, "second");
  const auto found = out.finish();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].message, "first");
  EXPECT_EQ(found[1].message, "second");
}

TEST(report, shows_the_first_hundred_and_counts_the_rest) {
  cf::source_set sources;
  cf::report out{sources};
  const auto file = sources.add("p.yaml", std::string(200, 'x'));
  for (std::uint32_t i = 0; i < 150; ++i) out.error("E012", {file, i, 1}, "wrong");
  const auto found = out.finish();
  ASSERT_EQ(found.size(), 101U);
  EXPECT_EQ(found.back().code, "E029");
  EXPECT_EQ(found.back().message, "50 findings more; they are shown when these are put right");
}

TEST(explain, knows_every_code_once_in_either_case) {
  std::set<std::string_view> seen;
  for (const auto& e : cf::explanations()) {
    EXPECT_TRUE(seen.insert(e.code).second) << e.code;
    EXPECT_EQ(cf::explain(e.code), &e);
    EXPECT_FALSE(e.title.empty() || e.text.empty() || e.example.empty()) << e.code;
  }
  ASSERT_NE(cf::explain("e014"), nullptr);
  EXPECT_EQ(cf::explain("E014")->title, "a condition cannot be read");
  EXPECT_EQ(cf::explain("E999"), nullptr);
}

}  // namespace
