#include <actors/errors.hpp>
#include <actors/prometheus.hpp>

#include "../runtime/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace actors::inline v1 {

namespace {

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_metric_name(std::string_view text) noexcept {
  return !text.empty() && !is_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c) || c == ':'; });
}

// Names that begin with two underscores are Prometheus's own.
bool is_label_name(std::string_view text) noexcept {
  return !text.empty() && !is_digit(text.front()) && !text.starts_with("__") &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

void add_escaped(std::string& into, std::string_view text, bool in_quotes) {
  while (!text.empty()) {
    const std::size_t length = detail::utf8_length(text);
    const char c = text.front();
    if (c == '\\')
      into += "\\\\";
    else if (c == '\n')
      into += "\\n";
    else if (c == '"' && in_quotes)
      into += "\\\"";
    else
      into += length == 0 ? detail::utf8_replacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

template <class Number>
std::string text_of(Number number) {
  std::array<char, 32> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return {digits.data(), result.ptr};
}

std::string value_text(double value) {
  // Up to there all whole numbers are told exactly, and without an exponent.
  constexpr double most_whole = 9007199254740992.0;
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  if (value == std::trunc(value) && std::abs(value) <= most_whole) return text_of(static_cast<long long>(value));
  return text_of(value);
}

/// `name="value",name="value"`, sorted, without those that have no value: as many series are told apart as there are
/// such texts.
std::string labels_text(const metric& of, metric_labels labels, std::string_view reserved = {}) {
  std::vector<metric_label> sorted;
  for (const metric_label& each : labels) {
    if (!is_label_name(each.name) || each.name == reserved)
      throw usage_error{"metric '" + std::string{of.name} + "': the label '" + std::string{each.name} +
                        "' has a name that Prometheus does not allow there: expected letters, digits and underscores, "
                        "not two of these in front, nor 'le' for a histogram"};
    if (!each.value.empty()) sorted.push_back(each);
  }
  std::sort(sorted.begin(), sorted.end(), [](const metric_label& a, const metric_label& b) { return a.name < b.name; });
  std::string text;
  for (std::size_t i = 0; i != sorted.size(); ++i) {
    if (i != 0 && sorted[i].name == sorted[i - 1].name)
      throw usage_error{"metric '" + std::string{of.name} + "' has the label '" + std::string{sorted[i].name} +
                        "' twice: give each label of a series a name of its own"};
    if (i != 0) text += ',';
    text += sorted[i].name;
    text += "=\"";
    add_escaped(text, sorted[i].value, true);
    text += '"';
  }
  return text;
}

std::string line(std::string_view name, std::string_view suffix, const std::string& labels, const std::string& value) {
  std::string made{name};
  made += suffix;
  if (!labels.empty()) made += '{' + labels + '}';
  return made + ' ' + value + '\n';
}

std::string head_of(const metric& of, std::string_view type) {
  if (!is_metric_name(of.name))
    throw usage_error{"'" + std::string{of.name} +
                      "' is no name of a metric: expected letters, digits, underscores and colons, no digit in front"};
  const std::string name{of.name};
  std::string head = "# HELP " + name + ' ';
  add_escaped(head, of.help, false);
  return head + "\n# TYPE " + name + ' ' + std::string{type} + '\n';
}

}  // namespace

void prometheus_writer::add(const metric& of, std::string_view type, std::string labels, std::string lines) {
  auto place = families_.find(of.name);
  if (place == families_.end()) {
    family fresh{head_of(of, type), type, {}, families_.size()};
    place = families_.emplace(std::string{of.name}, std::move(fresh)).first;
  }
  family& its = place->second;
  if (its.type != type)
    throw usage_error{"metric '" + std::string{of.name} + "' is a " + std::string{its.type} + " and a " +
                      std::string{type} + ": give one of the two another name"};
  const auto [series, is_new] = its.series.try_emplace(std::move(labels), std::move(lines));
  if (!is_new)
    throw usage_error{"metric '" + std::string{of.name} + "' has the series {" + series->first +
                      "} twice: tell what the metrics are of apart by a label, such as "
                      "collect_metrics(first, into, {{{\"runtime\", \"first\"}}})"};
}

void prometheus_writer::counter(const metric& of, metric_labels labels, double value) {
  std::string its = labels_text(of, labels);
  std::string text = line(of.name, "", its, value_text(value));
  add(of, "counter", std::move(its), std::move(text));
}

void prometheus_writer::gauge(const metric& of, metric_labels labels, double value) {
  std::string its = labels_text(of, labels);
  std::string text = line(of.name, "", its, value_text(value));
  add(of, "gauge", std::move(its), std::move(text));
}

void prometheus_writer::histogram(const metric& of, metric_labels labels, std::span<const metric_bucket> buckets,
                                  double sum, std::uint64_t count) {
  std::string its = labels_text(of, labels, "le");
  std::string text;
  double below = -std::numeric_limits<double>::infinity();
  std::uint64_t counted = 0;
  const auto add_bucket = [&](double bound, std::uint64_t in) {
    if (!(bound > below) || in < counted)
      throw usage_error{"metric '" + std::string{of.name} +
                        "': the bounds of a histogram grow, and each bucket counts what is in the ones before, too"};
    below = bound;
    counted = in;
    text += line(of.name, "_bucket", its + (its.empty() ? "" : ",") + "le=\"" + value_text(bound) + '"', text_of(in));
  };
  for (const metric_bucket& each : buckets)
    if (!std::isinf(each.bound) || each.bound < 0) add_bucket(each.bound, each.count);
  add_bucket(std::numeric_limits<double>::infinity(), count);
  text += line(of.name, "_sum", its, value_text(sum)) + line(of.name, "_count", its, text_of(count));
  add(of, "histogram", std::move(its), std::move(text));
}

std::string prometheus_writer::text() const {
  std::vector<const family*> sorted(families_.size());
  for (const auto& [name, each] : families_) sorted[each.number] = &each;
  std::string all;
  for (const family* each : sorted) {
    all += each->head;
    for (const auto& [labels, lines] : each->series) all += lines;
  }
  return all;
}

std::string prometheus_text(runtime& of) {
  prometheus_writer into;
  collect_metrics(into);
  collect_metrics(of, into);
  return into.text();
}

}  // namespace actors::inline v1
