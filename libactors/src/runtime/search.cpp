// What a worker does that has no work of its own: look for some, linger for a while, sleep.
#include <actors/detail/frame_pool.hpp>

#include "thread_context.hpp"
#include "trace_events.hpp"
#include "worker.hpp"

#include <algorithm>
#include <utility>

namespace actors::inline v1::detail {

namespace {

// A searcher that finds nothing stays awake for a while: being handed work costs it a microsecond, being woken ten
// times that and more, on both sides. It looks once in a microsecond, so that it slows nobody down.
constexpr std::uint64_t linger_ns = 50'000;
constexpr std::uint64_t look_ns = 1'000;
// One that comes back to its look so late has lost its CPU to a thread with something to do (many threads that make
// blocking calls, say). It is in the way: others count on it while it waits for a CPU, and the kernel gives that later
// to who has used much of it. For a while it sleeps where it would linger.
constexpr std::uint64_t lost_cpu_ns = 20'000;
constexpr std::uint64_t crowded_ns = 1'000'000;
// A worker that does not get on for so long is in a long turn, and what it has queued may be taken.
constexpr std::int64_t stuck_ns = 2'000;
constexpr std::uint64_t watching_ns = 4'000;  // as long as it takes to see that
// A worker takes from the others at most once in that time. Beside one that starts short tasks, or sends to them, it
// would keep pace otherwise and take each by itself, and both would wait for each other's cache lines most of the time.
constexpr std::int64_t between_thefts_ns = 2'000;
// One that does not get on for so long is helped whatever that costs (theft_judge.hpp).
constexpr std::int64_t long_stuck_ns = 20'000;
constexpr std::uint64_t long_watching_ns = 22'000;
// One sleeper wakes now and then while others run, as the mean that the meters go by does not foresee a single long
// turn: after 50 us, then after twice the time, up to 1 ms.
constexpr std::int64_t first_watch_ns = 50'000;
constexpr std::int64_t last_watch_ns = 1'000'000;

}  // namespace

runnable* worker::wait_for_work() noexcept {
  to_watch_ = false;
  watch_for_ = 0;
  turns_.store(turn_count_ += one_pause, std::memory_order_relaxed);  // the last turn is over
  if (stole_from_ != nullptr) end_theft();
  for (;;) {
    if (begin_search()) {
      runnable* work = look();
      if (work == nullptr && (to_watch_ || !crowded())) work = linger(to_watch_ ? watching_ns : linger_ns);
      if (work == nullptr && to_watch_ && may_be_needed()) work = linger(long_watching_ns);
      end_search(work != nullptr);
      if (work != nullptr) return work;
    } else if (runnable* work = take_without_search()) {
      return work;
    }
    if (owner_.stopping_.load(std::memory_order_acquire)) return nullptr;
    if (runnable* work = sleep()) {
      if (searching_) end_search(true);
      return work;
    }
  }
}

// False where enough others search: more would only get into each other's way.
bool worker::begin_search() noexcept {
  if (searching_) return true;
  if (2 * owner_.searching_.load(std::memory_order_relaxed) >= owner_.worker_count_) return false;
  owner_.searching_.fetch_add(1, std::memory_order_seq_cst);
  return searching_ = true;
}

// Those who search may be a while away from their next look (in a completion handler, or without a CPU): what is there
// would keep this worker from sleeping all that time.
runnable* worker::take_without_search() noexcept {
  serve_timers();
  runnable* work = next();
  if (work != nullptr) owner_.leave_unannounced();
  return work;
}

// What came from outside while this worker counted as searching woke nobody else: so after it has stopped counting it
// looks there once more, unless it goes on to sleep (which looks, too). And where it leaves nobody behind who watches
// the others that run, or beside itself what it found with the work, I/O and timers, it wakes one to do so.
void worker::end_search(bool found) noexcept {
  searching_ = false;
  owner_.searching_.fetch_sub(1, std::memory_order_seq_cst);
  if (!found) return;
  if (!owner_.nothing_shared()) return owner_.notify();
  const bool others_run = owner_.sleeping_.load(std::memory_order_relaxed) + 1 < owner_.worker_count_;
  const bool found_more = queue_.end() != queue_.first() || slot_.load(std::memory_order_relaxed) != nullptr;
  if (others_run || found_more || owner_.io() != nullptr || owner_.soonest_timer() != timer_queue::never)
    owner_.leave_unannounced();
}

runnable* worker::look() noexcept {
  serve_timers();
  poll_io();
  if (runnable* work = next()) return work;
  return steal();
}

// This one is awake itself.
bool worker::crowded() const noexcept {
  return owner_.awake() > owner_.cpus_ || static_cast<std::int64_t>(crowded_until_ - cycle_count()) > 0;
}

runnable* worker::linger(std::uint64_t nanoseconds) noexcept {
  const double rate = cycles_per_nanosecond();
  const std::uint64_t end = cycle_count() + static_cast<std::uint64_t>(rate * static_cast<double>(nanoseconds));
  const auto pause = static_cast<std::uint64_t>(rate * look_ns);
  const auto lost = static_cast<std::uint64_t>(rate * lost_cpu_ns);
  for (std::uint64_t now = cycle_count(); now < end; now = cycle_count()) {
    for (unsigned round = 0; cycle_count() - now < pause; ++round) give_way(round);
    if (cycle_count() - now > lost) {
      crowded_until_ = cycle_count() + static_cast<std::uint64_t>(rate * crowded_ns);
      return look();
    }
    if (runnable* work = look()) return work;
    if (owner_.stopping_.load(std::memory_order_relaxed)) break;
  }
  return nullptr;
}

// Notes what is seen of it. What was to be said of thefts in its last turn is known when that has ended.
worker::sighting& worker::look_at(const worker& other, std::int64_t now) noexcept {
  sighting& seen = sightings_[other.index_];
  const std::uint64_t turns = other.turns_.load(std::memory_order_relaxed);
  if (turns != seen.turns) {
    if (seen.judge.waits()) seen.judge.end_turn(now, seen.last - seen.since > long_stuck_ns);
    seen.turns = turns;
    seen.since = now;
  }
  seen.last = now;
  return seen;
}

// Of the simulated time next to none passes while tasks run: nothing could be judged by it.
bool worker::lets_alone([[maybe_unused]] unsigned other, [[maybe_unused]] std::int64_t now) const noexcept {
#if ACTORS_SIMULATION
  return false;
#else
  return sightings_[other].judge.lets_alone(now);
#endif
}

// Whether one that is let alone may be in a turn that lasts: a watcher then stays until it knows.
bool worker::may_be_needed() noexcept {
  const std::int64_t now = cycle_time();
  for (const auto& each : owner_.workers_)
    if (each.get() != this && lets_alone(each->index_, now) && look_at(*each, now).since != now) return true;
  return false;
}

runnable* worker::steal() noexcept {
  const unsigned count = owner_.worker_count_;
  if (count == 1) return nullptr;
  const std::int64_t now = cycle_time();
  if (now - stole_at_ < between_thefts_ns) return nullptr;
  const unsigned first = random() % count;
  for (unsigned i = 0; i != count; ++i) {
    worker& victim = *owner_.workers_[(first + i) % count];
    if (&victim == this) continue;
    sighting& seen = look_at(victim, now);
    const bool alone = lets_alone(victim.index_, now);
    const bool stuck = now - seen.since > (alone ? long_stuck_ns : stuck_ns);
    // What it makes ready from now on, in this turn, would wait: it is to tell somebody (a watcher may sleep for long).
    if (stuck && victim.long_turn_.load(std::memory_order_relaxed) != seen.turns)
      victim.long_turn_.store(seen.turns, std::memory_order_relaxed);
    if (alone && !stuck) continue;
    if (runnable* work = steal_from(victim, stuck, now)) {
      trace_worker(trace_kind::stolen, victim.index_);
      worker_counts::count(counts_.steals);
      stole_at_ = now;
      stole_from_ = &victim;
      seen.judge.begin(now, contention_of_this_thread(), now - seen.since > long_stuck_ns);
      return work;
    }
  }
  return nullptr;
}

void worker::end_theft() noexcept {
  const worker& victim = *std::exchange(stole_from_, nullptr);
  sighting& seen = sightings_[victim.index_];
  const bool same_turn = victim.turns_.load(std::memory_order_relaxed) == seen.turns;
  seen.judge.end(cycle_time(), contention_of_this_thread(), same_turn);
}

// Whether all that lies in its queue has just stepped back there. That is about to go on, with what it has in the
// caches of its processor; moving it may cost more than its turn. It is left for as long as its worker may be getting
// on.
bool worker::goes_on_there([[maybe_unused]] const worker& victim, [[maybe_unused]] std::int64_t now) noexcept {
#if ACTORS_SIMULATION
  return false;
#else
  const std::uint32_t place = victim.stepped_back_at_.load(std::memory_order_relaxed);
  if (victim.queue_.first() != place || victim.queue_.length() != 1) return false;
  sighting& seen = sightings_[victim.index_];
  if (std::exchange(seen.stepped_back_at, place) != place) seen.stepped_back_since = now;
  return now - seen.stepped_back_since < stuck_ns;
#endif
}

runnable* worker::steal_from(worker& victim, bool stuck, std::int64_t now) noexcept {
  if ((stuck || victim.offers_.load(std::memory_order_relaxed)) && !goes_on_there(victim, now)) {
    if (runnable* work = victim.queue_.steal_into(queue_)) return work;
  }
  if (!stuck) return nullptr;
  runnable* entry = victim.slot_.load(std::memory_order_acquire);
  if (entry == nullptr || !victim.slot_.compare_exchange_strong(entry, nullptr, std::memory_order_acq_rel))
    return nullptr;
  return entry;
}

// Sleeps in the reactor where it is given one, which it holds. What completions post meanwhile is kept: until this
// worker has retracted its sleep others count on it as a sleeper. True when it was woken.
bool worker::doze(reactor* io, std::int64_t deadline) noexcept {
  if (io == nullptr) return parker_.wait(deadline);
  thread_context& context = this_thread();
  context.self = nullptr;
  context.dozing = this;
  const bool woken = parker_.wait_in(*io, deadline, [this] { return collected_ != nullptr; });
  context.self = this;
  context.dozing = nullptr;
  return woken;
}

void worker::collect(runnable& work) noexcept {
  work.next = nullptr;
  if (collected_ != nullptr)
    collected_last_->next = &work;
  else
    collected_ = &work;
  collected_last_ = &work;
}

// The first one, with the others queued.
runnable* worker::take_collected() noexcept {
  runnable* first = std::exchange(collected_, nullptr);
  if (first == nullptr) return nullptr;
  for (runnable* work = first->next; work != nullptr;) {
    runnable* after = work->next;
    push_last(*work);
    work = after;
  }
  return first;
}

// Where all sleep, and nothing is to wake one of them: when this one looks whether that can ever end.
std::int64_t worker::quiet_deadline(bool looks, std::int64_t deadline) noexcept {
  if (looks || deadline != timer_queue::never || owner_.tasks.empty()) return timer_queue::never;
  const quiet_observer* const observer = owner_.quiet_.load(std::memory_order_acquire);
  if (observer == nullptr) return timer_queue::never;
  const std::uint64_t turns = owner_.turns();
  if (std::exchange(quiet_turns_, turns) != turns) quiet_looks_ = 0;
  const std::int64_t delay = observer->delay(quiet_looks_);
  return delay == timer_queue::never ? delay : clock_now() + delay;
}

// Gives what I/O brought, if anything. Whoever woke this worker has counted it as searching.
runnable* worker::sleep() noexcept {
  to_watch_ = false;
  frame_pool_rest();
  owner_.announce_sleep(*this);
  std::int64_t deadline = timer_queue::never;
  const bool looks = has_slot_ && owner_.sleeping_.load(std::memory_order_seq_cst) < owner_.worker_count_;
  if (looks) {
    watch_for_ = std::clamp(2 * watch_for_, first_watch_ns, last_watch_ns);
    deadline = clock_now() + watch_for_;
  } else {
    watch_for_ = 0;
  }
  // A timer that is started meanwhile is seen here, or its starter sees until when this one sleeps.
  deadline = std::min(deadline, owner_.soonest_timer());
  const std::int64_t quiet = quiet_deadline(looks, deadline);
  deadline = std::min(deadline, quiet);
  deadline = owner_.watch_until(*this, deadline, looks);
  deadline = std::min(deadline, owner_.soonest_timer());
  const bool wanted = !errands_.empty() || !owner_.nothing_shared() || owner_.stopping_.load(std::memory_order_seq_cst);
  bool woken = false;
  if (!wanted) {
    reactor* io = owner_.io();
    if (io != nullptr && !io->try_hold()) io = nullptr;
    trace_worker(trace_kind::park_begin);
    worker_counts::count(counts_.parks);
    woken = doze(io, deadline);
    if (!woken && collected_ == nullptr && !owner_.is_watcher(*this)) woken = doze(io, timer_queue::never);
    trace_worker(trace_kind::park_end);
    if (io != nullptr) io->release();
  }
  // The time asleep was no long turn, whoever thought so.
  turns_.store(turn_count_ += one_pause, std::memory_order_relaxed);
  if (woken || !owner_.retract_sleep(*this)) {
    if (!woken) parker_.wait(timer_queue::never);
    searching_ = true;
  } else {
    to_watch_ = !wanted && collected_ == nullptr;
    if (to_watch_ && quiet != timer_queue::never && clock_now() >= quiet &&
        owner_.quiet_.load(std::memory_order_acquire)->look(owner_, quiet_looks_))
      ++quiet_looks_;
    if (collected_ != nullptr) {
      poll_io();  // where one operation has completed, others may have
      // What runs from here on runs beside sleepers none of whom may be looking after it, or after I/O.
      owner_.leave_unannounced();
    }
  }
  return take_collected();
}

}  // namespace actors::inline v1::detail
