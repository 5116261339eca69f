// utf8: what in a text is UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace actors::inline v1::detail {

/// How many bytes the character at the beginning of `text`, which is not empty, takes; 0 where that is no UTF-8.
std::size_t utf8_length(std::string_view text) noexcept;

/// What is written in its place, for one byte.
inline constexpr std::string_view utf8_replacement = "\xef\xbf\xbd";

/// The same text with that for each byte that is no part of a character.
std::string utf8_text(std::string_view text);

}  // namespace actors::inline v1::detail
