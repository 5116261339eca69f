#include "task_register.hpp"

#include "../runtime/thread_context.hpp"
#include "engine.hpp"
#include "task_watch.hpp"

namespace actors::inline v1::detail {

void task_register::started(task_state& task, const task_state* by) {
  tasks_[++last_] = {&task, number_of(by)};
  numbers_[&task] = last_;
}

void task_register::ended(const task_state& task) noexcept {
  const auto found = numbers_.find(&task);
  if (found == numbers_.end()) return;
  tasks_.erase(found->second);
  numbers_.erase(found);
}

unsigned task_register::number_of(const task_state* task) const noexcept {
  const auto found = numbers_.find(task);
  return found == numbers_.end() ? 0 : found->second;
}

task_state* task_register::after(unsigned& before) const noexcept {
  const auto found = tasks_.upper_bound(before);
  if (found == tasks_.end()) return nullptr;
  before = found->first;
  return found->second.task;
}

std::string task_register::text() const {
  std::string text;
  for (const auto& [number, known] : tasks_) {
    text += "  task " + std::to_string(number);
    if (known.by != 0) text += " (started by task " + std::to_string(known.by) + ')';
    text += '\n';
  }
  return text;
}

void watch_start(task_state& task) noexcept {
  if (engine* here = engine::running()) here->tasks().started(task, this_thread().running);
}

void watch_end(task_state& task) noexcept {
  if (engine* here = engine::running()) here->tasks().ended(task);
}

task_state* next_watched(unsigned& before) noexcept {
  engine* here = engine::running();
  return here != nullptr ? here->tasks().after(before) : nullptr;
}

}  // namespace actors::inline v1::detail
