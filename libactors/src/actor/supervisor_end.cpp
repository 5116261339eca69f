// How a supervisor ends what it supervises, makes it ready again, and tells of it.
#include <actors/detail/scheduler.hpp>
#include <actors/errors.hpp>
#include <actors/log.hpp>

#include "restart_window.hpp"
#include "supervisor_inbox.hpp"

#include <algorithm>
#include <utility>

namespace actors::inline v1 {

const char* to_string(actor_state state) noexcept {
  switch (state) {
    case actor_state::made: return "made";
    case actor_state::running: return "running";
    case actor_state::restarting: return "restarting";
    case actor_state::stopping: return "stopping";
    case actor_state::ended: return "ended";
    case actor_state::failed: return "failed";
    case actor_state::abandoned: return "abandoned";
  }
  return "";
}

namespace detail {

namespace {

using time_point = std::chrono::steady_clock::time_point;
constexpr std::chrono::milliseconds between_requests{1};

}  // namespace

task<actor_report> final_report_of(supervised& one) {
  co_await one.ended.wait();
  co_return one.final_report();
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
    take_ended();
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
  for (std::size_t i = all_.size(); i-- != 0;) {
    supervised& one = *all_[i];
    if (is_alive(one)) {
      if (leaves_open_) inbox_->keep_open(one, true);
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

void supervisor::prepare() {
  window_ = std::make_unique<restart_window>(how_.max, to_nanoseconds(how_.within));
  const std::lock_guard guard{lock_};
  gives_up_ = cancelled_ = false;
  failed_ = nullptr;
  failure_ = nullptr;
  for (const auto& each : all_) {
    if (each->is_closed_) continue;
    each->prepare();
    each->state_ = actor_state::made;
    each->in_a_row_ = 0;
  }
}

void supervisor::drop_prepared() noexcept {
  for (const auto& each : all_)
    if (each->state_ == actor_state::made) each->end_run();
}

void supervisor::close() noexcept {
  for (const auto& each : all_)
    if (!std::exchange(each->is_closed_, true)) {
      each->close();
      each->ended.set();
    }
}

void supervisor::close_beside_run() noexcept {
  for (const auto& each : all_) each->close_beside_run();
}

std::uint64_t supervisor::lost() const {
  std::uint64_t sum = 0;
  for (const auto& each : all_) sum += each->lost();
  return sum;
}

void supervisor::cancel_those_to_end() {
  const std::lock_guard guard{lock_};
  for (const auto& each : all_)
    if (is_alive(*each) && each->is_to_end() && !std::exchange(each->end_was_asked_, true)) each->body_.cancel();
}

std::string supervisor::reason_to_give_up() const {
  if (!gives_up_) return {};
  return " (after " + std::to_string(how_.max) + " restarts within " + std::to_string(how_.within.count()) +
         " ms, which is the most that are made)";
}

std::vector<actor_report> supervisor::reports() const {
  const std::lock_guard guard{lock_};
  std::vector<actor_report> found;
  for (const auto& each : all_)
    found.push_back({each->name, each->state_, each->restarts_, each->lost(), each->last_error_});
  return found;
}

}  // namespace detail

}  // namespace actors::inline v1
