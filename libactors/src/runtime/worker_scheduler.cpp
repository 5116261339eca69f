#include "worker_scheduler.hpp"

#include "worker.hpp"

#include <sched.h>

#include <algorithm>
#include <mutex>

namespace actors::inline v1::detail {

worker* current_worker() noexcept;

worker_scheduler::worker_scheduler(const runtime_options& options)
    : worker_count_{options.workers}, pool_{options.blocking_threads, options.blocking_keep_alive} {
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

worker_scheduler::~worker_scheduler() { stop_workers(worker_count_); }

void worker_scheduler::stop_workers(unsigned count) noexcept {
  stopping_.store(true, std::memory_order_seq_cst);
  for (unsigned i = 0; i != count; ++i) workers_[i]->unpark();
  for (unsigned i = 0; i != count; ++i) workers_[i]->join();
  // What another thread posted may have run, and ended everything, before that thread is back from `post_from_outside`.
  while (posting_.load(std::memory_order_acquire) != 0) sched_yield();
}

void worker_scheduler::post(runnable& work) noexcept {
  worker* self = current_worker();
  if (self != nullptr && &self->owner() == this) return self->push_next(work);
  post_from_outside(work);
}

void worker_scheduler::post_last(runnable& work) noexcept {
  worker* self = current_worker();
  if (self != nullptr && &self->owner() == this) return self->push_last(work);
  post_from_outside(work);
}

void worker_scheduler::post_from_outside(runnable& work) noexcept {
  posting_.fetch_add(1, std::memory_order_relaxed);  // before the push: until then `work` keeps this scheduler alive
  injector_.push(work);
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

steady_time worker_scheduler::now() const noexcept { return std::chrono::steady_clock::now(); }

bool worker_scheduler::start(timer& pending, waiter* who) {
  worker* self = current_worker();
  const bool own = self != nullptr && &self->owner() == this;
  pending.queue = own ? self->index() : 0;
  const std::int64_t deadline = pending.deadline.time_since_epoch().count();
  if (!workers_[pending.queue]->timers_.insert(pending, who)) return false;
  // From here on `pending` may be gone. Sleepers must not oversleep it while this worker computes.
  if (sleeping_.load(std::memory_order_seq_cst) != 0 && deadline < watched_.load(std::memory_order_seq_cst)) notify();
  return true;
}

void worker_scheduler::stop(timer& pending) noexcept { workers_[pending.queue]->timers_.remove(pending); }

void worker_scheduler::notify() noexcept {
  if (searching_.load(std::memory_order_seq_cst) != 0 || sleeping_.load(std::memory_order_seq_cst) == 0) return;
  worker* woken = nullptr;
  {
    const std::lock_guard guard{sleepers_lock_};
    if (sleepers_.empty()) return;
    woken = sleepers_.back();
    sleepers_.pop_back();
    sleeping_.store(static_cast<std::uint32_t>(sleepers_.size()), std::memory_order_seq_cst);
    searching_.fetch_add(1, std::memory_order_seq_cst);
    watched_.store(timer_queue::never, std::memory_order_seq_cst);
  }
  woken->unpark();
}

bool worker_scheduler::work_visible() const noexcept {
  if (!injector_.empty()) return true;
  return std::any_of(workers_.begin(), workers_.end(), [](const auto& each) { return !each->queue_.empty(); });
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
  sleeping_.store(static_cast<std::uint32_t>(sleepers_.size()), std::memory_order_seq_cst);
}

bool worker_scheduler::retract_sleep(worker& self) noexcept {
  const std::lock_guard guard{sleepers_lock_};
  const auto place = std::find(sleepers_.begin(), sleepers_.end(), &self);
  if (place == sleepers_.end()) return false;
  sleepers_.erase(place);
  sleeping_.store(static_cast<std::uint32_t>(sleepers_.size()), std::memory_order_seq_cst);
  watched_.store(timer_queue::never, std::memory_order_seq_cst);
  return true;
}

void worker_scheduler::watch_until(std::int64_t deadline) noexcept {
  std::int64_t before = watched_.load(std::memory_order_seq_cst);
  while (deadline < before && !watched_.compare_exchange_weak(before, deadline, std::memory_order_seq_cst)) {
  }
}

}  // namespace actors::inline v1::detail
