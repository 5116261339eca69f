#include <actors/detail/channel_core.hpp>
#include <actors/detail/channel_observer.hpp>
#include <actors/detail/task_watch.hpp>
#include <actors/join_handle.hpp>

#include <utility>

namespace actors::inline v1::detail {

task_watch::task_watch(std::size_t most, wait_kind what)
    : what_{what}, party_{current_task_state()}, members_{std::make_unique<member[]>(most)} {
  alarm_.fire = &on_time;
}

task_watch::~task_watch() {
  if (alarm_.clock != nullptr) alarm_.clock->stop(alarm_);
  for (std::size_t i = 0; i != size_; ++i) members_[i].state->unsubscribe(members_[i]);
}

void task_watch::watch(task_state& task) {
  if (&task == current_task_state()) throw_self_join();
  member& one = members_[size_++];
  one.state = &task;
  one.owner = this;
  one.done = &on_done;
  if (!task.subscribe(one)) note_end(one);
}

bool task_watch::note_awaiter(const completion& entry, awaiter_note& into) noexcept {
  if (entry.done != &on_done) return false;
  into.party = static_cast<const member&>(entry).owner->party_;
  into.is_thread = into.party == nullptr;
  return true;
}

bool task_watch::has_come() const noexcept {
  return ended_ >= want_ || (early_ == early_end::failure && first_failed_ != none) ||
         (early_ == early_end::error && some_error_);
}

// What the party waits for has come, or its time is over: it is to be woken, if nobody else has claimed it.
waiter* task_watch::claim() noexcept {
  return who_ != nullptr && who_->claim_at_lock(lock_) ? std::exchange(who_, nullptr) : nullptr;
}

waiter* task_watch::note_end(member& one) noexcept {
  const wait_lock::hold guard{lock_};
  const auto place = static_cast<std::size_t>(&one - members_.get());
  one.ended = true;
  members_[ended_++].rank = place;
  const task_status how = one.state->outcome();
  if (first_failed_ == none && how != task_status::value) first_failed_ = place;
  some_error_ = some_error_ || how == task_status::error;
  return has_come() ? claim() : nullptr;
}

bool task_watch::on_done(completion& self, task_state&) noexcept {
  auto& one = static_cast<member&>(self);
  // The watch is there until the task counts as done, or until the party runs that is woken here.
  if (waiter* who = one.owner->note_end(one)) who->wake();
  return false;
}

void task_watch::on_time(callback_timer& self) noexcept {
  task_watch& watch = static_cast<alarm&>(self).watch;
  waiter* who = nullptr;
  {
    const wait_lock::hold guard{watch.lock_};
    watch.time_is_over_ = true;
    who = watch.claim();
  }
  if (who != nullptr) who->wake();
}

void task_watch::limit(scheduler& clock, steady_time deadline) {
  alarm_.deadline = deadline;
  clock.start(alarm_, nullptr);
  alarm_.clock = &clock;
}

void task_watch::note([[maybe_unused]] const waiter& who, [[maybe_unused]] await_place where) const noexcept {
#if ACTORS_SIMULATION
  std::size_t first = 0;
  while (first + 1 < size_ && at(first).done()) ++first;
  note_wait(who, what_, at(first), where);
#endif
}

bool task_watch::suspend(waiter& who, std::size_t count, early_end early) noexcept {
  waiter::wait_at_lock visit{who, lock_};
  want_ = count;
  early_ = early;
  if (has_come() || time_is_over_ || !visit.arm()) return false;
  who_ = &who;
  observe_wait(what_);
  return true;
}

bool task_watch::resume() noexcept {
  const wait_lock::hold guard{lock_};
  who_ = nullptr;
  is_over_ = time_is_over_;
  return has_come();
}

bool task_watch::wait::await_resume() {
  if (watch_.resume()) return true;
  if (!watch_.over()) throw_cancelled(*party_);
  return false;
}

std::size_t task_watch::ended() const noexcept {
  const wait_lock::hold guard{lock_};
  return ended_;
}

std::size_t task_watch::ended_at(std::size_t rank) const noexcept {
  std::size_t place = 0;
  {
    const wait_lock::hold guard{lock_};
    place = members_[rank].rank;
  }
  at(place).settle();
  return place;
}

std::size_t task_watch::first_failed() const noexcept {
  const wait_lock::hold guard{lock_};
  return first_failed_ == none ? size_ : first_failed_;
}

void task_watch::cancel_rest() noexcept {
  bool fence = false;
  for (std::size_t i = 0; i != size_; ++i) {
    if (!at(i).done()) fence = at(i).begin_cancel() == waiter::cancel_step::fence || fence;
  }
  if (fence) heavy_fence();
  for (std::size_t i = 0; i != size_; ++i) {
    if (!at(i).done()) at(i).finish_cancel();
  }
}

}  // namespace actors::inline v1::detail
