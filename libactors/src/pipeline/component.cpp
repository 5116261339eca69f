#include <actors/pipeline/component.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace actors::inline v1::pipeline {

namespace {

template <class Range>
auto find_named(const Range& range, std::string_view name) noexcept -> decltype(range.data()) {
  const auto it = std::ranges::find_if(range, [&](const auto& item) { return item.name == name; });
  return it == range.end() ? nullptr : &*it;
}

}  // namespace

std::string_view to_string(option_kind k) noexcept {
  switch (k) {
    case option_kind::boolean:
      return "true or false";
    case option_kind::integer:
      return "an integer";
    case option_kind::real:
      return "a number";
    case option_kind::text:
      return "a text";
    case option_kind::text_list:
      return "a text or a list of texts";
    case option_kind::duration:
      return "a duration (such as 200ms, 10s, 5m)";
    case option_kind::choice:
      return "one of its words";
    case option_kind::expression:
      return "a condition (such as status >= 500)";
  }
  return "a value";
}

const port_info* component_info::input(std::string_view port) const noexcept { return find_named(inputs, port); }
const port_info* component_info::output(std::string_view port) const noexcept { return find_named(outputs, port); }
const option_info* component_info::option(std::string_view option) const noexcept {
  return find_named(options, option);
}

void registry::add(component_info info) {
  std::string name = info.name;
  const auto [it, inserted] = components_.try_emplace(std::move(name), std::move(info));
  if (!inserted) throw std::invalid_argument("registry::add: there is already a component '" + it->first + "'");
}

void registry::add_adapter(std::type_index from, std::type_index to, std::string through) {
  adapters_.insert_or_assign(std::pair{from, to}, std::move(through));
}

const component_info* registry::find(std::string_view name) const noexcept {
  const auto it = components_.find(name);
  return it == components_.end() ? nullptr : &it->second;
}

const component_info* registry::adapter(std::type_index from, std::type_index to) const noexcept {
  const auto it = adapters_.find(std::pair{from, to});
  return it == adapters_.end() ? nullptr : find(it->second);
}

std::vector<const component_info*> registry::all() const {
  std::vector<const component_info*> result;
  for (const auto& entry : components_) {
    const auto goes_through = [&entry](const auto& adapter) { return adapter.second == entry.first; };
    if (std::ranges::none_of(adapters_, goes_through)) result.push_back(&entry.second);
  }
  return result;
}

}  // namespace actors::inline v1::pipeline
