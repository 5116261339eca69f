// The names that events refer to: one number each, and no more than there is room for.
#include "trace_names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using actors::detail::source_place;
using actors::detail::trace_names;

TEST(trace_names, copies_each_text_once) {  // P2
  trace_names names;
  std::string text = "a name";
  const std::uint32_t number = names.text(text);
  text[0] = 'b';
  EXPECT_NE(number, 0U);
  EXPECT_EQ(names.text("a name"), number);
  EXPECT_NE(names.text(text), number);
  EXPECT_EQ(names.text(""), 0U);
  EXPECT_EQ(names.read().texts.at(number), "a name");
}

TEST(trace_names, have_a_bound) {  // P3
  trace_names names;
  const std::string large(trace_names::most_text_bytes / 2, 'x');
  EXPECT_NE(names.text(large), 0U);
  EXPECT_NE(names.text(large.substr(1)), 0U);
  EXPECT_EQ(names.text(large.substr(2)), 0U);
  EXPECT_NE(names.text(large), 0U);
  EXPECT_EQ(names.read().dropped, 1U);
}

TEST(trace_names, know_a_coroutine_by_its_code_and_a_line_by_its_file) {  // P2
  trace_names names;
  const char* const file = "some.cpp";
  const int code = 0;
  EXPECT_EQ(names.known_place(&code), 0U);
  const std::uint32_t first = names.place(file, {"f", file, 1});
  const std::uint32_t second = names.place(file, {"f", file, 2});
  const std::uint32_t coroutine = names.place(&code, {"g", file, 3});
  EXPECT_NE(first, second);
  EXPECT_EQ(names.place(file, {"f", file, 1}), first);
  EXPECT_EQ(names.known_place(&code), coroutine);
  EXPECT_EQ(names.places(), 3U);
  EXPECT_EQ(names.read().places.at(coroutine).line, 3U);
}

}  // namespace
