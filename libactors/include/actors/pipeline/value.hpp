// value: one record, or a part of one, as pipeline files pass it along: JSON's types, bytes counted, nothing owned.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace actors::inline v1::pipeline {

struct field;

/// A JSON-like value of 16 bytes: null, boolean, 64-bit integer, double, text, list or map.
///
/// A value owns nothing. Text, lists and maps point into memory that the `records` batch around it keeps alive, so that
/// cutting a word out of a file or dropping a record costs no allocation and no reference count. Whoever keeps a value
/// longer than its batch copies it into a batch of its own (`records::adopt`).
class value {
 public:
  enum class kind : std::uint8_t { null, boolean, integer, real, text, list, map };

  constexpr value() noexcept = default;
  constexpr explicit value(bool b) noexcept : kind_{kind::boolean}, integer_{b} {}
  constexpr explicit value(std::int64_t i) noexcept : kind_{kind::integer}, integer_{i} {}
  constexpr explicit value(double d) noexcept : kind_{kind::real}, real_{d} {}
  /// Text, at most 4 GiB; the characters are referred to, not copied.
  constexpr explicit value(std::string_view s) noexcept
      : size_{static_cast<std::uint32_t>(s.size())}, kind_{kind::text}, text_{s.data()} {}
  constexpr explicit value(std::span<const value> items) noexcept
      : size_{static_cast<std::uint32_t>(items.size())}, kind_{kind::list}, items_{items.data()} {}
  constexpr explicit value(std::span<const field> fields) noexcept;

  constexpr kind type() const noexcept { return kind_; }
  constexpr bool is_null() const noexcept { return kind_ == kind::null; }
  constexpr bool is_text() const noexcept { return kind_ == kind::text; }
  constexpr bool is_map() const noexcept { return kind_ == kind::map; }
  constexpr bool is_number() const noexcept { return kind_ == kind::integer || kind_ == kind::real; }

  /// The content. Precondition: `type()` is the kind asked for (`as_real` also takes an integer).
  constexpr bool as_boolean() const noexcept { return integer_ != 0; }
  constexpr std::int64_t as_integer() const noexcept { return integer_; }
  constexpr double as_real() const noexcept { return kind_ == kind::integer ? static_cast<double>(integer_) : real_; }
  constexpr std::string_view as_text() const noexcept { return {text_, size_}; }
  constexpr std::span<const value> as_list() const noexcept { return {items_, size_}; }
  constexpr std::span<const field> as_map() const noexcept;

  /// The field of that name, or null where this is no map or has no such field. Linear in the number of fields.
  const value* find(std::string_view name) const noexcept;

  /// The order of numbers, of texts (bytewise) and of booleans; values that cannot be compared have none.
  friend std::optional<int> compare(const value& a, const value& b) noexcept;

 private:
  std::uint32_t size_ = 0;
  kind kind_ = kind::null;
  union {
    std::int64_t integer_ = 0;
    double real_;
    const char* text_;
    const value* items_;
    const field* fields_;
  };
};

/// One named entry of a map value.
struct field {
  std::string_view name;
  value content;
};

constexpr value::value(std::span<const field> fields) noexcept
    : size_{static_cast<std::uint32_t>(fields.size())}, kind_{kind::map}, fields_{fields.data()} {}

constexpr std::span<const field> value::as_map() const noexcept { return {fields_, size_}; }

std::optional<int> compare(const value& a, const value& b) noexcept;

/// The word users read for a kind: "null", "bool", "int", "double", "text", "list", "map".
std::string_view to_string(value::kind k) noexcept;

/// Appends the value to `out` as JSON on one line. Bytes that are not UTF-8 become U+FFFD; NaN and infinities become
/// null.
void append_json(std::string& out, const value& v);

}  // namespace actors::inline v1::pipeline
