#include <actors/snapshot.hpp>

#include "id_text.hpp"
#include "stack_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace actors::inline v1 {

namespace {

std::string quoted(std::string_view name) { return '\'' + std::string{name} + '\''; }

std::string seconds(std::chrono::nanoseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f s", std::chrono::duration<double>{time}.count());
  return text;
}

std::string counted(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + ' ' + (count == 1 ? one : many);
}

std::string path_of(const snapshot_place& place) { return place.file + ':' + std::to_string(place.line); }

// "channel 'jobs'", "channel 0x55d0 made at main.cpp:12", "mutex 0x7ffe"
std::string name_of(const object_snapshot& object) {
  std::string text = object.type + ' ';
  if (!object.name.empty()) return text + quoted(object.name);
  text += detail::id_text(object.id);
  if (!object.made_at.file.empty()) text += " made at " + path_of(object.made_at);
  return text;
}

std::string figures_of(const object_snapshot& object) {
  std::string text;
  const auto add = [&text](std::string more) { text += (text.empty() ? "" : ", ") + std::move(more); };
  if (object.closed) add("closed");
  if (object.size >= 0 && object.capacity == 0) add("no buffer");
  if (object.size >= 0 && object.capacity > 0)
    add(std::to_string(object.size) +
        (object.capacity == INT64_MAX ? std::string{" values"} : " of " + std::to_string(object.capacity) + " values"));
  if (object.senders >= 0) add(counted(object.senders, "sender", "senders"));
  if (object.receivers >= 0) add(counted(object.receivers, "receiver", "receivers"));
  if (object.unread) add("nobody has received from it");
  return text.empty() ? text : " (" + text + ')';
}

/// The tasks of a snapshot by their ids, to call them by name.
class naming {
 public:
  explicit naming(const runtime_snapshot& in) {
    for (const task_snapshot& each : in.tasks) tasks_[each.id] = &each;
  }
  std::string operator()(snapshot_id id) const {
    const auto found = tasks_.find(id);
    return found == tasks_.end() ? "task " + detail::id_text(id) : name(*found->second);
  }
  static std::string name(const task_snapshot& task) {
    if (!task.name.empty()) return "task " + quoted(task.name);
    std::string text = "task " + detail::id_text(task.id);
    if (!task.stack.empty()) text += " (" + task.stack.back().function + ')';
    return text;
  }

