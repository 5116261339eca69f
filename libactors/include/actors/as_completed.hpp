// as_completed: spawned tasks one after the other, in the order in which they end.
#pragma once

#include <actors/detail/members.hpp>
#include <actors/detail/this_party.hpp>
#include <actors/detail/timer.hpp>
#include <actors/join_handle.hpp>
#include <actors/task.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace actors::inline v1 {

namespace detail {

/// Waits until one more than `seen` tasks have ended. Throws timed_out, and `cancelled`.
task<> wait_for_next(task_watch& watch, std::size_t seen);
/// The same for the calling plain thread. Throws usage_error on a worker.
void block_for_next(task_watch& watch, std::size_t seen);
/// Begins the time of a watch that waits for no longer than `limit`.
void limit_watch(task_watch& watch, std::chrono::nanoseconds limit);

}  // namespace detail

/// What `as_completed` gives. Moves like a unique_ptr; used by one task at a time. When it goes, the tasks run on.
template <class T>
class completions {
 public:
  /// `limit`: negative: none.
  completions(std::vector<join_handle<T>> handles, std::chrono::nanoseconds limit)
      : handles_{std::move(handles)},
        watch_{std::make_unique<detail::task_watch>(handles_.size(), detail::wait_kind::as_completed)} {
    for (const join_handle<T>& each : handles_) {
      if (!each) detail::throw_empty_handle();
      watch_->watch(*detail::handle_access::block(each));
    }
    if (limit.count() >= 0) detail::limit_watch(*watch_, limit);
  }
  completions(completions&&) noexcept = default;
  completions& operator=(completions&&) = delete;

  /// The next task that has ended, as soon as there is one; empty when all were given. Its result or error is in the
  /// handle. Throws timed_out when the time is over (the tasks run on), and `cancelled`; then nothing was taken.
  ///
  ///     auto pages = actors::as_completed(std::move(handles));
  ///     while (auto page = co_await pages.next()) show(co_await *page);
  task<std::optional<join_handle<T>>> next() {
    if (seen_ == handles_.size()) co_return std::nullopt;
    task<> one_more = detail::wait_for_next(*watch_, seen_);
    co_await one_more;
    co_return handles_[watch_->ended_at(seen_++)];
  }

  /// The same for plain threads: blocks the calling one. Throws usage_error on a worker.
  std::optional<join_handle<T>> blocking_next() {
    if (seen_ == handles_.size()) return std::nullopt;
    detail::block_for_next(*watch_, seen_);
    return handles_[watch_->ended_at(seen_++)];
  }

  /// How many were not given yet.
  std::size_t size() const noexcept { return handles_.size() - seen_; }

 private:
  std::vector<join_handle<T>> handles_;  ///< outlive the watch
  std::unique_ptr<detail::task_watch> watch_;
  std::size_t seen_ = 0;
};

/// Gives the tasks in the order in which they end: see `completions::next`. Where there is a limit, in a task, and what
/// it gives may not outlive the runtime.
template <class T>
completions<T> as_completed(std::vector<join_handle<T>> handles) {
  return completions<T>{std::move(handles), std::chrono::nanoseconds{-1}};
}
template <class T, class Rep, class Period>
completions<T> as_completed(std::vector<join_handle<T>> handles, std::chrono::duration<Rep, Period> limit) {
  return completions<T>{std::move(handles), detail::to_nanoseconds(limit)};
}

}  // namespace actors::inline v1
