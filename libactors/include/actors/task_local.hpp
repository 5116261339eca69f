// task_local: a variable of which each task has its own value, inherited by the tasks it starts.
#pragma once

#include <actors/detail/local_values.hpp>

#include <memory>
#include <utility>

namespace actors::inline v1 {

/// What a thread_local variable is to threads, for tasks, as asyncio's context variables: a request's number that shall
/// be known to all that is done for it. A task begins with the values of the one that started it, and its changes are
/// its own. Blocking calls see those of the task that waits for them. To be defined as a static or namespace-scope
/// object. Reading takes a walk through the variables that were set.
///
///     const actors::task_local<std::string> request_id{"none"};
template <class T>
class task_local {
 public:
  explicit task_local(T initial = T()) : initial_{std::move(initial)} {}
  task_local(const task_local&) = delete;
  task_local& operator=(const task_local&) = delete;

  /// The value in the calling task, until that sets another one; the initial value where none was set, and outside of
  /// tasks.
  const T& get() const noexcept {
    const void* value = detail::find_local(this);
    return value == nullptr ? initial_ : *static_cast<const T*>(value);
  }

  /// Sets the value of the calling task from here on, and of the tasks that it starts later. Throws usage_error outside
  /// of a task.
  void set(T value) const {
    detail::set_locals(detail::with_local(detail::current_locals(), this, std::make_shared<const T>(std::move(value))));
  }

  /// Sets it until the end of the scope; then all task-local variables have the values that they had before.
  class [[nodiscard("the value is set as long as this lives")]] scope {
   public:
    scope(const task_local& variable, T value) : before_{detail::current_locals()} { variable.set(std::move(value)); }
    ~scope() { detail::set_locals(std::move(before_)); }
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

   private:
    detail::local_values before_;
  };
  scope with(T value) const { return scope{*this, std::move(value)}; }

 private:
  const T initial_;
};

}  // namespace actors::inline v1
