#include "actors_section.hpp"

#include "codes.hpp"
#include "reference.hpp"
#include "settings.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace actors::inline v1::config {

namespace {

constexpr std::array<std::string_view, 5> actor_keys{"type", "from", "with", "replicas", "order"};
constexpr std::array<std::string_view, 1> later_actor_keys{"restart"};

void check_name(const node& key, const scope& in) {
  if (is_name(key.text)) return;
  const bool dot = key.text.find('.') != std::string::npos;
  in.out.error(codes::bad_name, key.where, quoted(key.text) + " cannot name an actor",
               {dot ? "a dot separates an actor from its port" : "",
                "a name is letters, digits, _ and -, and starts with a letter or _"});
}

/// Options that stand beside `with:` instead of below it are the likeliest unknown keys.
void check_actor_keys(const node& body, const declared_actor& actor, const scope& in) {
  for (const auto& entry : body.entries) {
    const std::string& key = entry.key.text;
    const bool known = std::ranges::find(actor_keys, key) != actor_keys.end();
    const bool misplaced = !known && actor.component != nullptr && actor.component->option(key) != nullptr;
    if (misplaced) {
      in.out.error(codes::unknown_key, entry.key.where,
                   quoted(key) + " is no key of an actor, but an option of " + quoted(actor.component->name),
                   {"", "put it below 'with:'"});
      continue;
    }
    check_key(entry.key, {"an actor", actor_keys, later_actor_keys}, in.out);
  }
}

void read_type(const node& body, const scope& in, declared_actor& actor) {
  const node* type = body.find("type");
  if (type == nullptr) {
    if (!has_misspelt(body, "type", actor_keys))
      in.out.error(codes::missing, actor.where, "the actor " + quoted(actor.name) + " has no 'type'",
                   {"", "say what it is, such as type: filter; `actors list` shows what there is"});
    return;
  }
  actor.type_where = type->where;
  const auto name = in.convert.text(*type, "type");
  if (!name) return;
  actor.component = in.components.find(*name);
  if (actor.component != nullptr) return;

  std::vector<std::string_view> names;
  for (const auto* component : in.components.all()) names.push_back(component->name);
  std::string help = did_you_mean(*name, names);
  if (help.empty()) help = "`actors list` shows what there is";
  in.out.error(codes::unknown_type, type->where, "there is no actor type " + quoted(*name),
               {"the types are " + listed(names, 12), std::move(help)});
}

/// Whether a `from` is reported already as misspelt, or as standing below `with:`.
bool has_misplaced_from(const node& body, const declared_actor& actor) {
  if (has_misspelt(body, "from", actor_keys)) return true;
  const node* with = body.find("with");
  const bool option = actor.component != nullptr && actor.component->option("from") != nullptr;
  return with != nullptr && with->find("from") != nullptr && !option;
}

declared_actor read_actor(const node& key, const node& body, const scope& in) {
  declared_actor actor;
  actor.name = key.text;
  actor.where = actor.type_where = actor.from_where = key.where;
  check_name(key, in);
  if (!is_map(body, key.text, "type, from, with, replicas, order", false, in.out,
              "write " + key.text + ": {type: TYPE, from: OTHER_NAME}")) {
    actor.has_from = true;
    actor.from_readable = false;
    return actor;
  }
  read_type(body, in, actor);
  check_actor_keys(body, actor, in);
  for (const auto& entry : body.entries) {
    if (entry.key.text != "from") continue;
    actor.from_where = entry.key.where;
    read_from(entry.value, in, actor);
  }
  if (!actor.has_from && has_misplaced_from(body, actor)) {
    actor.has_from = true;
    actor.from_readable = false;
  }
  read_replicas(body, in, actor);
  actor.options = read_options(body.find("with"), in, actor);
  return actor;
}

}  // namespace

std::vector<declared_actor> read_actors(const node& root, const scope& in) {
  std::vector<declared_actor> result;
  const auto entry = std::ranges::find_if(root.entries, [](const node::entry& e) { return e.key.text == "actors"; });
  if (entry == root.entries.end()) {
    if (has_misspelt(root, "actors", file_keys)) return result;
    in.out.error(codes::missing, root.where, "the file has no 'actors'",
                 {"", "add actors: {NAME: {type: TYPE, from: OTHER_NAME}, …}"});
    return result;
  }
  const node& actors = entry->value;
  if (actors.type == node::kind::null || (actors.type == node::kind::map && actors.entries.empty())) {
    in.out.error(codes::missing, entry->key.where, "'actors' has no actor",
                 {"", "add one below it: NAME: {type: TYPE, from: OTHER_NAME}"});
    return result;
  }
  if (!is_map(actors, "actors", "names to actors", false, in.out,
              "give each actor a name: actors: {NAME: {type: TYPE, from: OTHER_NAME}}"))
    return result;
  for (const auto& [key, body] : actors.entries) result.push_back(read_actor(key, body, in));
  return result;
}

}  // namespace actors::inline v1::config
