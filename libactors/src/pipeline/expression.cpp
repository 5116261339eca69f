#include "expression_tree.hpp"

#include <algorithm>
#include <utility>

namespace actors::inline v1::pipeline {

namespace detail {

namespace {

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

const value* look_up(const field_path& field, const value& item) noexcept {
  std::size_t first = 0;
  if (field.item_unless_map && !item.is_map()) first = 1;
  const value* at = &item;
  for (std::size_t i = first; i < field.names.size() && at != nullptr; ++i) at = at->find(field.names[i]);
  return at;
}

bool equal(const value& a, const value& b) noexcept { return compare(a, b) == 0; }

bool contains(const value& whole, const value& part) noexcept {
  if (whole.is_text()) return part.is_text() && whole.as_text().find(part.as_text()) != std::string_view::npos;
  if (whole.type() != value::kind::list) return false;
  return std::ranges::any_of(whole.as_list(), [&](const value& item) { return equal(item, part); });
}

bool matches(std::string_view text, const std::regex& pattern) {
  try {
    return std::regex_search(text.begin(), text.end(), pattern);
  } catch (const std::regex_error&) {
    return false;  // error_stack or error_complexity: the text is beyond the engine, as test() documents
  }
}

bool holds(const comparison& c, const value& left) {
  const value right = as_value(c.right);
  const auto order = compare(left, right);
  switch (c.op) {
    case relation::equal:
      return order == 0;
    case relation::not_equal:
      return order != 0;
    case relation::less:
      return order && *order < 0;
    case relation::less_equal:
      return order && *order <= 0;
    case relation::greater:
      return order && *order > 0;
    case relation::greater_equal:
      return order && *order >= 0;
    case relation::contains:
      return contains(left, right);
    case relation::starts_with:
      return left.is_text() && left.as_text().starts_with(right.as_text());
    case relation::ends_with:
      return left.is_text() && left.as_text().ends_with(right.as_text());
    case relation::matches:
      return left.is_text() && matches(left.as_text(), c.pattern);
  }
  return false;
}

void add_field(const field_path& field, std::vector<std::string>& out) {
  std::string text = field.text();
  if (std::ranges::find(out, text) == out.end()) out.push_back(std::move(text));
}

}  // namespace

value as_value(const literal& l) noexcept {
  return std::visit(overloaded{[](std::monostate) { return value{}; },
                               [](const std::string& s) { return value{std::string_view{s}}; },
                               [](auto plain) { return value{plain}; }},
                    l);
}

std::string field_path::text() const {
  if (names.empty()) return "it";
  std::string result;
  for (const auto& name : names) {
    if (!result.empty()) result += '.';
    result += name;
  }
  return result;
}

bool test(const condition& c, const value& item) {
  return std::visit(overloaded{[](const constant& x) { return x.result; },
                               [&](const comparison& x) {
                                 const value* left = look_up(x.field, item);
                                 return left != nullptr && holds(x, *left);
                               },
                               [&](const membership& x) {
                                 const value* left = look_up(x.field, item);
                                 return left != nullptr && std::ranges::any_of(x.items, [&](const literal& l) {
                                          return equal(*left, as_value(l));
                                        });
                               },
                               [&](const existence& x) { return look_up(x.field, item) != nullptr; },
                               [&](const negation& x) { return !test(*x.operand, item); },
                               [&](const junction& x) {
                                 const auto operand_holds = [&](const condition_ptr& o) { return test(*o, item); };
                                 return x.all ? std::ranges::all_of(x.operands, operand_holds)
                                              : std::ranges::any_of(x.operands, operand_holds);
                               }},
                    c.content);
}

void collect_fields(const condition& c, std::vector<std::string>& out) {
  std::visit(overloaded{[](const constant&) {}, [&](const negation& x) { collect_fields(*x.operand, out); },
                        [&](const junction& x) {
                          for (const auto& operand : x.operands) collect_fields(*operand, out);
                        },
                        [&](const auto& leaf) { add_field(leaf.field, out); }},
             c.content);
}

}  // namespace detail

std::variant<expression, expression_error> expression::parse(std::string_view text) {
  auto parsed = detail::parse_condition(text);
  if (auto* error = std::get_if<expression_error>(&parsed)) return std::move(*error);
  return expression{
      std::make_shared<const tree>(tree{std::string{text}, std::move(std::get<detail::condition_ptr>(parsed))})};
}

bool expression::test(const value& item) const { return tree_ == nullptr || detail::test(*tree_->root, item); }

std::vector<std::string> expression::fields() const {
  std::vector<std::string> result;
  if (tree_ != nullptr) detail::collect_fields(*tree_->root, result);
  return result;
}

std::string_view expression::text() const noexcept { return tree_ == nullptr ? std::string_view{} : tree_->text; }

}  // namespace actors::inline v1::pipeline
