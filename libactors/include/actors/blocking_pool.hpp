// blocking_pool: threads for calls that block, of the program's own: submit, map, and blocking(pool, f).
#pragma once

#include <actors/blocking.hpp>
#include <actors/blocking_options.hpp>
#include <actors/detail/map_calls.hpp>
#include <actors/detail/room_operation.hpp>
#include <actors/detail/submitted_call.hpp>
#include <actors/detail/this_party.hpp>
#include <actors/join_handle.hpp>
#include <actors/result.hpp>
#include <actors/task.hpp>

#include <exception>
#include <type_traits>
#include <utility>
#include <vector>

namespace actors::inline v1 {

/// Threads that make calls which block: a library of the old kind, a database, files. Started on demand, up to a limit.
///
/// A call that was submitted is a task: its join_handle says whether it is done, gives the result, cancels it (taken
/// back at once where it is queued; asked to stop where it runs and takes a std::stop_token in front of its arguments),
/// and is awaited like others; get() blocks a plain thread. Handles may outlive the pool.
///
/// A call may submit to its own pool and wait for that with get(): where the inner call is still queued the waiting
/// thread makes it itself. So calls that wait for each other by get() never bring a pool to a stand, with any limit,
/// unless they wait in a circle. Not covered are waits by other means (a semaphore; a task that awaits a call of this
/// pool) and two pools each full of calls that wait for the other: their limits have to be high enough.
///
/// All members are thread-safe. In a child process made by fork() without exec() there are no threads of the pool: it
/// must not be used there, nor destroyed (leave by _exit).
class blocking_pool {
 public:
  /// Starts the least number of threads. Throws std::system_error where they cannot be had.
  explicit blocking_pool(const blocking_pool_options& options = {});
  /// As close(), as the options say; so not on a thread of the pool.
  ~blocking_pool();
  blocking_pool(const blocking_pool&) = delete;
  blocking_pool& operator=(const blocking_pool&) = delete;

  /// Queues `function(args...)`, which are kept (moved or copied), and gives the join_handle of its result. Where the
  /// queue is full a plain thread blocks until there is room; on a worker submit() to a pool with a bound throws
  /// usage_error (`co_await pool.submit_async(...)` there). Throws pool_closed where the pool is closed.
  template <class F>
  requires detail::blocking_call<std::decay_t<F>>
  auto submit(F&& function, detail::source_place from = detail::source_place::here()) {
    return detail::submit_to(core_, detail::room_on_thread(core_), from, std::forward<F>(function));
  }
  template <class F, class First, class... Rest>
  requires detail::blocking_call<std::decay_t<F>, std::decay_t<First>, std::decay_t<Rest>...>
  auto submit(F&& function, First&& first, Rest&&... rest) {
    return detail::submit_to(core_, detail::room_on_thread(core_), {}, std::forward<F>(function),
                             std::forward<First>(first), std::forward<Rest>(rest)...);
  }

  /// The same for tasks: `auto handle = co_await pool.submit_async(f)`. Suspends while there is no room. A cancellation
  /// meanwhile throws `cancelled`, and nothing was queued. The pool must outlive the wait.
  template <class F, class... Args>
  requires detail::blocking_call<F, Args...> task<join_handle<detail::call_result<F, Args...>>> submit_async(
      F function, Args... args) {
    detail::room_operation room{core_};
    const bool reserved = co_await room;
    co_return detail::submit_to(core_, reserved, {}, std::move(function), std::move(args)...);
  }

  /// Calls `function(each)` for the elements of `range`, as many at once as there are threads, and blocks the calling
  /// plain thread until all have ended. Gives the results in the order of the elements. Throws the error of the first
  /// element that has one; calls that are queued then are taken back, and those that run are waited for. Throws
  /// usage_error on a worker: `co_await pool.map_async(...)` there.
  template <class F, class Range>
  auto map(F function, Range&& range) {
    detail::refuse_worker("map()", "co_await pool.map_async(...)");
    detail::map_calls<F, decltype(*std::begin(range))> all;
    try {
      for (auto&& each : range) {
        all.make_place();
        all.add(submit(std::ref(function), std::forward<decltype(each)>(each)));
      }
      for (const auto& each : all.calls) {
        each.wait();
        each.result();
      }
    } catch (...) {
      all.failure = std::current_exception();
    }
    if (all.failure) {
      all.cancel();
      for (const auto& each : all.calls) each.wait();
    }
    return all.take();
  }

  /// The same for tasks. A cancellation is handed on to the first call that has not ended; when that has, those that
  /// are queued are taken back.
  template <class F, class Range>
  task<detail::map_result<F, Range>> map_async(F function, Range range) {
    detail::map_calls<F, decltype(*std::begin(range))> all;
    detail::task_state& party = co_await detail::this_party{};
    try {
      for (auto&& each : range) {
        detail::room_operation room{core_};
        all.make_place();
        const bool reserved = co_await room;
        all.add(detail::submit_to(core_, reserved, {}, std::ref(function), std::forward<decltype(each)>(each)));
      }
      for (const auto& each : all.calls) {
        if (party.cancel_pending()) all.cancel();
        co_await each;
      }
    } catch (...) {
      all.failure = std::current_exception();
    }
    if (all.failure) {
      all.cancel();
      bool owes_cancellation = false;
      for (const auto& each : all.calls) {
        const unsigned requests = party.cancel_requests();
        const bool pending = party.cancel_pending();
        try {
          co_await each;
        } catch (...) {  // the first error is thrown below
        }
        const bool asked = pending || party.cancel_requests() != requests;
        if (asked && !party.cancel_pending()) owes_cancellation = true;
      }
      // Where an error goes on its way a cancellation that came meanwhile must not be forgotten.
      if (owes_cancellation && !detail::is_cancellation(all.failure)) party.put_cancel_back();
    }
    co_return all.take();
  }

  /// Refuses what is submitted from now on, drains the queue or refuses what is in it, waits for the calls that run,
  /// and ends the threads. Later calls wait for the first, and do nothing. Throws usage_error on a thread of this pool,
  /// and for the pool of a runtime, which ends with it.
  void close(pool_shutdown how);

  /// Takes the pool's lock for a moment; the time grows with the number of threads.
  blocking_statistics statistics() const noexcept;

 private:
  friend class runtime;
  friend detail::call_pool& detail::pool_of(blocking_pool& pool) noexcept;
  explicit blocking_pool(detail::call_pool& of_a_runtime) noexcept;

  detail::call_pool& core_;
  const bool closes_;
};

/// Submits to the pool of the runtime of the calling task (or, in a call on a pool, to that pool). Throws usage_error
/// elsewhere: `runtime::pool().submit(f)` there. At the end of `run` calls that are queued are cancelled, or made, as
/// runtime_options::blocking_at_shutdown says.
template <class F>
requires detail::blocking_call<std::decay_t<F>>
auto submit(F&& function, detail::source_place from = detail::source_place::here()) {
  detail::call_pool& pool = detail::current_call_pool();
  return detail::submit_to(pool, detail::room_on_thread(pool), from, std::forward<F>(function));
}
template <class F, class First, class... Rest>
requires detail::blocking_call<std::decay_t<F>, std::decay_t<First>, std::decay_t<Rest>...>
auto submit(F&& function, First&& first, Rest&&... rest) {
  detail::call_pool& pool = detail::current_call_pool();
  return detail::submit_to(pool, detail::room_on_thread(pool), {}, std::forward<F>(function),
                           std::forward<First>(first), std::forward<Rest>(rest)...);
}

}  // namespace actors::inline v1
