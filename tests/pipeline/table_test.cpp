// Records as a table for people.
#include "table.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace {

using actors::pipeline::field;
using actors::pipeline::format_table;
using actors::pipeline::records;
using actors::pipeline::value;

value number(std::int64_t n) { return value{n}; }
value text(std::string_view s) { return value{s}; }

void add(records& rows, std::initializer_list<field> fields) {
  rows.push_back(rows.copy(std::span<const field>{fields.begin(), fields.size()}));
}

TEST(table, of_nothing_is_empty) { EXPECT_EQ(format_table(records{}), ""); }

TEST(table, has_numbers_to_the_right_and_texts_to_the_left) {
  records rows;
  add(rows, {{"word", text("the")}, {"count", number(1200)}});
  add(rows, {{"word", text("elephant")}, {"count", number(7)}});
  EXPECT_EQ(format_table(rows),
            "word      count\n"
            "the        1200\n"
            "elephant      7\n");
}

TEST(table, leaves_no_spaces_at_the_end_of_a_line) {
  records rows;
  add(rows, {{"count", number(1)}, {"word", text("a")}});
  add(rows, {{"count", number(10)}, {"word", text("longer")}});
  EXPECT_EQ(format_table(rows), "count  word\n    1  a\n   10  longer\n");
}

TEST(table, has_columns_in_the_order_of_their_first_appearance_and_empty_cells) {
  records rows;
  add(rows, {{"a", number(1)}});
  add(rows, {{"b", text("x")}, {"a", number(2)}});
  add(rows, {{"b", text("yy")}});
  EXPECT_EQ(format_table(rows), "a  b\n1  \n2  x\n   yy\n");
}

TEST(table, shows_records_that_are_no_maps_in_a_column_of_their_own) {
  records rows;
  rows.push_back(number(-5));
  rows.push_back(value{});
  rows.push_back(value{true});
  rows.push_back(value{2.5});
  EXPECT_EQ(format_table(rows), "value\n-5\nnull\ntrue\n2.5\n");
  records numbers;
  numbers.push_back(number(5));
  numbers.push_back(value{0.25});
  EXPECT_EQ(format_table(numbers), "value\n    5\n 0.25\n");
}

TEST(table, shows_lists_and_maps_as_json) {
  records rows;
  const std::array<value, 2> items{number(1), text("x")};
  const std::array<field, 1> inner{field{"k", value{true}}};
  add(rows, {{"list", value{std::span<const value>{items}}}, {"map", value{std::span<const field>{inner}}}});
  EXPECT_EQ(format_table(rows), "list     map\n[1,\"x\"]  {\"k\":true}\n");
}

TEST(table, escapes_control_characters) {
  records rows;
  add(rows, {{"t", text("a\tb\nc\x1b[31md\x7f\r")}});
  EXPECT_EQ(format_table(rows), "t\na\\tb\\nc?[31md??\n");
}

TEST(table, counts_characters_not_bytes) {
  records rows;
  add(rows, {{"w", text("na\xc3\xafve")}, {"n", number(1)}});
  add(rows, {{"w", text("naive")}, {"n", number(1)}});
  EXPECT_EQ(format_table(rows), "w      n\nna\xc3\xafve  1\nnaive  1\n");
}

TEST(table, shows_names_that_a_file_can_give_as_they_are_but_for_control_characters) {
  records rows;
  add(rows, {{"a\nb", number(1)}});
  EXPECT_EQ(format_table(rows), "a\\nb\n   1\n");
}

TEST(table, is_empty_for_records_without_fields) {
  records rows;
  add(rows, {});
  EXPECT_EQ(format_table(rows), "");
}

}  // namespace
