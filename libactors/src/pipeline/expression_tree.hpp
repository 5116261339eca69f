// The parsed form of an expression, shared by its parser and its evaluation.
#pragma once

#include <actors/pipeline/expression.hpp>

#include <cstdint>
#include <memory>
#include <regex>
#include <string>
#include <variant>
#include <vector>

namespace actors::inline v1::pipeline::detail {

enum class relation {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  contains,
  starts_with,
  ends_with,
  matches
};

/// A constant of the expression; it owns its text, unlike a value.
using literal = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

value as_value(const literal& l) noexcept;

/// A field as a path of names; empty: the whole item.
struct field_path {
  std::vector<std::string> names;
  bool item_unless_map = false;  ///< written `value`: the whole item where that is no map
  std::string text() const;
};

struct condition;
using condition_ptr = std::unique_ptr<const condition>;

struct constant {
  bool result;
};
struct comparison {
  field_path field;
  relation op;
  literal right;
  std::regex pattern;  ///< only for `matches`
};
struct membership {
  field_path field;
  std::vector<literal> items;
};
struct existence {
  field_path field;
};
struct negation {
  condition_ptr operand;
};
struct junction {
  bool all;  ///< `and`, otherwise `or`
  std::vector<condition_ptr> operands;
};

struct condition {
  std::variant<constant, comparison, membership, existence, negation, junction> content;
};

bool test(const condition& c, const value& item);
void collect_fields(const condition& c, std::vector<std::string>& out);

/// Either a tree or why there is none.
std::variant<condition_ptr, expression_error> parse_condition(std::string_view text);

}  // namespace actors::inline v1::pipeline::detail

namespace actors::inline v1::pipeline {

struct expression::tree {
  std::string text;
  detail::condition_ptr root;
};

}  // namespace actors::inline v1::pipeline
