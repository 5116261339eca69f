// task_ref: a spawned task whatever the type of its result: its name, its state, cancelling it; current_task,
// all_tasks.
#pragma once

#include <actors/detail/task_state.hpp>
#include <actors/error_trace.hpp>

#include <compare>
#include <exception>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

template <class T>
class task;

namespace detail {

[[noreturn]] void throw_empty_handle();
[[noreturn]] void throw_result_too_early();
/// Blocks the calling thread until the task has ended. Throws usage_error on a worker.
void wait_on_thread(task_state& state);
std::string name_of(task_state& state);
void set_name_of(task_state& state, std::string name);
error_trace trace_of(task_state& state) noexcept;
unsigned cancel_requests_of(task_state& state) noexcept;
std::stop_token stop_token_of(task_state& state);
/// Starts `call` as a task of the same runtime once `state` counts as done; of the calling task's runtime where that is
/// a call of a pool. Throws usage_error where it has ended, or is such a call, and the calling thread is no worker.
void call_when_done(task_state& state, task<void> call);

}  // namespace detail

/// Refers to a spawned task and keeps what is known of it; the task does not depend on it. Copies refer to the same
/// task. Thread-safe as a std::shared_ptr is; all functions can be called from any thread and none suspends, except
/// `wait`. An empty one throws usage_error.
class task_ref {
 public:
  task_ref() noexcept = default;
  /// Shares the ownership of a task that was spawned.
  explicit task_ref(detail::task_state* shared) noexcept : state_{shared} {
    if (state_ != nullptr) state_->retain();
  }
  task_ref(const task_ref& other) noexcept : task_ref{other.state_} {}
  task_ref(task_ref&& other) noexcept : state_{std::exchange(other.state_, nullptr)} {}
  task_ref& operator=(const task_ref& other) noexcept { return *this = task_ref{other}; }
  task_ref& operator=(task_ref&& other) noexcept {
    task_ref taken{std::move(other)};
    std::swap(state_, taken.state_);
    return *this;
  }
  ~task_ref() {
    if (state_ != nullptr) state_->release();
  }

  /// What `set_name` or `spawn` gave it, otherwise "task-" and a number that it gets when it is first asked for.
  std::string name() const { return detail::name_of(state()); }
  void set_name(std::string name) const { detail::set_name_of(state(), std::move(name)); }

  /// Asks the task to stop: the wait it is in, or the next one, throws `cancelled` in it. False once it has ended.
  bool cancel() const {
    if (state().done()) return false;
    state().request_cancel();
    return true;
  }
  /// Requests to cancel it so far, less those that scopes took back as their own.
  unsigned cancel_requests() const { return detail::cancel_requests_of(state()); }

  bool done() const { return state().done(); }
  bool was_cancelled() const { return state().status() == detail::task_status::cancelled; }
  /// What the task ended with; null where that is a value. The error counts as looked at. Throws usage_error while it
  /// runs.
  std::exception_ptr exception() const {
    if (!state().done()) detail::throw_result_too_early();
    return state().failure();
  }
  /// The way that this error took inside the task, and before that inside those that it waited for. Empty while the
  /// task runs, and where it did not end with an error.
  error_trace trace() const { return detail::trace_of(state()); }

  /// Blocks the calling plain thread until the task has ended. Throws usage_error on a worker.
  void wait() const { detail::wait_on_thread(state()); }

  /// A token that is asked to stop when the task is cancelled: for calls that know of std::stop_token only. Its
  /// callbacks run on a worker. Stays as it is when the task answers the cancellation and goes on.
  std::stop_token stop_token() const { return detail::stop_token_of(state()); }

  explicit operator bool() const noexcept { return state_ != nullptr; }
  friend bool operator==(const task_ref& a, const task_ref& b) noexcept { return a.state_ == b.state_; }
  friend std::strong_ordering operator<=>(const task_ref& a, const task_ref& b) noexcept {
    return std::compare_three_way{}(a.state_, b.state_);
  }

 private:
  detail::task_state& state() const {
    if (state_ == nullptr) detail::throw_empty_handle();
    return *state_;
  }
  detail::task_state* state_ = nullptr;
};

/// The task that runs on the calling thread. Throws usage_error outside of tasks.
task_ref current_task();

/// The tasks of the calling task's runtime that have not ended, in no order; those that start or end meanwhile may be
/// missing. Throws usage_error outside of a runtime (see runtime::all_tasks).
std::vector<task_ref> all_tasks();

namespace detail {
std::vector<task_ref> tasks_of(const scheduler& where);
}  // namespace detail

}  // namespace actors::inline v1
