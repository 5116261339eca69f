#include <actors/detail/scheduler.hpp>
#include <actors/detail/task_watch.hpp>
#include <actors/errors.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>
#include <actors/task_ref.hpp>

#include "task_extras.hpp"

namespace actors::inline v1 {

namespace detail {

namespace {

// Made for one callback, and freed when that was started.
struct callback : completion {
  explicit callback(task<> work) noexcept : block{task_access::take(work)} { done = &start; }
  ~callback() {
    if (block != nullptr) block->release();
  }
  callback(const callback&) = delete;
  callback& operator=(const callback&) = delete;

  static bool start(completion& self, task_state& ended) noexcept {
    if (!ended.done()) return true;  // to be called again: the callback is to find the task done
    const std::unique_ptr<callback> entry{static_cast<callback*>(&self)};
    entry->block->start_cleanup(static_cast<lane&>(*ended.home));  // also at the end of the runtime
    return false;
  }

  task_block<void>* block;
};

}  // namespace

std::string name_of(task_state& state) { return task_extras::of(state).name(); }
void set_name_of(task_state& state, std::string name) { task_extras::of(state).set_name(std::move(name)); }

// Without memory for it there is none.
error_trace trace_of(task_state& state) noexcept {
  try {
    task_extras* const extras = state.done() ? task_extras::find(state) : nullptr;
    return extras != nullptr ? extras->trace() : error_trace{};
  } catch (const std::bad_alloc&) {
    return {};
  }
}

namespace {

// A task that asks whether it is to stop, without a wait: its limits of time count from here on at the latest.
void start_limits_of(task_state& state) noexcept {
  if (current_task_state() == &state) state.do_what_was_put_off();
}

}  // namespace

unsigned cancel_requests_of(task_state& state) noexcept {
  start_limits_of(state);
  return state.cancel_requests();
}

std::stop_token stop_token_of(task_state& state) {
  start_limits_of(state);
  return task_extras::of(state).stop_token(state);
}

namespace {

// For a call of a pool, which has no lane: a task of the caller's runtime waits for its end.
task<> call_after(task_ref, task_state& state, task<> call) {
  {
    task_watch watch{1, wait_kind::done_callback};
    watch.watch(state);
    co_await watch.until(1);
    state.settle();
  }
  co_await call;
}

}  // namespace

void call_when_done(task_state& state, task<> call) {
  if (state.is_call()) {
    lane& where = need_lane("add_done_callback to a call of a pool");
    start_task(call_after(task_ref{&state}, state, std::move(call)), where);
    return;
  }
  auto entry = std::make_unique<callback>(std::move(call));
  task_state* adding = current_task_state();
  if (adding != nullptr && adding->has_locals()) inherit_locals(*adding, *entry->block);
  if (state.subscribe(*entry)) {
    entry.release();
    return;
  }
  // The runtime of that task may be gone. As the others it is called also where its own is about to end.
  entry->block->start_cleanup(need_lane("add_done_callback to a task that has ended"));
}

std::vector<task_ref> tasks_of(const scheduler& where) {
  std::vector<task_ref> found;
  where.tasks.for_each(
      [](task_state& task, void* context) { static_cast<std::vector<task_ref>*>(context)->emplace_back(&task); },
      &found);
  return found;
}

}  // namespace detail

task_ref current_task() {
  detail::task_state* running = detail::current_task_state();
  if (running == nullptr) throw usage_error{"current_task(): no task runs on this thread"};
  return task_ref{running};
}

std::vector<task_ref> all_tasks() { return detail::tasks_of(detail::need_scheduler("all_tasks")); }

}  // namespace actors::inline v1
