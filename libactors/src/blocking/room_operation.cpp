#include <actors/detail/channel_observer.hpp>
#include <actors/detail/room_operation.hpp>
#include <actors/errors.hpp>

#include "../runtime/call_pool.hpp"
#include "../runtime/thread_context.hpp"

#include <string>

namespace actors::inline v1::detail {

room_operation::room_operation(call_pool& pool) noexcept : pool_{pool} { pool.retain(); }
room_operation::~room_operation() { pool_.release(); }

bool room_operation::await_ready() const noexcept { return !pool_.bounded(); }

bool room_operation::suspend(task_state& party, std::coroutine_handle<> point) noexcept {
  who = &party;
  party.suspend_at(point);
  switch (pool_.reserve(*this)) {
    case room_queue::entry::waits:
      observe_wait(wait_kind::pool_room);
      return true;
    case room_queue::entry::granted:
      found = outcome::granted;
      return false;
    case room_queue::entry::closed:
      found = outcome::closed;
      return false;
    default:
      return false;
  }
}

bool room_operation::await_resume() {
  if (!pool_.bounded()) return false;
  if (found == outcome::granted) return true;
  if (found == outcome::closed) pool_.throw_closed();
  pool_.forget_room(*this);
  static_cast<task_state*>(who)->take_cancel();
  throw cancelled{};
}

bool room_on_thread(call_pool& pool) {
  if (!pool.bounded() || this_thread().pool == &pool) return false;
  refuse_worker("submit() to a pool with a bound", "co_await pool.submit_async(...)");
  pool.wait_for_room();
  return true;
}

void give_room_back(call_pool& pool) noexcept { pool.give_room_back(); }

void refuse_worker(const char* what, const char* instead) {
  if (current_scheduler() != nullptr)
    throw usage_error{std::string{what} + " would block a worker of the runtime: use " + instead + " in a task"};
}

}  // namespace actors::inline v1::detail
