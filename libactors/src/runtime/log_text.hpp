// log_text: messages as lines for people.
#pragma once

#include <actors/log.hpp>

#include <array>
#include <cstddef>
#include <string_view>

namespace actors::inline v1::detail {

/// One line, put together without memory from the heap: for reports that must not fail. What does not fit is cut off.
class log_line {
 public:
  /// As printf.
  [[gnu::format(printf, 2, 3)]] void add(const char* format, ...) noexcept;
  std::string_view view() const noexcept { return {text_.data(), length_}; }

 private:
  std::array<char, 1024> text_;
  std::size_t length_ = 0;
};

/// The handler of the beginning. In one piece, as other threads write there, too; without memory from the heap.
void write_to_stderr(void* context, const log_message& message) noexcept;

}  // namespace actors::inline v1::detail
