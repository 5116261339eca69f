// shield: waits for a task that is not to be stopped when the one that waits is.
#pragma once

#include <actors/detail/members.hpp>
#include <actors/join_handle.hpp>
#include <actors/spawn.hpp>
#include <actors/task.hpp>

#include <utility>

namespace actors::inline v1 {

namespace detail {

/// Waits for the end of the one task that is watched. Throws `cancelled`, and the task runs on.
task<> wait_shielded(task_watch& watch);

}  // namespace detail

/// Waits for a spawned task and gives its result (moved out) or throws its error. A cancellation of the waiting task
/// ends the wait at once; the awaited one does not hear of it and runs on: keep its handle to wait for it again. (A
/// plain `co_await handle` hands a cancellation on.)
template <class T>
task<T> shield(join_handle<T> inner) {
  if (!inner) detail::throw_empty_handle();
  {
    detail::task_watch watch{1, detail::wait_kind::shield};
    watch.watch(*detail::handle_access::block(inner));
    task<> end = detail::wait_shielded(watch);
    co_await end;
  }
  detail::handle_access::block(inner)->rethrow_failure();
  co_return detail::handle_access::block(inner)->take_result();
}

/// The same for a task that is spawned for it, when the shield is awaited. Nobody else has its handle: after a
/// cancellation its result is lost, and an error of it is reported.
template <class T>
task<T> shield(task<T> work) {
  join_handle<T> inner = spawn(std::move(work));
  task<T> outer = shield(std::move(inner));
  co_return co_await outer;
}

}  // namespace actors::inline v1
