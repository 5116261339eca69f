#include "worker_scheduler.hpp"

#include <actors/detail/peek.hpp>
#include <actors/detail/thread_number.hpp>
#include <actors/detail/wait_lock.hpp>

#include "thread_context.hpp"
#include "thread_placement.hpp"
#include "traced_thread.hpp"
#include "worker.hpp"

#include <algorithm>
#include <mutex>

namespace actors::inline v1::detail {

namespace {

// 1024 turns. Taking a bias back costs some 10 us where several threads run, 2000 times what a turn saves;
// who has come that often in a row is likely to come as often again.
constexpr std::uint8_t bias_after_log = 10;
// Being woken takes nearly as long.
[[maybe_unused]] constexpr std::int64_t soon_ns = 50'000;

// Once, before the first worker starts: the kernel takes its time where a process has several threads already.
void allow_biased_locks() noexcept {
  static const bool is_possible = prepare_heavy_fence();
  if (is_possible && wait_lock::limit_log() == wait_lock::never) wait_lock::set_limit_log(bias_after_log);
}

// Simulated workers have a CPU each.
unsigned cpus_of_workers([[maybe_unused]] unsigned workers) {
#if ACTORS_SIMULATION
  return workers;
#else
  return std::max(1U, cpu_mask::of_this_thread().count());
#endif
}

blocking_pool_options pool_options(const runtime_options& from) noexcept {
  return {.min_threads = from.blocking_min_threads,
          .max_threads = from.blocking_threads,
          .keep_alive = from.blocking_keep_alive,
          .queue_bound = from.blocking_queue_bound,
          .name = from.blocking_name,
          .at_shutdown = from.blocking_at_shutdown,
          .warn_after = from.blocking_warn_after};
}

worker* worker_of(const worker_scheduler& where) noexcept {
  const thread_context& context = this_thread();
  if (worker* self = context.self; self != nullptr && &self->owner() == &where) return self;
  worker* traced = context.traced;
  return traced != nullptr && &traced->owner() == &where ? traced : nullptr;
}

void trace_wake(const runnable& woken) noexcept {
  traced_thread* const here = traced_thread::here();
  if (here == nullptr || !here->wakes) return;
  here->record({.object = reinterpret_cast<std::uintptr_t>(&woken), .kind = trace_kind::task_woken});
}

}  // namespace

worker_scheduler::worker_scheduler(const runtime_options& options)
    : scheduler{options.workers},
      worker_count_{options.workers},
      cpus_{cpus_of_workers(options.workers)},
      pin_workers_{options.pin_workers},
      patience_{
          static_cast<std::uint64_t>(static_cast<double>(patience_of_new_.load().count()) * cycles_per_nanosecond())},
      debug_{options.debug},
      turn_records_(options.workers),
      high_{*this},
      background_{*this},
      pool_{call_pool::make(pool_options(options), &tasks)} {
  allow_biased_locks();
  for (std::size_t i = 0; i != turn_records_.size(); ++i) {
    turn_records_[i].worker = static_cast<unsigned>(i);
    turn_records_[i].debug = debug_;
  }
  sleepers_.reserve(worker_count_);
  for (unsigned i = 0; i != worker_count_; ++i) workers_.push_back(std::make_unique<worker>(*this, i));
  unsigned launched = 0;
  try {
    for (; launched != worker_count_; ++launched) workers_[launched]->launch();
  } catch (...) {
    stop_workers(launched);
    throw;
  }
}

worker_scheduler::~worker_scheduler() {
  stop_workers(worker_count_);
  delete reactor_.load(std::memory_order_acquire);
}

void worker_scheduler::stop_workers(unsigned count) noexcept {
  stopping_.store(true, std::memory_order_seq_cst);
  for (unsigned i = 0; i != count; ++i) {
    if (!retract_sleep(*workers_[i])) continue;
    searching_.fetch_add(1, std::memory_order_seq_cst);
    workers_[i]->unpark();
  }
  for (unsigned i = 0; i != count; ++i) workers_[i]->join();
  // What another thread posted may have run, and ended everything, before that thread is back from `post_from_outside`.
  for (unsigned round = 0; posting_.load(std::memory_order_acquire) != 0; ++round) give_way(round);
}

void worker_scheduler::post(runnable& work) noexcept {
  const thread_context& context = this_thread();
  if (worker* self = context.self; self != nullptr && &self->owner() == this)
    return context.turn_is_over ? self->push_direct(work) : self->push_next(work);
  if (worker* dozing = context.dozing; dozing != nullptr && &dozing->owner() == this) return dozing->collect(work);
  if (worker* traced = context.traced; traced != nullptr && &traced->owner() == this) [[unlikely]]
    return post_traced(*traced, work);
  post_from_outside(injector_, work);
}

[[gnu::noinline]] void worker_scheduler::post_traced(worker& self, runnable& work) noexcept {
  trace_wake(work);
  this_thread().turn_is_over ? self.push_direct(work) : self.push_next(work);
}

void worker_scheduler::post_last(runnable& work) noexcept {
  if (worker* self = worker_of(*this)) return self->push_last(work);
  post_from_outside(injector_, work);
}

void worker_scheduler::post_from_outside(injector& queue, runnable& work) noexcept {
  if (tracing()) [[unlikely]]
    trace_wake(work);
  posting_.fetch_add(1, std::memory_order_relaxed);  // before the push: until then `work` keeps this scheduler alive
  queue.push(work);
  notify();
  posting_.fetch_sub(1, std::memory_order_release);
}

// The errand is visible (seq_cst) before the look at the sleepers, and a worker looks at its errands after it has
// announced itself, both under the sleepers' lock: one of the two sees the other.
void worker_scheduler::post_to(unsigned index, runnable& work) noexcept {
  worker& target = *workers_[index];
  target.errands_.push(work);
  if (!retract_sleep(target)) return;
  searching_.fetch_add(1, std::memory_order_seq_cst);
  target.unpark();
}

const task_state* worker_scheduler::running_on(unsigned index) const noexcept {
  const thread_context* const its = workers_[index]->context();
  return its != nullptr ? peek(its->running) : nullptr;
}

bool worker_scheduler::sleeps(unsigned index) noexcept {
  const std::lock_guard guard{sleepers_lock_};
  return std::find(sleepers_.begin(), sleepers_.end(), workers_[index].get()) != sleepers_.end();
}

bool worker_scheduler::all_others_sleep() const noexcept {
  return sleeping_.load(std::memory_order_seq_cst) + 1 == worker_count_ &&
         searching_.load(std::memory_order_seq_cst) == 0 && nothing_shared() && soonest_timer() == timer_queue::never &&
         posting_.load(std::memory_order_seq_cst) == 0;
}

std::uint64_t worker_scheduler::turns() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& each : workers_) sum += each->turns();
  return sum;
}

