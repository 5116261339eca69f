#include <actors/wait_for.hpp>

namespace actors::inline v1::detail {

time_limit::time_limit(task_state& party, std::chrono::nanoseconds limit)
    : party_{party}, answered_before_{party.cancel_requests()} {
  // One that is still pending belongs to those who must not be swallowed.
  if (party.cancel_pending() && answered_before_ != 0) --answered_before_;
  deadline = saturating_add(scope().now(), limit);
  fire = &on_time;
  scope().start(*this, nullptr);
}

void time_limit::on_time(callback_timer& self) noexcept {
  auto& limit = static_cast<time_limit&>(self);
  limit.fired_ = true;
  limit.party_.request_cancel();
}

void time_limit::work_ended() noexcept {
  scope().stop(*this);
  if (fired_) party_.uncancel(answered_before_);
}

void time_limit::throw_if_own() {
  scope().stop(*this);
  if (!fired_) return;
  if (party_.uncancel(answered_before_) <= answered_before_)
    throw timed_out{"wait_for: the time is over; the work was cancelled and has ended"};
  party_.take_cancel();  // the `cancelled` that goes on its way answers whoever else asked
}

}  // namespace actors::inline v1::detail
