#include "read_file.hpp"

#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace actors::inline v1::config {

namespace {

constexpr std::size_t size_limit = 1024 * 1024;

/// The length of the UTF-8 sequence at the start of `s`, 0 where there is none (RFC 3629).
std::size_t sequence_length(std::string_view s) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned lead = byte(0);
  const std::size_t length = lead < 0x80   ? 1
                             : lead < 0xc2 ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || length > s.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool outside = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
  return overlong || outside ? 0 : length;
}

std::string hexadecimal(unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {'0', 'x', digits[byte >> 4], digits[byte & 0xf]};
}

}  // namespace

file_text read_file(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::not_found)
    return {{}, "there is no such file", "is the name right? It is looked up from the directory the program runs in"};
  if (status.type() == std::filesystem::file_type::directory) return {{}, "this is a directory, not a file", ""};
  errno = 0;
  std::ifstream in{path, std::ios::binary};
  std::string text;
  std::array<char, 16384> block;
  while (in && text.size() <= size_limit) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    text.append(block.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (text.size() > size_limit) return {{}, "the file is larger than 1 MiB, so it is no pipeline file", ""};
  if (!in.eof()) {
    const int number = errno;
    return {{},
            "the file cannot be read" + (number != 0 ? ": " + std::generic_category().message(number) : std::string{}),
            ""};
  }
  return {std::move(text), {}, {}};
}

std::optional<std::size_t> find_bad_byte(std::string_view text, std::string& problem) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = sequence_length(text.substr(i));
    const bool control = (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
    if (control) {
      problem = "the control character " + hexadecimal(byte) + " is not text";
      return i;
    }
    if (length == 0) {
      problem = "the byte " + hexadecimal(byte) + " is not UTF-8";
      return i;
    }
    i += length;
  }
  return std::nullopt;
}

}  // namespace actors::inline v1::config
