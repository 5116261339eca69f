#include <actors/detail/frame_pool.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/detail/task_list.hpp>
#include <actors/detail/task_state.hpp>

#include "../runtime/thread_context.hpp"
#include "../simulation/task_hooks.hpp"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace actors::inline v1::detail {

task_list::task_list(scheduler& owner, unsigned workers)
    : owner_{owner}, workers_{workers}, counters_{std::make_unique<counter[]>(workers + 1)} {}
task_list::~task_list() = default;

inline task_list::counter* task_list::own(const thread_context& here) const noexcept {
  return here.where == &owner_ ? &counters_[here.slot] : nullptr;
}

bool task_list::add(const thread_context& here) noexcept {
  if (counter* mine = own(here))
    mine->started.store(mine->started.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  else
    counters_[workers_].started.fetch_add(1, std::memory_order_release);
  return !draining_.load(std::memory_order_relaxed);
}

void task_list::remove(const thread_context& here) noexcept {
  if (counter* mine = own(here))
    mine->ended.store(mine->ended.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  else
    counters_[workers_].ended.fetch_add(1, std::memory_order_release);
  // Where the two lines are reordered the one who waits may not be told; it looks by itself, too.
  if (!draining_.load(std::memory_order_relaxed)) return;
  const std::lock_guard guard{drained_lock_};
  drained_.notify_all();
}

// The ends are read first (acquire). Whatever ended was started before, and whatever it started itself was started
// before it ended: so all these starts are seen in the second round. Let some task be alive all the time. Its line of
// ancestors goes back to one that was started by a thread outside, before this call; the first in that line, from the
// outermost on, whose end was not seen has its start seen, as its parent's end was. So more starts are seen than ends.
task_list::counts task_list::so_far() const noexcept {
  counts now;
  for (unsigned i = 0; i <= workers_; ++i) now.ended += counters_[i].ended.load(std::memory_order_acquire);
  for (unsigned i = 0; i <= workers_; ++i) now.started += counters_[i].started.load(std::memory_order_acquire);
  return now;
}

std::size_t task_list::size() const noexcept {
  const counts now = so_far();
  return static_cast<std::size_t>(now.started - now.ended);
}

bool task_list::empty() const noexcept { return size() == 0; }

visit_note::visit_note(scheduler& where) noexcept : before_{std::exchange(this_thread().visited, &where)} {}
visit_note::~visit_note() { this_thread().visited = before_; }

#if ACTORS_SIMULATION
namespace {
// It cannot end meanwhile.
bool retain_in_one_step(task_state& task) noexcept {
  const one_step undivided;
  return task.retain_listed();
}
}  // namespace
#endif

void task_list::for_each(void (*visit)(task_state& task, void* context), void* context) const {
  const visit_note here{owner_};
#if ACTORS_SIMULATION
  // What the walk comes upon depends on what the process did before.
  unsigned number = 0;
  while (task_state* task = next_watched(number)) {
    if (!retain_in_one_step(*task)) continue;
    if (task->belongs_to(owner_)) visit(*task, context);
    task->release();
  }
#else
  for_each_frame([&](void* head) {
    auto& task = *static_cast<task_state*>(head);
    if (!task.retain_listed()) return;
    if (task.belongs_to(owner_)) visit(task, context);
    task.release();
  });
#endif
}

void task_list::ask_all() noexcept {
  for_each([](task_state& task, void*) { task.ask_to_end(); }, nullptr);
}

void task_list::cancel_all() noexcept {
  draining_.store(true, std::memory_order_seq_cst);
  ask_all();
}

void task_list::accept() noexcept { draining_.store(false, std::memory_order_seq_cst); }

// A task that starts meanwhile can miss both: `draining_` and the walk. So the walk is repeated while some are left.
void task_list::cancel_all_and_wait() {
  draining_.store(true, std::memory_order_seq_cst);
  constexpr std::chrono::milliseconds longest{100};
  for (std::chrono::milliseconds pause{1};; pause = std::min(2 * pause, longest)) {
    if (empty()) break;
    ask_all();
    std::unique_lock guard{drained_lock_};
    if (drained_.wait_for(guard, pause, [this] { return empty(); })) break;
  }
  accept();
}

}  // namespace actors::inline v1::detail
