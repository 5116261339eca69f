// declare: says once what a pipeline file can spawn; ports are taken from the actor itself, options from its members.
#pragma once

#include <actors/detail/actor_cell.hpp>
#include <actors/pipeline/component.hpp>
#include <actors/pipeline/port_type.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1::pipeline {

namespace declaring {

template <class M>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

template <class M>
constexpr option_kind kind_of() {
  if constexpr (std::same_as<M, bool>)
    return option_kind::boolean;
  else if constexpr (std::integral<M>)
    return option_kind::integer;
  else if constexpr (std::floating_point<M>)
    return option_kind::real;
  else if constexpr (std::same_as<M, std::string>)
    return option_kind::text;
  else if constexpr (std::same_as<M, std::vector<std::string>>)
    return option_kind::text_list;
  else if constexpr (std::same_as<M, expression>)
    return option_kind::expression;
  else
    return option_kind::duration;
}

template <class M>
concept option_member = std::integral<M> || std::floating_point<M> || std::same_as<M, std::string> ||
    std::same_as<M, std::vector<std::string>> || std::same_as<M, expression> || is_duration<M>;

template <option_member M>
option_value to_option(const M& member) {
  if constexpr (std::same_as<M, bool>)
    return member;
  else if constexpr (std::integral<M>)
    return static_cast<std::int64_t>(member);
  else if constexpr (std::floating_point<M>)
    return static_cast<double>(member);
  else if constexpr (is_duration<M>)
    return std::chrono::duration_cast<std::chrono::nanoseconds>(member);
  else
    return member;
}

template <option_member M>
M from_option(const option_value& value) {
  if constexpr (std::same_as<M, bool>)
    return std::get<bool>(value);
  else if constexpr (std::integral<M>)
    return static_cast<M>(std::get<std::int64_t>(value));
  else if constexpr (std::floating_point<M>)
    return static_cast<M>(std::get<double>(value));
  else if constexpr (is_duration<M>)
    return std::chrono::duration_cast<M>(std::get<std::chrono::nanoseconds>(value));
  else
    return std::get<M>(value);
}

/// What an integer member can hold, said before it is cut off.
template <std::integral M>
std::optional<std::string> check_range(const option_value& value) {
  const std::int64_t number = std::get<std::int64_t>(value);
  if (std::in_range<M>(number)) return std::nullopt;
  return std::to_string(number) + " is out of range: expected " + std::to_string(std::numeric_limits<M>::min()) +
         " to " + std::to_string(std::numeric_limits<M>::max());
}

/// An object of the actor that never runs: it shows its ports and the defaults of its options.
std::shared_ptr<actors::detail::actor_cell> make_prototype(std::function<std::unique_ptr<actor>()> make);
/// Enters the ports of the prototype into `info`, in the order of their declaration.
void describe_ports(component_info& info, const actors::detail::actor_cell& prototype);

}  // namespace declaring

using option_check = std::function<std::optional<std::string>(const option_value&)>;

/// Describes the actor type A, which is default-constructible and has its options as members with their defaults:
///
///     component<tally>("tally")
///         .doc("Counts how often each word came in so far.")
///         .option("min_length", &tally::min_length, "shorter words are ignored");
///
/// Throws std::invalid_argument for an option declared twice, usage_error for ports of an unknown type.
template <std::derived_from<actor> A>
class component {
 public:
  explicit component(std::string name)
      : prototype_{declaring::make_prototype([]() -> std::unique_ptr<actor> { return std::make_unique<A>(); })} {
    info_.name = std::move(name);
    declaring::describe_ports(info_, *prototype_);
    info_.kind = info_.inputs.empty()    ? component_kind::source
                 : info_.outputs.empty() ? component_kind::sink
                                         : component_kind::transform;
  }

  component& doc(std::string text) {
    info_.doc = std::move(text);
    return *this;
  }

  /// An option that is stored in a member; without a word in the file the member keeps the value it has by itself.
  template <declaring::option_member M>
  component& option(std::string name, M A::*member, std::string doc, option_check check = {}) {
    add(std::move(name), declaring::kind_of<M>(), member, std::move(doc), std::move(check));
    return *this;
  }
  /// An option that must be given.
  template <declaring::option_member M>
  component& required(std::string name, M A::*member, std::string doc, option_check check = {}) {
    option_info& added = add(std::move(name), declaring::kind_of<M>(), member, std::move(doc), std::move(check));
    added.required = true;
    added.fallback.reset();
    return *this;
  }
  /// An option that is one of several words.
  component& choice(std::string name, std::string A::*member, std::vector<std::string> words, std::string doc) {
    add(std::move(name), option_kind::choice, member, std::move(doc), {}).choices = std::move(words);
    return *this;
  }

  component& replicas(replication how) {
    info_.replicas = how;
    return *this;
  }

  /// The finished description.
  component_info info() const {
    component_info finished = info_;
    finished.make = [setters = setters_](const option_values& values) -> std::unique_ptr<actor> {
      auto made = std::make_unique<A>();
      for (const auto& set : setters) set(*made, values);
      return made;
    };
    return finished;
  }

 private:
  template <declaring::option_member M>
  option_info& add(std::string name, option_kind kind, M A::*member, std::string doc, option_check check) {
    if (info_.option(name) != nullptr)
      throw std::invalid_argument{"component '" + info_.name + "' has two options named '" + name + "'"};
    option_info option;
    option.name = name;
    option.kind = kind;
    option.doc = std::move(doc);
    option.fallback = declaring::to_option(static_cast<A&>(prototype_->made_object()).*member);
    option.check = std::move(check);
    if constexpr (std::integral<M> && !std::same_as<M, bool>) {
      option.check = [inner = std::move(option.check)](const option_value& value) {
        auto fault = declaring::check_range<M>(value);
        if (!fault && inner) fault = inner(value);
        return fault;
      };
    }
    setters_.push_back([name, member](A& to, const option_values& values) {
      const auto place = values.find(name);
      if (place != values.end()) to.*member = declaring::from_option<M>(place->second);
    });
    return info_.options.emplace_back(std::move(option));
  }

  std::shared_ptr<actors::detail::actor_cell> prototype_;
  component_info info_;
  std::vector<std::function<void(A&, const option_values&)>> setters_;
};

}  // namespace actors::inline v1::pipeline
