#include <actors/detail/channel_observer.hpp>
#include <actors/detail/frame_pool.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/detail/task_promise.hpp>
#include <actors/detail/task_state.hpp>
#include <actors/join_handle.hpp>
#include <actors/sleep.hpp>

#include "../runtime/thread_context.hpp"
#include "../simulation/task_hooks.hpp"
#include "debug_mode.hpp"
#include "error_way.hpp"
#include "lost_captures.hpp"
#include "report_error.hpp"
#include "strand_lane.hpp"
#include "task_extras.hpp"
#include "turn_watch.hpp"

#include <cxxabi.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace actors::inline v1::detail {

#if !ACTORS_SIMULATION && defined(__LP64__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"
// Where each byte of the head of a task is: one cache line. The table with the reasons is in
// docs/decisions/frames-and-timers.md.
struct task_layout {
  static_assert(sizeof(runnable) == 16 && offsetof(task_state, next) == frame_link_offset);
  static_assert(offsetof(task_state, run) == 8);
  static_assert(offsetof(task_state, home) == 16);
  static_assert(offsetof(task_state, resume_point_) == 24 && offsetof(task_state, filter_) == 24);
  // At 32 the waiter's word (4 bytes), at 36 its budget (1), at 37 the number of its thread (1).
  static_assert(offsetof(task_state, marks_) == 38);
  static_assert(offsetof(task_state, nature_) == 39 && sizeof(task_state::nature_) == 1);
  static_assert(offsetof(task_state, references_) == 40);
  static_assert(offsetof(task_state, shape_) == 44 && sizeof(task_state::shape_) == 2);
  static_assert(offsetof(task_state, status_) == 46 && sizeof(task_status) == 1);
  static_assert(offsetof(task_state, outcome_) == 47);
  static_assert(offsetof(task_state, at_) == 48 && offsetof(task_state, failure_) == 48);
  static_assert(offsetof(task_state, completions_) == 56 && offsetof(task_state, party_) == 56);
  static_assert(sizeof(task_state) == 64 && sizeof(task_state) <= frame_head_bytes);

  // Behind it the result, and before one with a destructor a pointer to what destroys it; then the frame.
  static_assert(sizeof(task_block<void>) == 64 && frame_offset_of<void>() == 64);
  static_assert(sizeof(task_block<std::int64_t>) == 72 && frame_offset_of<std::int64_t>() == 80);
  static_assert(sizeof(task_block<std::exception_ptr>) == 80);
  // In the frame a promise takes the least there is: what follows it is aligned to eight bytes.
  static_assert(sizeof(task_promise<void>) == 8 && sizeof(task_promise<std::int64_t>) == 8);
  // What waits lies in the frame: a sleep, and who waits for the end of a task.
  static_assert(sizeof(timer) == 32 && sizeof(sleep_operation) == 40);
  static_assert(sizeof(join_handle<>) == 8 && sizeof(join_wait) == 56);
};
#pragma GCC diagnostic pop
#endif

inline turn::turn() noexcept = default;
[[gnu::always_inline]] inline turn::~turn() {}

[[gnu::noinline]] task_state* current_task_state() noexcept { return this_thread().running; }

// No turn goes on around it: turns set both, and leave none. What was put off in it is done before it ends.
[[gnu::noinline]] acting_as::acting_as(waiter& who) noexcept : acting_{static_cast<task_state&>(who)} {
  acting_.begin_turn_of(now_);
  this_thread().running = &acting_;
}
[[gnu::noinline]] acting_as::~acting_as() {
  acting_.do_what_was_put_off();
  this_thread().running = nullptr;
}

bool end_turn_at(waiter& party, std::coroutine_handle<> point) {
  if (party.cancel_pending()) {
    party.take_cancel();
    throw cancelled{};
  }
  party.step_back(point);
  return true;
}

lane& need_lane(const char* what) {
  if (const task_state* running = current_task_state()) return static_cast<lane&>(*running->home);
  return need_scheduler(what);
}

place_ref task_state::spawned_at() const noexcept {
  if (!nature_.spawn_noted) return {};
  auto* const frame =
      const_cast<std::byte*>(reinterpret_cast<const std::byte*>(this)) + shape_.frame_units * frame_unit;
  return note_in(frame).spawned_at;
}

