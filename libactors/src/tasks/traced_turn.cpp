#include "traced_turn.hpp"

#include "task_extras.hpp"

#include <new>
#include <string>
#include <utility>

namespace actors::inline v1::detail {

namespace {

// The address of the code of a coroutine, which its frame begins with (in both ABIs: what `resume` of a handle calls).
// It stays the same until the final suspension. By it a turn finds the place of its coroutine, which the task itself
// keeps only until its first wait.
const void* code_of(task_state& task) noexcept { return *static_cast<const void* const*>(task.frame().address()); }

// 0 for a task without a name of its own.
std::uint32_t name_in(traced_thread& here, task_state& task) noexcept {
  if (task.completions().empty()) return 0;
  task_extras* const extras = task_extras::find(task);
  if (extras == nullptr) return 0;
  try {
    const std::string given = extras->given_name();
    return given.empty() ? 0 : here.text(given);
  } catch (const std::bad_alloc&) {
    return 0;
  }
}

// 0 for none. A place that is no coroutine's is known by its record.
std::uint32_t place_in(traced_thread& here, const void* key, place_ref place) noexcept {
  const place_record* const kept = place.record();
  return kept == nullptr ? 0 : here.place(key, {kept->function, kept->file, kept->line});
}

std::uint64_t number_of(const task_state& task) noexcept { return reinterpret_cast<std::uintptr_t>(&task); }

}  // namespace

traced_turn::traced_turn(thread_context& context, task_state& task) noexcept : context_{context} {
  self_ = std::exchange(context.self, nullptr);
  if (self_ != nullptr) context.traced = self_;
  traced_thread* const here = traced_thread::here();
  if (here == nullptr || !here->turns) return;
  here->record({.object = number_of(task),
                .name = name_in(*here, task),
                .place = here->known_place(code_of(task)),
                .kind = trace_kind::turn_begin});
  here->note_wait(wait_kind::unknown, nullptr);
  thread_ = here;
}

// The recording may have ended meanwhile; its memory is there as long as no other one has begun.
traced_turn::~traced_turn() {
  if (thread_ != nullptr && traced_thread::here() == thread_) thread_->end_turn();
  if (self_ == nullptr) return;
  context_.traced = nullptr;
  context_.self = self_;
}

void trace_start(task_state& task) noexcept {
  traced_thread* const here = traced_thread::here();
  if (here == nullptr || !here->turns) return;
  here->record({.object = number_of(task),
                .name = name_in(*here, task),
                .place = place_in(*here, code_of(task), task.place()),
                .kind = trace_kind::task_spawned,
                .detail = place_in(*here, task.spawned_at().record(), task.spawned_at())});
}

void trace_end(const task_state& task, task_status how) noexcept {
  traced_thread* const here = traced_thread::here();
  if (here == nullptr || !here->turns) return;
  here->record({.object = number_of(task), .kind = trace_kind::task_ended, .status = static_cast<std::uint8_t>(how)});
}

}  // namespace actors::inline v1::detail
