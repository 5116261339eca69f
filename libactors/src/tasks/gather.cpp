#include <actors/gather.hpp>

namespace actors::inline v1::detail {

void gather_group::watch(std::size_t index, task_state& task) noexcept {
  child& entry = children_[index];
  entry.state = &task;
  entry.group = this;
  entry.done = &on_child_done;
  task.subscribe(entry);  // it was not started yet, so this always enters
}

void gather_group::start_all(scheduler& where) noexcept {
  for (child& each : children_) each.state->start(where);
}

// Before the child counts as done; its siblings may have ended, but their blocks are kept by the group's owner.
void gather_group::on_child_done(completion& self, task_state& ended) noexcept {
  if (ended.outcome() == task_status::value) return;
  gather_group& group = *static_cast<child&>(self).group;
  task_state* none = nullptr;
  // Release: the thread that gathers reads the failed child. One failure is enough to stop the others.
  if (!group.first_failed_.compare_exchange_strong(none, &ended, std::memory_order_acq_rel)) return;
  for (child& each : group.children_) {
    if (each.state != &ended) each.state->request_cancel();
  }
}

void gather_group::cancel_all() noexcept {
  for (child& each : children_) each.state->request_cancel();
}

bool gather_group::wait_for_child::suspend(task_state& party, std::coroutine_handle<> point) {
  who_ = &party;
  done = &on_done;
  resume = &on_cancel;
  if (party.cancel_pending()) group_.cancel_all();
  return child().join(*this, party, point, *this);
}

void gather_group::wait_for_child::on_done(completion& self, task_state&) noexcept {
  waiter& who = *static_cast<wait_for_child&>(self).who_;
  if (who.claim_or_note()) who.wake();
}

bool gather_group::wait_for_child::on_cancel(wake_filter& self, waiter& who) noexcept {
  auto& wait = static_cast<wait_for_child&>(self);
  // Before `keep_waiting`: once that returns false, this frame may be gone.
  if (who.cancel_pending()) wait.group_.cancel_all();
  return wait.child().keep_waiting(who);
}

void gather_group::rethrow_first_failure(task_state& party) {
  for (child& each : children_) each.state->mark_retrieved();
  task_state* failed = first_failed_.load(std::memory_order_acquire);
  if (failed == nullptr) return;
  if (failed->status() == task_status::cancelled) party.take_cancel();
  failed->rethrow_failure();
}

}  // namespace actors::inline v1::detail
