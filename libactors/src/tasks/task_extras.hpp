// task_extras: what few tasks have: a name, task-local values, a stop token.
#pragma once

#include <actors/detail/code_place.hpp>
#include <actors/detail/completion.hpp>
#include <actors/detail/local_values.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/detail/spin_lock.hpp>
#include <actors/detail/task_state.hpp>
#include <actors/error_trace.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace actors::inline v1::detail {

/// Made when it is first needed, and found in the list of the task's completions; after the end of the task that list
/// keeps it. Freed with the task.
class task_extras : private completion {
 public:
  /// Those of a task that was spawned; null where it has none. The caller keeps the task alive.
  static task_extras* find(task_state& task) noexcept;
  /// The same, made where there are none. Throws std::bad_alloc.
  static task_extras& of(task_state& task);
  /// The same for who ends the task: it has closed the list, and the task does not count as done yet.
  static task_extras& of_ended(task_state& task);
  /// Of a task that has ended, or never started, and that nobody has any more. What is left to say of it.
  struct last_words {
    std::string name{};
    error_trace trace{};
  };
  static last_words free(completion_list& completions) noexcept;

  /// As `find`, but null where the task is about to end: it waits for nothing.
  static task_extras* find_now(task_state& task) noexcept;

  /// Any thread. A task that was not given a name has a number.
  std::string name();
  /// The same, but empty where it has neither.
  std::string known_name();
  void set_name(std::string name);
  /// Empty where it has a number.
  std::string given_name();

  /// Of the error that the task has ended with. Any thread.
  error_trace trace();
  void set_trace(error_trace trace) noexcept;

  /// In debug mode: where its coroutine is, once that was set, and what to call it in reports. Any thread.
  void set_body(place_ref body) noexcept;
  std::shared_ptr<const std::string> description(task_state& task);
  /// In debug mode: when its last turn began, by clock_now; 0 where none has. Relaxed.
  std::int64_t last_turn() const noexcept { return last_turn_.load(std::memory_order_relaxed); }
  void note_turn(std::int64_t now) noexcept { last_turn_.store(now, std::memory_order_relaxed); }

  /// Used by the task alone, in its turns, and by who starts it before.
  local_values locals;

  /// Any thread.
  std::stop_token stop_token(task_state& task);
  /// The task was asked to stop.
  void cancel_requested(task_state& task) noexcept;

 private:
  friend struct task_offsets;
  struct notice : runnable {
    task_state* task = nullptr;
    task_extras* extras = nullptr;
    scheduler* home = nullptr;
  };

  task_extras() noexcept { done = &on_done; }
  static bool on_done(completion& self, task_state& task) noexcept;
  static void observe(waiter& who) noexcept;
  static void tell(runnable& self) noexcept;

  std::atomic<std::int64_t> last_turn_{0};
  spin_lock lock_;  ///< guards what follows
  std::string name_;
  bool name_was_given_ = false;
  error_trace trace_;
  place_ref body_;
  std::shared_ptr<const std::string> description_;  ///< made when it is first asked for
  std::optional<std::stop_source> stop_;
  bool told_ = false;
  bool ended_ = false;
  notice notice_;
};

/// `to` has not started. Throws std::bad_alloc.
void inherit_locals(task_state& from, task_state& to);

}  // namespace actors::inline v1::detail
