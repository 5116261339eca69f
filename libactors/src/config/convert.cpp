#include "convert.hpp"

#include <actors/pipeline/component.hpp>

#include "codes.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

namespace actors::inline v1::config {

namespace {

using pipeline::option_kind;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view s) noexcept { return !s.empty() && std::ranges::all_of(s, is_digit); }

std::string_view without_zeros(std::string_view digits) noexcept {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

/// What to write instead of something that looks like a number but is none, or not the one that is wanted.
std::string number_help(std::string_view text) {
  std::string_view s = text;
  const std::string sign = s.starts_with('-') ? "-" : "";
  if (s.starts_with('-') || s.starts_with('+')) s.remove_prefix(1);
  if (all_digits(s) && s.starts_with('0')) {
    std::string help = "write " + sign + std::string{without_zeros(s)};
    std::int64_t octal = 0;
    const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), octal, 8);
    if (end == s.data() + s.size() && error == std::errc{} && octal > 7)
      help += "; if an octal number was meant, write " + sign + std::to_string(octal);
    return help;
  }
  if (all_digits(s) && text.starts_with('+')) return "write it without the plus";
  if (s.starts_with("0x") || s.starts_with("0X")) {
    std::int64_t hexadecimal = 0;
    const auto [end, error] = std::from_chars(s.data() + 2, s.data() + s.size(), hexadecimal, 16);
    if (end == s.data() + s.size() && error == std::errc{})
      return "write it in decimal digits: " + sign + std::to_string(hexadecimal);
  }
  if (s.find('_') != std::string_view::npos || s.find(',') != std::string_view::npos) {
    std::string digits{s};
    std::erase_if(digits, [](char c) { return c == '_' || c == ','; });
    if (all_digits(digits)) return "write " + sign + digits;
  }
  return {};
}

bool looks_like_number(std::string_view s) noexcept {
  double d = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), d);
  return end == s.data() + s.size() && error == std::errc{} && !s.empty();
}

