#include <actors/detail/channel_core.hpp>
#include <actors/detail/channel_observer.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/task_group.hpp>

#include "error_way.hpp"
#include "report_error.hpp"

#include <array>
#include <utility>

namespace actors::inline v1 {

using detail::completion;
using detail::task_state;
using detail::task_status;
using detail::wait_lock;

namespace {

enum class failure_kind { error, normal_end, cancellation };

failure_kind kind_of(const std::exception_ptr& error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const channel_closed&) {
    return failure_kind::normal_end;
  } catch (const cancelled&) {
    return failure_kind::cancellation;
  } catch (...) {
    return failure_kind::error;
  }
}

}  // namespace

void task_group::unlink(links& entry) noexcept {
  entry.before->after = entry.after;
  entry.after->before = entry.before;
}

void task_group::move_to(links& list, links& entry) noexcept {
  entry.before = list.before;
  entry.after = &list;
  list.before->after = &entry;
  list.before = &entry;
}

task_group::~task_group() {
  if (looked_at_) return;
  for (std::size_t i = 1; i < errors_.size(); ++i)
    detail::report_error("unretrieved_error", "a group had one more error, that nobody looked at", errors_[i]);
}

void task_group::open(task_state& party) {
  const wait_lock::hold guard{lock_};
  if (phase_ != phase::fresh) throw usage_error{"with_group: the group was opened before; a group is used once"};
  phase_ = phase::open;
  body_runs_ = true;
  party_ = &party;
  answered_before_ = party.cancel_requests();
  // One that is still pending belongs to those who must not be swallowed.
  if (party.cancel_pending() && answered_before_ != 0) --answered_before_;
}

void task_group::start_child(task_state& task) {
  auto entry = std::make_unique<child>(*this, task);
  const task_state* running = detail::current_task_state();
  executor* where = running != nullptr ? running->home : nullptr;
  bool stop = false;
  {
    const wait_lock::hold guard{lock_};
    if (phase_ == phase::fresh) throw usage_error{"task_group::spawn before with_group has opened the group"};
    if (phase_ == phase::closed) throw usage_error{"task_group::spawn into a group that has ended"};
    if (where == nullptr) where = party_->home;
    stop = cancelling_;
    move_to(stop ? asked_ : children_, *entry);
    ++size_;
  }
  task.subscribe(*entry.release());  // it was not started yet, so this always enters
  if (stop) task.request_cancel();
  task.start_shared(static_cast<detail::lane&>(*where));  // who cancels the group may have it by now
}

void task_group::note_error(std::exception_ptr error, error_trace trace) noexcept {
  const wait_lock::hold guard{lock_};
  if (errors_.empty()) first_trace_ = std::move(trace);
  errors_.push_back(std::move(error));
}

bool task_group::note_awaiter(const completion& entry, detail::awaiter_note& into) noexcept {
  if (entry.done != &on_done) return false;
  into.party = static_cast<const child&>(entry).group.party_;
  return true;
}

// Until the child is taken out of its list the group is there.
bool task_group::on_done(completion& self, task_state& task) noexcept {
  if (!task.done()) return true;  // to be called again: whoever finds the group empty finds its children done
  const std::unique_ptr<child> entry{&static_cast<child&>(self)};
  task_group& group = entry->group;
  if (task.status() == task_status::error && kind_of(task.failure()) == failure_kind::error) {
    group.note_error(task.failure(), detail::trace_of(task));
    group.stop_all(true);
  }
  waiter* who = nullptr;
  {
    const wait_lock::hold guard{group.lock_};
    unlink(*entry);
    if (--group.size_ == 0 && group.who_ != nullptr && group.who_->claim_at_lock(group.lock_)) {
      who = std::exchange(group.who_, nullptr);
      group.phase_ = phase::closed;
    }
  }
  if (who != nullptr) who->wake();
  return false;
}

