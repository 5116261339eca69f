#include "call_pool.hpp"

#include <actors/errors.hpp>

#include "platform.hpp"
#include "thread_context.hpp"
#include "thread_placement.hpp"
#include "trace_events.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace actors::inline v1::detail {

namespace {

// What it takes to wake a thread (bench futex_handover): who is on its way to wake somebody is not stuck.
constexpr double stuck_ns = 50'000;
// Where calls are shorter one thread makes more of them than two who wait for the queue's lock by turns.
constexpr double brisk_ns = 1'000;
// Can be added to the present time without an overflow.
constexpr std::chrono::milliseconds longest_time = std::chrono::hours{24 * 365};

std::int64_t nanoseconds_of(std::chrono::milliseconds time) noexcept {
  return std::chrono::nanoseconds{std::clamp(time, std::chrono::milliseconds{0}, longest_time)}.count();
}

pool_closed closed_error(const std::string& name) {
  return pool_closed{"a call was submitted to the pool of threads '" + name +
                     "', which is closed: submit before its end, or let it drain (pool_shutdown::drain)"};
}

// Where there is no memory for it, that is the reason.
std::exception_ptr why_refused(const std::string& name) noexcept {
  try {
    throw closed_error(name);
  } catch (...) {
    return std::current_exception();
  }
}

// It may be gone when this returns.
void wake(room_wait& wait) noexcept {
  if (wait.who != nullptr)
    wait.who->wake();
  else
    static_cast<void>(wait.parking->wake());
}

}  // namespace

void call_pool::throw_closed() const { throw closed_error(name_); }

call_pool::call_pool(const blocking_pool_options& options, task_list* counted)
    : min_threads_{options.min_threads},
      max_threads_{std::max({options.max_threads, options.min_threads, std::size_t{1}})},
      keep_alive_{nanoseconds_of(options.keep_alive)},
      bound_{std::max(options.queue_bound, std::size_t{1})},
      name_{options.name},
      at_shutdown_{options.at_shutdown},
      warn_after_{nanoseconds_of(options.warn_after)},
      stuck_after_{static_cast<std::int64_t>(stuck_ns * cycles_per_nanosecond())},
      brisk_below_{static_cast<std::int64_t>(brisk_ns * cycles_per_nanosecond())},
      counted_{counted} {}

call_pool* call_pool::make(const blocking_pool_options& options, task_list* counted) {
  auto* const made = new call_pool{options, counted};
  try {
    for (std::size_t i = 0; i != made->min_threads_; ++i) made->start_one();
    if (made->warn_after_ != 0) {
      cpu_mask usable = mask_before_pinning();
      made->watch_ = joining_thread{[made, usable = std::move(usable)] {
        usable.apply();
        made->watch_calls();
      }};
    }
  } catch (...) {
    made->close(pool_shutdown::refuse);
    made->release();
    throw;
  }
  return made;
}

