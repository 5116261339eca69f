#include <actors/cases.hpp>
#include <actors/detail/random_choice.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/detail/this_party.hpp>
#include <actors/errors.hpp>
#include <actors/spawn.hpp>
#include <actors/sync/event.hpp>

#include "../tasks/report_error.hpp"
#include "restart_window.hpp"
#include "supervisor_inbox.hpp"

#include <algorithm>
#include <utility>

namespace actors::inline v1::detail {

namespace {

using time_point = std::chrono::steady_clock::time_point;
constexpr time_point never = time_point::max();

bool is_cancellation(const std::exception_ptr& failure) noexcept {
  try {
    std::rethrow_exception(failure);
  } catch (const cancelled&) {
    return true;
  } catch (...) {
    return false;
  }
}

std::string text_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& fault) {
    return fault.what();
  } catch (const cancelled&) {
    return "it was cancelled";
  } catch (...) {
    return "an exception that is not a std::exception";
  }
}

double random_fraction() noexcept {
  constexpr std::uint32_t steps = 1U << 16;
  return static_cast<double>(random_choice(steps)) / (steps - 1);
}

}  // namespace

/// A parameter of the coroutine that a body runs in: it goes when the frame does, also where that never ran.
struct supervisor::end_note {
  end_note(std::shared_ptr<supervised> who, std::shared_ptr<inbox> where) noexcept
      : one{std::move(who)}, to{std::move(where)} {}
  end_note(end_note&& other) noexcept = default;
  end_note& operator=(end_note&&) = delete;
  ~end_note() {
    if (to == nullptr) return;
    one->end_run();
    to->put(*one);
  }

  std::shared_ptr<supervised> one;
  std::shared_ptr<inbox> to;
};

supervisor::supervisor(const supervision& how)
    : how_{how},
      window_{std::make_unique<restart_window>(how.max, to_nanoseconds(how.within))},
      inbox_{std::make_shared<inbox>()} {}
supervisor::~supervisor() = default;

void supervisor::add(std::shared_ptr<supervised> one) {
  const std::lock_guard guard{lock_};
  all_.push_back(std::move(one));
}

time_point supervisor::now() const noexcept { return current_scheduler()->now(); }

