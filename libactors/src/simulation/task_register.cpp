#include "task_register.hpp"

#include "../runtime/thread_context.hpp"
#include "engine.hpp"
#include "history.hpp"
#include "task_hooks.hpp"

#include <string_view>

namespace actors::inline v1::detail {

void task_register::started(task_state& task, const task_state* by) {
  tasks_[++last_] = {&task, number_of(by), {}};
  numbers_[&task] = last_;
}

void task_register::ended(const task_state& task) noexcept {
  const auto found = numbers_.find(&task);
  if (found == numbers_.end()) return;
  tasks_.erase(found->second);
  numbers_.erase(found);
}

void task_register::comes_to(const task_state& task, const coming_step& step) noexcept {
  if (const auto found = tasks_.find(number_of(&task)); found != tasks_.end()) found->second.step = step;
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

std::string task_register::name_of(unsigned number) const {
  std::string text = "task " + std::to_string(number);
  const auto found = tasks_.find(number);
  if (found == tasks_.end()) return text;
  const code_place& body = found->second.task->body();
  const std::string_view function{body.function};
  // Compilers name the coroutine that a lambda is after its operator.
  return text + " (" + (function.starts_with("operator()") ? "lambda in " + text_of(body) : std::string{function}) +
         ')';
}

std::string task_register::text() const {
  std::string text;
  for (const auto& [number, known] : tasks_) {
    text += "  " + name_of(number);
    if (!known.task->waits())
      text += known.step ? ", not waiting; it waited for: " : ", not waiting";
    else if (known.step)
      text += ": ";
    if (known.step) text += text_of(*known.step);
    text += '\n';
  }
  return text;
}

void watch_start(task_state& task) noexcept {
  if (engine* here = engine::running()) here->task_started(task);
}

void watch_end(task_state& task) noexcept {
  if (engine* here = engine::running()) here->task_ended(task);
}

void note_wait(const waiter& who, wait_kind what, std::uint32_t object, code_place where) noexcept {
  engine* here = engine::running();
  if (here == nullptr) return;
  const unsigned channel = object == 0 ? 0 : here->tasks().channel_of(object);
  here->task_comes_to(who, {text_of(what), channel, where, ""});
}

void note_wait(const waiter& who, wait_kind what, const waiter& other, code_place where) noexcept {
  engine* here = engine::running();
  if (here == nullptr) return;
  const unsigned number = here->tasks().number_of(static_cast<const task_state*>(&other));
  here->task_comes_to(who, {text_of(what), number, where, ""});
}

void note_step(const char* what, std::uint32_t object, code_place where) noexcept {
  engine* here = engine::running();
  if (here == nullptr) return;
  const unsigned channel = object == 0 ? 0 : here->tasks().channel_of(object);
  here->note_event({what, channel, where, ""});
}

task_state* next_watched(unsigned& before) noexcept {
  engine* here = engine::running();
  return here != nullptr ? here->tasks().after(before) : nullptr;
}

}  // namespace actors::inline v1::detail
