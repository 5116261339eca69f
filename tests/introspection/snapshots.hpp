// snapshots: looking for tasks in snapshots.
#pragma once

#include <actors/actors.hpp>
#include <actors/snapshot.hpp>

#include "support/waiting.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>

namespace test {

/// The task of that name; an empty one where there is none.
inline actors::task_snapshot named(const actors::runtime_snapshot& in, std::string_view name) {
  const auto found = std::find_if(in.tasks.begin(), in.tasks.end(),
                                  [name](const actors::task_snapshot& each) { return each.name == name; });
  return found != in.tasks.end() ? *found : actors::task_snapshot{};
}

/// Snapshots until `met` is true of one: until the program has come to the state that is to be looked at.
template <class Condition>
actors::runtime_snapshot snapshot_when(actors::runtime& of, Condition met) {
  for (;;) {
    actors::runtime_snapshot now = of.snapshot();
    if (met(now)) return now;
    let_pass(std::chrono::milliseconds{1});
  }
}

/// Whether there are so many tasks, which all wait. The workers were looked at first: where they slept nothing has gone
/// on since, so that what is told of one task fits what is told of the others.
inline bool all_wait(const actors::runtime_snapshot& in, std::size_t tasks) {
  const bool sleep = std::all_of(in.workers.begin(), in.workers.end(), [](const auto& each) { return each.asleep; });
  return sleep && in.tasks.size() == tasks && std::all_of(in.tasks.begin(), in.tasks.end(), [](const auto& each) {
           return each.activity == actors::task_activity::waiting;
         });
}

/// "inner:12" for the places of a stack, the innermost first: what is behind the last "::", and the line.
inline std::string stack_of(const actors::task_snapshot& task) {
  std::string text;
  for (const actors::snapshot_place& each : task.stack) {
    const auto scope = each.function.rfind("::");
    text += (text.empty() ? "" : " ") + (scope == std::string::npos ? each.function : each.function.substr(scope + 2)) +
            ':' + std::to_string(each.line);
  }
  return text;
}

}  // namespace test
