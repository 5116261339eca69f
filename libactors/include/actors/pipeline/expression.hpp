// expression: a condition on one item, as `where:` takes it: `status >= 500 and not path starts_with '/health'`.
#pragma once

#include <actors/pipeline/value.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace actors::inline v1::pipeline {

class expression;

/// Why a text is no expression, and where in it: for a caret below the text.
struct expression_error {
  std::size_t offset = 0;  ///< bytes into the text; its size when something is missing at the end
  std::size_t length = 1;  ///< bytes
  std::string message;     ///< what was found and what was expected there
  std::string suggestion;  ///< what to write instead; may be empty
};

/// A condition on a value. Copies share one immutable tree, so they are cheap, and any thread may test with them.
///
///     condition = field op literal | field in [literal, …] | exists(field) | true | false
///               | condition and condition | condition or condition | not condition | (condition)
///     op        = == != < <= > >= contains starts_with ends_with matches
///     field     = name | field.name             names: letters, digits, _ and -, not starting with a digit or -
///     literal   = 12 | -1.5 | 'text' | "text" | true | false | null       a quote inside a text is written twice
///
/// `not` binds tightest, then `and`, then `or`. The word `it` is the whole item, and so is `value` where the item is no
/// map. A comparison with a field that is missing, or whose kind cannot be compared with the literal, is false (but
/// `!=` is true where both are there and differ in kind). `contains` looks for a part of a text or an item of a list.
/// `matches` looks for an ECMAScript regular expression anywhere in the text; back-references are not available.
class expression {
 public:
  /// The condition that every item meets.
  expression() noexcept = default;

  /// Reads a condition; a syntax error is a result, not an exception.
  static std::variant<expression, expression_error> parse(std::string_view text);

  /// Whether the item meets the condition. A text longer than the regular expression engine can handle does not match.
  bool test(const value& item) const;

  /// The fields that the condition looks at, each once, in the order in which they are first named.
  std::vector<std::string> fields() const;

  /// The text that was parsed; empty for the default.
  std::string_view text() const noexcept;

  /// Two expressions are equal when their texts are.
  friend bool operator==(const expression& a, const expression& b) noexcept { return a.text() == b.text(); }

 private:
  struct tree;
  explicit expression(std::shared_ptr<const tree> root) noexcept : tree_{std::move(root)} {}

  std::shared_ptr<const tree> tree_;
};

}  // namespace actors::inline v1::pipeline