steady_time worker_scheduler::now() const noexcept { return steady_time{std::chrono::nanoseconds{clock_now()}}; }

std::uint64_t worker_scheduler::note_of_now() const noexcept { return clock_note(); }

steady_time worker_scheduler::time_of(std::uint64_t note) const noexcept {
  return steady_time{std::chrono::nanoseconds{time_of_clock_note(note)}};
}

lane& worker_scheduler::lane_of(priority among) noexcept {
  switch (among) {
    case priority::high:
      return high_;
    case priority::background:
      return background_;
    default:
      return *this;
  }
}

reactor& worker_scheduler::io(std::unique_ptr<reactor> (*make)()) {
  if (reactor* there = io()) return *there;
  std::unique_ptr<reactor> made = make();
  reactor* before = nullptr;
  if (!reactor_.compare_exchange_strong(before, made.get(), std::memory_order_seq_cst)) return *before;
  wake_one(reason::watch);  // those who sleep do so on futexes: one is to sleep in the reactor from now on
  return *made.release();
}

bool worker_scheduler::start(timer& pending, waiter* who) noexcept {
  worker* self = worker_of(*this);
  pending.queue = static_cast<std::uint16_t>(self != nullptr ? self->index() : 0);
  const std::int64_t deadline = pending.deadline.time_since_epoch().count();
  if (!workers_[pending.queue]->timers_.insert(pending, who)) return false;
  // From here on `pending` may be gone. This worker will see it in time, unless it is in for a long turn; and where it
  // goes to sleep it becomes the watcher.
  if (self != nullptr && !self->turns_are_long()) {
    leave_unannounced();
    return true;
  }
  if (sleeping_.load(std::memory_order_seq_cst) != 0 && deadline < watched_.load(std::memory_order_seq_cst)) notify();
  return true;
}

void worker_scheduler::stop(timer& pending) noexcept { workers_[pending.queue]->timers_.remove(pending); }

