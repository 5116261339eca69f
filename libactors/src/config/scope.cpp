#include "scope.hpp"

#include "codes.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>

namespace actors::inline v1::config {

bool is_map(const node& n, std::string_view key, std::string_view of_what, bool may_be_empty, report& out,
            std::string help) {
  if (n.type == node::kind::map) return true;
  if (n.broken || (may_be_empty && n.type == node::kind::null)) return false;
  std::string message = quoted(key) + " must be a map of " + std::string{of_what};
  message += n.type == node::kind::null ? ", but it has no value" : ", found " + describe(n);
  out.error(codes::wrong_shape, n.where, std::move(message), {"", std::move(help)});
  return false;
}

void report_not_supported(span where, const std::string& what, report& out) {
  out.error(codes::not_supported, where, what + " is not supported yet by this version",
            {"", "leave it out; `actors explain E018` tells what else is planned"});
}

void check_key(const node& key, const key_set& keys, report& out) {
  if (std::ranges::find(keys.known, key.text) != keys.known.end()) return;
  if (std::ranges::find(keys.later, key.text) != keys.later.end()) {
    report_not_supported(key.where, quoted(key.text), out);
    return;
  }
  out.error(codes::unknown_key, key.where, quoted(key.text) + " is no key of " + std::string{keys.owner},
            {its("key", keys.known), did_you_mean(key.text, keys.known)});
}

void check_keys(const node& map, const key_set& keys, report& out) {
  for (const auto& entry : map.entries) check_key(entry.key, keys, out);
}

bool has_misspelt(const node& map, std::string_view wanted, std::span<const std::string_view> known) {
  if (map.broken) return true;
  return std::ranges::any_of(map.entries, [&](const node::entry& entry) {
    return std::ranges::find(known, entry.key.text) == known.end() && nearest(entry.key.text, known) == wanted;
  });
}

std::optional<std::size_t> read_channel(const node& n, const scope& in) {
  constexpr std::array<std::string_view, 2> known{"capacity", "when_full"};
  check_keys(n, {"a channel", known}, in.out);
  if (const node* policy = n.find("when_full"); policy != nullptr) {
    constexpr std::array<std::string_view, 4> words{"block", "drop_oldest", "drop_newest", "fail"};
    const auto word = in.convert.choice(*policy, "when_full", words);
    if (word && *word != "block") report_not_supported(policy->where, "when_full: " + *word, in.out);
  }
  const node* capacity = n.find("capacity");
  if (capacity == nullptr) return std::nullopt;
  const auto items = in.convert.integer(*capacity, "capacity", 1, max_capacity);
  if (!items) return std::nullopt;
  return static_cast<std::size_t>(*items);
}

}  // namespace actors::inline v1::config