void task_state::enter(lane& where, std::uint32_t marks, bool shared) noexcept {
  nature_.role = role::spawned;
  home = &where;
  run = &first_turn;
  if (where.is_strand()) {
    nature_.on_strand = true;
    static_cast<strand_lane&>(where).retain();
  }
  thread_context& here = this_thread();
  if (task_state* parent = here.running) {
    nature_.depth = parent->nature_.depth == 0 ? 1 : 2;
    if (nature_.depth == 2 && !nature_.on_strand) here.has_grandchildren = true;
    if (parent->nature_.has_locals) [[unlikely]]
      inherit_locals(*parent, *this);
  }
  if (observed()) [[unlikely]]
    note_started(*this);
  // From the release on, those who list all tasks see it. Before, nobody else has it, unless it is shared.
  if (shared) {
    references().fetch_add(1 | listed | marks, std::memory_order_release);
  } else {
    const std::uint32_t owners = references().load(std::memory_order_relaxed);
    references().store((owners + 1) | listed | marks, std::memory_order_release);
  }
  watch_start(*this);
  if (!where.owner().tasks.add(here)) ask_to_end();
}

void task_state::start(lane& where, std::uint32_t marks) noexcept {
  enter(where, marks);
  where.post_last(*this);
}

void task_state::start_shared(lane& where) noexcept {
  enter(where, 0, true);
  where.post_last(*this);
}

void task_state::start_eagerly(lane& where) noexcept {
  // Each one inside another one takes some of the stack.
  constexpr std::uint8_t deepest = 16;
  thread_context& here = this_thread();
  task_state* outer = here.running;
  // What it is called on may live as long as it runs now.
  std::optional<lost_captures> lost;
  if (debug_mode()) [[unlikely]]
    lost.emplace(*this);
  enter(where, 0);
  if (outer == nullptr || outer->home != &where || here.nested == deepest || cancel_pending()) {
    where.post_last(*this);
  } else {
    ++here.nested;
    run = &run_turn;
    resume_all(frame());
    --here.nested;
    here.running = outer;
  }
  if (lost && *lost && !done()) lost->report();
}

bool task_state::retain_listed() noexcept {
  std::uint32_t word = references().load(std::memory_order_relaxed);
  do {
    if ((word & listed) == 0) return false;
  } while (!references().compare_exchange_weak(word, word + 1, std::memory_order_acq_rel, std::memory_order_relaxed));
  return true;
}

// The lanes of a scheduler that is gone are gone too; a strand is there as long as the task is.
bool task_state::belongs_to(const scheduler& where) const noexcept {
  return nature_.on_strand ? &scheduler_of(*this) == &where : where.has_lane(home);
}

void task_state::ask_to_end() noexcept {
  if ((references().fetch_or(asked, std::memory_order_acq_rel) & asked) == 0) request_cancel();
}

void task_state::settle() const noexcept {
  for (unsigned round = 0; !done(); ++round) give_way(round);
}

bool task_state::subscribe(completion& entry) noexcept {
  if (completions_.add(entry)) return true;
  settle();
  return false;
}

bool task_state::unsubscribe(completion& entry) noexcept {
  if (completions_.remove(entry)) return true;
  settle();
  return false;
}

bool task_state::join(completion& entry, waiter& who, std::coroutine_handle<> point, wake_filter& filter) noexcept {
  if (completions_.closed()) {
    settle();
    return false;
  }
  who.suspend_at(point, filter);
  if (!subscribe(entry)) return false;
  // Until the party is armed nobody resumes it, and it keeps this task alive. From then on nothing here may be touched.
  switch (who.arm_unless_decided()) {
    case waiter::arming::armed:
      observe_wait(wait_kind::join_task);
      return true;
    case waiter::arming::cancelled:
      request_cancel();
      if (who.arm_shielded_unless_decided()) return true;
      break;
    case waiter::arming::decided:
      break;
  }
  settle();
  return false;
}

bool task_state::keep_waiting(waiter& who) noexcept {
  if (completions_.closed()) {
    settle();
    who.forget_decision();  // there is one where a cancellation woke the party before the end of the task could
    return true;
  }
  request_cancel();
  if (who.arm_shielded_unless_decided()) return false;
  settle();
  return true;
}

