// room_operation: waits until a pool for blocking calls has room for another one in its queue.
#pragma once

#include <actors/detail/blocking_job.hpp>
#include <actors/detail/task_state.hpp>
#include <actors/waiter.hpp>

#include <coroutine>

namespace actors::inline v1::detail {

class call_pool;
/// Awaitable: suspends until `pool`, where it is bounded, has room for a call. True where room was reserved. Throws
/// `cancelled`, and pool_closed.
class room_operation : private room_wait {
 public:
  explicit room_operation(call_pool& pool) noexcept;
  ~room_operation();
  room_operation(const room_operation&) = delete;
  room_operation& operator=(const room_operation&) = delete;

  bool await_ready() const noexcept;
  template <task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point, await_place where = await_place::here()) {
    note_wait(point.promise().party(), wait_kind::pool_room, 0, where);
    note_suspension(point, wait_kind::pool_room, where);
    return suspend(point.promise().party(), point);
  }
  bool await_resume();

 private:
  bool suspend(task_state& party, std::coroutine_handle<> point) noexcept;
  call_pool& pool_;
};

/// Blocks the calling thread until there is room where the pool is bounded; true where room was reserved. Does not wait
/// on a thread of the pool. Throws pool_closed, and usage_error on a worker where the pool is bounded.
bool room_on_thread(call_pool& pool);
/// What was reserved is not used.
void give_room_back(call_pool& pool) noexcept;
/// Throws usage_error, which names `what` and what to use there, on a worker.
void refuse_worker(const char* what, const char* instead);

}  // namespace actors::inline v1::detail