void call_pool::append(blocking_job& job) noexcept {
  job.at.store(blocking_job::stage::queued, std::memory_order_relaxed);
  if (job.long_lived) {
    job.next = first_;
    (first_ != nullptr ? first_->prev : last_) = &job;
    first_ = &job;
    ++long_lived_;
    recount();
  } else {
    job.prev = last_;
    job.next = nullptr;
    (last_ != nullptr ? last_->next : first_) = &job;
    last_ = &job;
  }
  unseen(queued_).store(unseen(queued_).load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void call_pool::unlink(blocking_job& job) noexcept {
  // Of the first one, which a thread takes, no other call is touched: each is in another processor's cache.
  if (&job == first_) {
    first_ = job.next;
    if (first_ == nullptr) last_ = nullptr;
  } else {
    job.prev->next = job.next;
    (job.next != nullptr ? job.next->prev : last_) = job.prev;
  }
  unseen(queued_).store(unseen(queued_).load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
}

// The clocks of two processors may differ by a little: what lies in the future is not long ago.
bool call_pool::stuck(std::uint64_t since, std::uint64_t now) const noexcept {
  return static_cast<std::int64_t>(now - since) > stuck_after_;
}

void call_pool::get_help(errand& then) noexcept {
  if (pool_thread* one = sleepers_.top()) {
    sleepers_.remove(*one);
    if (one == watcher_) watcher_ = nullptr;
    then.wake = one;
    ++searching_;
  } else if (alive_ < most_threads()) {
    then.start = true;
    count_thread();
  }
}

void call_pool::run_errand(const errand& what) noexcept {
  for (room_wait* wait = what.rooms; wait != nullptr;) {
    room_wait* after = wait->next;
    wake(*wait);
    wait = after;
  }
  if (what.watch) static_cast<void>(watch_parker_.wake());
  if (what.wake != nullptr) static_cast<void>(what.wake->parking.wake());
  if (!what.start) return;
  try {
    start_thread();
  } catch (...) {
    give_up_start();
  }
}

bool call_pool::offload(blocking_job& job, bool in_room) {
  errand then;
  bool armed = false;
  bool closed = false;
  const std::uint64_t now = cycle_count();  // not with the lock: it takes as long as all that is done there
  {
    const std::lock_guard guard{lock_};
    if (in_room) room_.use_reserved();
    closed = closing_;
    armed = !closed && job.who->arm();
    if (armed) {
      job.queued_at = now;
      append(job);
      if (searching_ == 0 && (watcher_ == nullptr || stuck(took_at_, now) || sleepers_.size() == alive_))
        get_help(then);
    } else if (in_room) {
      grant_room(then);
    }
  }
  // From here on `job` may be gone. The pool is not, where there is something to do: it waits for a thread that is
  // woken, or started.
  run_errand(then);
  if (closed) throw_closed();
  return armed;
}

// Of a submitted call: false where a cancellation was faster. One that can be stopped waits again while it runs.
bool call_pool::begin(blocking_job& job) noexcept {
  if (job.end != nullptr && !job.who->claim()) {
    job.at.store(blocking_job::stage::withdrawn, std::memory_order_relaxed);
    note_gone(job);
    ++cancelled_;
    return false;
  }
  job.at.store(blocking_job::stage::running, std::memory_order_relaxed);
  return true;
}

blocking_job* call_pool::take(pool_thread& self, std::uint64_t now, errand& then) noexcept {
  if (self.began_at != 0) brisk_ = static_cast<std::int64_t>(now - self.began_at) < brisk_below_;
  while (blocking_job* job = first_) {
    unlink(*job);
    if (!begin(*job)) continue;
    took_at_ = now;
    ++taken_;
    enter_call(self, self.outermost, *job, then);
    if (first_ != nullptr && searching_ == 0 && (watcher_ == nullptr || (!brisk_ && stuck(job->queued_at, now))))
      get_help(then);
    grant_room(then);
    return job;
  }
  grant_room(then);
  return nullptr;
}

void call_pool::perform(pool_thread& self, blocking_job& job) noexcept {
  const bool submitted = job.end != nullptr;
  // What can be stopped waits while it runs: so a cancellation finds its way here.
  const bool stoppable = submitted && job.stop != nullptr;
  const bool armed = stoppable && job.who->arm();
  if (stoppable && !armed) job.stop->request_stop();
  {
    // Its task-local values can be read meanwhile.
    thread_context& here = this_thread();
    waiter* const outer = std::exchange(here.calls_for, job.who);
    {
      const traced_call traced{job.place};
      job.call(job);
    }
    here.calls_for = outer;
  }
  if (job.long_lived) {  // before anybody can know that it has ended: the greatest number holds again
    const std::lock_guard guard{lock_};
    note_gone(job);
  }
  unseen(self.ended).store(unseen(self.ended).load(std::memory_order_relaxed) + 1, std::memory_order_release);
  if (submitted) {
    if (armed && !job.who->claim())
      for (unsigned round = 0; job.at.load(std::memory_order_acquire) != blocking_job::stage::stopped; ++round)
        give_way(round);
    job.end(job, blocking_job::ending::called);
    return;
  }
  // A party that a cancellation has claimed finds the decision when it arms again, or has armed again already.
  if (!job.who->claim() && !job.who->decide()) return;
  job.at.store(blocking_job::stage::woken, std::memory_order_relaxed);
  job.who->wake();
}

bool call_pool::recall(blocking_job& job) noexcept {
  using stage = blocking_job::stage;
  if (job.at.load(std::memory_order_relaxed) == stage::woken) return true;
  errand then;
  stage found = stage::idle;
  {
    const std::lock_guard guard{lock_};
    found = job.at.load(std::memory_order_relaxed);
    if (found == stage::queued) {
      unlink(job);
      note_gone(job);
      job.at.store(stage::idle, std::memory_order_relaxed);
      ++cancelled_;
      grant_room(then);
    }
  }
  run_errand(then);
  if (found != stage::running) return true;
  if (job.stop != nullptr) job.stop->request_stop();
  return !job.who->arm_shielded_unless_decided();
}

bool call_pool::withdraw(blocking_job& job) noexcept {
  using stage = blocking_job::stage;
  errand then;
  stage found = stage::idle;
  {
    const std::lock_guard guard{lock_};
    found = job.at.load(std::memory_order_relaxed);
    if (found == stage::queued) {
      unlink(job);
      note_gone(job);
      job.at.store(stage::withdrawn, std::memory_order_relaxed);
      ++cancelled_;
      grant_room(then);
    }
  }
  run_errand(then);
  if (found != stage::running) return true;
  std::stop_source stop = *job.stop;
  job.at.store(stage::stopped, std::memory_order_release);  // from here on the call, and this pool, may be gone
  stop.request_stop();
  return false;
}

void call_pool::enter_call(pool_thread& self, running_call& now, const blocking_job& job, errand& then) noexcept {
  unseen(self.begun).store(unseen(self.begun).load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (warn_after_ == 0) return;
  now = {.below = self.calling, .place = job.place, .since = clock_now(), .reported = false};
  self.calling = &now;
  if (std::exchange(watch_sleeps_, false)) then.watch = true;
}

void call_pool::make_here(blocking_job& job) noexcept {
  pool_thread& self = *this_thread().on_pool;
  running_call now;
  errand then;
  bool begun = false;
  {
    const std::lock_guard guard{lock_};
    if (job.at.load(std::memory_order_relaxed) != blocking_job::stage::queued) return;
    unlink(job);
    begun = begin(job);
    if (begun) {
      enter_call(self, now, job, then);
    }
    grant_room(then);
  }
  run_errand(then);
  if (!begun) return;
  note_wait(self, job, cycle_count());
  perform(self, job);
  if (warn_after_ == 0) return;
  const std::lock_guard guard{lock_};
  self.calling = now.below;
}

void call_pool::wait_for_room() {
  parker sleeping;
  room_wait wait;
  wait.parking = &sleeping;
  switch (reserve(wait)) {
    case room_queue::entry::granted:
      return;
    case room_queue::entry::waits:
      sleeping.wait(INT64_MAX);
      if (wait.found == room_wait::outcome::granted) return;
      [[fallthrough]];
    default:
      throw_closed();
  }
}

room_queue::entry call_pool::reserve(room_wait& wait) noexcept {
  const std::lock_guard guard{lock_};
  if (closing_) return room_queue::entry::closed;
  return room_.enter(wait, unseen(queued_).load(std::memory_order_relaxed), bound_);
}

void call_pool::forget_room(room_wait& wait) noexcept {
  const std::lock_guard guard{lock_};
  room_.remove(wait);
}

void call_pool::give_room_back() noexcept {
  errand then;
  {
    const std::lock_guard guard{lock_};
    room_.use_reserved();
    grant_room(then);
  }
  run_errand(then);
}

// Each is claimed with the lock: one that a cancellation has claimed may be gone as soon as that has had the lock.
blocking_job* call_pool::detach_queue() noexcept {
  blocking_job* first = nullptr;
  blocking_job** last = &first;
  for (blocking_job* job = std::exchange(first_, nullptr); job != nullptr;) {
    blocking_job* const after = job->next;
    note_gone(*job);
    if (job->who->claim()) {
      job->at.store(blocking_job::stage::refused, std::memory_order_relaxed);
      ++refused_;
      *last = job;
      last = &job->next;
    } else {
      job->at.store(blocking_job::stage::withdrawn, std::memory_order_relaxed);
      ++cancelled_;
    }
    job = after;
  }
  *last = nullptr;
  last_ = nullptr;
  unseen(queued_).store(0, std::memory_order_relaxed);
  return first;
}

void call_pool::refuse(blocking_job* first, const std::exception_ptr& why) noexcept {
  while (first != nullptr) {
    blocking_job& job = *first;
    first = job.next;
    job.failure = why;
    if (job.end != nullptr) {
      job.end(job, blocking_job::ending::refused);
    } else {
      job.at.store(blocking_job::stage::woken, std::memory_order_relaxed);
      job.who->wake();
    }
  }
}

void call_pool::close(pool_shutdown how) noexcept {
  const std::lock_guard once{close_lock_};
  pool_thread* sleeping = nullptr;
  blocking_job* refused = nullptr;
  {
    const std::lock_guard guard{lock_};
    if (closing_) return;
    closing_ = true;
    if (how == pool_shutdown::refuse) refused = detach_queue();
    watcher_ = nullptr;
    while (pool_thread* one = sleepers_.top()) {
      sleepers_.remove(*one);
      ++searching_;
      one->above = std::exchange(sleeping, one);
    }
  }
  if (refused != nullptr) refuse(refused, why_refused(name_));
  while (sleeping != nullptr) {
    pool_thread* one = std::exchange(sleeping, sleeping->above);
    static_cast<void>(one->parking.wake());
  }
  for (;;) {
    room_wait* waiting = nullptr;
    {
      const std::lock_guard guard{lock_};
      waiting = room_.refuse();
    }
    if (waiting == nullptr) break;
    wake(*waiting);
  }
  join_all();
}

}  // namespace actors::inline v1::detail
