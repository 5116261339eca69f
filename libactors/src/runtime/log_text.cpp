#include "log_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace actors::inline v1 {

namespace {

constexpr std::size_t longest_number = 32;

template <class Put, class... Format>
void put_number(Put& put, Format... number_and_format) {
  std::array<char, longest_number> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number_and_format...);
  put(std::string_view{digits.data(), static_cast<std::size_t>(result.ptr - digits.data())});
}

template <class Put>
void put_duration(Put& put, std::chrono::nanoseconds time) {
  struct unit {
    double length;
    std::string_view name;
  };
  static constexpr std::array units{unit{1e9, "s"}, unit{1e6, "ms"}, unit{1e3, "us"}, unit{1, "ns"}};
  const auto count = static_cast<double>(time.count());
  const auto* fits = std::ranges::find_if(units, [&](const unit& each) { return std::abs(count) >= each.length; });
  const unit& in = fits == units.end() ? units.front() : *fits;
  put_number(put, count / in.length, std::chars_format::general, 6);
  put(in.name);
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_plain(std::string_view text) {
  return !text.empty() &&
         std::ranges::none_of(text, [](char c) { return c == ' ' || c == '"' || c == '=' || is_control(c); });
}

template <class Put>
void put_text(Put& put, std::string_view text) {
  if (is_plain(text)) return put(text);
  constexpr std::string_view digits = "0123456789abcdef";
  put("\"");
  for (const char& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      put({std::array{'\\', c}.data(), 2});
    else if (c == '\n')
      put("\\n");
    else if (c == '\t')
      put("\\t");
    else if (is_control(c))
      put({std::array{'\\', 'x', digits[byte >> 4], digits[byte & 0xf]}.data(), 4});
    else
      put({&c, 1});
  }
  put("\"");
}

template <class Put>
struct put_value {
  Put& put;
  void operator()(std::string_view text) const { put_text(put, text); }
  void operator()(bool is) const { put(is ? "true" : "false"); }
  void operator()(std::chrono::nanoseconds time) const { put_duration(put, time); }
  template <class Number>
  void operator()(Number number) const {
    put_number(put, number);
  }
};

template <class Put>
void put_line(Put& put, const log_message& message) {
  put(message.text);
  for (const log_field& each : message.fields) {
    if (each.told == log_field::in_text) continue;
    put(" ");
    put(each.key);
    put("=");
    std::visit(put_value<Put>{put}, each.value);
  }
}

// What is shorter than the buffer is one call to the system, so that it stays together among other processes, too.
class stderr_writer {
 public:
  stderr_writer() noexcept { ::flockfile(stderr); }
  ~stderr_writer() {
    flush();
    ::funlockfile(stderr);
  }
  stderr_writer(const stderr_writer&) = delete;
  stderr_writer& operator=(const stderr_writer&) = delete;

  void operator()(std::string_view text) noexcept {
    while (!text.empty()) {
      if (used_ == buffer_.size()) flush();
      const std::size_t part = std::min(text.size(), buffer_.size() - used_);
      std::memcpy(buffer_.data() + used_, text.data(), part);
      used_ += part;
      text.remove_prefix(part);
    }
  }

 private:
  void flush() noexcept {
    std::fwrite(buffer_.data(), 1, used_, stderr);
    used_ = 0;
  }

  std::array<char, 2048> buffer_;
  std::size_t used_ = 0;
};

}  // namespace

std::string_view to_string(log_level level) noexcept {
  constexpr std::array<std::string_view, 6> names{"trace", "debug", "info", "warning", "error", "off"};
  return names[static_cast<std::size_t>(level)];
}

std::string to_string(const log_message& message) {
  std::string text;
  const auto put = [&text](std::string_view part) { text += part; };
  put_line(put, message);
  if (message.details.empty()) return text;
  text += '\n';
  text += message.details;
  if (text.back() == '\n') text.pop_back();
  return text;
}

namespace detail {

void log_line::add(const char* format, ...) noexcept {
  const std::size_t room = text_.size() - length_;
  std::va_list values;
  va_start(values, format);
  const int wanted = std::vsnprintf(text_.data() + length_, room, format, values);
  va_end(values);
  if (wanted > 0) length_ += std::min(static_cast<std::size_t>(wanted), room - 1);
}

void write_to_stderr(void*, const log_message& message) noexcept {
  stderr_writer put;
  put("actors: ");
  put_line(put, message);
  put("\n");
  put(message.details);
}

}  // namespace detail

}  // namespace actors::inline v1
