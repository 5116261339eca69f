#include "actors_section.hpp"
#include "codes.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace actors::inline v1::config {

namespace {

using pipeline::option_info;
using pipeline::option_kind;
using pipeline::option_value;

template <class T>
std::optional<option_value> widened(std::optional<T> value) {
  if (!value) return std::nullopt;
  return option_value{std::move(*value)};
}

std::optional<option_value> convert(const node& n, const option_info& option, const converter& to) {
  switch (option.kind) {
    case option_kind::boolean:
      return widened(to.boolean(n, option.name));
    case option_kind::integer:
      return widened(to.integer(n, option.name));
    case option_kind::real:
      return widened(to.real(n, option.name));
    case option_kind::text:
      return widened(to.text(n, option.name));
    case option_kind::text_list:
      return widened(to.text_list(n, option.name));
    case option_kind::duration:
      return widened(to.duration(n, option.name));
    case option_kind::expression:
      return widened(to.condition(n, option.name));
    case option_kind::choice: {
      const std::vector<std::string_view> words{option.choices.begin(), option.choices.end()};
      return widened(to.choice(n, option.name, words));
    }
  }
  return std::nullopt;
}

/// Where a `check` function's message belongs: the item of a list that it quotes, otherwise the whole value.
span place_of(const node& n, const std::string& message) {
  for (const node& item : n.items)
    if (item.type == node::kind::scalar && message.find("'" + item.text + "'") != std::string::npos) return item.where;
  return n.where;
}

void read_option(const node& n, const option_info& option, const scope& in, pipeline::option_values& result) {
  auto value = convert(n, option, in.convert);
  if (!value) return;
  if (option.check) {
    if (const auto problem = option.check(*value)) {
      in.out.error(codes::unusable_value, place_of(n, *problem), quoted(option.name) + ": " + *problem);
      return;
    }
  }
  result.insert_or_assign(option.name, std::move(*value));
}

void report_unknown_option(const node& key, const scope& in, const declared_actor& actor) {
  std::vector<std::string_view> names;
  for (const auto& option : actor.component->options) names.push_back(option.name);
  constexpr std::array<std::string_view, 4> actor_keys{"type", "from", "replicas", "order"};
  std::string help = did_you_mean(key.text, names);
  if (help.empty() && std::ranges::find(actor_keys, key.text) != actor_keys.end())
    help = quoted(key.text) + " belongs to the actor itself: put it beside 'with:', not below it";
  in.out.error(codes::unknown_option, key.where, quoted(actor.component->name) + " has no option " + quoted(key.text),
               {its("option", names), std::move(help)});
}

void report_missing_option(const option_info& option, span where, const scope& in, const declared_actor& actor) {
  const std::string kind =
      option.kind == option_kind::choice ? "one of " + listed(option.choices) : std::string{to_string(option.kind)};
  std::string help = "add '" + option.name + ":' below 'with:', " + kind;
  if (!option.doc.empty()) help += "\n" + option.name + ": " + option.doc;
  in.out.error(codes::missing, where, quoted(actor.component->name) + " needs the option " + quoted(option.name),
               {"", std::move(help)});
}

}  // namespace

pipeline::option_values fallback_options(const pipeline::component_info& component) {
  pipeline::option_values result;
  for (const auto& option : component.options)
    if (option.fallback) result.emplace(option.name, *option.fallback);
  return result;
}

pipeline::option_values read_options(const node* with, const scope& in, const declared_actor& actor) {
  if (actor.component == nullptr) return {};
  auto result = fallback_options(*actor.component);
  const bool written = with != nullptr && is_map(*with, "with", "options", true, in.out);
  const bool unreadable = with != nullptr && !written && with->type != node::kind::null;
  if (unreadable) return result;
  const node nothing;
  const node& options = written ? *with : nothing;
  for (const auto& [key, value] : options.entries) {
    if (const option_info* option = actor.component->option(key.text))
      read_option(value, *option, in, result);
    else
      report_unknown_option(key, in, actor);
  }
  std::vector<std::string_view> names;
  for (const auto& option : actor.component->options) names.push_back(option.name);
  for (const auto& option : actor.component->options)
    if (option.required && options.find(option.name) == nullptr && !has_misspelt(options, option.name, names))
      report_missing_option(option, actor.type_where, in, actor);
  return result;
}

}  // namespace actors::inline v1::config
