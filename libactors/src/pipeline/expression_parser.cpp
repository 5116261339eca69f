#include "expression_lexer.hpp"
#include "expression_tree.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <utility>

namespace actors::inline v1::pipeline::detail {

namespace {

constexpr int max_depth = 100;
constexpr std::size_t max_pattern = 1000;

constexpr std::array<std::pair<std::string_view, relation>, 10> relations{{{"==", relation::equal},
                                                                           {"!=", relation::not_equal},
                                                                           {"<", relation::less},
                                                                           {"<=", relation::less_equal},
                                                                           {">", relation::greater},
                                                                           {">=", relation::greater_equal},
                                                                           {"contains", relation::contains},
                                                                           {"starts_with", relation::starts_with},
                                                                           {"ends_with", relation::ends_with},
                                                                           {"matches", relation::matches}}};

/// What people write who know another language, and what it is called here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 16> borrowed{{{"=", "=="},
                                                                                  {"===", "=="},
                                                                                  {"!==", "!="},
                                                                                  {"<>", "!="},
                                                                                  {"=~", "matches"},
                                                                                  {"!~", "not … matches"},
                                                                                  {"like", "matches"},
                                                                                  {"is", "=="},
                                                                                  {"eq", "=="},
                                                                                  {"startswith", "starts_with"},
                                                                                  {"endswith", "ends_with"},
                                                                                  {"has", "contains"},
                                                                                  {"match", "matches"},
                                                                                  {"&&", "and"},
                                                                                  {"||", "or"},
                                                                                  {"!", "not"}}};

constexpr std::string_view operators_help =
    "the operators are == != < <= > >= contains starts_with ends_with matches in";

bool is_reserved(std::string_view word) noexcept {
  constexpr std::array<std::string_view, 12> words{"and",      "or",          "not",       "in",      "exists", "true",
                                                   "contains", "starts_with", "ends_with", "matches", "false",  "null"};
  return std::ranges::find(words, word) != words.end();
}

std::string_view native_word(std::string_view foreign) noexcept {
  std::string lower{foreign};
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const auto& [theirs, ours] : borrowed)
    if (theirs == lower) return ours;
  for (const std::string_view ours :
       {"and", "or", "not", "in", "contains", "starts_with", "ends_with", "matches", "true", "false", "null"})
    if (lower == ours) return ours;
  return {};
}

std::string quoted(const token& t) {
  if (t.kind == token_kind::end) return "the end of the condition";
  if (t.kind == token_kind::text) return "the text " + std::string{t.raw};
  return "'" + std::string{t.raw} + "'";
}

field_path make_path(std::string_view word) {
  field_path path;
  for (std::size_t begin = 0; begin <= word.size();) {
    const auto end = std::min(word.find('.', begin), word.size());
    path.names.emplace_back(word.substr(begin, end - begin));
    begin = end + 1;
  }
  if (path.names.front() == "it")
    path.names.erase(path.names.begin());
  else
    path.item_unless_map = path.names.front() == "value";
  return path;
}

/// Throws expression_error, which never leaves this file.
class parser {
 public:
  explicit parser(std::string_view text) : text_{text} { advance(); }

  condition_ptr run() {
    if (at_.kind == token_kind::end) fail(at_, "the condition is empty", "write a comparison, such as status >= 500");
    auto root = disjunction();
    if (at_.kind != token_kind::end) fail_after_condition();
    return root;
  }

 private:
  [[noreturn]] static void fail(const token& t, std::string message, std::string suggestion = {}) {
    throw expression_error{t.offset, std::max<std::size_t>(t.raw.size(), 1), std::move(message), std::move(suggestion)};
  }

  void advance() {
    at_ = next_token(text_, at_.offset + at_.raw.size());
    if (at_.kind == token_kind::unterminated)
      fail(at_, "this text has no closing " + std::string{at_.raw.substr(0, 1)},
           "end it with the same quote; a quote inside a text is written twice");
    if (at_.kind == token_kind::unknown)
      fail(at_, "a condition cannot hold " + quoted(at_), std::string{operators_help});
  }

  token take() {
    token t = at_;
    advance();
    return t;
  }

  void expect(std::string_view symbol, const std::string& message) {
    if (!at_.is(symbol)) fail(at_, "expected " + message + ", found " + quoted(at_));
    advance();
  }

  template <class... Args>
  static condition_ptr make(Args&&... args) {
    return std::make_unique<const condition>(condition{std::forward<Args>(args)...});
  }

  condition_ptr disjunction() {
    return junction_of("or", false, [this] { return conjunction(); });
  }
  condition_ptr conjunction() {
    return junction_of("and", true, [this] { return unary(); });
  }

