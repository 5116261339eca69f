#include "snapshot_kinds.hpp"

#include "id_text.hpp"
#include "name_ranges.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace actors::inline v1::detail {

namespace {

/// What things of one kind have in common, in one text. No part contains the character between them.
class key_text {
 public:
  key_text& operator<<(std::string_view part) {
    text_.append(part) += '\x1f';
    return *this;
  }
  key_text& operator<<(std::int64_t number) { return *this << std::string_view{std::to_string(number)}; }
  key_text& operator<<(const snapshot_place& place) {
    return *this << std::string_view{place.function} << std::string_view{place.file} << std::int64_t{place.line};
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

/// Groups in the order of the first of each.
template <class Kind>
class groups {
 public:
  /// The group of that key.
  Kind& at(std::string key) {
    const auto [place, fresh] = places_.try_emplace(std::move(key), found_.size());
    if (fresh) found_.emplace_back();
    return found_[place->second];
  }
  std::vector<Kind> take() { return std::move(found_); }

 private:
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<Kind> found_;
};

template <class Thing>
void sort_by_name(std::vector<const Thing*>& things) {
  std::stable_sort(things.begin(), things.end(),
                   [](const Thing* a, const Thing* b) { return comes_before(a->name, b->name); });
}

std::unordered_set<snapshot_id> tasks_in_rings(const runtime_snapshot& in) {
  std::unordered_set<snapshot_id> found;
  for (const wait_cycle& each : in.cycles) found.insert(each.tasks.begin(), each.tasks.end());
  return found;
}

// A select names its channels in the order of their addresses, which says nothing.
std::vector<std::string> classes_of(const std::vector<object_snapshot>& objects, bool by_name) {
  std::vector<std::string> classes;
  for (const object_snapshot& each : objects) classes.push_back(class_of(each, by_name));
  std::sort(classes.begin(), classes.end());
  return classes;
}

std::string way_of(const task_snapshot& task, bool by_name) {
  key_text key;
  key << static_cast<std::int64_t>(task.activity) << std::int64_t{task.cancelled} << task.waits_for << task.spawned_at
      << std::int64_t{task.name.empty()} << std::int64_t{task.awaits.empty()} << std::int64_t{task.awaited_by_thread}
      << (by_name ? pattern_of(task.name) : std::string{});
  for (const snapshot_place& each : task.stack) key << each;
  key << (task.object ? class_of(*task.object, by_name) : std::string{});
  for (const std::string& each : classes_of(task.alternatives, by_name)) key << each;
  return key.take();
}

std::vector<task_kind> fold(const runtime_snapshot& in, const std::unordered_set<snapshot_id>& in_rings, bool by_name) {
  groups<task_kind> found;
  for (const task_snapshot& each : in.tasks) {
    const bool in_ring = in_rings.contains(each.id);
    const bool alone = in.tasks.size() <= few || (in_ring && in_rings.size() <= few);
    std::string key = way_of(each, by_name) + (in_ring ? "ring" : "");
    if (alone) key += id_text(each.id);
    task_kind& of = found.at(std::move(key));
    of.tasks.push_back(&each);
    of.in_ring = in_ring;
  }
  return found.take();
}

int fullness_of(const object_snapshot& channel) noexcept {
  if (channel.size <= 0) return 0;
  return channel.size < channel.capacity ? 1 : 2;
}

enum class waited_at : char { by_nobody, by_many_alike, by_one_alone };

std::unordered_map<snapshot_id, waited_at> who_waits(const std::vector<task_kind>& tasks) {
  std::unordered_map<snapshot_id, waited_at> found;
  for (const task_kind& kind : tasks) {
    const waited_at by = kind.tasks.size() == 1 ? waited_at::by_one_alone : waited_at::by_many_alike;
    const auto note = [&](snapshot_id id) {
      waited_at& known = found[id];
      known = std::max(known, by);
    };
    for (const task_snapshot* task : kind.tasks) {
      if (task->object) note(task->object->id);
      for (const object_snapshot& each : task->alternatives) note(each.id);
    }
  }
  return found;
}

}  // namespace

std::string class_of(const object_snapshot& object, bool by_name) {
  key_text key;
  key << object.type << object.made_at << object.capacity << std::int64_t{object.closed} << std::int64_t{object.unread}
      << std::int64_t{object.name.empty()} << (by_name ? pattern_of(object.name) : std::string{});
  return key.take();
}

std::vector<task_kind> task_kinds(const runtime_snapshot& in) {
  const std::unordered_set<snapshot_id> in_rings = tasks_in_rings(in);
  std::vector<task_kind> found = fold(in, in_rings, true);
  if (found.size() > most_kinds) found = fold(in, in_rings, false);
  for (task_kind& each : found) sort_by_name(each.tasks);
  std::stable_sort(found.begin(), found.end(), [](const task_kind& a, const task_kind& b) {
    return a.in_ring != b.in_ring ? a.in_ring : a.tasks.size() < b.tasks.size();
  });
  return found;
}

std::vector<channel_kind> channel_kinds(const runtime_snapshot& in, const std::vector<task_kind>& tasks) {
  const std::unordered_map<snapshot_id, waited_at> waiters = who_waits(tasks);
  std::vector<channel_kind> found;
  for (const bool by_name : {true, false}) {
    groups<channel_kind> kinds;
    for (const object_snapshot& each : in.channels) {
      const auto known = waiters.find(each.id);
      const waited_at by = known == waiters.end() ? waited_at::by_nobody : known->second;
      key_text key;
      key << class_of(each, by_name) << std::int64_t{fullness_of(each)} << static_cast<std::int64_t>(by);
      if (by == waited_at::by_one_alone) key << id_text(each.id);
      kinds.at(key.take()).channels.push_back(&each);
    }
    found = kinds.take();
    if (found.size() <= most_kinds) break;
  }
  for (channel_kind& each : found) sort_by_name(each.channels);
  std::stable_sort(found.begin(), found.end(),
                   [](const channel_kind& a, const channel_kind& b) { return a.channels.size() < b.channels.size(); });
  return found;
}

}  // namespace actors::inline v1::detail