bool task_state::begin_call(executor& where, task_list* counted, void (*on_cancel)(runnable&) noexcept) noexcept {
  nature_.role = role::spawned;
  nature_.is_call = true;
  home = &where;
  run = on_cancel;
  task_state* const parent = this_thread().running;
  if (parent != nullptr && parent->nature_.has_locals) [[unlikely]]
    inherit_locals(*parent, *this);
  references().store(2 | listed, std::memory_order_release);
  watch_start(*this);
  return counted == nullptr || counted->add(this_thread());
}

void task_state::end_call(task_list* counted, std::exception_ptr failure) noexcept {
  if (failure) {
    outcome_ = task_status::error;
    try {
      std::rethrow_exception(failure);
    } catch (const cancelled&) {
      outcome_ = task_status::cancelled;
    } catch (...) {  // whatever it is, it is kept
    }
    set_failure(std::move(failure));
  }
  // Where it could not be queued that is inside the turn of another task.
  thread_context& here = this_thread();
  task_state* const outer = here.running;
  const bool outer_is_over = here.turn_is_over;
  ++here.nested;
  complete(here, counted);
  --here.nested;
  here.running = outer;
  here.turn_is_over = outer_is_over;
}

void task_state::fail(const source_place& body, const char* header) noexcept {
  turn& now = party().running_turn();
  now.failure = std::current_exception();
  // To throw it once more would cost as much as all the rest. `cancelled` is final; an exception of another language
  // has no type here.
  const std::type_info* const type = abi::__cxa_current_exception_type();
  outcome_ = type != nullptr && *type == typeid(cancelled) ? task_status::cancelled : task_status::error;
  if (outcome_ == task_status::error) error_way::note_failure(now, *this, body, header);
}

void task_state::throw_failure(const source_place& where, const char* header) {
  mark_retrieved();
  if (outcome_ == task_status::error) error_way::note_rethrow(*this, where, header);
  std::rethrow_exception(failure_);
}

void task_state::end_unstarted() noexcept {
  nature_.role = role::part;
  frame().destroy();
  outcome_ = task_status::value;
  status_.store(outcome_, std::memory_order_release);
}

[[gnu::noinline]] void task_state::destroy_failed_frame(thread_context& here) noexcept {
  const bool outer = std::exchange(here.drops_failed, true);
  frame().destroy();
  here.drops_failed = outer;
}

void task_state::set_failure(std::exception_ptr error) noexcept { std::construct_at(&failure_, std::move(error)); }

void task_state::first_turn(runnable& self) noexcept {
  auto& task = static_cast<task_state&>(self);
  task.run = &run_turn;
  if (task.cancel_pending()) {  // cancelled before it started: the body never runs (T4)
    task.take_cancel();
    task.set_failure(std::make_exception_ptr(cancelled{}));
    task.outcome_ = task_status::cancelled;
    if (tracing()) [[unlikely]]
      trace_end(task, task.outcome_);
    task.destroy_failed_frame(this_thread());
    task.complete(this_thread(), &scheduler_of(task).tasks);
    return;
  }
  task.resume_all(task.frame());
}

void task_state::run_turn(runnable& self) noexcept {
  auto& task = static_cast<task_state&>(self);
  std::coroutine_handle<> point = task.resume_point_;
  if (task.is_filtered()) [[unlikely]] {
    wake_filter& filter = *task.filter_;
    if (!filter.resume(filter, task)) return;  // still suspended, and perhaps resumed elsewhere already
    point = filter.resume_point;
  }
  task.resume_all(point);
}

void task_state::resume_all(std::coroutine_handle<> from) noexcept {
  thread_context& context = this_thread();
  if (turn_record* const record = context.turns.get(); record != nullptr) [[unlikely]]
    return resume_watched(from, context, *record);
  resume_with(from, context, [] { return unwatched_turn{}; });
}

[[gnu::noinline]] void task_state::resume_watched(std::coroutine_handle<> from, thread_context& context,
                                                  turn_record& record) noexcept {
  resume_with(from, context, [&] { return watched_turn{record, context, *this}; });
}

