#include <actors/cases.hpp>
#include <actors/detail/random_choice.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/detail/this_party.hpp>
#include <actors/errors.hpp>
#include <actors/spawn.hpp>
#include <actors/sync/event.hpp>

#include "../tasks/report_error.hpp"
#include "failure_text.hpp"
#include "restart_window.hpp"
#include "supervised_names.hpp"
#include "supervisor_inbox.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace actors::inline v1::detail {

namespace {

using time_point = std::chrono::steady_clock::time_point;
constexpr time_point never = time_point::max();

double random_fraction() noexcept {
  constexpr std::uint32_t steps = 1U << 16;
  return static_cast<double>(random_choice(steps)) / (steps - 1);
}

}  // namespace

run_note::~run_note() {
  if (to_ == nullptr || one_->is_being_started_here()) return;
  one_->note_end_of_run();
  one_->end_run();
  to_->put(*one_);
}

supervisor::supervisor(const supervision& how)
    : how_{how},
      window_{std::make_unique<restart_window>(how.max, to_nanoseconds(how.within))},
      inbox_{std::make_shared<supervisor_inbox>(*this)},
      names_{std::make_unique<names>()} {}

supervisor::~supervisor() {
  close();
  while (last_ != nullptr) static_cast<void>(take_out(*last_));
}

void supervisor::add(std::shared_ptr<supervised> one) {
  const std::lock_guard guard{lock_};
  append(std::move(one));
}

void supervisor::append(std::shared_ptr<supervised> one) {
  names_->enter(*one);
  supervised& added = *one;
  added.place_ = ++places_;
  added.before_ = std::exchange(last_, &added);
  (added.before_ == nullptr ? first_ : added.before_->after_) = &added;
  added.listed_ = std::move(one);
  ++unfinished_;
}

// The list may have been the last that held it, so it goes when the caller has left the lock.
std::shared_ptr<supervised> supervisor::take_out(supervised& one) noexcept {
  names_->leave(one);
  (one.before_ == nullptr ? first_ : one.before_->after_) = one.after_;
  (one.after_ == nullptr ? last_ : one.after_->before_) = one.before_;
  if (!is_over(one.state_)) --unfinished_;
  return std::move(one.listed_);
}

supervised* supervisor::last() const {
  const std::lock_guard guard{lock_};
  return last_;
}

std::shared_ptr<supervised> supervisor::find(std::string_view name) const {
  const std::lock_guard guard{lock_};
  supervised* const found = names_->find(name);
  return found == nullptr ? nullptr : found->listed_;
}

bool supervisor::start_child(std::shared_ptr<supervised> one) {
  std::exception_ptr why_not;
  {
    const std::lock_guard guard{lock_};
    if ((takes_children_ || !has_begun_) && !stop_asked_) {
      one->is_dynamic_ = true;
      try {
        append(one);
        if (has_begun_) start_under_lock(*one);  // else its turn comes
        return true;
      } catch (...) {  // there is no memory, or somebody else was given the name meanwhile
        why_not = std::current_exception();
        if (one->listed_ != nullptr) static_cast<void>(take_out(*one));
      }
    }
  }
  one->close();
  one->is_closed_ = true;
  one->state_ = actor_state::ended;
  one->ended.set();
  one->tell_links_of_end();
  if (why_not) std::rethrow_exception(why_not);
  return false;
}

time_point supervisor::now() const noexcept { return home_->owner().now(); }

// One that has ended is told of once nothing of it can change any more.
void supervisor::put(supervised& one, actor_state state) {
  actor_state before;
  {
    const std::lock_guard guard{lock_};
    before = std::exchange(one.state_, state);
    // Before it is told of: its name is free for another one.
    if (is_over(state) && one.is_dynamic_) names_->leave(one);
    if (is_over(state) && !is_over(before)) --unfinished_;
    if (is_over(before) && !is_over(state)) ++unfinished_;
  }
  if (before == actor_state::restarting && state != actor_state::restarting) std::erase(waiting_, &one);
  if (state == actor_state::restarting && before != actor_state::restarting) waiting_.push_back(&one);
  const bool closed = (state == actor_state::ended || state == actor_state::failed) && one.is_closed_;
  if (!closed && state != actor_state::abandoned) return;
  one.ended.set();
  one.tell_links_of_end();
}

// What is asked to stop, or is seen by who walks along the list, is left to the task.
supervisor::left supervisor::end_child(supervised& one) noexcept {
  std::shared_ptr<supervised> last;
  bool was_last = false;
  {
    const std::lock_guard guard{lock_};
    if (!takes_children_ || walks_ || one.state_ != actor_state::running) return left::no;
    last = take_out(one);
    one.state_ = actor_state::ended;
    was_last = unfinished_ == 0;
  }
  one.ended.set();
  one.tell_links_of_end();
  return was_last ? left::as_the_last : left::yes;
}