void task_group::stop_all(bool body_too) noexcept {
  task_state* body = nullptr;
  for (bool first = true;; first = false) {
    // In portions, so that nobody waits for the lock for long, and with one fence for each.
    std::array<task_state*, 64> portion;
    std::size_t count = 0;
    {
      const wait_lock::hold guard{lock_};
      cancelling_ = true;
      if (first && body_too && body_runs_ && !asked_party_) {
        asked_party_ = true;
        body = party_;
      }
      while (count != portion.size() && children_.after != &children_) {
        links& next = *children_.after;
        unlink(next);
        move_to(asked_, next);
        task_state& task = static_cast<child&>(next).task;
        task.retain();
        portion[count++] = &task;
      }
    }
    if (first && body != nullptr) body->request_cancel();
    bool fence = false;
    for (std::size_t i = 0; i != count; ++i) fence = portion[i]->begin_cancel() == waiter::cancel_step::fence || fence;
    if (fence) detail::heavy_fence();
    for (std::size_t i = 0; i != count; ++i) {
      portion[i]->finish_cancel();
      portion[i]->release();
    }
    if (count != portion.size()) return;
  }
}

void task_group::cancel() noexcept { stop_all(false); }

std::size_t task_group::size() const noexcept {
  const wait_lock::hold guard{lock_};
  return size_;
}

bool task_group::cancelling() const noexcept {
  const wait_lock::hold guard{lock_};
  return cancelling_;
}

const std::vector<std::exception_ptr>& task_group::errors() noexcept {
  looked_at_ = true;
  return errors_;
}

void task_group::body_ended() noexcept {
  const wait_lock::hold guard{lock_};
  body_runs_ = false;
}

void task_group::body_failed(std::exception_ptr error) noexcept {
  body_ended();
  if (kind_of(error) == failure_kind::cancellation)
    party_cancelled_ = true;
  else
    note_error(error, detail::error_way::of(error));
  stop_all(false);
}

class task_group::last_child {
 public:
  explicit last_child(task_group& group) noexcept : group_{group} {}
  bool await_ready() const noexcept { return false; }
  template <detail::task_promise_type Promise>
  ACTORS_SUSPENDS bool await_suspend(std::coroutine_handle<Promise> point,
                                     detail::await_place where = detail::await_place::here()) {
    task_state& party = point.promise().party();
    detail::note_wait(party, detail::wait_kind::group, 0, where);
    detail::note_suspension(point, detail::wait_kind::group, where);
    const bool last_of_turn = party.spend();
    if (last_of_turn && party.cancel_pending()) return detail::end_turn_at(party, point);
    party.suspend_at(point);
    bool is_over = false;
    {
      waiter::wait_at_lock visit{party, group_.lock_};
      if (group_.size_ == 0) group_.phase_ = phase::closed;  // in one step with the look: nobody comes in between
      is_over = group_.phase_ == phase::closed;
      if (!is_over && visit.arm()) {
        group_.who_ = &party;
        detail::observe_wait(detail::wait_kind::group);
        return true;
      }
    }
    if (!is_over || !last_of_turn) return false;
    party.step_back(point);
    return true;
  }
  // A cancellation that came with the end of the last child stays pending.
  void await_resume() {
    {
      const wait_lock::hold guard{group_.lock_};
      group_.who_ = nullptr;
      if (group_.size_ == 0) group_.phase_ = phase::closed;
      if (group_.phase_ == phase::closed) return;
    }
    detail::throw_cancelled(*group_.party_);
  }

 private:
  task_group& group_;
};

task<> task_group::wait_for_children() {
  for (;;) {
    try {
      co_await last_child{*this};
      break;
    } catch (const cancelled&) {
      party_cancelled_ = true;
    }
    stop_all(false);
  }
}

void task_group::answer() {
  std::uint32_t left = party_->cancel_requests();
  if (asked_party_) left = party_->uncancel(answered_before_);
  if (!errors_.empty()) {
    // Whoever else asked must not be swallowed by the error.
    if (party_cancelled_ && left > answered_before_) party_->put_cancel_back();
    detail::error_way::go_on(errors_.front(), std::move(first_trace_));
    std::rethrow_exception(errors_.front());
  }
  if (party_cancelled_) throw cancelled{};
}

}  // namespace actors::inline v1
