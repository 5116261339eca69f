#include <actors/sleep.hpp>

namespace actors::inline v1::detail {

bool sleep_operation::suspend(task_state& party, std::coroutine_handle<> point) {
  who_ = &party;
  scheduler& where = scheduler_of(party);
  if (delay_ == by_deadline ? deadline <= where.now() : delay_.count() == 0) {
    if (party.cancel_pending()) return false;
    over_ = true;
    party.step_back(point);
    return true;
  }
  if (delay_ != by_deadline) deadline = saturating_add(where.now(), delay_);
  fire = &on_time;
  party.suspend_at(point);
  return where.start(*this, &party);
}

void sleep_operation::on_time(timer& self) noexcept {
  auto& sleeping = static_cast<sleep_operation&>(self);
  if (!sleeping.who_->claim()) return;
  sleeping.over_ = true;
  sleeping.who_->wake();
}

void sleep_operation::await_resume() {
  if (over_) return;
  scheduler_of(*who_).stop(*this);
  who_->take_cancel();
  throw cancelled{};
}

}  // namespace actors::inline v1::detail
