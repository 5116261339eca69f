// Whatever a file holds, loading it ends, and ends with a plan or with errors that can be shown.
#include "loading.hpp"

#include <gtest/gtest.h>

#include <random>

namespace {

constexpr std::string_view good = R"(version: 1
name: "every part"
vars:
  log: "${LOG:-access.log}"
  n: 4
  both: $(log)-$(n)
runtime: {threads: auto, shutdown_timeout: 1.5s, summary: none}
defaults:
  channel: {capacity: 64, when_full: block}
actors:
  files: &files
    type: file.read
    with:
      path:
        - $(both)
        - 'it''s'
        - "tab\t\u00e4\
          end"
  words: {type: words, from: files, replicas: $(n), order: keep}
  parse: {type: parse, from: {files: {capacity: 5}}}
  keep:
    type: filter
    from: [words, parse, parse.rejected]
    with:
      where: >-
        it matches "^[a-z]+$" and not (a.b in [1, -2.5, 'x', null]
        or exists(c) or d contains "ü")
  count: {type: count_by, from: keep, with: {key: a}, replicas: auto, order: any}
  top: {type: top_k, from: count, with: {k: 20}}
  show: {type: stdout, from: top, with: {format: table}}
  more: {type: 'null', from: [count, files]}
)";

/// Loads, renders in all forms, and checks what must always hold.
void survive(const std::string& text) {
  const auto result = test::load(text);
  const bool errors =
      std::ranges::any_of(result.diagnostics, [](const auto& d) { return d.level == test::cf::severity::error; });
  ASSERT_EQ(result.plan.has_value(), !errors);
  for (const auto& d : result.diagnostics) {
    ASSERT_NE(test::cf::explain(d.code), nullptr) << d.code;
    ASSERT_FALSE(d.message.empty());
    ASSERT_TRUE(!d.shown || d.shown->caret <= d.shown->line.size());
  }
  ASSERT_EQ(test::cf::render(result.diagnostics, {.color = true}).empty(), result.diagnostics.empty());
  ASSERT_EQ(test::cf::render_json(result.diagnostics).empty(), result.diagnostics.empty());
}

TEST(mutations, the_file_they_start_from_is_good) { EXPECT_EQ(test::rendered(test::load(std::string{good})), ""); }

TEST(mutations, a_file_cut_off_anywhere_gives_diagnostics) {
  for (std::size_t i = 0; i < good.size(); ++i) survive(std::string{good.substr(0, i)});
}

TEST(mutations, a_file_that_lacks_a_character_gives_diagnostics) {
  for (std::size_t i = 0; i < good.size(); i += 3) survive(std::string{good}.erase(i, 1));
}

TEST(mutations, inserted_characters_and_swapped_lines_give_diagnostics) {
  constexpr std::string_view pieces[] = {
      "\t",     "\n",   "\"",           "'",   "{", "}",  "[",    "]",    ":",     ": ", "- ",   "&a ", "*a ",
      "*files", "!x ",  "|\n",          ">\n", "#", "$(", "${",   "$(n)", "---\n", "? ", "<<: ", ",",   "\\",
      "\xc3",   "\x01", "\xef\xbb\xbf", "%",   "@", "0",  "null", "~",    "\r",    "  "};
  std::mt19937 random{42};  // NOLINT(bugprone-random-generator-seed): the same mutations every time
  for (int round = 0; round < 600; ++round) {
    std::string text{good};
    for (unsigned changes = random() % 3 + 1; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      if (random() % 4 == 0) {
        const std::size_t from = random() % text.size();
        text.insert(at, text.substr(from, random() % 40));
      } else if (random() % 3 == 0) {
        text.erase(at, random() % 30);
      } else {
        text.insert(at, pieces[random() % std::size(pieces)]);
      }
    }
    survive(text);
  }
}

TEST(mutations, what_grows_or_nests_without_end_is_refused) {
  survive("version: 1\nactors: " + std::string(100'000, '['));
  survive("version: 1\nactors: " + std::string(100'000, '{'));
  std::string deep = "version: 1\nactors:\n";
  for (std::size_t i = 1; i < 700; ++i) deep += std::string(i, ' ') + "a:\n";
  survive(deep);
  survive("version: 1\nactors: " + std::string(20'000, '-'));

  std::string aliases = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  std::string variables = "version: 1\nvars:\n  v0: xxxxxxxxxx\n";
  for (int i = 1; i < 12; ++i) {
    const std::string n = std::to_string(i), p = std::to_string(i - 1);
    aliases += "a" + n + ": &a" + n + " [";
    variables += "  v" + n + ": ";
    for (int k = 0; k < 10; ++k) {
      aliases += (k == 0 ? "*a" : ", *a") + p;
      variables += "$(v" + p + ")";
    }
    aliases += "]\n";
    variables += "\n";
  }
  survive(aliases);
  survive(variables);

  std::string chain = "version: 1\nvars:\n  v00000: x\n";
  for (int i = 1; i < 5000; ++i) {
    const std::string n = std::to_string(100'000 + i).substr(1), next = std::to_string(100'001 + i).substr(1);
    chain += "  v" + n + ": $(v" + next + ")\n";
  }
  survive(chain);
  survive(test::knobs("when: '" + std::string(5000, '(') + "'"));
  survive(test::knobs("when: 'text matches \"" + std::string(900, '(') + "\"'"));
  survive(test::knobs("when: 'text matches \"((a{1000}){1000}){1000}\"'"));
}

}  // namespace