// One that has ended is told of once nothing of it can change any more.
void supervisor::put(supervised& one, actor_state state) {
  {
    const std::lock_guard guard{lock_};
    one.state_ = state;
  }
  const bool over = state == actor_state::ended || state == actor_state::failed;
  if ((over && one.is_closed_) || state == actor_state::abandoned) one.ended.set();
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

task<> supervisor::run_one(std::shared_ptr<supervised> one, end_note) { co_await one->work(); }

void supervisor::start(supervised& one) {
  const auto self = std::find_if(all_.begin(), all_.end(), [&](const auto& each) { return each.get() == &one; });
  one.failure = nullptr;
  one.run_is_over_ = false;
  inbox_->keep_open(one, false);
  one.started_at_ = now();
  task<> body = run_one(*self, end_note{*self, inbox_});
  const std::lock_guard guard{lock_};
  one.body_ = spawn(std::move(body), {.name = one.name});
  one.state_ = actor_state::running;
  one.end_was_asked_ = one.is_to_end();
  if (one.end_was_asked_) one.body_.cancel();
}

// A constructor that throws is a failure like any other.
void supervisor::restart(supervised& one) {
  try {
    one.prepare();
  } catch (...) {
    one.end_run();
    one.failure = std::current_exception();
    one.started_at_ = now();
    one.run_is_over_ = true;
    ended_.push_back(&one);
    return;
  }
  {
    const std::lock_guard guard{lock_};
    ++one.restarts_;
  }
  start(one);
}

void supervisor::start_due() {
  const time_point at = now();
  for (const auto& each : all_)
    if (each->state_ == actor_state::restarting && each->restart_at_ <= at) restart(*each);
}

time_point supervisor::next_restart() const noexcept {
  time_point first = never;
  for (const auto& each : all_)
    if (each->state_ == actor_state::restarting) first = std::min(first, each->restart_at_);
  return first;
}

bool supervisor::is_over() const {
  return std::all_of(all_.begin(), all_.end(), [](const auto& each) {
    return each->state_ == actor_state::ended || each->state_ == actor_state::failed ||
           each->state_ == actor_state::abandoned;
  });
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

// In the order in which they ended.
void supervisor::take_ended() {
  inbox_->changed.clear();  // before: what comes meanwhile sets it again
  const std::size_t known = ended_.size();
  for (supervised* one = inbox_->take_all(); one != nullptr;) {
    supervised* const before = std::exchange(one->next_ended_, nullptr);
    one->run_is_over_ = true;
    ended_.push_back(one);
    one = before;
  }
  std::reverse(ended_.begin() + static_cast<std::ptrdiff_t>(known), ended_.end());
}

void supervisor::note_failure(supervised& one) {
  std::string text = text_of(one.failure);
  const std::lock_guard guard{lock_};
  one.last_error_ = std::move(text);
}

// Whatever it ended with: it is not started again.
void supervisor::end_for_good(supervised& one) {
  const bool failed = one.failure != nullptr && !is_cancellation(one.failure);
  if (failed && one.as.life != lifetime::temporary) fail_with(one, one.failure);
  close_for_good(one);
  put(one, failed ? actor_state::failed : actor_state::ended);
}

void supervisor::close_for_good(supervised& one) noexcept {
  if (!leaves_open_ && !std::exchange(one.is_closed_, true)) one.close();
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
    co_return;
  }
  if (one.failure == nullptr)
    one.failure = std::make_exception_ptr(error{"it ended, and is to run for ever (lifetime::permanent)"});
  note_failure(one);
  if (one.as.life == lifetime::temporary) {
    report_error("actor_failed", "actor '" + one.name + "' failed, and is not started again (lifetime::temporary)",
                 one.failure, {}, one.name);
    end_for_good(one);
    co_return;
  }
  const time_point at = now();
  if (!window_->allow(at)) {
    fail_with(one, one.failure);
    gives_up_ = true;
    close_for_good(one);
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
  for (std::size_t i = all_.size(); i-- != 0;) {
    supervised& each = *all_[i];
    if (&each == &one) {
      if (!all) co_return;
      continue;
    }
    if (is_alive(each)) {
      inbox_->keep_open(each, each.as.life != lifetime::temporary);
      co_await halt(each);
      std::erase(ended_, &each);
      if (each.state_ != actor_state::abandoned && each.failure != nullptr) note_failure(each);
      if (each.state_ == actor_state::abandoned) {
        fail_with(each, std::make_exception_ptr(error{"it did not stop, not even by force: it cannot be restarted"}));
        gives_up_ = true;
      } else if (each.is_closed_ || each.as.life == lifetime::temporary) {
        end_for_good(each);
      } else {
        put(each, actor_state::restarting);
      }
    }
    if (each.state_ == actor_state::restarting) each.restart_at_ = one.restart_at_;
  }
}

task<> supervisor::run() {
  const task_state& self = co_await this_party{};
  const std::uint32_t requests = self.cancel_requests();
  if (self.cancel_pending()) cancelled_ = true;
  std::exception_ptr not_started;
  try {
    if (!stop_is_asked())
      for (const auto& each : all_)
        if (each->state_ == actor_state::made) start(*each);
  } catch (...) {  // there is no memory
    not_started = std::current_exception();
    gives_up_ = true;
  }
  while (!gives_up_ && !stop_is_asked()) {
    if (!ended_.empty()) {
      supervised& one = *ended_.front();
      ended_.erase(ended_.begin());
      co_await settle(one);
      continue;
    }
    start_due();
    if (!ended_.empty()) continue;
    if (is_over()) break;
    co_await something_happens(next_restart());
    take_ended();
  }
  co_await stop_all();
  // Their coroutines are gone; the tasks are about to be.
  for (const auto& each : all_) {
    if (!each->body_ || each->state_ == actor_state::abandoned) continue;
    try {
      co_await each->body_;
    } catch (const cancelled&) {
      // It was cancelled before it ran; or this task is, which is noted below.
    }
  }
  if (self.cancel_requests() > requests) cancelled_ = true;
  if (not_started) std::rethrow_exception(not_started);
}

}  // namespace actors::inline v1::detail
