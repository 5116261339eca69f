// task_group: tasks that end together: whoever opens a group leaves it when all its children have ended.
#pragma once

#include <actors/detail/task_state.hpp>
#include <actors/detail/this_party.hpp>
#include <actors/detail/wait_lock.hpp>
#include <actors/errors.hpp>
#include <actors/join_handle.hpp>
#include <actors/result.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// The children of one `with_group`. It may be used from any task and thread until `with_group` has ended; the group
/// itself must live as long.
///
/// Invariants, under `lock_`:
///   - a child is in a list from before it starts until after it counts as done: in `asked_` where it was asked to
///   stop;
///   - `closed` is set when the body has ended and no child is left: from then on none comes;
///   - where `who_` is set the party waits for the last child (or was claimed by a cancellation).
class task_group {
 public:
  task_group() = default;
  ~task_group();
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;

  /// Starts a child. Where the group is being cancelled its body never runs. Throws usage_error where the group is not
  /// open: before `with_group`, and after it has ended. A child may start further ones.
  template <class T>
  join_handle<T> spawn(task<T> work, detail::place_ref where = detail::place_ref::here()) {
    detail::task_block<T>* block = detail::task_access::take(work);
    if (block == nullptr) detail::throw_empty_task();
    join_handle<T> handle{block};
    detail::note_spawned_at(*block, where);
    start_child(*block);
    return handle;
  }

  /// Asks all children to stop, and those that are started from now on. The body goes on; that children end by a
  /// cancellation is no error of the group.
  void cancel() noexcept;

  /// How many children have not ended.
  std::size_t size() const noexcept;
  bool cancelling() const noexcept;

  /// What children and the body failed with, in the order in which they did; after `with_group` has ended, which throws
  /// the first of them. Where nobody looks here the others are reported.
  const std::vector<std::exception_ptr>& errors() noexcept;

  // For with_group.
  void open(detail::task_state& party);
  void body_ended() noexcept;
  void body_failed(std::exception_ptr error) noexcept;
  /// Waits for all children, and closes the group.
  task<> wait_for_children();
  /// Throws the first error, or `cancelled` where the party was; gives back what the group asked of its own party.
  void answer();

  /// For the library's own reports: see detail::awaiter_of.
  static bool note_awaiter(const detail::completion& entry, detail::awaiter_note& into) noexcept;

 private:
  friend struct detail::task_offsets;
  class last_child;
  enum class phase : std::uint8_t { fresh, open, closed };
  struct links {
    links* before = this;
    links* after = this;
  };
  /// Made when the child is started, freed when it counts as done.
  struct child : detail::completion, links {
    child(task_group& owner, detail::task_state& work) noexcept : group{owner}, task{work} { done = &on_done; }
    task_group& group;
    detail::task_state& task;
  };

  void start_child(detail::task_state& task);
  void note_error(std::exception_ptr error,
                  error_trace trace) noexcept;  ///< a group that cannot note it ends the process
  void stop_all(bool body_too) noexcept;
  static void move_to(links& list, links& entry) noexcept;
  static void unlink(links& entry) noexcept;
  static bool on_done(detail::completion& self, detail::task_state& task) noexcept;

  mutable detail::wait_lock lock_;
  phase phase_ = phase::fresh;
  bool cancelling_ = false;
  bool body_runs_ = false;
  bool asked_party_ = false;      ///< the group asked its own party to stop
  bool party_cancelled_ = false;  ///< a cancellation was thrown in the party; written by it alone
  bool looked_at_ = false;
  std::size_t size_ = 0;
  links children_;
  links asked_;
  waiter* who_ = nullptr;
  detail::task_state* party_ = nullptr;
  std::uint32_t answered_before_ = 0;
  std::vector<std::exception_ptr> errors_;
  error_trace first_trace_;  ///< of the first of them
};

/// Opens `group`, runs the task that `work(group)` gives as a part of the calling one, and waits until all children
/// have ended. The first error, of a child or of the work, cancels the others (and the work); it is thrown when all
/// have ended, and every error is kept in the group. Cancelling the calling task cancels the work and all children.
/// `channel_closed` that leaves a child is a normal end of it, and so is `cancelled`. The callable is kept until its
/// task has ended, so it may be a lambda that captures. A group is used once.
template <class F>
auto with_group(task_group& group, F work) -> std::invoke_result_t<F&, task_group&> {
  using work_type = std::invoke_result_t<F&, task_group&>;
  using value_type = typename work_type::value_type;
  detail::task_state& party = co_await detail::this_party{};
  task<> rest = group.wait_for_children();  // first, as there may be no memory for it later
  group.open(party);
  std::optional<detail::gathered<value_type>> value;
  try {
    work_type inner = work(group);
    if constexpr (std::is_void_v<value_type>)
      co_await inner;
    else if constexpr (std::is_reference_v<value_type>)
      value.emplace(std::addressof(co_await inner));
    else
      value.emplace(co_await inner);
    group.body_ended();
  } catch (...) {
    group.body_failed(std::current_exception());
  }
  co_await rest;
  group.answer();
  if constexpr (std::is_reference_v<value_type>)
    co_return static_cast<value_type>(**value);
  else if constexpr (!std::is_void_v<value_type>)
    co_return std::move(*value);
}

/// The same with a group of its own.
///
///     co_await with_group([&](task_group& group) -> task<> {
///       for (auto& each : urls) group.spawn(visit(each));
///       co_return;
///     });
template <class F>
auto with_group(F work) -> std::invoke_result_t<F&, task_group&> {
  task_group group;
  auto inner = with_group(group, std::move(work));
  co_return co_await inner;
}

}  // namespace actors::inline v1
