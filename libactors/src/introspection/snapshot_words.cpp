#include "snapshot_words.hpp"

#include "id_text.hpp"
#include "name_ranges.hpp"

#include <algorithm>
#include <unordered_set>

namespace actors::inline v1::detail {

namespace {

// "1 sender", "1 to 3 senders"; empty where one of them has no such figure.
std::string figure_of(const objects_seen& objects, std::int64_t object_snapshot::*figure, std::string_view one,
                      std::string_view many) {
  const auto [least, most] = std::minmax_element(
      objects.begin(), objects.end(), [figure](const auto* a, const auto* b) { return a->*figure < b->*figure; });
  const std::int64_t from = (*least)->*figure;
  const std::int64_t to = (*most)->*figure;
  if (from < 0) return {};
  return (from == to ? "" : std::to_string(from) + " to ") + counted(to, one, many);
}

// Where they have names that are all different these, otherwise their ids.
template <class Thing>
std::string names_or_ids(const std::vector<const Thing*>& things) {
  constexpr std::size_t most = 3;
  std::vector<std::string_view> names;
  std::unordered_set<std::string_view> known;
  for (const Thing* each : things)
    if (!each->name.empty() && known.insert(each->name).second) names.push_back(each->name);
  if (names.size() == things.size()) return text_of(ranges_of(std::move(names)), "'", most);
  std::string text;
  for (std::size_t i = 0; i != std::min(things.size(), most); ++i)
    text += (i == 0 ? "" : ", ") + id_text(things[i]->id);
  return things.size() <= most ? text : text + " and " + std::to_string(things.size() - most) + " more";
}

}  // namespace

std::string quoted(std::string_view name) { return '\'' + std::string{name} + '\''; }

std::string counted(std::int64_t count, std::string_view one, std::string_view many) {
  return std::to_string(count).append(" ").append(count == 1 ? one : many);
}

std::string path_of(const snapshot_place& place) { return place.file + ':' + std::to_string(place.line); }

std::string name_of(const object_snapshot& object) {
  std::string text = object.type + ' ';
  if (!object.name.empty()) return text + quoted(object.name);
  text += id_text(object.id);
  if (!object.made_at.file.empty()) text += " made at " + path_of(object.made_at);
  return text;
}

std::string figures_of(const objects_seen& objects) {
  const object_snapshot& first = *objects.front();
  std::string text;
  const auto add = [&text](std::string_view more) {
    text.append(text.empty() || more.empty() ? "" : ", ").append(more);
  };
  if (first.closed) add("closed");
  if (first.size >= 0 && first.capacity == 0) add("no buffer");
  if (first.capacity > 0) {
    const std::string values =
        first.capacity == INT64_MAX ? "values" : "of " + std::to_string(first.capacity) + " values";
    add(figure_of(objects, &object_snapshot::size, values, values));
  }
  add(figure_of(objects, &object_snapshot::senders, "sender", "senders"));
  add(figure_of(objects, &object_snapshot::receivers, "receiver", "receivers"));
  if (first.unread) add(objects.size() == 1 ? "nobody has received from it" : "nobody has received from them");
  return text.empty() ? text : " (" + text + ')';
}

std::string figures_of(const object_snapshot& object) { return figures_of(objects_seen{&object}); }

std::string list_of(const objects_seen& objects) { return names_or_ids(objects); }
std::string list_of(const tasks_seen& tasks) { return names_or_ids(tasks); }

naming::naming(const runtime_snapshot& in) {
  for (const task_snapshot& each : in.tasks) tasks_[each.id] = &each;
}

std::string naming::operator()(snapshot_id id) const {
  const task_snapshot* const found = find(id);
  return found == nullptr ? "task " + id_text(id) : name(*found);
}

std::string naming::name(const task_snapshot& task) {
  if (!task.name.empty()) return "task " + quoted(task.name);
  std::string text = "task " + id_text(task.id);
  if (!task.stack.empty()) text += " (" + task.stack.back().function + ')';
  return text;
}

const task_snapshot* naming::find(snapshot_id id) const {
  const auto found = tasks_.find(id);
  return found == tasks_.end() ? nullptr : found->second;
}

std::string naming::list(const std::vector<snapshot_id>& ids) const {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i != std::min(ids.size(), most); ++i) text += (i == 0 ? "" : ", ") + (*this)(ids[i]);
  if (ids.size() > most) text += " and " + std::to_string(ids.size() - most) + " more";
  return text;
}

}  // namespace actors::inline v1::detail
