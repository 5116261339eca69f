#include "utf8.hpp"

#include <algorithm>

namespace actors::inline v1::detail {

std::size_t utf8_length(std::string_view text) noexcept {
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

std::string utf8_text(std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    made += length == 0 ? utf8_replacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return made;
}

}  // namespace actors::inline v1::detail
