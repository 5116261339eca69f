#include <actors/pipeline/expression.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

namespace {

using actors::pipeline::expression;
using actors::pipeline::expression_error;
using actors::pipeline::field;
using actors::pipeline::value;

/// {status: 503, path: "/a/b", size: 1.5, ok: true, none: null, user: {name: "Ann"}, tags: ["x", 7]}
bool holds(std::string_view condition) {
  static const std::array<field, 1> user{field{"name", value{std::string_view{"Ann"}}}};
  static const std::array<value, 2> tags{value{std::string_view{"x"}}, value{std::int64_t{7}}};
  static const std::array<field, 7> fields{field{"status", value{std::int64_t{503}}},
                                           field{"path", value{std::string_view{"/a/b"}}},
                                           field{"size", value{1.5}},
                                           field{"ok", value{true}},
                                           field{"none", value{}},
                                           field{"user", value{std::span<const field>{user}}},
                                           field{"tags", value{std::span<const value>{tags}}}};
  return std::get<expression>(expression::parse(condition)).test(value{std::span<const field>{fields}});
}

bool holds_for(std::string_view condition, const value& item) {
  return std::get<expression>(expression::parse(condition)).test(item);
}

expression_error error_of(std::string_view condition) {
  auto parsed = expression::parse(condition);
  if (auto* error = std::get_if<expression_error>(&parsed)) return *error;
  ADD_FAILURE() << condition << " was parsed";
  return {};
}

TEST(expression, the_default_meets_everything) {
  EXPECT_TRUE(expression{}.test(value{}));
  EXPECT_EQ(expression{}.text(), "");
  EXPECT_EQ(expression{}, expression{});
}

TEST(expression, compares_numbers_texts_booleans_and_null) {
  EXPECT_TRUE(holds("status == 503"));
  EXPECT_TRUE(holds("status >= 500.5"));
  EXPECT_FALSE(holds("status < 503"));
  EXPECT_TRUE(holds("size > -1.5e0"));
  EXPECT_TRUE(holds("path == '/a/b'"));
  EXPECT_TRUE(holds("path < \"/b\""));
  EXPECT_TRUE(holds("ok == true"));
  EXPECT_TRUE(holds("none == null"));
  EXPECT_TRUE(holds("status != 'x'"));  // both are there and differ in kind
  EXPECT_FALSE(holds("status < 'x'"));
}

TEST(expression, looks_into_texts_and_lists) {
  EXPECT_TRUE(holds("path contains 'a/'"));
  EXPECT_TRUE(holds("tags contains 7"));
  EXPECT_FALSE(holds("tags contains 'y'"));
  EXPECT_TRUE(holds("path starts_with '/a'"));
  EXPECT_TRUE(holds("path ends_with 'b'"));
  EXPECT_TRUE(holds(R"(path matches '^/\w+/')"));
  EXPECT_FALSE(holds("status matches '5'"));
  EXPECT_TRUE(holds("status in [404, 503]"));
  EXPECT_FALSE(holds("path in ['x']"));
}

TEST(expression, a_missing_field_is_false_even_for_unequal) {
  EXPECT_FALSE(holds("nope == 1"));
  EXPECT_FALSE(holds("nope != 1"));
  EXPECT_FALSE(holds("nope in [1]"));
  EXPECT_TRUE(holds("not nope == 1"));
  EXPECT_FALSE(holds("exists(nope)"));
  EXPECT_TRUE(holds("exists(none)"));
  EXPECT_TRUE(holds("user.name == 'Ann' and exists(user.name) and not exists(user.age)"));
}

TEST(expression, not_binds_tighter_than_and_which_binds_tighter_than_or) {
  EXPECT_TRUE(holds("true or false and false"));
  EXPECT_FALSE(holds("(true or false) and false"));
  EXPECT_FALSE(holds("not true or false"));
  EXPECT_TRUE(holds("not (true and false)"));
  EXPECT_TRUE(holds("not not true"));
}

TEST(expression, it_and_value_name_an_item_that_is_no_map) {
  EXPECT_TRUE(holds_for("it starts_with 'th'", value{std::string_view{"the"}}));
  EXPECT_TRUE(holds_for("value > 4", value{std::int64_t{5}}));
  const std::array<field, 1> fields{field{"value", value{std::int64_t{5}}}};
  EXPECT_TRUE(holds_for("value == 5 and it.value == 5", value{std::span<const field>{fields}}));
  EXPECT_FALSE(holds_for("it == 5", value{std::span<const field>{fields}}));
}

TEST(expression, a_quote_inside_a_text_is_written_twice_and_a_backslash_is_plain) {
  EXPECT_TRUE(holds_for("it == 'it''s \\n'", value{std::string_view{"it's \\n"}}));
  EXPECT_TRUE(holds_for("it == \"say \"\"x\"\"\"", value{std::string_view{"say \"x\""}}));
}

TEST(expression, a_regular_expression_survives_long_texts_and_nested_repeats) {
  const std::string text(1'000'000, 'a');
  EXPECT_TRUE(holds_for("it matches '^(a|b)*$'", value{std::string_view{text}}));
  EXPECT_FALSE(holds_for("it matches '^(a+)+b$'", value{std::string_view{text}.substr(0, 2000)}));
}

TEST(expression, names_the_fields_it_uses_once_and_in_order) {
  const auto e =
      std::get<expression>(expression::parse("b.c == 1 or not (a in [1] and b.c > 2) or exists(d) or it == 1"));
  EXPECT_EQ(e.fields(), (std::vector<std::string>{"b.c", "a", "d", "it"}));
}

TEST(expression, an_error_says_where_what_and_what_to_do) {
  const auto equals = error_of("status = 500");
  EXPECT_EQ(equals.offset, 7U);
  EXPECT_EQ(equals.length, 1U);
  EXPECT_EQ(equals.message, "expected an operator after 'status', found '='");
  EXPECT_EQ(equals.suggestion, "write '=='");
  EXPECT_EQ(error_of("a == b").suggestion, "a text stands in quotes: 'b'");
  EXPECT_EQ(error_of("a == 1 &&").offset, 7U);
  EXPECT_EQ(error_of("").message, "the condition is empty");
  EXPECT_EQ(error_of("a ==").offset, 4U);
  EXPECT_EQ(error_of("(a == 1").offset, 0U);
  EXPECT_EQ(error_of("a == 1)").message, "this ')' closes nothing");
  EXPECT_EQ(error_of("a == 'x").offset, 5U);
  EXPECT_EQ(error_of("5 < a").message, "a comparison starts with a field, found '5'");
  EXPECT_EQ(error_of("true == a").message, "a comparison starts with a field, found 'true'");
  EXPECT_EQ(error_of("a in (1)").suggestion, "write in [200, 204]");
  EXPECT_EQ(error_of("a in []").offset, 6U);
  EXPECT_EQ(error_of("a in [1").offset, 5U);
  EXPECT_EQ(error_of("a == 99999999999999999999").message, "this integer does not fit in 64 bits");
  EXPECT_EQ(error_of("a == 007").message, "a number does not start with 0");
  EXPECT_EQ(error_of("a == 10ms").message, "'10ms' is not a number");
  EXPECT_EQ(error_of("a > true").suggestion, "use == or !=");
  EXPECT_EQ(error_of("a matches '('").message, "this regular expression cannot be used: its '(' and ')' do not pair");
  EXPECT_EQ(error_of("a matches '(a)\\1'").message,
            "this regular expression cannot be used: back-references are not available");
  EXPECT_EQ(error_of("a == ü").length, 2U);
  EXPECT_EQ(error_of(std::string(500, '(')).message, "the condition is nested too deeply");
}

}  // namespace
