#include "reference.hpp"

#include <algorithm>

namespace actors::inline v1::config {

namespace {

constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

text_part malformed(std::size_t offset, std::size_t length, std::string_view problem) {
  text_part p;
  p.kind = reference_kind::malformed;
  p.offset = offset;
  p.length = length;
  p.problem = problem;
  return p;
}

text_part variable(std::string_view text, std::size_t offset) {
  const auto close = text.find(')', offset);
  if (close == std::string_view::npos) return malformed(offset, 2, "this '$(' is not closed");
  const auto name = text.substr(offset + 2, close - offset - 2);
  const auto length = close + 1 - offset;
  if (!is_name(name)) return malformed(offset, length, "a name is expected between '$(' and ')'");
  return {reference_kind::variable, offset, length, name};
}

text_part environment(std::string_view text, std::size_t offset) {
  const auto close = text.find('}', offset);
  if (close == std::string_view::npos) return malformed(offset, 2, "this '${' is not closed");
  const auto inner = text.substr(offset + 2, close - offset - 2);
  const auto length = close + 1 - offset;
  const auto name_end = std::ranges::find_if_not(inner, [](char c) { return is_letter(c) || is_digit(c); });
  const auto name = inner.substr(0, static_cast<std::size_t>(name_end - inner.begin()));
  if (name.empty() || is_digit(name[0]))
    return malformed(offset, length, "the name of an environment variable is expected after '${'");
  if (inner.find("${") != std::string_view::npos || inner.find("$(") != std::string_view::npos)
    return malformed(offset, length, "a reference cannot stand inside another one");

  text_part p{reference_kind::outside, offset, length, name};
  const auto rest = inner.substr(name.size());
  if (rest.empty()) return p;
  if (rest.starts_with(":-"))
    p.fallback = fallback_kind::text;
  else if (rest.starts_with(":?"))
    p.fallback = fallback_kind::message;
  else
    return malformed(offset, length, "after the name, '}' or ':-' or ':?' is expected");
  p.after = rest.substr(2);
  return p;
}

}  // namespace

bool is_name(std::string_view text) noexcept {
  return !text.empty() && is_letter(text[0]) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

std::vector<text_part> split_references(std::string_view text) {
  std::vector<text_part> parts;
  std::size_t literal = 0;
  const auto flush = [&](std::size_t end) {
    if (end > literal)
      parts.push_back({reference_kind::none, literal, end - literal, text.substr(literal, end - literal)});
  };
  for (std::size_t i = 0; i + 1 < text.size();) {
    const auto opens = [&](std::size_t at) { return at < text.size() && (text[at] == '(' || text[at] == '{'); };
    if (text[i] != '$') {
      ++i;
    } else if (text[i + 1] == '$' && opens(i + 2)) {
      flush(i);
      parts.push_back({reference_kind::none, i, 3, text.substr(i + 1, 2)});
      literal = i += 3;
    } else if (opens(i + 1)) {
      flush(i);
      parts.push_back(text[i + 1] == '(' ? variable(text, i) : environment(text, i));
      literal = i += parts.back().length;
    } else {
      ++i;
    }
  }
  flush(text.size());
  return parts;
}

}  // namespace actors::inline v1::config
