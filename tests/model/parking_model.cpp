#include "parking_model.hpp"

namespace model::parking {

scheduler::scheduler(checker& of, const traits& with)
    : worker_count_{with.workers},
      has_timers_{with.timers},
      has_io_{with.io},
      has_completions_{with.completions},
      is_made_{with.io == io_of::there} {
  for (unsigned i = 0; i != workers_.size(); ++i) of.name_words(worker::names("w" + std::to_string(i) + "."));
  of.name_words(injector::names("injector."));
  of.name_words(reactor::names("reactor."));
  of.name_words({"is_made", "searching", "sleeping", "watched", "unwatched", "stopping", "sleepers_lock", "sleepers",
                 "done", "clock"});
}

// ---- worker_scheduler.cpp ------------------------------------------------------------------------------------------

void scheduler::post_to(unsigned index, unsigned work) {
  worker& target = workers_[index];
  target.errands_.push(work);
  if (!retract_sleep(index)) return;
  searching_.fetch_add(1, seq_cst);
  unpark(index);
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
    unpark(i);
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
  unpark(woken);
}

// Null until the first I/O: a step only where that comes while the workers run.
bool scheduler::io(place caller) const {
  return has_io_ == io_of::later ? is_made_.load(seq_cst, caller) : has_io_ == io_of::there;
}

void scheduler::make_reactor() {
  bool before = false;
  if (is_made_.compare_exchange_strong(before, true, seq_cst)) wake_one(reason::watch);
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

void scheduler::unpark(unsigned index) {
  if (workers_[index].parker_.wake()) reactor_.interrupt();
}

int scheduler::next(unsigned self, frame& at) {
  const int errand = workers_[self].errands_.pop();
  if (errand >= 0) return errand;
  if (const auto own = static_cast<unsigned>(at.keep[queued]); own != 0) {
    at.keep[queued] = static_cast<std::int32_t>(own & (own - 1));
    return __builtin_ctz(own);
  }
  const int work = injector_.pop();  // take_injected
  if (work >= 0 && !injector_.empty(place::here())) notify();
  return work;
}

void scheduler::push_last(frame& at, unsigned works) {
  for (; works != 0; works &= works - 1) {
    at.keep[queued] |= static_cast<std::int32_t>(works & -works);
    leave_unannounced();
  }
}

void scheduler::poll_io(frame& at) {
  if (!has_completions_ || !io() || !reactor_.try_hold()) return;  // fewer states: nothing ever completes
  const unsigned completed = reactor_.poll();
  push_last(at, completed);
  reactor_.release();
}

int scheduler::look(unsigned self, frame& at) {
  if (has_timers_ && soonest_timer() != never) {
    for (unsigned i = 0; i != worker_count_; ++i) workers_[i].timers_.fire_due(clock_.get());
  }
  poll_io(at);
  return next(self, at);
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
  else if (io() || sleeping_.load(relaxed) + 1 < worker_count_ || soonest_timer(place::here()) != never)
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
      at.keep[holds] = io() && reactor_.try_hold() ? 1 : 0;
      me.sleeps_until.set(at.keep[until]);
      if (doze(self, at, at.keep[until] != never)) return wake_up(self, at, true);
      if (at.keep[collected] != 0) return stage_of::retract;
      clock_.set(std::max(clock_.get(), at.keep[until]));
      return is_watcher(self) ? stage_of::retract : stage_of::rest;
    case stage_of::rest:
      me.sleeps_until.set(never);
      if (doze(self, at, false)) return wake_up(self, at, true);
      [[fallthrough]];
    default:
      return wake_up(self, at, false);
  }
}

bool scheduler::doze(unsigned self, frame& at, bool timed) {
  parker& mine = workers_[self].parker_;
  if (at.keep[holds] == 0) return mine.wait(timed);
  unsigned completed = 0;
  const bool woken = mine.wait_in(reactor_, timed, completed);
  at.keep[collected] = static_cast<std::int32_t>(completed);
  return woken;
}

// The end of worker::sleep: from there on nothing waits, unless somebody is waking this worker.
stage_of scheduler::wake_up(unsigned self, frame& at, bool woken) {
  worker& me = workers_[self];
  const auto works = static_cast<unsigned>(at.keep[collected]);
  if (at.keep[holds] != 0) reactor_.release();
  at.keep[holds] = 0;
  at.keep[collected] = 0;
  if (woken || !retract_sleep(self)) {
    me.sleeps_until.set(never);
    if (!woken) me.parker_.wait(false);
    be_woken(self);
    at.keep[searching] = 1;
  } else if (works != 0) {
    leave_unannounced();
  }
  me.sleeps_until.set(-1);
  if (works == 0) return stage_of::begin;
  push_last(at, works & (works - 1));  // take_collected
  at.keep[found] = __builtin_ctz(works);
  return stage_of::end;
}

void scheduler::be_woken(unsigned self) {
  worker& me = workers_[self];
  expect(!is_listed(self), "a worker was woken and still counts as asleep");
  if (has_timers_)
    expect(me.to_watch_.get() == me.meant_to_watch_.get(), "a worker does not see what it was woken for");
}

// worker::loop and worker::wait_for_work.
bool scheduler::turn(unsigned self, frame& at) {
  const auto now = static_cast<stage_of>(at.keep[stage]);
  stage_of then = stage_of::loop;
  switch (now) {
    case stage_of::loop:
      if (const int work = next(self, at); work < 0)
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
      at.keep[found] = look(self, at);
      then = stage_of::end;
      break;
    case stage_of::end:
      if (at.keep[searching] != 0) end_search(at, at.keep[found] >= 0);
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
  bool looked_after = has_io_ == io_of::none || !at.value(is_made_) || asleep == 0;
  for (unsigned i = 0; i != worker_count_; ++i) {
    const int until = at.value(workers_[i].sleeps_until);
    looked_after = looked_after || workers_[i].parker_.is_in_reactor(at) || (until >= 0 && until != never);
  }
  return looked_after ? "" : "nobody looks after the reactor";
}

}  // namespace model::parking
