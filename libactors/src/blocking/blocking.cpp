#include <actors/blocking.hpp>

namespace actors::inline v1::detail {

bool blocking_wait::suspend(task_state& party, std::coroutine_handle<> point) {
  who = &party;
  resume = &on_cancel;
  party.suspend_at(point, *this);
  const bool queued = scheduler_of(party).offload(*this);
  if (!queued) party.suspend_at(point);  // nothing was published: the filter is taken back
  return queued;
}

bool blocking_wait::on_cancel(wake_filter& self, waiter& who) noexcept {
  return scheduler_of(who).recall(static_cast<blocking_wait&>(self));
}

void blocking_wait::check() {
  if (at != stage::done) {
    static_cast<task_state*>(who)->take_cancel();
    throw cancelled{};
  }
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace actors::inline v1::detail
