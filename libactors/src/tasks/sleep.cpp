#include <actors/detail/channel_observer.hpp>
#include <actors/sleep.hpp>

namespace actors::inline v1::detail {

bool sleep_operation::suspend(task_state& party, std::coroutine_handle<> point) {
  who = &party;
  scheduler& where = scheduler_of(party);
  const std::chrono::nanoseconds delay = deadline.time_since_epoch();
  if (relative ? delay.count() == 0 : deadline <= where.now()) {
    if (party.cancel_pending()) return false;
    over = true;
    party.step_back(point);
    return true;
  }
  if (relative) deadline = saturating_add(where.now(), delay);
  party.suspend_at(point);
  if (!where.start(*this, &party)) return false;
  observe_wait(wait_kind::sleep);
  return true;
}

void sleep_operation::await_resume() {
  if (over) return;
  scheduler_of(*who).stop(*this);
  who->take_cancel();
  throw cancelled{};
}

}  // namespace actors::inline v1::detail
