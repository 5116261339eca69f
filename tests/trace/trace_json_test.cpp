// Texts as JSON has them.
#include "json_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace {

std::string escaped(std::string_view text) {
  std::string result;
  actors::detail::append_json_string(result, text);
  return result;
}

TEST(trace_json, escapes_quotes_and_control_characters) {  // P1
  EXPECT_EQ(escaped(""), R"("")");
  EXPECT_EQ(escaped("plain / text"), R"("plain / text")");
  EXPECT_EQ(escaped(R"(a "quoted" \ one)"), R"("a \"quoted\" \\ one")");
  EXPECT_EQ(escaped("tab\tline\n"), R"("tab\u0009line\u000a")");
  EXPECT_EQ(escaped({"\x00\x1f\x7f", 3}), "\"\\u0000\\u001f\x7f\"");
}

TEST(trace_json, replaces_what_is_no_utf8) {  // P1
  for (const char* text :
       {"\xc3\xbc", "\xe2\x82\xac", "\xed\x9f\xbf", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_EQ(escaped(text), '"' + std::string{text} + '"');
  EXPECT_EQ(escaped("\x80"), R"("\ufffd")");
  EXPECT_EQ(escaped("\xc0\xaf"), R"("\ufffd\ufffd")");                      // longer than it need be
  EXPECT_EQ(escaped("\xe0\x9f\xbf"), R"("\ufffd\ufffd\ufffd")");            // likewise
  EXPECT_EQ(escaped("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")");            // half of a pair
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");  // behind the last character
  EXPECT_EQ(escaped("\xe2\x82"), R"("\ufffd\ufffd")");                      // cut
  EXPECT_EQ(escaped("\xc3(\xf0"), R"("\ufffd(\ufffd")");
}

}  // namespace