struct unit {
  std::string_view name;
  std::int64_t nanoseconds;
};
constexpr std::array<unit, 6> units{{{"ns", 1},
                                     {"us", 1'000},
                                     {"ms", 1'000'000},
                                     {"s", 1'000'000'000},
                                     {"m", 60'000'000'000},
                                     {"h", 3'600'000'000'000}}};
constexpr std::string_view unit_help = "a duration is a number and a unit: 500us, 200ms, 10s, 1.5m, 2h";

std::string duration_help(std::string_view s) {
  const auto number = std::min(s.find_first_not_of("0123456789."), s.size());
  const auto word = s.substr(number);
  if (number > 0 && word.empty()) return "say the unit: " + std::string{s} + "s or " + std::string{s} + "ms";
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> words{{{"sec", "s"},
                                                                                 {"secs", "s"},
                                                                                 {"second", "s"},
                                                                                 {"seconds", "s"},
                                                                                 {"min", "m"},
                                                                                 {"mins", "m"},
                                                                                 {"minute", "m"},
                                                                                 {"minutes", "m"},
                                                                                 {"hour", "h"},
                                                                                 {"hours", "h"},
                                                                                 {"msec", "ms"},
                                                                                 {"S", "s"}}};
  for (const auto& [theirs, ours] : words)
    if (number > 0 && word == theirs) return "write " + std::string{s.substr(0, number)} + std::string{ours};
  return std::string{unit_help};
}

enum class duration_failure { none, form, range };

duration_failure parse_duration(std::string_view s, std::chrono::nanoseconds& out) noexcept {
  const auto whole_end = std::min(s.find_first_not_of("0123456789"), s.size());
  const auto whole = s.substr(0, whole_end);
  std::string_view fraction;
  std::string_view rest = s.substr(whole_end);
  if (rest.starts_with('.')) {
    const auto end = std::min(rest.find_first_not_of("0123456789", 1), rest.size());
    fraction = rest.substr(1, end - 1);
    rest = rest.substr(end);
    if (fraction.empty()) return duration_failure::form;
  }
  const auto found = std::ranges::find(units, rest, &unit::name);
  if (whole.empty() || found == units.end()) return duration_failure::form;

  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  std::int64_t count = 0;
  if (std::from_chars(whole.data(), whole.data() + whole.size(), count).ec != std::errc{})
    return duration_failure::range;
  if (count >= most / found->nanoseconds) return duration_failure::range;
  double part = 0;
  double scale = static_cast<double>(found->nanoseconds);
  for (const char digit : fraction) part += (digit - '0') * (scale /= 10);
  out = std::chrono::nanoseconds{count * found->nanoseconds + std::llround(part)};
  return duration_failure::none;
}

/// What an expanded scalar reads like, since its line shows the variable.
std::string reads(const node& n) { return n.expanded ? "it reads " + quoted(n.text) : std::string{}; }

}  // namespace

void converter::refuse(const node& n, std::string_view key, std::string_view wanted, std::string help) const {
  std::string message = quoted(key) + " must be " + std::string{wanted};
  message += n.type == node::kind::null ? ", but it has no value" : ", found " + describe(n);
  out_->error(codes::wrong_type, n.where, std::move(message), {"", std::move(help)});
}

bool converter::is_scalar(const node& n, std::string_view key, std::string_view wanted) const {
  if (n.broken) return false;
  if (n.type == node::kind::scalar) return true;
  refuse(n, key, wanted, "");
  return false;
}

bool converter::is_plain(const node& n, std::string_view key, std::string_view wanted) const {
  if (!is_scalar(n, key, wanted)) return false;
  if (n.plain) return true;
  const bool simple = !n.text.empty() && n.text.find_first_of(" \t\n") == std::string::npos;
  refuse(n, key, wanted, simple ? "quotes make it a text; write it without: " + n.text : std::string{});
  return false;
}

std::optional<bool> converter::boolean(const node& n, std::string_view key) const {
  const auto wanted = to_string(option_kind::boolean);
  if (!is_plain(n, key, wanted)) return std::nullopt;
  if (n.text == "true") return true;
  if (n.text == "false") return false;
  std::string lower = n.text;
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  constexpr std::array<std::string_view, 5> yes{"true", "yes", "on", "y", "1"};
  constexpr std::array<std::string_view, 5> no{"false", "no", "off", "n", "0"};
  std::string help;
  if (std::ranges::find(yes, lower) != yes.end()) help = "write true";
  if (std::ranges::find(no, lower) != no.end()) help = "write false";
  refuse(n, key, wanted, std::move(help));
  return std::nullopt;
}

std::optional<std::int64_t> converter::integer(const node& n, std::string_view key) const {
  const auto wanted = to_string(option_kind::integer);
  if (!is_plain(n, key, wanted)) return std::nullopt;
  const std::string_view s = n.text;
  const std::string_view digits = s.substr(s.starts_with('-') ? 1 : 0);
  if (all_digits(digits) && (digits.size() == 1 || digits[0] != '0')) {
    std::int64_t result = 0;
    if (std::from_chars(s.data(), s.data() + s.size(), result).ec == std::errc{}) return result;
    out_->error(codes::out_of_range, n.where, quoted(key) + " does not fit in 64 bits: " + quoted(s),
                {reads(n), s.starts_with('-') ? "the smallest integer is -9223372036854775808"
                                              : "the largest integer is 9223372036854775807"});
    return std::nullopt;
  }
  std::string help = number_help(s);
  if (help.empty() && looks_like_number(s)) {
    double d = 0;
    std::from_chars(s.data(), s.data() + s.size(), d);
    help = "an integer is written in decimal digits alone";
    if (std::abs(d) < 1e15 && std::trunc(d) == d) help += ": " + std::to_string(static_cast<std::int64_t>(d));
  }
  refuse(n, key, wanted, std::move(help));
  return std::nullopt;
}

std::optional<std::int64_t> converter::integer(const node& n, std::string_view key, std::int64_t least,
                                               std::int64_t most) const {
  const auto result = integer(n, key);
  if (!result || (*result >= least && *result <= most)) return result;
  const bool small = *result < least;
  out_->error(codes::out_of_range, n.where,
              quoted(key) + " must be at " +
                  (small ? "least " + std::to_string(least) : "most " + std::to_string(most)) + ", found " +
                  std::to_string(*result));
  return std::nullopt;
}

std::optional<double> converter::real(const node& n, std::string_view key) const {
  const auto wanted = to_string(option_kind::real);
  if (!is_plain(n, key, wanted)) return std::nullopt;
  const std::string_view s = n.text;
  const std::string_view digits = s.substr(s.starts_with('-') ? 1 : 0);
  const bool octal_like = digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]);
  const bool starts_well = !digits.empty() && (is_digit(digits[0]) || digits[0] == '.');
  double result = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), result);
  const bool complete = starts_well && !octal_like && end == s.data() + s.size();
  if (complete && error == std::errc{}) return result;
  if (complete && error == std::errc::result_out_of_range) {
    out_->error(codes::out_of_range, n.where, quoted(key) + " is too large or too small for a number: " + quoted(s));
    return std::nullopt;
  }
  refuse(n, key, wanted, number_help(s));
  return std::nullopt;
}

