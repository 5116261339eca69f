#include <actors/detail/time_limit.hpp>
#include <actors/errors.hpp>

namespace actors::inline v1::detail {

void time_limit::start_all(waiter& party) noexcept {
  turn& now = static_cast<task_state&>(party).running_turn();
  for (time_limit* each = std::exchange(now.unstarted, nullptr); each != nullptr; each = each->outer_) each->start();
}

// One that is over is over at once: what the party is about to wait for is not to begin.
void time_limit::start() noexcept {
  deadline = when();
  relative_ = false;
  if (deadline > scope().now()) {
    timer_ = progress::started;
    scope().start(*this, nullptr);
  } else {
    timer_ = progress::stopped;
    on_time(*this);
  }
}

steady_time time_limit::when() const noexcept {
  return relative_ ? saturating_add(scope().time_of(began_), deadline.time_since_epoch()) : deadline;
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
  relative_ = false;
  put_off();
}

void time_limit::throw_if_own() {
  stop();
  if (!expired()) return;
  if (party_.uncancel(answered_before_) <= answered_before_)
    throw timed_out{"the time is over; the work was cancelled and has ended"};
  party_.take_cancel();  // the `cancelled` that goes on its way answers whoever else asked
}

}  // namespace actors::inline v1::detail
