#include "task_text.hpp"

#include "id_text.hpp"
#include "stack_text.hpp"

#include <cstdio>
#include <string_view>

namespace actors::inline v1::detail {

namespace {

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
  if (ends_with_tasks(task)) text += names.list(task.awaits).substr(std::string_view{"task"}.size());
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

}  // namespace

std::string seconds_of(std::chrono::nanoseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double>{time}.count());
  return text;
}

std::string heading_of(const task_snapshot& task) {
  std::string text = naming::name(task);
  if (!task.name.empty()) text += ' ' + id_text(task.id);
  if (task.idle_for) text += ", last ran " + seconds_of(*task.idle_for) + " s ago";
  return text;
}

// "wait for the end of task" goes on with which.
bool ends_with_tasks(const task_snapshot& task) { return task.waits_for.ends_with(" task") && !task.awaits.empty(); }

std::string details_of(const task_snapshot& task, const naming& names) {
  std::string text = activity_of(task, names) + '\n';
  text += stack_text(task.stack, task.activity != task_activity::waiting);
  if (!task.spawned_at.file.empty()) {
    text += "    spawned at " + path_of(task.spawned_at);
    if (!task.spawned_at.function.empty()) text += ", in " + task.spawned_at.function;
    text += '\n';
  }
  if (!task.awaits.empty() && !ends_with_tasks(task)) text += "    awaits " + names.list(task.awaits) + '\n';
  if (!task.awaited_by.empty()) text += "    its end is awaited by " + names.list(task.awaited_by) + '\n';
  if (task.awaited_by_thread) text += "    its end is awaited by a thread\n";
  return text;
}

}  // namespace actors::inline v1::detail