std::optional<std::string> converter::text(const node& n, std::string_view key) const {
  if (!is_scalar(n, key, to_string(option_kind::text))) return std::nullopt;
  return n.text;
}

std::optional<std::vector<std::string>> converter::text_list(const node& n, std::string_view key) const {
  if (n.broken) return std::nullopt;
  if (n.type != node::kind::list) {
    if (!is_scalar(n, key, to_string(option_kind::text_list))) return std::nullopt;
    return std::vector<std::string>{n.text};
  }
  if (n.items.empty()) {
    out_->error(codes::out_of_range, n.where, quoted(key) + " is an empty list; it needs at least one text");
    return std::nullopt;
  }
  std::vector<std::string> result;
  bool good = true;
  for (const node& item : n.items) {
    if (item.broken) {
      good = false;
    } else if (item.type != node::kind::scalar) {
      out_->error(codes::wrong_type, item.where,
                  quoted(key) + " must be a list of texts, found " + describe(item) + " in it");
      good = false;
    } else {
      result.push_back(item.text);
    }
  }
  if (!good) return std::nullopt;
  return result;
}

std::optional<std::chrono::nanoseconds> converter::duration(const node& n, std::string_view key) const {
  const auto wanted = to_string(option_kind::duration);
  if (!is_scalar(n, key, wanted)) return std::nullopt;  // quoted or not: 10s is a text to YAML anyway
  std::chrono::nanoseconds result{};
  const auto failure = parse_duration(n.text, result);
  if (failure == duration_failure::none) return result;
  if (failure == duration_failure::range)
    out_->error(codes::out_of_range, n.where, quoted(key) + " is longer than 292 years: " + quoted(n.text));
  else if (n.text.starts_with('-'))
    out_->error(codes::out_of_range, n.where, quoted(key) + " must not be negative, found " + quoted(n.text));
  else
    refuse(n, key, wanted, duration_help(n.text));
  return std::nullopt;
}

std::optional<std::string> converter::choice(const node& n, std::string_view key,
                                             std::span<const std::string_view> words) const {
  const std::string wanted = "one of " + listed(words);
  if (!is_scalar(n, key, wanted)) return std::nullopt;
  if (std::ranges::find(words, n.text) != words.end()) return n.text;
  out_->error(codes::out_of_range, n.where, quoted(key) + " must be " + wanted + ", found " + describe(n),
              {reads(n), did_you_mean(n.text, words)});
  return std::nullopt;
}

std::optional<pipeline::expression> converter::condition(const node& n, std::string_view key) const {
  if (!is_scalar(n, key, to_string(option_kind::expression))) return std::nullopt;
  auto parsed = pipeline::expression::parse(n.text);
  if (auto* good = std::get_if<pipeline::expression>(&parsed)) return std::move(*good);
  auto& error = std::get<pipeline::expression_error>(parsed);
  out_->error(codes::bad_expression, n.part(error.offset, error.length), quoted(key) + ": " + error.message,
              {reads(n), std::move(error.suggestion)});
  return std::nullopt;
}

}  // namespace actors::inline v1::config
