#include "simulated_scheduler.hpp"

#include <algorithm>

namespace test {

using actors::detail::blocking_job;
using actors::detail::timer;

simulated_scheduler::simulated_scheduler(std::uint64_t seed)
    : scheduler{1}, random_{seed}, outside_{actors::detail::set_current_scheduler(this)} {}

simulated_scheduler::~simulated_scheduler() { actors::detail::set_current_scheduler(outside_); }

bool simulated_scheduler::start(timer& pending, actors::waiter* who) noexcept {
  timers_.reserve(timers_.size() + 1);
  if (who != nullptr && !who->arm()) return false;
  pending.place = 0;
  timers_.push_back(&pending);
  return true;
}

void simulated_scheduler::stop(timer& pending) noexcept {
  if (pending.place == timer::not_queued) return;
  pending.place = timer::not_queued;
  timers_.erase(std::find(timers_.begin(), timers_.end(), &pending));
}

bool simulated_scheduler::offload(blocking_job& job) {
  jobs_.reserve(jobs_.size() + 1);
  if (!job.who->arm()) return false;
  job.at = blocking_job::stage::queued;
  jobs_.push_back(&job);
  return true;
}

bool simulated_scheduler::recall(blocking_job& job) noexcept {
  if (job.at == blocking_job::stage::running) {
    if (job.stop != nullptr) job.stop->request_stop();
    job.who->arm_shielded();
    return false;
  }
  if (job.at == blocking_job::stage::queued) {
    jobs_.erase(std::find(jobs_.begin(), jobs_.end(), &job));
    job.at = blocking_job::stage::idle;
  }
  return true;
}

// Two steps, so that others run, and cancel, in between.
void simulated_scheduler::run_blocking(std::size_t index) {
  blocking_job& job = *jobs_[index];
  if (job.at == blocking_job::stage::queued) {
    job.at = blocking_job::stage::running;
    // As on a thread of its own: no task and no scheduler is current while the function runs.
    actors::detail::set_current_scheduler(nullptr);
    job.call(job);
    actors::detail::set_current_scheduler(this);
    return;
  }
  jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(index));
  job.at = blocking_job::stage::woken;
  if (job.who->claim()) job.who->wake();
}

bool simulated_scheduler::advance_time() {
  if (timers_.empty()) return false;
  const auto soonest = std::min_element(timers_.begin(), timers_.end(),
                                        [](const timer* a, const timer* b) { return a->deadline < b->deadline; });
  now_ = std::max(now_, (*soonest)->deadline);
  fire_due();
  return true;
}

void simulated_scheduler::elapse(std::chrono::nanoseconds time) {
  now_ = actors::detail::saturating_add(now_, time);
  fire_due();
}

// In any order.
void simulated_scheduler::fire_due() {
  std::vector<timer*> due;
  std::copy_if(timers_.begin(), timers_.end(), std::back_inserter(due),
               [this](const timer* each) { return each->deadline <= now_; });
  std::shuffle(due.begin(), due.end(), random_);
  for (timer* each : due) {
    stop(*each);
    if (each->what == timer::kind::callback) {
      auto& called = static_cast<actors::detail::callback_timer&>(*each);
      called.fire(called);
    } else {
      auto& waking = static_cast<actors::detail::wake_timer&>(*each);
      if (waking.expire()) waking.who->wake();
    }
  }
}

bool simulated_scheduler::step() {
  const std::size_t choices = ready_.size() + jobs_.size();
  if (choices == 0) return advance_time();
  ++steps_;
  const std::size_t chosen = choose(choices);
  if (chosen >= ready_.size()) {
    run_blocking(chosen - ready_.size());
    return true;
  }
  actors::runnable* work = ready_[chosen];
  ready_.erase(ready_.begin() + static_cast<std::ptrdiff_t>(chosen));
  work->run(*work);
  return true;
}

void simulated_scheduler::run_until(const std::function<bool()>& ended) {
  while (!ended()) {
    if (step()) continue;
    cancel_rest();
    throw deadlock{"nothing is ready, no timer runs, and the main task has not ended"};
  }
}

void simulated_scheduler::cancel_rest() {
  tasks.cancel_all();
  while (!tasks.empty()) {
    if (!step()) throw deadlock{"a task that was cancelled waits for something that cannot come"};
  }
  tasks.accept();
}

}  // namespace test
