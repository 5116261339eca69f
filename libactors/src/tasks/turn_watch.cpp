#include "turn_watch.hpp"

#include <actors/debug.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/log.hpp>

#include "../introspection/stack_text.hpp"
#include "../runtime/log_text.hpp"
#include "../runtime/platform.hpp"
#include "../runtime/thread_placement.hpp"
#include "debug_mode.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace actors::inline v1 {

namespace {

// Without memory for the stack it is left out.
void log_long_turn(const long_turn& turn) noexcept {
  constexpr std::string_view help =
      "    until its next co_await nothing else runs there: give calls that block to actors::blocking(), let long "
      "computations co_await actors::yield()\n";
  detail::log_line text;
  text.add(turn.over ? "%.*s held worker %u for %.3f s in one step" : "%.*s has held worker %u for %.3f s",
           static_cast<int>(turn.task.size()), turn.task.data(), turn.worker,
           std::chrono::duration<double>{turn.held}.count());
  std::string details;
  try {
    details = std::string{turn.stack}.append(turn.over ? std::string_view{} : help);
  } catch (const std::bad_alloc&) {
  }
  log(log_level::warning, "long_turn", text.view(),
      {{"task", turn.task, log_field::in_text},
       {"worker", turn.worker, log_field::in_text},
       {"held", turn.held, log_field::in_text},
       {"over", turn.over, log_field::in_text}},
      details);
}

// Relaxed would do for the function itself; what it uses was made before it was set (release, acquire).
constinit std::atomic<long_turn_handler> long_turns_to{&log_long_turn};

void report(const detail::turn_record::step& step, unsigned worker, std::int64_t now, bool over) noexcept {
  const std::string_view task = step.task != nullptr ? std::string_view{*step.task} : "a task";
  const std::string stack = step.who != nullptr ? detail::stack_text_of(*step.who) : std::string{};
  long_turns_to.load(std::memory_order_acquire)(
      {task, stack, worker, std::chrono::nanoseconds{now - step.since}, over});
}

}  // namespace

long_turn_handler on_long_turn(long_turn_handler handler) noexcept {
  return long_turns_to.exchange(handler != nullptr ? handler : &log_long_turn, std::memory_order_acq_rel);
}

namespace detail {

turn_watch::turn_watch(std::span<turn_record> records, std::chrono::nanoseconds limit)
    : records_{records}, limit_{limit.count()} {
  for (turn_record& each : records_) {
    const std::lock_guard guard{each.lock};
    each.limit = limit_;
  }
  thread_ = thread{[this] { watch(); }};
}

turn_watch::~turn_watch() {
  ends_.store(true, std::memory_order_release);
  static_cast<void>(parker_.wake());
  thread_.join();
}

void turn_watch::watch() noexcept {
  name_this_thread("actors-watch");
  while (!ends_.load(std::memory_order_acquire)) {
    const std::int64_t due = look(clock_now());
    static_cast<void>(parker_.wait(due));
  }
}

// Gives the time when the next look is due.
std::int64_t turn_watch::look(std::int64_t now) noexcept {
  std::int64_t due = now + limit_;
  for (turn_record& each : records_) {
    std::optional<turn_record::step> late;
    {
      const std::lock_guard guard{each.lock};
      if (each.now.since == 0 || each.now.reported) continue;
      if (now - each.now.since < limit_) {
        due = std::min(due, each.now.since + limit_);
      } else {
        each.now.reported = true;
        if (each.now.who != nullptr) each.now.who->retain();
        late = each.now;
      }
    }
    if (!late) continue;
    report(*late, each.worker, now, false);
    if (late->who == nullptr) continue;
    const visit_note here{scheduler_of(*late->who)};
    late->who->release();
  }
  return due;
}

watched_turn::watched_turn(turn_record& record, thread_context& context, task_state& task) noexcept
    : record_{record.debug ? &record : nullptr} {
  if (tracing()) traced_.emplace(context, task);
  if (record_ == nullptr) return;
  const std::int64_t now = clock_now();
  task.retain();
  turn_record::step step{description_of(task, now), &task, now, false};
  const std::lock_guard guard{record_->lock};
  outer_ = std::exchange(record_->now, std::move(step));
}

watched_turn::~watched_turn() {
  if (record_ == nullptr) return;
  turn_record::step ended;
  std::int64_t limit = 0;
  {
    const std::lock_guard guard{record_->lock};
    ended = std::exchange(record_->now, std::move(outer_));
    limit = record_->limit;
  }
  const std::int64_t now = clock_now();
  if (ended.reported || now - ended.since >= limit) report(ended, record_->worker, now, true);
  ended.who->release();
}

void watched_turn::task_ends(const task_state& task, task_status how) noexcept {
  if (traced_) trace_end(task, how);
}

}  // namespace detail

}  // namespace actors::inline v1
