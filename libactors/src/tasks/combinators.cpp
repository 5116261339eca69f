// The parts of wait, as_completed, race and shield that do not depend on the type of the results.
#include <actors/as_completed.hpp>
#include <actors/detail/scheduler.hpp>
#include <actors/errors.hpp>
#include <actors/race.hpp>
#include <actors/shield.hpp>
#include <actors/wait.hpp>

#include <string>

namespace actors::inline v1::detail {

void need_handles(std::size_t count, const char* what) {
  if (count == 0) throw usage_error{std::string{what} + " of no tasks would never end: give at least one"};
}

void limit_watch(task_watch& watch, std::chrono::nanoseconds limit) {
  scheduler& clock = need_scheduler("a limit of time");
  watch.limit(clock, saturating_add(clock.now(), limit));
}

task<> wait_for_ends(task_watch& watch, return_when when, std::chrono::nanoseconds limit) {
  if (limit.count() >= 0) limit_watch(watch, limit);
  const std::size_t count = when == return_when::first_completed ? 1 : watch.size();
  const early_end early = when == return_when::first_exception ? early_end::error : early_end::none;
  co_await watch.until(count, early);
}

task<> wait_for_next(task_watch& watch, std::size_t seen) {
  const bool there_is_one = co_await watch.until(seen + 1);
  if (!there_is_one)
    throw timed_out{"as_completed: the time is over; " + std::to_string(watch.size() - seen) + " of " +
                    std::to_string(watch.size()) + " tasks have not ended, and run on"};
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
  co_await watch.until(1);
  watch.at(0).settle();
}

}  // namespace actors::inline v1::detail