// A team is to look as if they had never been: else a server's team would grow with each of its connections.
void supervisor::forget(supervised& one) {
  if (!one.is_dynamic_ || &one == failed_ || one.state_ == actor_state::abandoned) return;
  std::shared_ptr<supervised> last;
  const std::lock_guard guard{lock_};
  last = take_out(one);
}

bool supervisor::stop_is_asked() const {
  const std::lock_guard guard{lock_};
  return stop_asked_ || cancelled_;
}

void supervisor::stop() noexcept {
  {
    const std::lock_guard guard{lock_};
    stop_asked_ = true;
  }
  inbox_->changed.set();
}

void supervisor::start(supervised& one) {
  const bool waited = one.state_ == actor_state::restarting;
  {
    const std::lock_guard guard{lock_};
    start_under_lock(one);
  }
  if (waited) std::erase(waiting_, &one);
}

void supervisor::start_under_lock(supervised& one) {
  one.failure = nullptr;
  one.run_is_over_ = false;
  if (!one.is_dynamic_ || one.restarts_ != 0) inbox_->keep_open(one, false);
  if (is_draining_.load(std::memory_order_relaxed)) one.drain();
  one.started_at_ = now();
  one.begin_run(run_note{one.listed_, inbox_}, *home_);
  one.state_ = actor_state::running;
  one.end_was_asked_ = one.is_to_end();
  if (one.end_was_asked_) one.body_.cancel();
}

// Also where nothing was started, as it is to stop: what others start from then on has ended at once.
void supervisor::note_begun() {
  const std::lock_guard guard{lock_};
  has_begun_ = true;
}

// In order. Those that run already may start children of their own meanwhile, at the end of the list.
void supervisor::start_all() {
  const std::lock_guard guard{lock_};
  has_begun_ = takes_children_ = true;
  for (supervised* each = first_; each != nullptr; each = each->after_)
    if (each->state_ == actor_state::made) start_under_lock(*each);
}

// A constructor that throws is a failure like any other, and so is a lack of memory.
void supervisor::restart(supervised& one) {
  try {
    one.prepare();
    {
      const std::lock_guard guard{lock_};
      ++one.restarts_;
    }
    start(one);
  } catch (...) {
    one.end_run();
    one.failure = std::current_exception();
    one.started_at_ = now();
    one.run_is_over_ = true;
    ended_.push_back(&one);
  }
}

// Those of the same time in their order. Where they are restarted together, the first one that cannot be made is
// settled before the others are started.
void supervisor::start_due() {
  const time_point at = now();
  std::vector<supervised*> due;
  std::copy_if(waiting_.begin(), waiting_.end(), std::back_inserter(due),
               [&](const supervised* each) { return each->restart_at_ <= at; });
  std::sort(due.begin(), due.end(), [](const supervised* a, const supervised* b) { return a->place_ < b->place_; });
  for (supervised* each : due) {
    if (how_.strategy != restart::one_for_one && !ended_.empty()) return;
    restart(*each);
  }
}

time_point supervisor::next_restart() const noexcept {
  time_point first = never;
  for (const supervised* each : waiting_) first = std::min(first, each->restart_at_);
  return first;
}

// From then on it takes no children.
bool supervisor::all_have_ended() {
  const std::lock_guard guard{lock_};
  if (unfinished_ == 0) takes_children_ = false;
  return unfinished_ == 0;
}

// Until a run ends, somebody asks for the end, or it is that late. The task's own cancellation asks for the end.
task<> supervisor::something_happens(time_point until) {
  try {
    if (until == never)
      co_await inbox_->changed.wait();
    else
      co_await select(on_set(inbox_->changed), at(until));
  } catch (const cancelled&) {
    const std::lock_guard guard{lock_};
    cancelled_ = true;
  }
}

void supervisor::take_ended() {
  inbox_->changed.clear();  // before: what comes meanwhile sets it again
  supervised* const newest = inbox_->take_all();
  for (supervised* one = newest; one != nullptr; one = one->next_ended_) one->run_is_over_ = true;
  std::vector<supervised*> found;
  for (supervised* one = newest; one != nullptr;) {
    found.push_back(one);
    one = std::exchange(one->next_ended_, nullptr);
  }
  ended_.insert(ended_.begin(), found.begin(), found.end());
}

void supervisor::note_failure(supervised& one) {
  std::string text = text_of(one.failure);
  const std::lock_guard guard{lock_};
  one.last_error_ = std::move(text);
}

