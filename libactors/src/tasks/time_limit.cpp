#include <actors/detail/time_limit.hpp>
#include <actors/errors.hpp>

namespace actors::inline v1::detail {

time_limit::time_limit(task_state& party, span limit) : party_{party}, answered_before_{party.cancel_requests()} {
  // One that is still pending belongs to those who must not be swallowed.
  if (party.cancel_pending() && answered_before_ != 0) --answered_before_;
  deadline = limit.relative ? saturating_add(scope().now(), limit.time.time_since_epoch()) : limit.time;
  fire = &on_time;
  scope().start(*this, nullptr);
  runs_ = true;
}

void time_limit::on_time(callback_timer& self) noexcept {
  auto& limit = static_cast<time_limit&>(self);
  limit.fired_.store(true, std::memory_order_release);
  limit.party_.request_cancel();
}

void time_limit::move(steady_time when) {
  stop();
  if (expired())
    throw usage_error{"the limit of time is over already, it cannot be moved: the work is being cancelled"};
  deadline = when;
  scope().start(*this, nullptr);
  runs_ = true;
}

void time_limit::work_ended() noexcept {
  stop();
  if (expired()) party_.uncancel(answered_before_);
}

void time_limit::throw_if_own() {
  stop();
  if (!expired()) return;
  if (party_.uncancel(answered_before_) <= answered_before_)
    throw timed_out{"the time is over; the work was cancelled and has ended"};
  party_.take_cancel();  // the `cancelled` that goes on its way answers whoever else asked
}

}  // namespace actors::inline v1::detail
