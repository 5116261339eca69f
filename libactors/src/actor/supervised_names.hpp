// supervisor::names: what a supervisor finds by name.
#pragma once

#include <actors/detail/supervisor.hpp>
#include <actors/errors.hpp>

#include <string>
#include <string_view>
#include <unordered_map>

namespace actors::inline v1::detail {

/// The keys are the names in the entries themselves, which do not change.
struct supervisor::names {
  void check(const supervised& one) const {
    if (one.as.by_name && known.contains(one.name))
      throw usage_error{"a team has an actor named '" + one.name + "' already: names are for finding, give it another"};
  }
  void enter(supervised& one) {
    check(one);
    if (one.as.by_name) known.emplace(one.name, &one);
  }
  /// Where it has not left before.
  void leave(const supervised& one) noexcept {
    const auto found = known.find(one.name);
    if (found != known.end() && found->second == &one) known.erase(found);
  }
  supervised* find(std::string_view name) const noexcept {
    const auto found = known.find(name);
    return found == known.end() ? nullptr : found->second;
  }

  std::unordered_map<std::string_view, supervised*> known;
};

}  // namespace actors::inline v1::detail
