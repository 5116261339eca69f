// What the parts of the loader share while they read one file, and how they look at maps and their keys.
#pragma once

#include <actors/config/document.hpp>
#include <actors/config/load.hpp>
#include <actors/pipeline/component.hpp>

#include "convert.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace actors::inline v1::config {

struct scope {
  const load_options& options;
  const pipeline::registry& components;
  const source_set& sources;
  report& out;
  converter convert;
  std::size_t default_capacity = 256;  ///< items of a channel
};

inline constexpr std::int64_t max_capacity = 10'000'000;

/// The keys that a map of the file may have.
struct key_set {
  std::string_view owner;                        ///< for messages: "a pipeline file", "an actor"
  std::span<const std::string_view> known;       ///< what can be used
  std::span<const std::string_view> later = {};  ///< what the format has, but this version does not do yet
};

/// Whether a node is a map; anything else but a broken node is reported as "'runtime' must be a map of …, found …". An
/// absent value ("runtime:" alone) is none either, but no mistake where `may_be_empty`.
bool is_map(const node& n, std::string_view key, std::string_view of_what, bool may_be_empty, report& out,
            std::string help = {});

/// Reports each key that the set does not have.
void check_keys(const node& map, const key_set& keys, report& out);
void check_key(const node& key, const key_set& keys, report& out);

/// Whether a key of the map was reported already that was probably meant to be `wanted`: an unknown one that resembles
/// it, or one that could not be read. Then `wanted` is not called missing, too.
bool has_misspelt(const node& map, std::string_view wanted, std::span<const std::string_view> known);

void report_not_supported(span where, const std::string& what, report& out);

/// Reads `{capacity: n, when_full: block}`, the policy of an edge or the default one; `n` must be a map.
/// Gives the capacity, where it says one.
std::optional<std::size_t> read_channel(const node& n, const scope& in);

}  // namespace actors::inline v1::config
