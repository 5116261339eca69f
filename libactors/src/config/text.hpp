// Small helpers for messages: quoting what was found, lists of names, and the nearest known name.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1::config {

/// The text in single quotes, on one line: control characters as escapes, a long text cut with `…`.
std::string quoted(std::string_view text);

/// "a, b, c"; empty for no names. Long lists are cut after `limit` names ("a, b, c and 12 more").
std::string listed(std::span<const std::string_view> names, std::size_t limit = 24);
std::string listed(std::span<const std::string> names, std::size_t limit = 24);

/// "its keys are a, b", "its only key is a", "it has no keys".
std::string its(std::string_view noun, std::span<const std::string_view> names);

/// "1 error", "2 errors".
std::string counted(std::size_t n, std::string_view noun);

/// The distance between two words in insertions, deletions, replacements and swaps of neighbours (optimal string
/// alignment: L. Boytsov, "Indexing methods for approximate dictionary searching", 2011), regardless of case.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that was probably meant, if one is near enough.
std::optional<std::string_view> nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "did you mean 'x'?" or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

/// The number of code points of a UTF-8 text.
std::size_t character_count(std::string_view text) noexcept;

/// The offset of the start of the character that the byte at `offset` belongs to.
std::size_t character_start(std::string_view text, std::size_t offset) noexcept;

}  // namespace actors::inline v1::config
