#include <actors/config/document.hpp>

#include <gtest/gtest.h>

namespace {

namespace cf = actors::config;
using kind = cf::node::kind;

struct parsed {
  cf::source_set sources;
  std::vector<cf::diagnostic> diagnostics;
  std::optional<cf::node> root;

  explicit parsed(std::string text) {
    cf::report out{sources};
    root = cf::parse_document(sources, sources.add("p.yaml", std::move(text)), out);
    diagnostics = out.finish();
  }
  const cf::node& at(std::string_view key) const {
    const cf::node* found = root.value().find(key);
    return found != nullptr ? *found : root.value();
  }
  std::string written(const cf::span& s) const { return sources.text(s.source).substr(s.offset, s.length); }
  std::string written(std::string_view key) const { return written(at(key).where); }
  std::string written(std::string_view key, std::size_t offset, std::size_t length) const {
    return written(at(key).part(offset, length));
  }
};

TEST(document, knows_what_was_quoted_and_where_it_stands) {
  const parsed p{"a: plain # note\nb: 'it''s'\nc: \"x\\ty\"\nd: ~\ne:\nf: [1, {g: 2}]\n"};
  EXPECT_EQ(p.at("a").text, "plain");
  EXPECT_TRUE(p.at("a").plain);
  EXPECT_EQ(p.written("a"), "plain");
  EXPECT_EQ(p.at("b").text, "it's");
  EXPECT_FALSE(p.at("b").plain);
  EXPECT_EQ(p.written("b"), "'it''s'");
  EXPECT_EQ(p.at("c").text, "x\ty");
  EXPECT_EQ(p.written("c"), "\"x\\ty\"");
  EXPECT_EQ(p.at("d").type, kind::null);
  EXPECT_EQ(p.written("d"), "~");
  EXPECT_EQ(p.at("e").type, kind::null);
  EXPECT_EQ(p.written("e"), "e");  // its key: there is nothing else to point at
  EXPECT_EQ(p.at("f").items.at(1).find("g")->text, "2");
}

TEST(document, traces_parts_of_a_text_through_escapes_and_folds) {
  const parsed p{
      "a: 'x''yz'\nb: \"x\\u00e4yz\"\nc: one\n  two three\nd: |\n  one\n  two\ne: >-\n    one\n    two\nf: \"a\\\n  "
      "bc\"\n"};
  EXPECT_EQ(p.written("a", 2, 2), "yz");
  EXPECT_EQ(p.written("a", 1, 1), "''");
  EXPECT_EQ(p.written("b", 3, 2), "yz");
  EXPECT_EQ(p.written("b", 1, 2), "\\u00e4");
  EXPECT_EQ(p.written("c", 4, 3), "two");
  EXPECT_EQ(p.written("d", 4, 3), "two");
  EXPECT_EQ(p.written("e", 4, 3), "two");
  EXPECT_EQ(p.written("f", 1, 2), "bc");
  EXPECT_EQ(p.written("a", 4, 1), "'");  // beyond the end: what follows the text
}

TEST(document, an_alias_is_a_copy_of_what_it_refers_to) {
  const parsed p{"a: &x {k: 1}\nb: *x\nc: &y text\nd: *y\n"};
  EXPECT_EQ(p.at("b").find("k")->text, "1");
  EXPECT_EQ(p.at("d").text, "text");
  EXPECT_EQ(p.written("d"), "text");
  EXPECT_TRUE(p.diagnostics.empty());
}

TEST(document, reports_a_duplicate_key_and_keeps_the_first) {
  const parsed p{"a: 1\nb: 2\na: 3\n'b': 4\n"};
  EXPECT_EQ(p.at("a").text, "1");
  ASSERT_EQ(p.diagnostics.size(), 2U);
  EXPECT_EQ(p.diagnostics[0].line, 3U);
  EXPECT_EQ(p.diagnostics[0].label, "the first one is at p.yaml:1");
}

TEST(document, refuses_what_a_pipeline_file_does_not_have) {
  for (const std::string text : {"a: !!int 1\n", "a: ! b\n", "a: !x {}\n", "<<: {a: 1}\n", "? [a]\n: b\n",
                                 "a: 1\n---\nb: 1\n", "a: &x [*x]\n"}) {
    const parsed p{text};
    ASSERT_EQ(p.diagnostics.size(), 1U) << text;
    EXPECT_EQ(p.diagnostics[0].code, "E019") << text;
  }
}

TEST(document, an_empty_text_has_no_root_and_no_mistake) {
  EXPECT_FALSE(parsed{""}.root);
  EXPECT_TRUE(parsed{"# note\n"}.diagnostics.empty());
}

TEST(document, a_syntax_error_points_to_what_was_left_open) {
  const parsed p{"a: [1,\nb: 2\nc: 3\n"};
  ASSERT_EQ(p.diagnostics.size(), 1U);
  EXPECT_EQ(p.diagnostics[0].line, 1U);
  EXPECT_EQ(p.diagnostics[0].column, 4U);
  EXPECT_FALSE(p.root);
}

}  // namespace
