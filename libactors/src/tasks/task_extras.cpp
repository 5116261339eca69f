#include "task_extras.hpp"

#include <actors/detail/scheduler.hpp>
#include <actors/errors.hpp>

#include "../runtime/place_text.hpp"
#include "../runtime/thread_context.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

namespace actors::inline v1::detail {

namespace {

std::string next_number() {
  static std::atomic<std::uint64_t> last{0};
  return "task-" + std::to_string(last.fetch_add(1, std::memory_order_relaxed) + 1);
}

}  // namespace

task_extras* task_extras::find(task_state& task) noexcept {
  completion_list& completions = task.completions();
  if (completion* known = completions.find(&on_done)) return static_cast<task_extras*>(known);
  if (!completions.closed()) return nullptr;
  if (current_task_state() != &task) task.settle();  // else: what is destroyed with it asks
  return static_cast<task_extras*>(completions.kept());
}

task_extras* task_extras::find_now(task_state& task) noexcept {
  return static_cast<task_extras*>(task.completions().find(&on_done));
}

task_extras& task_extras::of(task_state& task) {
  if (task_extras* known = find(task)) return *known;
  completion_list& completions = task.completions();
  std::unique_ptr<task_extras> fresh{new task_extras};
  if (completion* added = completions.find_or_add(*fresh)) {
    if (added == fresh.get()) return *fresh.release();
    return static_cast<task_extras&>(*added);
  }
  if (current_task_state() != &task) task.settle();
  return of_ended(task);
}

task_extras& task_extras::of_ended(task_state& task) {
  completion_list& completions = task.completions();
  if (void* known = completions.kept()) return *static_cast<task_extras*>(known);
  std::unique_ptr<task_extras> fresh{new task_extras};
  fresh->ended_ = true;
  if (completions.keep(fresh.get())) return *fresh.release();
  return *static_cast<task_extras*>(completions.kept());
}

task_extras::last_words task_extras::free(completion_list& completions) noexcept {
  std::unique_ptr<task_extras> extras;
  // The list of a task that never started is open.
  for (completion* entry = completions.closed() ? nullptr : completions.close(); entry != nullptr;) {
    completion* after = entry->next;
    if (entry->done == &on_done) extras.reset(static_cast<task_extras*>(entry));
    entry = after;
  }
  if (void* kept = completions.kept()) extras.reset(static_cast<task_extras*>(kept));
  if (extras == nullptr) return {};
  return {std::move(extras->name_), std::move(extras->trace_)};
}

bool task_extras::on_done(completion& self, task_state& task) noexcept {
  auto& extras = static_cast<task_extras&>(self);
  {
    const std::lock_guard guard{extras.lock_};
    extras.ended_ = true;
  }
  task.completions().keep(&extras);
  extras.locals.reset();  // whose destructors may ask for what the task has
  return false;
}

std::string task_extras::name() {
  {
    const std::lock_guard guard{lock_};
    if (!name_.empty()) return name_;
  }
  std::string fresh = next_number();
  const std::lock_guard guard{lock_};
  if (name_.empty()) name_ = std::move(fresh);
  return name_;
}

std::string task_extras::known_name() {
  const std::lock_guard guard{lock_};
  return name_;
}

std::string task_extras::given_name() {
  const std::lock_guard guard{lock_};
  return name_was_given_ ? name_ : std::string{};
}

error_trace task_extras::trace() {
  const std::lock_guard guard{lock_};
  return trace_;
}

void task_extras::set_trace(error_trace trace) noexcept {
  const std::lock_guard guard{lock_};
  std::swap(trace_, trace);  // what was there before is freed by the caller
}

void task_extras::set_body(place_ref body) noexcept {
  const std::lock_guard guard{lock_};
  body_ = body;
  description_.reset();
}

std::shared_ptr<const std::string> task_extras::description(task_state& task) {
  place_ref body;
  {
    const std::lock_guard guard{lock_};
    if (description_ != nullptr) return description_;
    body = body_;
  }
  const std::string named = name();
  std::string text = "task '" + named + '\'';
  if (body) {
    text += " (" + function_name(body) + ", " + path_and_line(body);
    if (const place_ref spawned = task.spawned_at()) text += "; spawned at " + path_and_line(spawned);
    text += ')';
  }
  auto made = std::make_shared<const std::string>(std::move(text));
  const std::lock_guard guard{lock_};
  if (name_ == named) description_ = made;  // unless it has got another one meanwhile
  return made;
}

void task_extras::set_name(std::string name) {
  const std::lock_guard guard{lock_};
  description_.reset();
  name_was_given_ = true;
  name_.swap(name);  // what was there before is freed by the caller
}

std::stop_token task_extras::stop_token(task_state& task) {
  std::stop_source fresh;
  std::stop_token token;
  {
    const std::lock_guard guard{lock_};
    if (!stop_) stop_ = std::move(fresh);
    token = stop_->get_token();
  }
  waiter::cancel_observer.store(&observe, std::memory_order_release);
  if (task.tell_cancellations()) cancel_requested(task);
  return token;
}

void task_extras::observe(waiter& who) noexcept {
  auto& task = static_cast<task_state&>(who);
  if (task_extras* extras = find(task)) extras->cancel_requested(task);
}

// The callbacks of the token's users run on a worker, and not where the request came from: that may hold locks. Only of
// a call that was submitted to a pool they run there, as it has no worker.
void task_extras::cancel_requested(task_state& task) noexcept {
  {
    const std::lock_guard guard{lock_};
    // As long as the task has not ended its home is there.
    if (!stop_ || told_ || ended_) return;
    told_ = true;
    if (!task.is_call()) {
      task.retain();
      notice_.task = &task;
      notice_.extras = this;
      notice_.home = &scheduler_of(task);
      notice_.run = &tell;
      notice_.home->tasks.add(this_thread());  // the runtime waits for the notice
      task.home->post(notice_);
      return;
    }
  }
  stop_->request_stop();
}

void task_extras::tell(runnable& self) noexcept {
  auto& told = static_cast<notice&>(self);
  task_state* task = told.task;
  told.extras->stop_->request_stop();
  told.home->tasks.remove(this_thread());
  task->release();
}

// ---- task-local values ---------------------------------------------------------------------------------------------

namespace {

task_state* task_with_locals() noexcept {
  const thread_context& here = this_thread();
  task_state* task = here.running != nullptr ? here.running : static_cast<task_state*>(here.calls_for);
  return task != nullptr && task->has_locals() ? task : nullptr;
}

}  // namespace

local_values current_locals() noexcept {
  task_state* task = task_with_locals();
  return task == nullptr ? nullptr : task_extras::find(*task)->locals;
}

const void* find_local(const void* variable) noexcept {
  task_state* task = task_with_locals();
  if (task == nullptr) return nullptr;
  const local_value* each = task_extras::find(*task)->locals.get();
  while (each != nullptr && each->variable != variable) each = each->next.get();
  return each == nullptr ? nullptr : each->value.get();
}

void set_locals(local_values values) {
  task_state* task = this_thread().running;
  if (task == nullptr)
    throw usage_error{"a task-local variable is set by a task: there is none that runs on this thread"};
  task_extras::of(*task).locals = std::move(values);
  task->note_locals();
}

local_values with_local(const local_values& values, const void* variable, std::shared_ptr<const void> value) {
  // Those before the old value are copied, those behind it are shared.
  std::vector<const local_value*> before;
  const local_values* rest = &values;
  while (*rest != nullptr && (*rest)->variable != variable) {
    before.push_back(rest->get());
    rest = &(*rest)->next;
  }
  const bool known = *rest != nullptr;
  local_values list = known ? (*rest)->next : values;
  if (known) {
    for (auto each = before.rbegin(); each != before.rend(); ++each)
      list = std::make_shared<const local_value>(local_value{std::move(list), (*each)->variable, (*each)->value});
  }
  return std::make_shared<const local_value>(local_value{std::move(list), variable, std::move(value)});
}

void inherit_locals(task_state& from, task_state& to) {
  task_extras::of(to).locals = task_extras::find(from)->locals;
  to.note_locals();
}

}  // namespace actors::inline v1::detail
