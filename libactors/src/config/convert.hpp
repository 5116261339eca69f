// Scalars as what a key wants. The loader converts by itself: a YAML 1.1 reader takes `yes` for a boolean and `010`
// for 8.
#pragma once

#include <actors/config/document.hpp>
#include <actors/pipeline/expression.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace actors::inline v1::config {

/// Each function gives the value, or reports at the node what it should have been and gives nothing. `key` is what
/// messages call it. Nothing is said about broken nodes.
class converter {
 public:
  explicit converter(report& out) noexcept : out_{&out} {}

  std::optional<bool> boolean(const node& n, std::string_view key) const;
  /// Decimal digits with an optional minus.
  std::optional<std::int64_t> integer(const node& n, std::string_view key) const;
  /// The same, and it must lie between two limits.
  std::optional<std::int64_t> integer(const node& n, std::string_view key, std::int64_t least, std::int64_t most) const;
  std::optional<double> real(const node& n, std::string_view key) const;
  /// Any scalar as it is written, quoted or not.
  std::optional<std::string> text(const node& n, std::string_view key) const;
  /// A list of texts; a single text is a list of one.
  std::optional<std::vector<std::string>> text_list(const node& n, std::string_view key) const;
  /// A decimal number with a unit: ns, us, ms, s, m or h. Not negative.
  std::optional<std::chrono::nanoseconds> duration(const node& n, std::string_view key) const;
  std::optional<std::string> choice(const node& n, std::string_view key, std::span<const std::string_view> words) const;
  std::optional<pipeline::expression> condition(const node& n, std::string_view key) const;

 private:
  /// Whether the node is a scalar; otherwise reports that `wanted` was expected.
  bool is_scalar(const node& n, std::string_view key, std::string_view wanted) const;
  /// The same, and it must not be quoted.
  bool is_plain(const node& n, std::string_view key, std::string_view wanted) const;
  void refuse(const node& n, std::string_view key, std::string_view wanted, std::string help) const;

  report* out_;
};

}  // namespace actors::inline v1::config
