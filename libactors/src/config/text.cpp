#include "text.hpp"

#include <algorithm>
#include <utility>

namespace actors::inline v1::config {

namespace {

constexpr std::size_t quote_limit = 60;   // characters of a text that a message repeats
constexpr std::size_t longest_name = 64;  // longer words are never compared: nobody means them

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

template <class Name>
std::string list_names(std::span<const Name> names, std::size_t limit) {
  std::string result;
  const std::size_t shown = names.size() > limit ? limit : names.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i != 0) result += ", ";
    result += names[i];
  }
  if (shown < names.size()) result += " and " + std::to_string(names.size() - shown) + " more";
  return result;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "'";
  std::size_t characters = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80 && ++characters > quote_limit) {
      result += "…";
      break;
    }
    constexpr std::string_view digits = "0123456789abcdef";
    if (c == '\n')
      result += "\\n";
    else if (c == '\t')
      result += "\\t";
    else if (byte < 0x20 || byte == 0x7f)
      result.append("\\x").append({digits[byte >> 4], digits[byte & 0xf]});
    else
      result += c;
  }
  return result + "'";
}

std::string listed(std::span<const std::string_view> names, std::size_t limit) { return list_names(names, limit); }
std::string listed(std::span<const std::string> names, std::size_t limit) { return list_names(names, limit); }

std::string its(std::string_view noun, std::span<const std::string_view> names) {
  if (names.empty()) return "it has no " + std::string{noun} + "s";
  if (names.size() == 1) return "its only " + std::string{noun} + " is " + std::string{names[0]};
  return "its " + std::string{noun} + "s are " + listed(names);
}

std::string counted(std::size_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string{noun} + (n == 1 ? "" : "s");
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = lower(a[i - 1]) == lower(b[j - 1]);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) && lower(a[i - 2]) == lower(b[j - 1]);
      if (swapped) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > longest_name) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const auto candidate : candidates) {
    if (candidate.size() > longest_name || candidate == word) continue;
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance && distance < std::max(word.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const auto best = nearest(word, candidates);
  return best ? "did you mean " + quoted(*best) + "?" : std::string{};
}

std::size_t character_count(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::size_t character_start(std::string_view text, std::size_t offset) noexcept {
  offset = std::min(offset, text.size());
  while (offset > 0 && offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xc0) == 0x80) --offset;
  return offset;
}

}  // namespace actors::inline v1::config
