#include "kind_text.hpp"

#include "task_text.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace actors::inline v1::detail {

namespace {

std::string many(std::size_t count, const std::string& type) {
  if (count == 1) return "1 other " + type;
  const bool hisses = type.ends_with('x') || type.ends_with("ch");
  return std::to_string(count) + " other " + type + (hisses ? "es" : "s");
}

/// The others of a kind; the first one, which has been told, is left out.
class rest_of_kind {
 public:
  rest_of_kind(const task_kind& kind, const naming& names) : tasks_{kind.tasks}, names_{names} {}

  std::string text() {
    const task_snapshot& first = *tasks_.front();
    const tasks_seen others{tasks_.begin() + 1, tasks_.end()};
    std::string text = "    and " + std::to_string(others.size()) + " more " +
                       (first.activity == task_activity::waiting ? "that wait like it: " : "like it: ") +
                       list_of(others) + '\n';
    add_objects(text);
    add_tasks(&task_snapshot::awaits, ends_with_tasks(first) ? "for the end of " : "awaiting ", text);
    add_tasks(&task_snapshot::awaited_by, "awaited by ", text);
    add_unawaited(text);
    add_times(text);
    return text;
  }

 private:
  // Class by class: of a select one class for each of its cases, in general.
  void add_objects(std::string& text) const {
    std::map<std::string, objects_seen> found = other_objects(true);
    if (constexpr std::size_t most = 4; found.size() > most) found = other_objects(false);
    for (const auto& [key, objects] : found)
      text += "      at " + many(objects.size(), objects.front()->type) + ": " + list_of(objects) +
              figures_of(objects) + holders_of(objects) + '\n';
  }

  std::map<std::string, objects_seen> other_objects(bool by_name) const {
    std::unordered_set<snapshot_id> known;
    std::map<std::string, objects_seen> found;
    const auto note = [&](const object_snapshot& each, bool of_first) {
      if (known.insert(each.id).second && !of_first) found[class_of(each, by_name)].push_back(&each);
    };
    for (const task_snapshot* task : tasks_) {
      if (task->object) note(*task->object, task == tasks_.front());
      for (const object_snapshot& each : task->alternatives) note(each, task == tasks_.front());
    }
    return found;
  }

  std::string holders_of(const objects_seen& objects) const {
    std::unordered_set<snapshot_id> known;
    std::vector<snapshot_id> holders;
    for (const object_snapshot* each : objects)
      if (each->holder != 0 && known.insert(each->holder).second) holders.push_back(each->holder);
    if (holders.empty()) return {};
    if (holders.size() == 1) return ", which " + names_(holders.front()) + " has";
    return "\n        which " + std::to_string(holders.size()) + " tasks have: " + list_of_tasks(holders);
  }

  // Those that all of them await, or are awaited by, have been told with the first one.
  void add_tasks(std::vector<snapshot_id> task_snapshot::*parties, const char* how, std::string& text) const {
    std::unordered_set<snapshot_id> known{(tasks_.front()->*parties).begin(), (tasks_.front()->*parties).end()};
    std::vector<snapshot_id> ids;
    for (const task_snapshot* task : tasks_)
      for (const snapshot_id id : task->*parties)
        if (known.insert(id).second) ids.push_back(id);
    if (!ids.empty()) text += std::string{"      "} + how + many(ids.size(), "task") + ": " + list_of_tasks(ids) + '\n';
  }

  std::string list_of_tasks(const std::vector<snapshot_id>& ids) const {
    tasks_seen found;
    for (const snapshot_id id : ids)
      if (const task_snapshot* const one = names_.find(id)) found.push_back(one);
    return found.size() == ids.size() ? list_of(found) : names_.list(ids);
  }

  // Where somebody awaits the first one, which these are not like in.
  void add_unawaited(std::string& text) const {
    if (tasks_.front()->awaited_by.empty()) return;
    const auto count = std::count_if(tasks_.begin(), tasks_.end(), [](const auto* task) {
      return task->awaited_by.empty() && !task->awaited_by_thread;
    });
    if (count != 0) text += "      nobody awaits " + std::to_string(count) + " of them\n";
  }

