// A file as text that can be parsed, or why it is none.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace actors::inline v1::config {

struct file_text {
  std::string text;
  std::string problem;  ///< empty: the text is good
  std::string help;
};

/// The whole file, at most 1 MiB.
file_text read_file(const std::string& path);

/// Whether a text is UTF-8 without control characters but tabs and line ends. Otherwise the offset of the first byte
/// that is not, and in `problem` what it is.
std::optional<std::size_t> find_bad_byte(std::string_view text, std::string& problem);

}  // namespace actors::inline v1::config
