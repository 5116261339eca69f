// turn_watch: in debug mode, names tasks that hold a worker for long; and what is noted of a turn that is looked at.
#pragma once

#include <actors/detail/task_state.hpp>
#include <actors/detail/threads.hpp>

#include "../runtime/parker.hpp"
#include "../runtime/turn_record.hpp"
#include "traced_turn.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

namespace actors::inline v1::detail {

/// A thread that looks at what the workers do. It sleeps until the oldest step is too long, or for as long as a step
/// may take: one that begins after a look cannot be too long before the next. At its end such a step is reported by the
/// worker, also where this thread came too late to see it.
class turn_watch {
 public:
  /// `records`: one for each worker; they outlive the watch.
  turn_watch(std::span<turn_record> records, std::chrono::nanoseconds limit);
  ~turn_watch();
  turn_watch(const turn_watch&) = delete;
  turn_watch& operator=(const turn_watch&) = delete;

 private:
  void watch() noexcept;
  std::int64_t look(std::int64_t now) noexcept;

  const std::span<turn_record> records_;
  const std::int64_t limit_;
  atomic<bool> ends_{false};  ///< release, acquire
  parker parker_;
  thread thread_;
};

/// Lives while a turn runs that somebody looks at: debug mode, a trace, or both. One that was started inside of another
/// one takes its place meanwhile.
class watched_turn {
 public:
  watched_turn(turn_record& record, thread_context& context, task_state& task) noexcept;
  ~watched_turn();
  watched_turn(const watched_turn&) = delete;
  watched_turn& operator=(const watched_turn&) = delete;

  /// The task is about to end, in this turn.
  void task_ends(const task_state& task, task_status how) noexcept;

 private:
  turn_record* const record_;  ///< null where the turn is only traced
  turn_record::step outer_;
  std::optional<traced_turn> traced_;
};

/// In its place for a turn that nobody looks at.
struct unwatched_turn {
  static void task_ends(const task_state&, task_status) noexcept {}
};

}  // namespace actors::inline v1::detail
