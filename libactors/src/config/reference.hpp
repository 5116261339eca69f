// The references inside one scalar's text.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace actors::inline v1::config {

enum class reference_kind {
  none,      ///< literal text
  variable,  ///< $(name)
  outside,   ///< ${NAME}, with what follows the name
  malformed
};
enum class fallback_kind { none, text, message };

/// A part of a scalar's text: literal, or a reference.
struct text_part {
  reference_kind kind = reference_kind::none;
  std::size_t offset = 0;  ///< in the scalar's text, of the `$`
  std::size_t length = 0;
  std::string_view content;  ///< literal text, or the name
  fallback_kind fallback = fallback_kind::none;
  std::string_view after = {};    ///< the text or message after :- or :?
  std::string_view problem = {};  ///< of a malformed one
};

/// Cuts a text into its parts. Never fails; the views point into `text`, `problem` into constants.
std::vector<text_part> split_references(std::string_view text);

/// Whether a text is a name: a letter or _, then letters, digits, _ and -.
bool is_name(std::string_view text) noexcept;

}  // namespace actors::inline v1::config
