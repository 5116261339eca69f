// The `actors:` of a file, each actor by itself: its component, its options, its replicas, and what it reads from by
// name.
#pragma once

#include "scope.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace actors::inline v1::config {

/// One entry of a `from:`, not looked up yet.
struct input_reference {
  std::string actor;
  std::string port;  ///< empty: the main output
  span where;        ///< the whole reference
  span actor_where;
  span port_where;
  std::optional<std::size_t> capacity;
};

struct declared_actor {
  std::string name;
  span where;                                           ///< its name in the file
  span type_where;                                      ///< the value of `type:`
  span from_where;                                      ///< the key `from:`
  const pipeline::component_info* component = nullptr;  ///< null: unknown, and reported
  pipeline::option_values options;
  std::size_t replicas = 1;
  bool keep_order = false;
  bool has_from = false;
  bool from_readable = true;  ///< false: `from:` is wrong in itself, and reported
  std::vector<input_reference> inputs;
};

/// Reads all actors; what is wrong with one does not hide the others.
std::vector<declared_actor> read_actors(const node& root, const scope& in);

/// Reads the `from:` of one actor into it (from.cpp).
void read_from(const node& n, const scope& in, declared_actor& actor);

/// Reads `replicas:` and `order:` of one actor into it (replicas.cpp).
void read_replicas(const node& body, const scope& in, declared_actor& actor);

/// Reads the options below `with:` (`with` may be null: there is none), fills in fallbacks (options.cpp).
pipeline::option_values read_options(const node* with, const scope& in, const declared_actor& actor);

/// The options of a component when nothing is said about them.
pipeline::option_values fallback_options(const pipeline::component_info& component);

}  // namespace actors::inline v1::config
