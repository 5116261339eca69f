#include "task_register.hpp"

#include "../introspection/dump_wish.hpp"
#include "../introspection/name_ranges.hpp"
#include "../introspection/snapshot_kinds.hpp"
#include "../runtime/thread_context.hpp"
#include "engine.hpp"
#include "history.hpp"
#include "task_hooks.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace actors::inline v1::detail {

namespace {

// "3 to 17, 19"
std::string ranges_text(const std::vector<std::string>& numbers) {
  constexpr std::size_t most = 8;
  return text_of(ranges_of({numbers.begin(), numbers.end()}), "", most);
}

// "channel", of "receive from channel".
std::string_view last_word(std::string_view text) { return text.substr(text.rfind(' ') + 1); }

}  // namespace

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
  const auto found = tasks_.find(number);
  return "task " + std::to_string(number) + (found == tasks_.end() ? "" : body_of(found->second));
}

// " (consume)"
std::string task_register::body_of(const record& of) {
  const code_place& body = of.task->body();
  const std::string_view function{body.function};
  // Compilers name the coroutine that a lambda is after its operator.
  return " (" + (function.starts_with("operator()") ? "lambda in " + text_of(body) : std::string{function}) + ')';
}

// ": receive from channel 1, in consume (main.cpp:12)"
std::string task_register::wait_of(const record& of, bool numbered) {
  std::string text;
  if (!of.task->waits())
    text = of.step ? ", not waiting; it waited for: " : ", not waiting";
  else if (of.step)
    text = ": ";
  if (!of.step) return text;
  coming_step step = *of.step;
  if (!numbered) step.object = 0;
  return text + text_of(step);
}

// Where there are few, each is one of its own, in order.
std::vector<std::vector<task_register::entry>> task_register::kinds() const {
  const bool folds = tasks_.size() > few && !dumps_in_full();
  std::map<std::string, std::size_t> places;
  std::vector<std::vector<entry>> found;
  for (const auto& each : tasks_) {
    std::string key = folds ? body_of(each.second) + wait_of(each.second, false) : std::to_string(each.first);
    const auto [place, fresh] = places.try_emplace(std::move(key), found.size());
    if (fresh) found.emplace_back();
    found[place->second].push_back(&each);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  return found;
}

std::string task_register::rest_of(const std::vector<entry>& kind) {
  const std::optional<coming_step>& first = kind.front()->second.step;
  std::vector<std::string> numbers;
  std::vector<std::string> objects;
  for (const entry each : kind) {
    if (each == kind.front()) continue;
    numbers.push_back(std::to_string(each->first));
    const std::uint32_t object = each->second.step ? each->second.step->object : 0;
    if (object != 0 && object != first->object) objects.push_back(std::to_string(object));
  }
  std::sort(objects.begin(), objects.end());
  objects.erase(std::unique(objects.begin(), objects.end()), objects.end());
  std::string text = "    and " + std::to_string(numbers.size()) +
                     " more like it: " + (numbers.size() == 1 ? "task " : "tasks ") + ranges_text(numbers);
  if (!objects.empty())
    text += "; " + std::string{last_word(first->what)} + (objects.size() == 1 ? " " : "s ") + ranges_text(objects);
  return text + '\n';
}

std::string task_register::text() const {
  const std::vector<std::vector<entry>> found = kinds();
  std::string text;
  if (found.size() != tasks_.size())
    text = "  " + std::to_string(tasks_.size()) + " tasks, those alike together, the rarest first " +
           "(ACTORS_DUMP=full tells each one)\n";
  for (const std::vector<entry>& kind : found) {
    const auto& [number, known] = *kind.front();
    text += "  " + name_of(number) + wait_of(known, true) + '\n';
    if (kind.size() != 1) text += rest_of(kind);
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
