#include "quiet_watch.hpp"

#include <actors/log.hpp>
#include <actors/snapshot.hpp>

#include "../runtime/timer_queue.hpp"
#include "../runtime/worker_scheduler.hpp"
#include "take_snapshot.hpp"

#include <dirent.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

namespace actors::inline v1::detail {

namespace {

std::int64_t in_nanoseconds(std::chrono::milliseconds time) noexcept {
  constexpr std::chrono::milliseconds most = std::chrono::hours{24 * 365};
  return std::chrono::nanoseconds{std::min(time, most)}.count();
}

// 0 where it is not known.
std::size_t threads_of_process() noexcept {
  DIR* const folder = opendir("/proc/self/task");
  if (folder == nullptr) return 0;
  std::size_t count = 0;
  while (const dirent* const each = readdir(folder))
    if (each->d_name[0] != '.') ++count;
  closedir(folder);
  return count;
}

enum class waker : std::uint8_t { task, unknown, other };

// Who ends such a wait.
waker waker_of(wait_kind what) noexcept {
  switch (what) {
    case wait_kind::sleep:
    case wait_kind::tick:
    case wait_kind::blocking_call:
    case wait_kind::pool_room:
    case wait_kind::io:
      return waker::other;
    case wait_kind::unknown:
      return waker::unknown;
    default:
      return waker::task;
  }
}

waker worst_waker(const runtime_snapshot& now, const std::vector<wait_kind>& waits) noexcept {
  waker worst = waker::task;
  for (std::size_t i = 0; i != waits.size(); ++i) {
    if (now.tasks[i].activity != task_activity::waiting) return waker::other;
    worst = std::max(worst, waker_of(waits[i]));
  }
  return worst;
}

// The first line of a snapshot tells of workers, which all sleep.
std::string without_summary(const std::string& text) { return text.substr(text.find('\n') + 1); }

// What is most often the reason.
std::string hints_for(const runtime_snapshot& now, const std::vector<wait_kind>& waits) {
  std::string text;
  bool receives = false;
  for (std::size_t i = 0; i != waits.size(); ++i) {
    const bool one = waits[i] == wait_kind::receive || waits[i] == wait_kind::receive_broadcast;
    receives = receives || (one && now.tasks[i].object && now.tasks[i].object->senders > 0);
  }
  if (receives)
    text +=
        "    a loop that receives until the end of a channel goes on when its last sender is gone: who still has "
        "one?\n";
  for (const wait_cycle& each : now.cycles)
    if (each.tasks.size() > 1) {
      text += "    tasks that need the same things do not wait for each other if all take them in the same order\n";
      break;
    }
  return text;
}

std::string tasks_wait(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " task waits" : " tasks wait");
}

}  // namespace

quiet_watch::quiet_watch(const runtime_options& options) noexcept
    : then_{options.deadlock}, warn_after_{in_nanoseconds(options.quiet_warning)} {}

std::int64_t quiet_watch::delay([[maybe_unused]] unsigned looks) const noexcept {
#if ACTORS_SIMULATION
  return timer_queue::never;  // the simulation sees by itself that nothing can happen any more
#else
  if (then_ == on_deadlock::ignore) return timer_queue::never;
  if (looks == 0 && then_ == on_deadlock::end) return proof_after;
  const unsigned warning = then_ == on_deadlock::end ? 1 : 0;
  return looks == warning && warn_after_ > 0 ? warn_after_ : timer_queue::never;
#endif
}

// Whether nothing goes on at all. The calls first: where one has ended, what it made ready is seen afterwards.
bool quiet_watch::quiet(worker_scheduler& at) const noexcept {
  const blocking_statistics calls = at.calls().statistics();
  return calls.running == 0 && calls.queued == 0 && at.all_others_sleep();
}

bool quiet_watch::nobody_else(worker_scheduler& at) const noexcept {
  if (roots_.load(std::memory_order_relaxed) != 1 || at.has_other_wakers() || at.has_io()) return false;
  const std::size_t own = at.workers() + at.calls().statistics().threads + 1 + threads_.load(std::memory_order_relaxed);
  return threads_of_process() == own;
}

// Without memory for the report there is none.
bool quiet_watch::look(worker_scheduler& at, unsigned looks) noexcept {
  try {
    if (!quiet(at)) return false;
    const bool is_proof = then_ == on_deadlock::end && looks == 0 && nobody_else(at);
    if (!is_proof && looks == 0 && then_ == on_deadlock::end) return true;
    std::vector<wait_kind> waits;
    const runtime_snapshot now = take_snapshot(at, &waits);
    if (!quiet(at)) return false;
    const waker worst = worst_waker(now, waits);
    if (now.tasks.empty() || worst == waker::other) return true;
    const std::string count = tasks_wait(now.tasks.size());
    if (is_proof && worst == waker::task) {
      end_program(at, "deadlock: " + count + ", and nothing can wake " + (now.tasks.size() == 1 ? "it" : "them") +
                          ": no task, timer, call, I/O or other thread is left\n" + hints_for(now, waits) +
                          without_summary(now.to_text()));
    } else if (!is_proof) {
      const bool ends = ending_.load(std::memory_order_relaxed);
      const std::string text =
          count + (ends ? ", though asked to stop, and run() waits for their ends; nothing is seen that could wake them"
                        : ", and for a while nothing has happened: they may wait for ever. This is no proof: something "
                          "else may wake them (another thread, a handler of I/O)");
      const std::string details = now.to_text();
      log(log_level::warning, "no_progress", text, {{"tasks", now.tasks.size(), log_field::in_text}}, details);
    }
  } catch (const std::bad_alloc&) {
  }
  return true;
}

// All tasks are cancelled, so that their destructors run, and `run` throws the report. Where they wait again in spite
// of that nothing is left to be done.
void quiet_watch::end_program(worker_scheduler& at, std::string report) {
  if (!report_.empty() || ending_.load(std::memory_order_relaxed)) {
    std::fputs(("actors: " + report_ + "\nall tasks were asked to stop, and those that are left wait again\n" + report)
                   .c_str(),
               stderr);
    std::abort();
  }
  report_ = std::move(report);
  at.tasks.cancel_all();
}

std::string quiet_watch::take_report() { return std::exchange(report_, {}); }

}  // namespace actors::inline v1::detail