void worker_scheduler::wake_one(reason why, unsigned from) noexcept {
  if (searching_.load(std::memory_order_seq_cst) != 0 || sleeping_.load(std::memory_order_seq_cst) == 0) return;
  worker* woken = nullptr;
  {
    const std::lock_guard guard{sleepers_lock_};
    if (sleepers_.empty()) return;
    const bool may_wait = why == reason::stuck || why == reason::offer;
    const std::int64_t now = may_wait ? cycle_time() : 0;
    if (may_wait && comes_soon_locked(*sleepers_.back(), now)) {
      promised_ = watched_.load(std::memory_order_relaxed);
      return;
    }
    if (why == reason::offer && (fills_all_cpus() || sleepers_.back()->lets_alone(from, now))) {
      if (!unwatched_.load(std::memory_order_relaxed)) return;
      why = reason::watch;
    }
    if (may_wait) sleepers_.back()->wakes_.woken(now);
    woken = remove_sleeper(sleepers_.end() - 1);
    woken->to_watch_ = why == reason::watch;
    searching_.fetch_add(1, std::memory_order_seq_cst);
  }
  woken->unpark();
}

std::int64_t worker_scheduler::soonest_timer() const noexcept {
  std::int64_t soonest = timer_queue::never;
  for (const auto& each : workers_) soonest = std::min(soonest, each->timers_.next());
  return soonest;
}

void worker_scheduler::fire_timers(steady_time time) noexcept {
  for (const auto& each : workers_) each->timers_.fire_due(time);
}

void worker_scheduler::announce_sleep(worker& self) noexcept {
  const std::lock_guard guard{sleepers_lock_};
  sleepers_.push_back(&self);
  self.watches_ = true;
  unwatched_.store(true, std::memory_order_relaxed);
  sleeping_.store(static_cast<std::uint32_t>(sleepers_.size()), std::memory_order_seq_cst);
}

std::int64_t worker_scheduler::watch_until(const worker& self, std::int64_t deadline, bool looks) noexcept {
  const std::lock_guard guard{sleepers_lock_};
  if (!is_watcher_locked(self)) return deadline;
  if (looks) deadline = std::min(deadline, promised_);
  watched_.store(deadline, std::memory_order_seq_cst);
  unwatched_.store(!looks, std::memory_order_relaxed);
  return deadline;
}

bool worker_scheduler::is_watcher_locked(const worker& self) const noexcept {
  return !sleepers_.empty() && sleepers_.back() == &self && self.watches_;
}

// Whether it looks at the others soon by itself, and that will do. It takes the lock before it looks, so that it sees
// what was there before this; and who becomes the watcher in its place looks no later. (Simulated time does not pass
// while others run.)
bool worker_scheduler::comes_soon_locked([[maybe_unused]] const worker& self,
                                         [[maybe_unused]] std::int64_t now) const noexcept {
#if ACTORS_SIMULATION
  return false;
#else
  return self.wakes_.may_rest(now) && is_watcher_locked(self) && !unwatched_.load(std::memory_order_relaxed) &&
         watched_.load(std::memory_order_relaxed) - clock_now() <= soon_ns;
#endif
}

bool worker_scheduler::is_watcher(const worker& self) noexcept {
  const std::lock_guard guard{sleepers_lock_};
  return is_watcher_locked(self);
}

worker* worker_scheduler::remove_sleeper(std::vector<worker*>::iterator place) noexcept {
  worker* const removed = *place;
  const bool watcher = place + 1 == sleepers_.end();
  sleepers_.erase(place);
  if (watcher) {
    if (!sleepers_.empty()) sleepers_.back()->watches_ = false;
    watched_.store(timer_queue::never, std::memory_order_seq_cst);
    promised_ = timer_queue::never;
    unwatched_.store(!sleepers_.empty(), std::memory_order_relaxed);
  }
  sleeping_.store(static_cast<std::uint32_t>(sleepers_.size()), std::memory_order_seq_cst);
  return removed;
}

bool worker_scheduler::retract_sleep(worker& self) noexcept {
  const std::lock_guard guard{sleepers_lock_};
  const auto place = std::find(sleepers_.begin(), sleepers_.end(), &self);
  if (place == sleepers_.end()) return false;
  remove_sleeper(place);
  return true;
}

}  // namespace actors::inline v1::detail
