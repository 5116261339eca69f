// Many names in a few words.
#include "introspection/name_ranges.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace {

using actors::detail::comes_before;
using actors::detail::pattern_of;
using actors::detail::ranges_in_order;
using actors::detail::ranges_of;

std::string told(std::vector<std::string_view> names, std::size_t most = 3) {
  return text_of(ranges_of(std::move(names)), "'", most);
}

TEST(name_ranges, a_pattern_has_no_numbers) {  // I5
  EXPECT_EQ(pattern_of("worker 17"), "worker #");
  EXPECT_EQ(pattern_of("1 of 20"), "# of #");
  EXPECT_EQ(pattern_of("x0y00z"), "x#y#z");
  EXPECT_EQ(pattern_of("#"), "#");
  EXPECT_EQ(pattern_of(""), "");
}

TEST(name_ranges, numbers_are_in_their_order) {  // I5
  EXPECT_TRUE(comes_before("worker 9", "worker 10"));
  EXPECT_FALSE(comes_before("worker 10", "worker 9"));
  EXPECT_TRUE(comes_before("1 of 20", "2 of 3"));
  EXPECT_TRUE(comes_before("a 1 b 9", "a 1 b 10"));
  EXPECT_TRUE(comes_before("a", "a1"));
  EXPECT_TRUE(comes_before("", "1"));
  EXPECT_TRUE(comes_before("a1", "b"));
  EXPECT_FALSE(comes_before("a1", "a1"));
}

TEST(name_ranges, names_that_follow_each_other_are_a_range) {  // I5
  EXPECT_EQ(told({}), "");
  EXPECT_EQ(told({"a 1"}), "'a 1'");
  EXPECT_EQ(told({"a 2", "a 1"}), "'a 1', 'a 2'");
  EXPECT_EQ(told({"a 10", "a 9", "a 8", "a 11"}), "'a 8' to 'a 11'");
  EXPECT_EQ(told({"a 1", "a 2", "a 3", "a 5", "a 7", "a 8"}), "'a 1' to 'a 3', 'a 5', 'a 7', 'a 8'");
  EXPECT_EQ(told({"a 98", "a 99", "a 100", "a 101"}), "'a 98' to 'a 101'");
  EXPECT_EQ(told({"08", "09", "10"}), "'08' to '10'");
  EXPECT_EQ(told({"19", "29", "20"}), "'19', '20', '29'");
  EXPECT_EQ(told({"a 99999999999999999999", "a 100000000000000000000"}),
            "'a 99999999999999999999', 'a 100000000000000000000'");
  EXPECT_EQ(told({"1.in", "2.in", "3.in"}), "'1.in' to '3.in'");
  EXPECT_EQ(told({"row 1 of 8", "row 1 of 9", "row 2 of 10"}), "'row 1 of 8', 'row 1 of 9', 'row 2 of 10'");
  EXPECT_EQ(told({"ann", "bob"}), "'ann', 'bob'");
}

TEST(name_ranges, names_that_stand_in_an_order_keep_it) {  // I5
  const auto told_in_order = [](const std::vector<std::string_view>& names) {
    return actors::detail::text_of(ranges_in_order(names), "", 10);
  };
  EXPECT_EQ(told_in_order({"a 3", "a 4", "a 5", "a 1", "b", "b"}), "a 3 to a 5, a 1, b, b");
  EXPECT_EQ(told_in_order({"a 3", "a 2", "a 1", "a 2", "a 3"}), "a 3 to a 1, a 2, a 3");
  EXPECT_EQ(told_in_order({"a 1", "a 3", "a 2", ""}), "a 1, a 3, a 2, ");
}

TEST(name_ranges, what_is_not_told_is_counted) {  // I5
  EXPECT_EQ(told({"a 1", "a 3", "a 5", "a 6", "a 8", "a 9", "a 10", "b"}, 2), "'a 1', 'a 3' and 6 more");
  EXPECT_EQ(told({"a 1", "a 3"}, 2), "'a 1', 'a 3'");
}

}  // namespace