  void add_times(std::string& text) const {
    if (!tasks_.front()->idle_for) return;
    const auto [least, most] = std::minmax_element(
        tasks_.begin() + 1, tasks_.end(), [](const auto* a, const auto* b) { return a->idle_for < b->idle_for; });
    if (!(*least)->idle_for) return;
    text += "      last ran " + seconds_of(*(*least)->idle_for) + " to " + seconds_of(*(*most)->idle_for) + " s ago\n";
  }

  const tasks_seen& tasks_;
  const naming& names_;
};

/// Calls `tell` for those that are told, and `leave_out(first, behind)` for those between that are not.
template <class Kinds, class Tell, class LeaveOut>
void tell_most(const Kinds& kinds, Tell tell, LeaveOut leave_out) {
  constexpr std::size_t most_frequent = 10;
  const bool too_many = kinds.size() > most_kinds;
  const auto cut = too_many ? kinds.begin() + (most_kinds - most_frequent) : kinds.end();
  const auto behind = too_many ? kinds.end() - most_frequent : kinds.end();
  std::for_each(kinds.begin(), cut, tell);
  if (too_many) leave_out(cut, behind);
  std::for_each(behind, kinds.end(), tell);
}

template <class Kinds, class Size>
std::size_t sum(Kinds from, Kinds to, Size size) {
  std::size_t all = 0;
  for (; from != to; ++from) all += size(*from);
  return all;
}

// "5002 tasks of 5 kinds, the rarest first; ACTORS_DUMP=full tells each one"
template <class Kinds, class Size>
std::string headline(const Kinds& kinds, const char* what, Size size, const char* order) {
  return std::to_string(sum(kinds.begin(), kinds.end(), size)) + ' ' + what + " of " +
         counted(static_cast<std::int64_t>(kinds.size()), "kind", "kinds") + (kinds.size() == 1 ? "; " : order) +
         how_to_have_all + '\n';
}

std::string left_out(std::size_t kinds, std::size_t things, const char* what) {
  return "... " + std::to_string(kinds) + " more kinds, " + std::to_string(things) + ' ' + what +
         ", are left out here; " + how_to_have_all + '\n';
}

}  // namespace

void add_task_kinds(const std::vector<task_kind>& kinds, const naming& names, std::string& text) {
  const auto size = [](const task_kind& kind) { return kind.tasks.size(); };
  const char* const order =
      kinds.front().in_ring ? ", those of rings first, then the rarest; " : ", the rarest first; ";
  text += '\n' + headline(kinds, "tasks", size, order);
  tell_most(
      kinds,
      [&](const task_kind& kind) {
        const task_snapshot& first = *kind.tasks.front();
        text += '\n' + heading_of(first) + "\n  " + details_of(first, names);
        if (kind.tasks.size() != 1) text += rest_of_kind{kind, names}.text();
      },
      [&](auto from, auto to) {
        text += '\n' + left_out(static_cast<std::size_t>(to - from), sum(from, to, size), "tasks");
      });
}

void add_channel_kinds(const std::vector<channel_kind>& kinds, std::string& text) {
  const auto size = [](const channel_kind& kind) { return kind.channels.size(); };
  text += '\n' + headline(kinds, "channels", size, ", the rarest first; ") + '\n';
  tell_most(
      kinds,
      [&](const channel_kind& kind) {
        const object_snapshot& first = *kind.channels.front();
        const std::string figures = figures_of(first);
        text += name_of(first) + figures + '\n';
        if (kind.channels.size() == 1) return;
        const objects_seen others{kind.channels.begin() + 1, kind.channels.end()};
        text += "  and " + std::to_string(others.size()) + " more like it: " + list_of(others);
        if (const std::string all = figures_of(others); all != figures) text += all;
        text += '\n';
      },
      [&](auto from, auto to) {
        text += left_out(static_cast<std::size_t>(to - from), sum(from, to, size), "channels");
      });
}

}  // namespace actors::inline v1::detail
