// The parts of wait, as_completed, race and shield that do not depend on the type of the results.
#include <actors/as_completed.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/detail/thread_waiter.hpp>
#include <actors/errors.hpp>
#include <actors/race.hpp>
#include <actors/shield.hpp>
#include <actors/wait.hpp>

#include "../runtime/platform.hpp"

#include <algorithm>
#include <string>

namespace actors::inline v1::detail {

void need_handles(std::size_t count, const char* what) {
  if (count == 0) throw usage_error{std::string{what} + " of no tasks would never end: give at least one"};
}

namespace {

[[noreturn]] void throw_out_of_time(const task_watch& watch, std::size_t seen) {
  throw timed_out{"as_completed: the time is over; " + std::to_string(watch.size() - seen) + " of " +
                  std::to_string(watch.size()) + " tasks have not ended, and run on"};
}

}  // namespace

void limit_watch(task_watch& watch, std::chrono::nanoseconds limit) {
  scheduler& clock = need_scheduler("a limit of time");
  watch.limit(clock, saturating_add(clock.now(), limit));
}

task<> wait_for_ends(task_watch& watch, return_when when, std::chrono::nanoseconds limit) {
  const bool stopped = co_await turn_point{};
  if (stopped) throw cancelled{};
  if (limit.count() >= 0) limit_watch(watch, limit);
  const std::size_t count = when == return_when::first_completed ? 1 : watch.size();
  const early_end early = when == return_when::first_exception ? early_end::error : early_end::none;
  co_await watch.until(count, early);
}

namespace {

/// Waits until `count` have ended; false where the time was over before.
bool block_until(task_watch& watch, std::size_t count, early_end early, const steady_time* deadline) {
  thread_waiter self;
  if (watch.suspend(self, count, early)) {
    if (deadline == nullptr)
      self.block();
    else
      self.block_until(*deadline);
  }
  return watch.resume();
}

}  // namespace

void block_for_ends(task_watch& watch, return_when when, std::chrono::nanoseconds limit) {
  refuse_on_worker("blocking_wait()");
  const std::size_t count = when == return_when::first_completed ? 1 : watch.size();
  const early_end early = when == return_when::first_exception ? early_end::error : early_end::none;
  const steady_time now{std::chrono::nanoseconds{clock_now()}};
  const steady_time deadline = saturating_add(now, std::max(limit, limit.zero()));
  block_until(watch, count, early, limit.count() >= 0 ? &deadline : nullptr);
}

void block_for_next(task_watch& watch, std::size_t seen) {
  refuse_on_worker("blocking_next()");
  if (!block_until(watch, seen + 1, early_end::none, nullptr)) throw_out_of_time(watch, seen);
}

task<> wait_for_next(task_watch& watch, std::size_t seen) {
  const bool stopped = co_await turn_point{};
  if (stopped) throw cancelled{};
  const bool there_is_one = co_await watch.until(seen + 1);
  if (!there_is_one) throw_out_of_time(watch, seen);
}

task<std::size_t> wait_for_winner(task_watch& watch) {
  bool asked = false;
  try {
    co_await watch.until(1);
  } catch (const cancelled&) {
    asked = true;
  }
  watch.cancel_rest();
  task<bool> ends = wait_for_all(watch, false);
  const bool asked_meanwhile = co_await ends;
  const std::size_t winner = watch.ended_at(0);
  const bool stopped = watch.at(winner).status() == task_status::cancelled;
  asked = asked || asked_meanwhile;
  if (asked && stopped) throw cancelled{};
  if (asked) {
    task_state& party = co_await this_party{};
    party.put_cancel_back();
  }
  co_return winner;
}

task<> wait_shielded(task_watch& watch) {
  const bool stopped = co_await turn_point{};
  if (stopped) throw cancelled{};
  co_await watch.until(1);
  watch.at(0).settle();
}

}  // namespace actors::inline v1::detail