  template <class Operand>
  condition_ptr junction_of(std::string_view word, bool all, Operand operand) {
    auto first = operand();
    if (!at_.is(word)) return first;
    junction j{all, {}};
    j.operands.push_back(std::move(first));
    while (at_.is(word)) {
      advance();
      j.operands.push_back(operand());
    }
    return make(std::move(j));
  }

  condition_ptr unary() {
    if (++depth_ > max_depth) fail(at_, "the condition is nested too deeply");
    auto result = at_.is("not") ? negated() : primary();
    --depth_;
    return result;
  }

  condition_ptr negated() {
    advance();
    return make(negation{unary()});
  }

  condition_ptr primary() {
    if (at_.is("(")) return parenthesised();
    if (at_.is("exists")) return exists();
    if (at_.is("true") || at_.is("false")) return constant_or_misplaced();
    if (at_.kind == token_kind::word && !is_reserved(at_.raw)) return about_field();
    if (at_.kind == token_kind::number || at_.kind == token_kind::text || at_.is("null")) fail_literal_first();
    if (at_.is("!")) fail(at_, "expected a condition, found '!'", "write 'not'");
    fail(at_, "expected a condition, found " + quoted(at_), "a condition starts with a field, such as status >= 500");
  }

  condition_ptr parenthesised() {
    const token open = take();
    auto inner = disjunction();
    if (at_.kind == token_kind::end) fail(open, "this '(' is not closed", "add a ')'");
    if (!at_.is(")")) fail_after_condition();
    advance();
    return inner;
  }

  condition_ptr exists() {
    advance();
    expect("(", "'(' after 'exists'");
    if (at_.kind != token_kind::word || is_reserved(at_.raw))
      fail(at_, "expected a field, found " + quoted(at_), "write exists(field)");
    auto field = make_path(take().raw);
    expect(")", "')' after the field");
    return make(existence{std::move(field)});
  }

  condition_ptr constant_or_misplaced() {
    const token word = take();
    if (at_.kind == token_kind::symbol && relation_of(at_)) {
      at_ = word;
      fail_literal_first();
    }
    return make(constant{word.raw == "true"});
  }

  condition_ptr about_field() {
    const token field = take();
    if (at_.is("in")) {
      advance();
      return make(membership{make_path(field.raw), literals()});
    }
    if (at_.is("not")) fail(at_, "'not' comes before the field", "write: not " + std::string{field.raw} + " in […]");
    const auto op = relation_of(at_);
    if (!op) fail_operator(field);
    const token op_token = take();
    const token at = at_;
    comparison c{make_path(field.raw), *op, literal_here(), {}};
    check_right(c, op_token, at);
    return make(std::move(c));
  }

  static std::optional<relation> relation_of(const token& t) noexcept {
    for (const auto& [name, op] : relations)
      if (t.is(name)) return op;
    return std::nullopt;
  }

  void check_right(comparison& c, const token& op, const token& right) {
    const bool text_only = c.op == relation::starts_with || c.op == relation::ends_with || c.op == relation::matches;
    const bool text = std::holds_alternative<std::string>(c.right);
    if (text_only && !text)
      fail(right, "'" + std::string{op.raw} + "' takes a text, found " + quoted(right),
           "put it in quotes: '" + std::string{right.raw} + "'");
    const bool ordered = c.op == relation::less || c.op == relation::less_equal || c.op == relation::greater ||
                         c.op == relation::greater_equal;
    if (ordered && !text && !std::holds_alternative<std::int64_t>(c.right) && !std::holds_alternative<double>(c.right))
      fail(right, "'" + std::string{op.raw} + "' compares numbers and texts, found " + quoted(right), "use == or !=");
    if (c.op == relation::matches) compile(c, right);
  }

  /// The engine's own messages name its internals; these say where to look.
  static void compile(comparison& c, const token& right) {
    const auto& pattern = std::get<std::string>(c.right);
    if (pattern.size() > max_pattern)
      fail(right, "this regular expression is longer than " + std::to_string(max_pattern) + " characters");
    if (std::ranges::count(pattern, '(') > max_depth) fail(right, "this regular expression has too many groups");
    auto flags = std::regex::ECMAScript | std::regex::optimize;
#ifdef __GLIBCXX__
    flags |= std::regex_constants::__polynomial;  // a run in linear steps and flat stack instead of backtracking
#endif
    try {
      c.pattern.assign(pattern, flags);
    } catch (const std::regex_error& error) {
      fail(right, "this regular expression cannot be used: " + std::string{words_for(error.code())});
    }
  }

