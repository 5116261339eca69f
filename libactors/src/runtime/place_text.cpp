#include "place_text.hpp"

#include <algorithm>
#include <cstddef>

namespace actors::inline v1::detail {

namespace {

bool opens(char c) noexcept { return c == '(' || c == '<' || c == '['; }
bool closes(char c) noexcept { return c == ')' || c == '>' || c == ']'; }

// Where a scope begins that ends right before `end`; npos where that is none. "operator->" and the like are met in
// the middle of a name only, where they do no harm but to the name.
std::size_t begin_of_group(std::string_view text, std::size_t end) noexcept {
  std::size_t depth = 0;
  for (std::size_t i = end; i-- != 0;) {
    if (closes(text[i])) ++depth;
    if (opens(text[i]) && --depth == 0) return i;
    if (depth == 0) break;
  }
  return std::string_view::npos;
}

bool drop_end(std::string_view& text, std::string_view end) noexcept {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

// "T ns::foo(int, X) const [with X = double]" -> "T ns::foo"
std::string_view without_parameters(std::string_view text) noexcept {
  for (bool again = true; again;) {
    again = drop_end(text, " ") || drop_end(text, " const") || drop_end(text, " &") || drop_end(text, " &&") ||
            drop_end(text, " noexcept");
    if (!again && text.ends_with(']')) {
      const std::size_t begin = begin_of_group(text, text.size());
      again = begin != std::string_view::npos && text.substr(begin).starts_with("[with ");
      if (again) text = text.substr(0, begin);
    }
  }
  if (text.ends_with(')')) {
    const std::size_t begin = begin_of_group(text, text.size());
    if (begin != std::string_view::npos && begin != 0) text = text.substr(0, begin);
  }
  return text;
}

// "T<a, b> ns::foo" -> "ns::foo"
std::string_view without_result(std::string_view text) noexcept {
  std::size_t depth = 0;
  for (std::size_t i = text.size(); i-- != 0;) {
    if (closes(text[i])) ++depth;
    if (opens(text[i]) && depth != 0) --depth;
    if (depth == 0 && (text[i] == ' ' || text[i] == '*' || text[i] == '&')) return text.substr(i + 1);
  }
  return text;
}

// The names of unnamed namespaces say nothing.
void drop_all(std::string& text, std::string_view part) {
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at)) text.erase(at, part.size());
}

std::string without_arguments(std::string_view text) {
  std::string plain;
  std::size_t depth = 0;
  for (const char c : text) {
    if (opens(c)) ++depth;
    if (depth == 0) plain += c;
    if (closes(c) && depth != 0) --depth;
  }
  return plain;
}

// Compilers write "<lambda(int)>", "(anonymous class)" or "(lambda at file:1:2)" in place of a name.
std::size_t place_of_lambda(std::string_view text) noexcept {
  return std::min({text.rfind("::<lambda"), text.rfind("::(anonymous class)"), text.rfind("::(lambda at")});
}

}  // namespace

std::string path_and_line(const source_place& place) {
  return std::string{place.file} + ':' + std::to_string(place.line);
}

std::string path_and_line(place_ref place) {
  const place_record* const kept = place.record();
  return kept != nullptr ? std::string{kept->file} + ':' + std::to_string(kept->line) : std::string{};
}

std::string function_name(std::string_view as_compiled) {
  std::string_view text = without_parameters(as_compiled);
  const bool is_operator = drop_end(text, "::operator()");
  const std::size_t lambda = place_of_lambda(text);
  if (lambda != std::string_view::npos) {
    const std::string around = function_name(text.substr(0, lambda));
    return around.empty() ? "lambda" : (around.starts_with("lambda") ? around : "lambda in " + around);
  }
  std::string with_arguments{without_result(text)};
  for (const std::string_view unnamed : {"{anonymous}::", "(anonymous namespace)::"}) drop_all(with_arguments, unnamed);
  std::string name = without_arguments(with_arguments);
  if (is_operator) name += "::operator()";
  return name.empty() ? std::string{as_compiled} : name;
}

std::string function_name(place_ref place) {
  return place ? function_name(std::string_view{place.record()->function}) : std::string{};
}

}  // namespace actors::inline v1::detail