template <class Watch>
[[gnu::always_inline]] inline void task_state::resume_with(std::coroutine_handle<> from, thread_context& context,
                                                           Watch watch) noexcept {
  turn now;
  begin_turn_of(now);
  context.running = this;
  [[maybe_unused]] auto watched = watch();
  begin_turn(context.number);
  for (;;) {
    from.resume();
    // Where neither is set the task suspended in a wait: it may run elsewhere or be gone by now.
    if (now.finished != nullptr) {
      task_state* ended = std::exchange(now.finished, nullptr);
      if (now.failure) [[unlikely]]
        ended->destroy_failed_frame(context);
      else
        ended->frame().destroy();
      if (ended == this) {
        watched.task_ends(*this, outcome_);
        complete(context, &scheduler_of(*this).tasks, &now);
        break;
      }
      if (now.failure) [[unlikely]]
        ended->set_failure(std::exchange(now.failure, nullptr));
      from = ended->resume_point_;
      ended->status_.store(ended->outcome_, std::memory_order_release);
    } else if (now.next) {
      from = std::exchange(now.next, nullptr);
    } else {
      break;
    }
  }
  // A turn begins and ends on the same thread.
  context.running = nullptr;
}

void task_state::complete(thread_context& here, task_list* counted, turn* now) noexcept {
  here.turn_is_over = here.nested == 0 && !here.on_strand;
  completion* again = nullptr;
  completion** last = &again;
  for (completion* entry = completions_.close(); entry != nullptr;) {
    completion* after = entry->next;
    if (entry->done(*entry, *this)) [[unlikely]] {
      entry->next = nullptr;
      *last = entry;
      last = &entry->next;
    }
    entry = after;
  }
  here.running = nullptr;  // what is started from here on is not this task's
  // Not before: until here what the entries call may ask for the turn, which is in the same place.
  if (now != nullptr && now->failure) [[unlikely]] {
    set_failure(std::exchange(now->failure, nullptr));
    if (now->way != nullptr) now->way->keep(*this, failure_);
  }
  // From here on whoever sees the task done may free the other entries.
  status_.store(outcome_, std::memory_order_release);
  while (again != nullptr) [[unlikely]] {
      completion* after = again->next;
      again->done(*again, *this);
      again = after;
    }
  watch_end(*this);
  here.turn_is_over = false;
  if ((references().fetch_sub(1 | listed, std::memory_order_acq_rel) & count_mask) == 1) destroy();
  // Until then the scheduler waits for this task: what goes with the result may start one that cleans up.
  if (counted != nullptr) counted->remove(here);
}

void task_state::destroy() noexcept {
  // The usual end: it ran, gave a value, and has nothing besides.
  if (nature_.role != role::none && outcome_ == task_status::value && done() &&
      (nature_.role == role::part || completions_.is_bare())) [[likely]]
    return dispose();
  destroy_unusual();
}

[[gnu::noinline]] void task_state::destroy_unusual() noexcept {
  task_extras::last_words left;
  if (nature_.role != role::part && !completions_.is_bare()) [[unlikely]]
    left = task_extras::free(completions_);
  if (nature_.role == role::none) {
    if (debug_mode()) [[unlikely]]
      report_never_started(place(), left.name);
    frame().destroy();
  } else if (!done()) {
    // Dropped while suspended inside its awaiter: only when the awaiting frame itself is destroyed.
    frame().destroy();
  } else if (outcome_ > task_status::value) {
    if (outcome_ == task_status::error && (references().load(std::memory_order_relaxed) & retrieved) == 0 &&
        (cancel_requests() == 0 || !is_closed_channel(failure_)))  // others who were asked to end closed it
      report_error(  // not through the scheduler: a handle can outlive its runtime
          "unretrieved_error",
          (left.name.empty() ? "a task" : "task '" + left.name + '\'') + " ended with an error that nobody looked at",
          failure_, left.trace, left.name);
    std::destroy_at(&failure_);
  }
  dispose();
}

void task_state::dispose() noexcept {
  strand_lane* const strand = nature_.on_strand ? &static_cast<strand_lane&>(static_cast<lane&>(*home)) : nullptr;
  if (shape_.has_disposer != 0)
    static_cast<disposable_task&>(*this).dispose_with_result();
  else
    frame_free(this);
  if (strand != nullptr) strand->release();
}

}  // namespace actors::inline v1::detail