// Whatever it ended with: it is not started again. A temporary one not even by the restart of the team that it is in.
void supervisor::end_for_good(supervised& one) {
  const bool failed = one.failure != nullptr && !is_cancellation(one.failure);
  const bool is_temporary = one.as.life == lifetime::temporary;
  if (failed && !is_temporary) fail_with(one, one.failure);
  if (failed && is_temporary)
    report_error("actor_failed", "actor '" + one.name + "' failed, and is not started again (lifetime::temporary)",
                 one.failure, {}, one.name);
  if (!leaves_open_ || one.is_dynamic_ || (failed && is_temporary)) close_now(one);
  put(one, failed ? actor_state::failed : actor_state::ended);
  forget(one);
}

void supervisor::close_now(supervised& one) noexcept {
  if (!std::exchange(one.is_closed_, true)) one.close();
}

// The first failure counts, not what follows from it.
void supervisor::fail_with(const supervised& one, std::exception_ptr why) {
  const std::lock_guard guard{lock_};
  if (failed_ != nullptr) return;
  failed_ = &one;
  failure_ = std::move(why);
}

// One whose run is over, and which nobody has asked to end.
task<> supervisor::settle(supervised& one) {
  if (one.is_closed_) {
    put(one, actor_state::ended);
    forget(one);
    co_return;
  }
  if (one.failure == nullptr)
    one.failure = std::make_exception_ptr(error{"it ended, and is to run for ever (lifetime::permanent)"});
  note_failure(one);
  if (one.as.life == lifetime::temporary) {
    end_for_good(one);
    co_return;
  }
  const time_point at = now();
  if (!window_->allow(at)) {
    fail_with(one, one.failure);
    gives_up_ = true;
    // A team that is run again has none of those that came while it ran.
    if (!leaves_open_ || one.is_dynamic_) close_now(one);
    put(one, actor_state::failed);
    co_return;
  }
  if (at - one.started_at_ >= to_nanoseconds(how_.within)) one.in_a_row_ = 0;
  const std::chrono::nanoseconds pause = pause_of(how_.pause, one.in_a_row_++, random_fraction());
  one.restart_at_ = saturating_add(at, pause);
  put(one, actor_state::restarting);
  if (how_.strategy != restart::one_for_one) co_await halt_those_restarted_with(one);
}

// In reverse order. They are started in order, with that one: all have the same time.
task<> supervisor::halt_those_restarted_with(supervised& one) {
  const bool all = how_.strategy == restart::one_for_all;
  const walk here{*this};
  // Before the first of them is asked: it may be linked with others, which end with it.
  for (supervised* at = last(); at != nullptr && (all || at != &one); at = at->before_)
    if (at != &one && is_alive(*at)) inbox_->keep_open(*at, at->as.life != lifetime::temporary);
  supervised* before = nullptr;
  for (supervised* at = last(); at != nullptr; at = before) {
    supervised& each = *at;
    before = each.before_;
    if (&each == &one) {
      if (!all) co_return;
      continue;
    }
    if (is_alive(each)) {
      co_await halt(each);
      std::erase(ended_, &each);
      if (each.state_ != actor_state::abandoned && each.failure != nullptr) note_failure(each);
      if (each.state_ == actor_state::abandoned) {
        fail_with(each, std::make_exception_ptr(error{"it did not stop, not even by force: it cannot be restarted"}));
        gives_up_ = true;
      } else if (each.is_closed_ || each.as.life == lifetime::temporary) {
        end_for_good(each);
        continue;  // it may be gone
      } else {
        put(each, actor_state::restarting);
      }
    }
    if (each.state_ == actor_state::restarting) each.restart_at_ = one.restart_at_;
  }
}

task<> supervisor::run() {
  home_ = &need_lane("team::run");
  const task_state& self = co_await this_party{};
  const std::uint32_t requests = self.cancel_requests();
  if (self.cancel_pending()) cancelled_ = true;
  std::exception_ptr no_memory;
  try {
    if (!stop_is_asked()) start_all();
    note_begun();
    while (!gives_up_ && !stop_is_asked()) {
      if (!ended_.empty()) {
        supervised& one = *ended_.back();
        ended_.pop_back();
        co_await settle(one);
        continue;
      }
      start_due();
      if (!ended_.empty()) continue;
      if (all_have_ended()) break;
      co_await something_happens(next_restart());
      take_ended();
    }
  } catch (...) {
    no_memory = std::current_exception();
    gives_up_ = true;
  }
  for (bool is_done = false; !is_done;) {
    try {
      co_await stop_all();
      co_await join_all();
      is_done = true;
    } catch (...) {  // no memory; bodies still run, so it is tried again
      no_memory = std::current_exception();
    }
  }
  if (self.cancel_requests() > requests) cancelled_ = true;
  if (no_memory) std::rethrow_exception(no_memory);
}

}  // namespace actors::inline v1::detail
