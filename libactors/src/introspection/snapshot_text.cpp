#include <actors/snapshot.hpp>

#include "dump_wish.hpp"
#include "id_text.hpp"
#include "kind_text.hpp"
#include "name_ranges.hpp"
#include "snapshot_kinds.hpp"
#include "snapshot_words.hpp"
#include "task_text.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace actors::inline v1 {

namespace {

using namespace detail;

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
    if (each.held_for) text += ", for " + seconds_of(*each.held_for) + " s in one step";
    text += '\n';
  }
}

void add_channels(const runtime_snapshot& from, std::string& text) {
  if (!from.channels.empty()) text += '\n';
  for (const object_snapshot& each : from.channels) text += name_of(each) + figures_of(each) + '\n';
}

// In a large one names that count up or down are one line.
void add_ring(const std::vector<snapshot_id>& tasks, const naming& names, std::string& text) {
  std::vector<std::string_view> known;
  for (const snapshot_id id : tasks) {
    const task_snapshot* const task = names.find(id);
    known.push_back(task == nullptr ? std::string_view{} : task->name);
  }
  std::size_t at = 0;
  for (const name_range& each : ranges_in_order(known)) {
    const bool is_line = tasks.size() > few && each.count > 2;
    if (is_line)
      text += "\n    task " + quoted(each.first) + " to task " + quoted(each.last) + ", which are " +
              std::to_string(each.count);
    for (std::size_t i = 0; !is_line && i != each.count; ++i) text += "\n    " + names(tasks[at + i]);
    at += each.count;
  }
}

void add_cycles(const runtime_snapshot& from, const naming& names, std::string& text) {
  for (const wait_cycle& each : from.cycles) {
    text += "\nDEADLOCK: these tasks wait for each other, each for the next:";
    add_ring(each.tasks, names, text);
    text += "\n    and that one for the first\n";
  }
}

// Few tasks: each one, and those without names that differ in nothing but their ids once.
void add_few_tasks(const runtime_snapshot& from, const naming& names, std::string& text) {
  // In the order of the first of each.
  std::map<std::string, std::size_t> known;
  std::vector<std::pair<std::string, tasks_seen>> kinds;
  for (const task_snapshot& each : from.tasks) {
    std::string details = details_of(each, names);
    // Those that have a name of their own, or a time, are told one by one.
    const bool alone = !each.name.empty() || each.idle_for.has_value();
    const std::string key = alone ? details + id_text(each.id) : details;
    const auto [place, fresh] = known.try_emplace(key, kinds.size());
    if (fresh) kinds.emplace_back(std::move(details), tasks_seen{});
    kinds[place->second].second.push_back(&each);
  }
  for (const auto& [details, tasks] : kinds) {
    text += '\n';
    if (tasks.size() == 1)
      text += heading_of(*tasks.front());
    else
      text += std::to_string(tasks.size()) + " tasks alike, the first is " + naming::name(*tasks.front());
    text += "\n  " + details;
  }
}

}  // namespace

std::string runtime_snapshot::to_text() const {
  if (dumps_in_full()) return to_full_text();
  const naming names{*this};
  std::string text;
  add_summary(*this, text);
  add_workers(*this, names, text);
  add_cycles(*this, names, text);
  const bool many = tasks.size() > few;
  const std::vector<task_kind> kinds = many || channels.size() > few ? task_kinds(*this) : std::vector<task_kind>{};
  if (many)
    add_task_kinds(kinds, names, text);
  else
    add_few_tasks(*this, names, text);
  if (channels.size() > few)
    add_channel_kinds(channel_kinds(*this, kinds), text);
  else
    add_channels(*this, text);
  return text;
}

std::string runtime_snapshot::to_full_text() const {
  const naming names{*this};
  std::string text;
  add_summary(*this, text);
  add_workers(*this, names, text);
  add_cycles(*this, names, text);
  for (const task_snapshot& each : tasks) text += '\n' + heading_of(each) + "\n  " + details_of(each, names);
  add_channels(*this, text);
  return text;
}

}  // namespace actors::inline v1
