#include <actors/cases.hpp>

namespace actors::inline v1::detail {

namespace {

// The party may go on as soon as it is woken, so that is last.
void decide(wait_node& node) noexcept {
  waiter& who = *node.who;
  if (!who.claim()) return;
  node.outcome = wait_outcome::delivered;
  who.wake();
}

}  // namespace

steady_time time_case::begin_on_thread(steady_time now) noexcept {
  const steady_time due = relative_ ? saturating_add(now, delay_) : steady_time{delay_};
  kept_by_ = due <= now ? keeper::late_thread : keeper::waiting_thread;
  return due;
}

bool time_case::ready(waiter& who, wake_batch&) {
  if (kept_by_ != keeper::runtime_timer) {
    if (kept_by_ == keeper::waiting_thread) return false;
  } else if (relative_ ? delay_.count() > 0 : steady_time{delay_} > scheduler_of(who).now()) {
    return false;
  }
  outcome = wait_outcome::delivered;
  return true;
}

bool time_case::enter(waiter& who) noexcept {
  if (kept_by_ != keeper::runtime_timer) return true;
  scheduler& where = scheduler_of(who);
  deadline = relative_ ? saturating_add(where.now(), delay_) : steady_time{delay_};
  fire = [](callback_timer& self) noexcept { decide(static_cast<time_case&>(self).node()); };
  return where.start(*this, nullptr);
}

void time_case::leave() noexcept {
  if (kept_by_ == keeper::runtime_timer && node().outcome == wait_outcome::none) scheduler_of(*node().who).stop(*this);
}

end_case::end_case(task_state* state) : state_{state} {
  if (state_ == nullptr) throw_empty_handle();
}

bool end_case::ready(waiter& who, wake_batch&) {
  if (state_ == &who) throw_self_join();
  if (!state_->done()) return false;
  outcome = wait_outcome::delivered;
  return true;
}

bool end_case::enter(waiter&) noexcept {
  done = [](completion& self, task_state&) noexcept {
    decide(static_cast<end_case&>(self).node());
    return false;
  };
  return state_->subscribe(*this);
}

// Woken shortly before the task counts as done, and before the list lets go of the entry: unsubscribing waits for both.
void end_case::leave() noexcept { state_->unsubscribe(*this); }

bool token_case::ready(waiter&, wake_batch&) {
  if (!token_.stop_requested()) return false;
  outcome = wait_outcome::delivered;
  return true;
}

bool token_case::enter(waiter&) noexcept {
  callback_.emplace(token_, request{node()});
  return true;
}

// Where the callback runs on another thread that waits for its end.
void token_case::leave() noexcept { callback_.reset(); }

void token_case::request::operator()() const noexcept { decide(node); }

}  // namespace actors::inline v1::detail
