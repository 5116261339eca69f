#include "runner.hpp"

#include "../tasks/report_error.hpp"

#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/logger.hpp>
#include <caf/scheduled_actor.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/scoped_execution_unit.hpp>
#include <caf/sec.hpp>

#include <array>
#include <exception>
#include <utility>

namespace actors::inline v1::detail {

namespace {

using ::caf::resumable;

/// Where the calling thread ran jobs lately; the entry of the runner whose job runs now is not replaced meanwhile.
struct recent_runner {
  std::shared_ptr<caf_runner> runner;
  caf_unit* unit = nullptr;
};
thread_local std::array<recent_runner, 4> recent;

/// The unit whose job the calling thread runs.
thread_local caf_unit* running = nullptr;

/// What a thread has still to end after its runner was closed: ending an actor can wake others that must end as well.
struct ending {
  caf_runner* runner;
  std::vector<resumable*> more;
};
thread_local ending* current_ending = nullptr;

::caf::scheduled_actor* as_actor(resumable& what) noexcept {
  const auto kind = what.subtype();
  const bool is_actor = kind == resumable::scheduled_actor || kind == resumable::io_actor;
  return is_actor ? static_cast<::caf::scheduled_actor*>(&what) : nullptr;
}

void end_actor(resumable& what, ::caf::error reason, ::caf::execution_unit& unit) {
  if (auto* actor = as_actor(what)) actor->cleanup(std::move(reason), &unit);
}

// An actor that is sent to by an actor of another system is given to the sender's unit; its place is at home.
::caf::actor_system* other_home(resumable& what, ::caf::actor_system& here) noexcept {
  auto* actor = as_actor(what);
  return actor == nullptr || &actor->home_system() == &here ? nullptr : &actor->home_system();
}

// Where CAF is built to log, its messages go to the logger of the thread. Otherwise the thread is better off without:
// with one, CAF notes the actor that runs in a table of the logger, several times in each turn.
void choose_logger(::caf::actor_system& system) noexcept {
  ::caf::logger* const wanted = CAF_LOG_LEVEL > CAF_LOG_LEVEL_QUIET ? &system.logger() : nullptr;
  if (::caf::logger::current_logger() != wanted)
    ::caf::logger::set_current_actor_system(wanted != nullptr ? &system : nullptr);
}

}  // namespace

caf_unit::caf_unit(::caf::actor_system& system, caf_runner& runner) : execution_unit{&system}, runner_{runner} {}

caf_unit::~caf_unit() {
  while (spare_jobs_ != nullptr) delete static_cast<caf_job*>(std::exchange(spare_jobs_, spare_jobs_->next));
}

void caf_unit::exec_later(resumable* what) {
  if (running != this) return runner_.enqueue(*what);
  if (auto* home = other_home(*what, *system_)) return home->scheduler().enqueue(what);
  caf_job& job = take_job();
  job.what = what;
  // The job that runs keeps the runner from being idle, so nobody looks for this one before that has been counted too.
  queued_.store(queued_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  runner_.on_.post(job);
}

caf_job& caf_unit::take_job() {
  if (spare_jobs_ == nullptr) {
    auto* fresh = new caf_job;
    fresh->run = &caf_runner::run_job;
    fresh->runner = &runner_;
    return *fresh;
  }
  --spare_count_;
  return static_cast<caf_job&>(*std::exchange(spare_jobs_, spare_jobs_->next));
}

void caf_unit::put_back(caf_job& job) noexcept {
  if (spare_count_ == most_spare_jobs) {
    delete &job;
    return;
  }
  ++spare_count_;
  job.next = std::exchange(spare_jobs_, &job);
}

caf_runner::caf_runner(::caf::actor_system& system, scheduler& on) : system_{system}, on_{on} {}

caf_runner::~caf_runner() = default;

void caf_runner::enqueue(resumable& what) {
  if (running != nullptr && &running->runner_ == this) return running->exec_later(&what);
  if (auto* home = other_home(what, system_)) return home->scheduler().enqueue(&what);
  auto job = std::make_unique<caf_job>();
  job->run = &run_job;
  job->what = &what;
  job->runner = this;
  queued_outside_.fetch_add(1, std::memory_order_seq_cst);
  if (!closed_.load(std::memory_order_seq_cst)) return on_.post(*job.release());
  end_here(what);
  finished_outside_.fetch_add(1, std::memory_order_seq_cst);
  announce_finished();
}

void caf_runner::run_job(runnable& self) noexcept {
  auto& job = static_cast<caf_job&>(self);
  caf_runner& runner = *job.runner;
  caf_unit& here = runner.unit_of_this_thread();
  running = &here;
  runner.run_job(job, here);
}

void caf_runner::run_job(caf_job& job, caf_unit& here) noexcept {
  choose_logger(system_);
  const resumable::resume_result result = resume(*job.what, here);
  if (result == resumable::resume_later) {
    running = nullptr;
    return on_.post_last(job);  // with its reference; from here on another worker may be through with it
  }
  // A resumable that asks to end the unit keeps its reference, as with CAF's workers; the worker is the runtime's.
  if (result != resumable::shutdown_execution_unit) intrusive_ptr_release(job.what);
  running = nullptr;
  here.put_back(job);
  here.finished_.store(here.finished_.load(std::memory_order_relaxed) + 1, std::memory_order_seq_cst);
  announce_finished();
}

// CAF deals with what a handler throws. What gets through to here was thrown by an exception handler, by `on_exit`, or
// by a resumable that is no actor.
resumable::resume_result caf_runner::resume(resumable& what, caf_unit& here) noexcept {
  ::caf::error reason = ::caf::make_error(::caf::exit_reason::user_shutdown);
  try {
    if (!closed_.load(std::memory_order_relaxed)) return what.resume(&here, max_throughput_);
  } catch (...) {
    report_error("caf_error", "an exception left a CAF actor", std::current_exception());
    reason = ::caf::make_error(::caf::exit_reason::unhandled_exception);
  }
  try {
    end_actor(what, std::move(reason), here);
  } catch (...) {
    report_error("caf_error", "an exception left a CAF actor", std::current_exception());
  }
  return resumable::done;
}

// Ends `what` and whatever that wakes, one after the other and not one inside the other.
void caf_runner::end_here(resumable& what) noexcept {
  if (current_ending != nullptr && current_ending->runner == this) {
    current_ending->more.push_back(&what);
    return;
  }
  ending work{this, {&what}};
  ending* const outer = std::exchange(current_ending, &work);
  ::caf::scoped_execution_unit unit{&system_};  // gives what it is told to run to `enqueue`
  while (!work.more.empty()) {
    resumable& each = *work.more.back();
    work.more.pop_back();
    try {
      end_actor(each, ::caf::make_error(::caf::exit_reason::user_shutdown), unit);
    } catch (...) {
      report_error("caf_error", "an exception left a CAF actor", std::current_exception());
    }
    intrusive_ptr_release(&each);
  }
  current_ending = outer;
}

void caf_runner::announce_finished() noexcept {
  if (!closed_.load(std::memory_order_seq_cst)) return;
  const std::lock_guard guard{lock_};
  finished_.notify_all();
}

void caf_runner::wait_until_idle() {
  std::unique_lock guard{lock_};
  finished_.wait(guard, [this] { return idle(); });
}

bool caf_runner::idle() const noexcept {
  std::uint64_t finished = finished_outside_.load(std::memory_order_seq_cst);
  for (const auto& each : units_) finished += each->finished_.load(std::memory_order_seq_cst);
  std::uint64_t queued = queued_outside_.load(std::memory_order_seq_cst);
  for (const auto& each : units_) queued += each->queued_.load(std::memory_order_seq_cst);
  return finished == queued;
}

caf_unit& caf_runner::unit_of_this_thread() {
  recent_runner& entry = recent[reinterpret_cast<std::uintptr_t>(this) / alignof(caf_runner) % recent.size()];
  if (entry.runner.get() == this) return *entry.unit;
  const std::lock_guard guard{lock_};
  caf_unit* mine = nullptr;
  for (const auto& each : units_) {
    if (each->thread_ == std::this_thread::get_id()) mine = each.get();
  }
  if (mine == nullptr) mine = units_.emplace_back(std::make_unique<caf_unit>(system_, *this)).get();
  entry = {shared_from_this(), mine};
  return *mine;
}

}  // namespace actors::inline v1::detail
