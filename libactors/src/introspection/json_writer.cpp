#include "json_writer.hpp"

#include <cstddef>
#include <cstdio>

namespace actors::inline v1::detail {

namespace {

// How many bytes the character at the beginning takes; 0 where that is no UTF-8.
std::size_t length_of_character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80 ? 1 : first >> 5 == 6 ? 2 : first >> 4 == 14 ? 3 : first >> 3 == 30 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i != length; ++i)
    if (byte(i) >> 6 != 2) return 0;
  const bool too_long = (length == 2 && first < 0xc2) || (length == 3 && first == 0xe0 && byte(1) < 0xa0) ||
                        (length == 4 && first == 0xf0 && byte(1) < 0x90);
  const bool none = (length == 3 && first == 0xed && byte(1) >= 0xa0) ||
                    (length == 4 && (first > 0xf4 || (first == 0xf4 && byte(1) >= 0x90)));
  return too_long || none ? 0 : length;
}

}  // namespace

// What is no UTF-8 becomes the replacement character.
void json_writer::add_quoted(std::string_view text) {
  text_ += '"';
  while (!text.empty()) {
    const char c = text.front();
    const std::size_t length = length_of_character(text);
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escaped[8];
      std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      text_ += escaped;
    } else if (length == 0) {
      text_ += "\xef\xbf\xbd";
    } else {
      text_ += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  text_ += '"';
}

}  // namespace actors::inline v1::detail
