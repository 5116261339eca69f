#include "actors_section.hpp"
#include "codes.hpp"
#include "text.hpp"

#include <string_view>
#include <utility>

namespace actors::inline v1::config {

namespace {

constexpr std::string_view forms = "write from: NAME, from: NAME.PORT, from: [A, B], or from: {A: {capacity: 100}}";

/// Reads `name` or `name.port`; where it is neither, the actor's `from` counts as unreadable.
input_reference* add_reference(const node& n, const scope& in, declared_actor& actor) {
  if (n.broken) {
    actor.from_readable = false;
    return nullptr;
  }
  const std::string& text = n.text;
  const auto dot = text.find('.');
  const bool good = !text.empty() && dot != 0 && dot != text.size() - 1 &&
                    text.find('.', dot == std::string::npos ? dot : dot + 1) == std::string::npos;
  if (!good) {
    in.out.error(codes::wrong_shape, n.where,
                 "'from' must name an actor, or an actor and its port (NAME.PORT), found " + describe(n));
    actor.from_readable = false;
    return nullptr;
  }
  input_reference r;
  r.actor = text.substr(0, dot);
  r.where = n.part(0, text.size());
  r.actor_where = n.part(0, r.actor.size());
  r.port_where = r.where;
  if (dot != std::string::npos) {
    r.port = text.substr(dot + 1);
    r.port_where = n.part(dot + 1, r.port.size());
  }
  actor.inputs.push_back(std::move(r));
  return &actor.inputs.back();
}

void add_from_list(const node& list, const scope& in, declared_actor& actor) {
  for (const node& item : list.items) {
    if (item.type == node::kind::scalar) {
      add_reference(item, in, actor);
      continue;
    }
    in.out.error(codes::wrong_shape, item.where, "a list in 'from' holds names of actors, found " + describe(item),
                 {"", std::string{forms}});
    actor.from_readable = false;
  }
}

void add_from_map(const node& map, const scope& in, declared_actor& actor) {
  for (const auto& [key, policy] : map.entries) {
    input_reference* reference = add_reference(key, in, actor);
    if (!is_map(policy, key.text, "settings of this edge, such as {capacity: 100}", true, in.out)) continue;
    const auto capacity = read_channel(policy, in);
    if (reference != nullptr) reference->capacity = capacity;
  }
}

}  // namespace

void read_from(const node& n, const scope& in, declared_actor& actor) {
  actor.has_from = true;
  if (n.type == node::kind::scalar) {
    add_reference(n, in, actor);
  } else if (n.type == node::kind::null || (n.items.empty() && n.entries.empty())) {
    in.out.error(codes::wrong_shape, n.where, "'from' names no actor", {"", std::string{forms}});
    actor.from_readable = false;
  } else if (n.type == node::kind::list) {
    add_from_list(n, in, actor);
  } else {
    add_from_map(n, in, actor);
  }
}

}  // namespace actors::inline v1::config