  static std::string_view words_for(std::regex_constants::error_type code) noexcept {
    namespace rc = std::regex_constants;
    if (code == rc::error_brack) return "a '[' is not closed";
    if (code == rc::error_paren) return "its '(' and ')' do not pair";
    if (code == rc::error_brace || code == rc::error_badbrace) return "the counts in '{…}' are wrong";
    if (code == rc::error_range) return "a range in '[…]' is wrong";
    if (code == rc::error_escape) return "an escape after '\\' is not known";
    if (code == rc::error_badrepeat) return "'*', '+' or '?' has nothing before it to repeat";
    if (code == rc::error_ctype) return "a character class in '[:…:]' is not known";
    if (code == rc::error_collate) return "an element in '[.….]' is not known";
    if (code == rc::error_backref || code == rc::error_complexity) return "back-references are not available";
    return "it is too large";
  }

  std::vector<literal> literals() {
    const token open = at_;
    if (open.is("(")) fail(open, "the list after 'in' stands in square brackets", "write in [200, 204]");
    expect("[", "'[' after 'in'");
    std::vector<literal> items;
    while (true) {
      if (at_.is("]") && items.empty()) fail(at_, "this list is empty, so nothing is in it");
      items.push_back(literal_here());
      if (at_.is("]")) break;
      if (at_.kind == token_kind::end) fail(open, "this '[' is not closed", "add a ']'");
      expect(",", "',' or ']'");
    }
    advance();
    return items;
  }

  literal literal_here() {
    if (at_.kind == token_kind::text) return take().content;
    if (at_.kind == token_kind::number) return number(take());
    if (at_.is("true") || at_.is("false")) return take().raw == "true";
    if (at_.is("null")) return take(), std::monostate{};
    if (at_.kind == token_kind::word)
      fail(at_, "expected a number, a text, true, false or null, found '" + std::string{at_.raw} + "'",
           "a text stands in quotes: '" + std::string{at_.raw} + "'");
    fail(at_, "expected a number, a text, true, false or null, found " + quoted(at_));
  }

  static literal number(const token& t) {
    const std::string_view digits = t.raw.substr(t.raw.starts_with('+') ? 1 : 0);
    const char* const end = digits.data() + digits.size();
    const bool sign = digits.starts_with('-');
    if (digits.size() > (sign ? 2U : 1U) && digits[sign ? 1 : 0] == '0' && digits[sign ? 2 : 1] != '.' &&
        digits.find_first_not_of("0123456789", sign ? 1 : 0) == std::string_view::npos)
      fail(t, "a number does not start with 0", "write it without, or in quotes if it is a text");
    std::int64_t integer = 0;
    auto [stop, error] = std::from_chars(digits.data(), end, integer);
    if (stop == end && error == std::errc{}) return integer;
    if (stop == end && error == std::errc::result_out_of_range) fail(t, "this integer does not fit in 64 bits");
    double real = 0;
    auto [real_stop, real_error] = std::from_chars(digits.data(), end, real);
    if (real_stop == end && real_error == std::errc{} && std::isfinite(real)) return real;
    fail(t, "'" + std::string{t.raw} + "' is not a number", "a text stands in quotes: '" + std::string{t.raw} + "'");
  }

  [[noreturn]] void fail_operator(const token& field) {
    const auto name = std::string{field.raw};
    if (at_.is("&&") || at_.is("||") || at_.is("and") || at_.is("or") || at_.is(")") || at_.kind == token_kind::end)
      fail(field, "'" + name + "' is not compared with anything",
           "write " + name + " == true, or exists(" + name + ")");
    if (const auto ours = native_word(at_.raw); !ours.empty())
      fail(at_, "expected an operator after '" + name + "', found " + quoted(at_), "write '" + std::string{ours} + "'");
    fail(at_, "expected an operator after '" + name + "', found " + quoted(at_), std::string{operators_help});
  }

  [[noreturn]] void fail_literal_first() {
    fail(at_, "a comparison starts with a field, found " + quoted(at_),
         "put the field on the left, such as status >= 500");
  }

  [[noreturn]] void fail_after_condition() {
    const std::string message = "expected 'and', 'or' or the end of the condition, found " + quoted(at_);
    if (at_.is(")")) fail(at_, "this ')' closes nothing");
    const auto ours = native_word(at_.raw);
    fail(at_, message, ours.empty() ? std::string{} : "write '" + std::string{ours} + "'");
  }

  std::string_view text_;
  token at_;
  int depth_ = 0;
};

}  // namespace

std::variant<condition_ptr, expression_error> parse_condition(std::string_view text) {
  try {
    return parser{text}.run();
  } catch (expression_error& error) {
    return std::move(error);
  }
}

}  // namespace actors::inline v1::pipeline::detail
