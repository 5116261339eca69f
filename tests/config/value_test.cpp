#include <actors/pipeline/value.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <limits>

namespace {

using actors::pipeline::append_json;
using actors::pipeline::compare;
using actors::pipeline::field;
using actors::pipeline::value;

value integer(std::int64_t i) { return value{i}; }
value text(std::string_view s) { return value{s}; }
std::string json(const value& v) {
  std::string out;
  append_json(out, v);
  return out;
}

TEST(json, scalars_are_written_as_json_has_them) {
  EXPECT_EQ(json(value{}), "null");
  EXPECT_EQ(json(value{true}), "true");
  EXPECT_EQ(json(integer(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(json(text("a \"b\" \\ \b\f\n\r\t\x01\x7f/")), R"("a \"b\" \\ \b\f\n\r\t\u0001\u007f/")");
}

TEST(json, doubles_are_short_read_back_the_same_and_stay_doubles) {
  EXPECT_EQ(json(value{0.1}), "0.1");
  EXPECT_EQ(json(value{1.0}), "1.0");
  EXPECT_EQ(json(value{-0.0}), "-0.0");
  EXPECT_EQ(json(value{1e300}), "1e+300");
  EXPECT_EQ(json(value{5e-324}), "5e-324");
  EXPECT_EQ(json(value{1.0 / 3}), "0.3333333333333333");
  EXPECT_EQ(json(value{std::numeric_limits<double>::infinity()}), "null");
  EXPECT_EQ(json(value{std::numeric_limits<double>::quiet_NaN()}), "null");
}

TEST(json, bytes_that_are_not_utf8_become_replacement_characters) {
  EXPECT_EQ(json(text("grün 漢 😀")), "\"grün 漢 😀\"");
  EXPECT_EQ(json(text("a\xff"
                      "b")),
            "\"a\xef\xbf\xbd"
            "b\"");
  EXPECT_EQ(json(text("\xc3")), "\"\xef\xbf\xbd\"");                                  // cut off
  EXPECT_EQ(json(text("\xc0\xaf")), "\"\xef\xbf\xbd\xef\xbf\xbd\"");                  // overlong
  EXPECT_EQ(json(text("\xed\xa0\x80")), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");  // a surrogate
}

TEST(json, lists_and_maps_stand_on_one_line) {
  const std::array items{integer(1), text("x"), value{}};
  const std::array<field, 2> fields{field{"a\n", value{std::span<const value>{items}}},
                                    field{"b", value{std::span<const field>{}}}};
  EXPECT_EQ(json(value{std::span<const field>{fields}}), R"({"a\n":[1,"x",null],"b":{}})");
}

TEST(compare, numbers_compare_by_value_over_both_kinds) {
  EXPECT_EQ(compare(integer(1), value{1.0}), 0);
  EXPECT_EQ(compare(integer(2), value{2.5}), -1);
  EXPECT_EQ(compare(value{-2.5}, integer(-2)), -1);
  EXPECT_EQ(compare(integer((std::int64_t{1} << 53) + 1), value{9007199254740992.0}), 1);  // not rounded
  EXPECT_EQ(compare(integer(std::numeric_limits<std::int64_t>::max()), value{9223372036854775808.0}), -1);
  EXPECT_EQ(compare(integer(0), value{std::numeric_limits<double>::quiet_NaN()}), std::nullopt);
}

TEST(compare, texts_compare_bytewise_and_other_kinds_have_no_order) {
  EXPECT_EQ(compare(text("Z"), text("a")), -1);
  EXPECT_EQ(compare(text("a\xff"), text("a")), 1);
  EXPECT_EQ(compare(value{false}, value{true}), -1);
  EXPECT_EQ(compare(value{}, value{}), 0);
  EXPECT_EQ(compare(text("1"), integer(1)), std::nullopt);
  EXPECT_EQ(compare(value{std::span<const value>{}}, value{std::span<const value>{}}), std::nullopt);
}

TEST(find, a_map_gives_its_field_and_everything_else_gives_null) {
  const std::array<field, 1> fields{field{"a", integer(1)}};
  const value map{std::span<const field>{fields}};
  ASSERT_NE(map.find("a"), nullptr);
  EXPECT_EQ(map.find("a")->as_integer(), 1);
  EXPECT_EQ(map.find("b"), nullptr);
  EXPECT_EQ(text("a").find("a"), nullptr);
}

}  // namespace
