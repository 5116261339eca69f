// How a supervisor ends what it supervises, makes it ready again, and tells of it.
#include <actors/detail/scheduler.hpp>
#include <actors/errors.hpp>
#include <actors/log.hpp>

#include "restart_window.hpp"
#include "supervised_names.hpp"
#include "supervisor_inbox.hpp"

#include <algorithm>
#include <utility>

namespace actors::inline v1 {

const char* to_string(actor_state state) noexcept {
  switch (state) {
    case actor_state::made:
      return "made";
    case actor_state::running:
      return "running";
    case actor_state::restarting:
      return "restarting";
    case actor_state::stopping:
      return "stopping";
    case actor_state::ended:
      return "ended";
    case actor_state::failed:
      return "failed";
    case actor_state::abandoned:
      return "abandoned";
  }
  return "";
}

namespace detail {

namespace {

using time_point = std::chrono::steady_clock::time_point;
constexpr std::chrono::milliseconds between_requests{1};

}  // namespace

task<actor_report> final_report_of(std::shared_ptr<supervised> one) {
  co_await one->ended.wait();
  co_return one->final_report();
}

// Ends the run: asks, then forces, then leaves it to itself. By force: it is asked again and again, so every wait of it
// ends with a cancellation. (Not by a cancellation that stays: a body that goes on all the same would never suspend.)
task<> supervisor::halt(supervised& one) {
  if (one.run_is_over_) co_return;
  put(one, actor_state::stopping);
  one.body_.cancel();
  const bool stops = co_await ends_by(one, saturating_add(now(), to_nanoseconds(one.as.stop_timeout)));
  if (stops) co_return;
  const time_point last = saturating_add(now(), to_nanoseconds(one.as.stop_timeout));
  do {
    one.body_.cancel();
    const time_point again = std::min(last, now() + between_requests);
    const bool forced = co_await ends_by(one, again);
    if (forced) co_return;
  } while (now() < last);
  if (inbox_->abandon(one))
    note_abandoned(one);
  else
    co_await ends_by(one, time_point::max());  // it is ending
}

task<bool> supervisor::ends_by(supervised& one, time_point time) {
  for (;;) {
    take_ended();
    if (one.run_is_over_) co_return true;
    if (now() >= time) co_return false;
    co_await something_happens(time);
  }
}

void supervisor::note_abandoned(supervised& one) {
  put(one, actor_state::abandoned);
  log(log_level::error, "actor_abandoned",
      "actor '" + one.name +
          "' did not stop when it was asked to, nor when every wait of it was cancelled: it is left running, and its "
          "channels are closed");
}

task<> supervisor::stop_all() {
  {
    const std::lock_guard guard{lock_};
    takes_children_ = false;
  }
  // Before the first of them is asked: it may be linked with others, which end with it.
  for (supervised* each = last(); leaves_open_ && each != nullptr; each = each->before_)
    if (is_alive(*each) && !each->is_dynamic_) inbox_->keep_open(*each, true);
  supervised* before = nullptr;
  for (supervised* at = last(); at != nullptr; at = before) {
    supervised& one = *at;
    before = one.before_;
    if (is_alive(one)) {
      co_await halt(one);
      if (one.state_ == actor_state::abandoned) continue;
      if (one.failure != nullptr) note_failure(one);
      end_for_good(one);
    } else if (one.state_ == actor_state::made || one.state_ == actor_state::restarting) {
      one.failure = nullptr;  // it was to be made good
      end_for_good(one);
    }
  }
  ended_.clear();
}

// Their coroutines are gone; the tasks are about to be.
task<> supervisor::join_all() {
  for (supervised* each = last(); each != nullptr; each = each->before_) {
    if (!each->body_ || each->state_ == actor_state::abandoned) continue;
    try {
      co_await each->body_;
    } catch (const cancelled&) {
      // It was cancelled before it ran; or the task that stops them is, which it notes.
    }
  }
}

// No run goes on, and no children are taken: the list is the caller's. Constructors are not called with the lock, as
// they may look at their team.
void supervisor::prepare() {
  window_ = std::make_unique<restart_window>(how_.max, to_nanoseconds(how_.within));
  {
    const std::lock_guard guard{lock_};
    gives_up_ = cancelled_ = false;
    failed_ = nullptr;
    failure_ = nullptr;
  }
  supervised* after = nullptr;
  for (supervised* each = first_; each != nullptr; each = after) {
    after = each->after_;
    if (each->state_ == actor_state::abandoned)
      throw error{"actor '" + each->name + "' did not stop, not even by force: its team cannot be started again"};
    if (each->is_dynamic_) {
      forget(*each);
      continue;
    }
    if (each->is_closed_) continue;
    each->prepare();
    each->in_a_row_ = 0;
    const std::lock_guard guard{lock_};
    if (is_over(each->state_)) ++unfinished_;
    each->state_ = actor_state::made;
  }
}

void supervisor::drop_prepared() noexcept {
  for (supervised* each = first_; each != nullptr; each = each->after_)
    if (each->state_ == actor_state::made) each->end_run();
}

// No run goes on. Those that never ran, as this one was stopped before, have ended, too.
void supervisor::close() noexcept {
  for (supervised* each = first_; each != nullptr; each = each->after_) {
    if (std::exchange(each->is_closed_, true)) continue;
    each->close();
    {
      const std::lock_guard guard{lock_};
      if (!is_over(each->state_)) {
        each->state_ = actor_state::ended;
        --unfinished_;
      }
    }
    each->ended.set();
    each->tell_links_of_end();
  }
}

std::uint64_t supervisor::lost() const {
  std::uint64_t sum = 0;
  const std::lock_guard guard{lock_};
  for (const supervised* each = first_; each != nullptr; each = each->after_) sum += each->lost();
  return sum;
}

void supervisor::drain() {
  const std::lock_guard guard{lock_};
  is_draining_.store(true, std::memory_order_relaxed);
  for (supervised* each = first_; each != nullptr; each = each->after_) {
    each->drain();
    if (is_alive(*each) && each->is_to_end() && !std::exchange(each->end_was_asked_, true)) each->body_.cancel();
  }
}

void supervisor::check_name(const supervised& one) const {
  const std::lock_guard guard{lock_};
  names_->check(one);
}

std::string supervisor::reason_to_give_up() const {
  if (!gives_up_) return {};
  return " (after " + std::to_string(how_.max) + " restarts within " + std::to_string(how_.within.count()) +
         " ms, which is the most that are made)";
}

std::vector<actor_report> supervisor::reports() const {
  const std::lock_guard guard{lock_};
  std::vector<actor_report> found;
  for (supervised* each = first_; each != nullptr; each = each->after_)
    found.push_back({each->name, each->state_, each->restarts_, each->lost(), each->last_error_});
  return found;
}

}  // namespace detail

}  // namespace actors::inline v1