 private:
  std::unordered_map<snapshot_id, const task_snapshot*> tasks_;
};

std::string list_of(const std::vector<snapshot_id>& ids, const naming& names) {
  constexpr std::size_t most = 8;
  std::string text;
  for (std::size_t i = 0; i != std::min(ids.size(), most); ++i) text += (i == 0 ? "" : ", ") + names(ids[i]);
  if (ids.size() > most) text += " and " + std::to_string(ids.size() - most) + " more";
  return text;
}

// "wait for the end of task" goes on with which.
bool ends_with_tasks(const task_snapshot& task) { return task.waits_for.ends_with(" task") && !task.awaits.empty(); }

std::string activity_of(const task_snapshot& task, const naming& names) {
  std::string text;
  switch (task.activity) {
    case task_activity::ready:
      text = "ready";
      break;
    case task_activity::running:
      text = task.worker >= 0 ? "running on worker " + std::to_string(task.worker) : "running";
      break;
    case task_activity::waiting:
      text = "waiting";
      if (!task.waits_for.empty()) text += ": " + task.waits_for;
      break;
  }
  if (ends_with_tasks(task)) text += list_of(task.awaits, names).substr(std::string_view{"task"}.size());
  if (task.object) {
    // What it waits for ends with the type of the object.
    if (text.ends_with(task.object->type)) text.resize(text.size() - task.object->type.size());
    if (!text.ends_with(' ')) text += ", ";
    text += name_of(*task.object) + figures_of(*task.object);
    if (task.object->holder != 0) text += ", which " + names(task.object->holder) + " has";
  }
  for (std::size_t i = 0; i != task.alternatives.size(); ++i)
    text += (i == 0 ? " of " : ", ") + name_of(task.alternatives[i]) + figures_of(task.alternatives[i]);
  if (task.cancelled) text += "; asked to stop";
  return text;
}

// Everything but who it is.
std::string details_of(const task_snapshot& task, const naming& names) {
  std::string text = activity_of(task, names) + '\n';
  text += detail::stack_text(task.stack, task.activity != task_activity::waiting);
  if (!task.spawned_at.file.empty()) {
    text += "    spawned at " + path_of(task.spawned_at);
    if (!task.spawned_at.function.empty()) text += ", in " + task.spawned_at.function;
    text += '\n';
  }
  if (!task.awaits.empty() && !ends_with_tasks(task)) text += "    awaits " + list_of(task.awaits, names) + '\n';
  if (!task.awaited_by.empty()) text += "    its end is awaited by " + list_of(task.awaited_by, names) + '\n';
  if (task.awaited_by_thread) text += "    its end is awaited by a thread\n";
  return text;
}

void add_summary(const runtime_snapshot& from, std::string& text) {
  std::size_t running = 0;
  std::size_t asleep = 0;
  std::size_t waiting = 0;
  for (const worker_snapshot& each : from.workers) {
    if (each.running != 0) ++running;
    if (each.asleep) ++asleep;
  }
  for (const task_snapshot& each : from.tasks)
    if (each.activity == task_activity::waiting) ++waiting;
  text += counted(static_cast<std::int64_t>(from.workers.size()), "worker", "workers") + ": " +
          std::to_string(running) + " running a task, " + std::to_string(asleep) + " asleep; " +
          counted(static_cast<std::int64_t>(from.tasks.size()), "task", "tasks") + ", " + std::to_string(waiting) +
          " waiting; pool: " + counted(static_cast<std::int64_t>(from.pool.threads), "thread", "threads") + ", " +
          counted(static_cast<std::int64_t>(from.pool.running), "call", "calls") + " running, " +
          std::to_string(from.pool.queued) + " queued\n";
}

void add_workers(const runtime_snapshot& from, const naming& names, std::string& text) {
  for (const worker_snapshot& each : from.workers) {
    if (each.running == 0) continue;
    text += "worker " + std::to_string(each.index) + " runs " + names(each.running);
    if (each.held_for) text += ", for " + seconds(*each.held_for) + " in one step";
    text += '\n';
  }
}

void add_tasks(const runtime_snapshot& from, const naming& names, std::string& text) {
  // Tasks alike, in the order of the first of each.
  std::map<std::string, std::size_t> known;
  std::vector<std::pair<std::string, std::vector<const task_snapshot*>>> kinds;
  for (const task_snapshot& each : from.tasks) {
    std::string details = details_of(each, names);
    // Those that have a name of their own, or somebody who waits for them, are told one by one.
    const bool alone = !each.name.empty() || each.idle_for.has_value();
    const std::string key = alone ? details + detail::id_text(each.id) : details;
    const auto [place, fresh] = known.try_emplace(key, kinds.size());
    if (fresh) kinds.emplace_back(std::move(details), std::vector<const task_snapshot*>{});
    kinds[place->second].second.push_back(&each);
  }
  for (const auto& [details, tasks] : kinds) {
    text += '\n';
    if (tasks.size() == 1) {
      const task_snapshot& task = *tasks.front();
      text += naming::name(task);
      if (!task.name.empty()) text += ' ' + detail::id_text(task.id);
      if (task.idle_for) text += ", last ran " + seconds(*task.idle_for) + " ago";
    } else {
      text += std::to_string(tasks.size()) + " tasks alike, the first is " + naming::name(*tasks.front());
    }
    text += "\n  " + details;
  }
}

}  // namespace

std::string runtime_snapshot::to_text() const {
  const naming names{*this};
  std::string text;
  add_summary(*this, text);
  add_workers(*this, names, text);
  for (const wait_cycle& each : cycles) {
    text += "\nDEADLOCK: these tasks wait for each other, each for the next:";
    for (const snapshot_id id : each.tasks) text += "\n    " + names(id);
    text += "\n    and that one for the first\n";
  }
  add_tasks(*this, names, text);
  if (!channels.empty()) text += '\n';
  for (const object_snapshot& each : channels) text += name_of(each) + figures_of(each) + '\n';
  return text;
}

}  // namespace actors::inline v1
