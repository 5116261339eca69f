#include "parking_model.hpp"

namespace model::parking {

scheduler::scheduler(checker& of, unsigned workers, bool with_timers)
    : worker_count_{workers}, has_timers_{with_timers} {
  for (unsigned i = 0; i != workers_.size(); ++i) of.name_words(worker::names("w" + std::to_string(i) + "."));
  of.name_words(injector::names("injector."));
  of.name_words(
      {"searching", "sleeping", "watched", "unwatched", "stopping", "sleepers_lock", "sleepers", "done", "clock"});
}

// ---- worker_scheduler.cpp ------------------------------------------------------------------------------------------

void scheduler::post_to(unsigned index, unsigned work) {
  worker& target = workers_[index];
  target.errands_.push(work);
  if (!retract_sleep(index)) return;
  searching_.fetch_add(1, seq_cst);
  target.parker_.wake();
}

void scheduler::start_from_outside(int deadline) {
  workers_[0].timers_.insert(deadline);
  if (sleeping_.load(seq_cst) != 0 && deadline < watched_.load(seq_cst)) notify();
}

void scheduler::start_on_worker(unsigned self, int deadline, bool turns_are_long) {
  workers_[self].timers_.insert(deadline);
  if (!turns_are_long) return leave_unannounced();
  if (sleeping_.load(seq_cst) != 0 && deadline < watched_.load(seq_cst)) notify();
}

void scheduler::stop_workers() {
  stopping_.store(true, seq_cst);
  for (unsigned i = 0; i != worker_count_; ++i) {
    if (!retract_sleep(i)) continue;
    searching_.fetch_add(1, seq_cst);
    workers_[i].parker_.wake();
  }
}

void scheduler::wake_one(reason why) {
  if (searching_.load(seq_cst) != 0 || sleeping_.load(seq_cst) == 0) return;
  unsigned woken = 0;
  sleepers_lock_.lock();
  if (sleepers_.get() == 0) return sleepers_lock_.unlock();
  woken = sleepers_.get() % 8 - 1;
  remove_sleeper(woken);
  note_reason(woken, why);
  searching_.fetch_add(1, seq_cst);
  sleepers_lock_.unlock();
  workers_[woken].parker_.wake();
}

// `to_watch_` says only how long a searcher lingers. It is written under the lock and read without, behind the token.
void scheduler::note_reason(unsigned index, reason why) {
  if (!has_timers_) return;  // fewer states
  workers_[index].to_watch_.set(why == reason::watch);
  workers_[index].meant_to_watch_.set(why == reason::watch);
}

int scheduler::soonest_timer(place caller) const {
  int soonest = never;
  if (!has_timers_) return soonest;
  for (unsigned i = 0; i != worker_count_; ++i) soonest = std::min(soonest, workers_[i].timers_.next(caller));
  return soonest;
}

void scheduler::announce_sleep(unsigned self) {
  sleepers_lock_.lock();
  expect(!is_listed(self), "a worker is announced twice");
  sleepers_.set(sleepers_.get() * 8 + self + 1);
  workers_[self].watches_.set(true);
  unwatched_.store(true, relaxed);
  sleeping_.store(sleepers_.get() < 8 ? 1 : 2, seq_cst);
  sleepers_lock_.unlock();
}

void scheduler::watch_until(unsigned self, int deadline, bool looks) {
  sleepers_lock_.lock();
  if (is_watcher_locked(self)) {
    if (has_timers_) watched_.store(deadline, seq_cst);
    unwatched_.store(!looks, relaxed);
  }
  sleepers_lock_.unlock();
}

bool scheduler::is_watcher_locked(unsigned self) const {
  return sleepers_.get() != 0 && sleepers_.get() % 8 == self + 1 && workers_[self].watches_.get();
}

bool scheduler::is_watcher(unsigned self) {
  sleepers_lock_.lock();
  const bool is = is_watcher_locked(self);
  sleepers_lock_.unlock();
  return is;
}

void scheduler::remove_sleeper(unsigned index) {
  const unsigned before = sleepers_.get();
  const bool watcher = before % 8 == index + 1;
  const unsigned after = watcher ? before / 8 : before % 8;  // two workers: the other one is left
  sleepers_.set(after);
  if (watcher) {
    if (after != 0) workers_[after % 8 - 1].watches_.set(false);
    if (has_timers_) watched_.store(never, seq_cst);
    unwatched_.store(after != 0, relaxed);
  }
  sleeping_.store(after == 0 ? 0 : 1, seq_cst);
}

bool scheduler::retract_sleep(unsigned self) {
  sleepers_lock_.lock();
  const bool listed = is_listed(self);
  if (listed) remove_sleeper(self);
  sleepers_lock_.unlock();
  return listed;
}

bool scheduler::is_listed(unsigned self) const {
  const unsigned all = sleepers_.get();
  return all % 8 == self + 1 || all / 8 == self + 1;
}

// ---- worker.cpp, search.cpp ----------------------------------------------------------------------------------------

int scheduler::next(unsigned self) {
  const int errand = workers_[self].errands_.pop();
  if (errand >= 0) return errand;
  const int work = injector_.pop();  // take_injected
  if (work >= 0 && !injector_.empty(place::here())) notify();
  return work;
}

int scheduler::look(unsigned self) {
  if (has_timers_ && soonest_timer() != never) {
    for (unsigned i = 0; i != worker_count_; ++i) workers_[i].timers_.fire_due(clock_.get());
  }
  return next(self);
}

bool scheduler::begin_search(frame& at) {
  if (at.keep[searching] != 0) return true;
  if (2 * searching_.load(relaxed) >= worker_count_) return false;
  searching_.fetch_add(1, seq_cst);
  at.keep[searching] = 1;
  return true;
}

void scheduler::end_search(frame& at, bool found) {
  at.keep[searching] = 0;
  expect(searching_.fetch_sub(1, seq_cst) != 0, "a worker that does not count as searching ends its search");
  if (!found) return;
  if (!injector_.empty(place::here()))
    notify();
  else if (sleeping_.load(relaxed) + 1 < worker_count_ || soonest_timer(place::here()) != never)
    leave_unannounced();
}

bool scheduler::look_once_more(unsigned self, frame& at) {
  at.keep[until] = std::min(at.keep[until], soonest_timer(place::here()));
  return !workers_[self].errands_.empty(place::here()) || !injector_.empty(place::here()) || stopping_.load(seq_cst);
}

// worker::sleep, with `look_once_more` in its middle.
stage_of scheduler::sleep(unsigned self, frame& at, stage_of stage) {
  worker& me = workers_[self];
  switch (stage) {
    case stage_of::announce:
      note_reason(self, reason::work);
      announce_sleep(self);
      return stage_of::watch;
    case stage_of::watch: {
      int deadline = never;
      const bool looks = worker_count_ > 1 && sleeping_.load(seq_cst) < worker_count_;
      if (looks) deadline = watch_time;
      deadline = std::min(deadline, soonest_timer());
      watch_until(self, deadline, looks);
      at.keep[until] = deadline;
      return stage_of::check;
    }
    case stage_of::check:
      return look_once_more(self, at) ? stage_of::retract : stage_of::rest_timed;
    case stage_of::rest_timed:
      me.sleeps_until.set(at.keep[until]);
      if (me.parker_.wait(at.keep[until] != never)) break;
      clock_.set(std::max(clock_.get(), at.keep[until]));
      return is_watcher(self) ? stage_of::retract : stage_of::rest;
    case stage_of::retract:
      if (retract_sleep(self)) {
        me.sleeps_until.set(-1);
        return stage_of::begin;
      }
      [[fallthrough]];
    default:
      me.sleeps_until.set(never);
      me.parker_.wait(false);
  }
  expect(!is_listed(self), "a worker was woken and still counts as asleep");
  if (has_timers_)
    expect(me.to_watch_.get() == me.meant_to_watch_.get(), "a worker does not see what it was woken for");
  me.sleeps_until.set(-1);
  at.keep[searching] = 1;
  return stage_of::begin;
}

// worker::loop and worker::wait_for_work.
bool scheduler::turn(unsigned self, frame& at) {
  const auto now = static_cast<stage_of>(at.keep[stage]);
  stage_of then = stage_of::loop;
  switch (now) {
    case stage_of::loop:
      if (const int work = next(self); work < 0)
        then = stage_of::begin;
      else if (!run(self, work))
        return false;
      break;
    case stage_of::begin:
      if (begin_search(at))
        then = stage_of::look;
      else if (stopping_.load(acquire))
        return false;
      else
        then = stage_of::announce;
      break;
    case stage_of::look:
      at.keep[found] = look(self);
      then = stage_of::end;
      break;
    case stage_of::end:
      end_search(at, at.keep[found] >= 0);
      if (at.keep[found] >= 0) {
        if (!run(self, at.keep[found])) return false;
      } else if (stopping_.load(acquire)) {
        return false;
      } else {
        then = stage_of::announce;
      }
      at.keep[found] = 0;
      break;
    default:
      then = sleep(self, at, now);
      break;
  }
  if (then < stage_of::check) at.keep[until] = 0;
  at.keep[stage] = static_cast<std::int32_t>(then);
  return true;
}

bool scheduler::run(unsigned self, int work) {
  expect((done_.get() >> work) % 2 == 0, "a piece of work runs twice");
  done_.set(done_.get() | 1U << work);
  const deed what = deeds[static_cast<std::size_t>(work)];
  if (what == deed::starts_timer) start_on_worker(self, timer_of_work, choose(2) == 1);
  if (what == deed::starts_timer_and_never_ends) start_on_worker(self, timer_of_work, true);
  return what != deed::never_ends && what != deed::starts_timer_and_never_ends;
}

// ---- properties ----------------------------------------------------------------------------------------------------

std::string scheduler::wrong_at_rest(const rest& at, unsigned works, bool stopped) const {
  if (at.value(done_) != works) return "work lies there, and everybody sleeps";
  unsigned asleep = 0;
  for (unsigned i = 0; i != worker_count_; ++i) {
    if (at.has_ended(i)) continue;
    if (stopped) return "a worker sleeps on, though the scheduler stops";
    ++asleep;
    if (workers_[i].parker_.has_token(at)) return "a worker sleeps that has a token";
  }
  if (at.value(searching_) != 0) return "somebody counts as searching, and everybody sleeps";
  if (at.value(sleeping_) != asleep) return "the number of sleepers is wrong";
  for (unsigned i = 0; i != worker_count_; ++i) {
    const int pending = workers_[i].timers_.pending(at);
    bool seen = pending == never;
    for (unsigned j = 0; j != worker_count_; ++j) {
      const int until = at.value(workers_[j].sleeps_until);
      seen = seen || (until >= 0 && until <= pending);
    }
    if (!seen) return "nobody wakes for a timer";
  }
  return "";
}

}  // namespace model::parking
