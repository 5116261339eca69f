#include <actors/pipeline/value.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

namespace actors::inline v1::pipeline {

namespace {

template <class T>
constexpr int order(const T& a, const T& b) noexcept {
  return a < b ? -1 : (b < a ? 1 : 0);
}

/// Compares without rounding the integer to a double, which would make 2^53 and 2^53 + 1 equal.
std::optional<int> order_mixed(std::int64_t i, double d) noexcept {
  if (std::isnan(d)) return std::nullopt;
  constexpr double limit = 9223372036854775808.0;  // 2^63
  if (d >= limit) return -1;
  if (d < -limit) return 1;
  const double whole = std::trunc(d);
  if (const int by_whole = order(i, static_cast<std::int64_t>(whole)); by_whole != 0) return by_whole;
  return order(whole, d);
}

std::optional<int> order_numbers(const value& a, const value& b) noexcept {
  const bool a_integer = a.type() == value::kind::integer;
  const bool b_integer = b.type() == value::kind::integer;
  if (a_integer && b_integer) return order(a.as_integer(), b.as_integer());
  if (a_integer) return order_mixed(a.as_integer(), b.as_real());
  if (b_integer) {
    auto reversed = order_mixed(b.as_integer(), a.as_real());
    if (reversed) *reversed = -*reversed;
    return reversed;
  }
  if (std::isnan(a.as_real()) || std::isnan(b.as_real())) return std::nullopt;
  return order(a.as_real(), b.as_real());
}

/// The length of the UTF-8 sequence that starts `s`, or 0 where it is not valid (overlong forms and surrogates are
/// not).
std::size_t utf8_length(std::string_view s) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : (lead & 0xf0) == 0xe0        ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
  if (length == 0 || s.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const unsigned second = byte(1);
  const bool refused = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
                       (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
  return refused ? 0 : length;
}

void append_control(std::string& out, unsigned char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u00";
  out += digits[c >> 4];
  out += digits[c & 0xf];
}

void append_text(std::string& out, std::string_view s) {
  out += '"';
  std::size_t plain = 0;  // start of the run that can be copied as it is
  const auto flush = [&](std::size_t end) { out.append(s.substr(plain, end - plain)); };
  for (std::size_t i = 0; i < s.size();) {
    const auto c = static_cast<unsigned char>(s[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\' && c != 0x7f) {
      ++i;
      continue;
    }
    if (const std::size_t length = c >= 0x80 ? utf8_length(s.substr(i)) : 0; length != 0) {
      i += length;
      continue;
    }
    flush(i);
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (c < 0x80)
          append_control(out, c);
        else
          out += "\xef\xbf\xbd";
    }
    plain = ++i;
  }
  flush(s.size());
  out += '"';
}

/// The shortest digits that read back as the same double; a whole number keeps its `.0`, so that it stays a double.
void append_real(std::string& out, double d) {
  if (!std::isfinite(d)) {
    out += "null";
    return;
  }
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), d).ptr;
  const std::string_view text{digits.data(), static_cast<std::size_t>(end - digits.data())};
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append_integer(std::string& out, std::int64_t i) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), i).ptr;
  out.append(digits.data(), end);
}

}  // namespace

const value* value::find(std::string_view name) const noexcept {
  if (kind_ != kind::map) return nullptr;
  for (const field& f : as_map())
    if (f.name == name) return &f.content;
  return nullptr;
}

std::optional<int> compare(const value& a, const value& b) noexcept {
  if (a.is_number() && b.is_number()) return order_numbers(a, b);
  if (a.type() != b.type()) return std::nullopt;
  switch (a.type()) {
    case value::kind::null:
      return 0;
    case value::kind::boolean:
      return order(a.as_boolean(), b.as_boolean());
    case value::kind::text:
      return order(a.as_text(), b.as_text());
    default:
      return std::nullopt;
  }
}

std::string_view to_string(value::kind k) noexcept {
  switch (k) {
    case value::kind::null:
      return "null";
    case value::kind::boolean:
      return "bool";
    case value::kind::integer:
      return "int";
    case value::kind::real:
      return "double";
    case value::kind::text:
      return "text";
    case value::kind::list:
      return "list";
    case value::kind::map:
      return "map";
  }
  return "null";
}

void append_json(std::string& out, const value& v) {
  switch (v.type()) {
    case value::kind::null:
      out += "null";
      break;
    case value::kind::boolean:
      out += v.as_boolean() ? "true" : "false";
      break;
    case value::kind::integer:
      append_integer(out, v.as_integer());
      break;
    case value::kind::real:
      append_real(out, v.as_real());
      break;
    case value::kind::text:
      append_text(out, v.as_text());
      break;
    case value::kind::list: {
      out += '[';
      const char* separator = "";
      for (const value& item : v.as_list()) {
        out += separator;
        append_json(out, item);
        separator = ",";
      }
      out += ']';
      break;
    }
    case value::kind::map: {
      out += '{';
      const char* separator = "";
      for (const field& f : v.as_map()) {
        out += separator;
        append_text(out, f.name);
        out += ':';
        append_json(out, f.content);
        separator = ",";
      }
      out += '}';
      break;
    }
  }
}

}  // namespace actors::inline v1::pipeline
