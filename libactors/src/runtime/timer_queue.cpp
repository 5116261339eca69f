#include "timer_queue.hpp"

#include "trace_events.hpp"

#include <array>
#include <mutex>

namespace actors::inline v1::detail {

namespace {
// By who has the lock.
void count_one(std::atomic<std::uint64_t>& in) noexcept {
  in.store(in.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}
}  // namespace

bool timer_queue::insert(timer& pending, waiter* who) noexcept {
  const std::lock_guard guard{lock_};
  if (who != nullptr && !who->arm()) return false;
  wheel_.insert(pending);
  count_one(started_);
  publish();
  return true;
}

void timer_queue::remove(timer& pending) noexcept {
  const std::lock_guard guard{lock_};
  if (!wheel_.remove(pending)) return;
  count_one(stopped_);
  publish();
}

void timer_queue::fire_due(steady_time now) noexcept {
  constexpr unsigned most_steps = 4 * most_at_once;  // under the lock at a time
  const std::int64_t limit = now.time_since_epoch().count();
  unsigned fired = 0;
  while (fired != most_at_once && next() <= limit) {
    std::array<waiter*, most_at_once> woken;
    unsigned count = 0;
    const unsigned before = fired;
    {
      const std::lock_guard guard{lock_};
      for (unsigned steps = 0; steps != most_steps && fired != most_at_once; ++steps) {
        timer* due = nullptr;
        const timer_wheel::step step = wheel_.advance(limit, due);
        if (step == timer_wheel::step::nothing_due) break;
        if (step == timer_wheel::step::moved) continue;
        ++fired;
        count_one(fired_);
        // Either may be gone afterwards, unless it is a wait that is still to be posted.
        if (due->what == timer::kind::callback) {
          auto& called = static_cast<callback_timer&>(*due);
          called.fire(called);
        } else if (auto& waking = static_cast<wake_timer&>(*due); waking.expire()) {
          woken[count++] = waking.who;
        }
      }
      publish();
    }
    if (fired != before) trace_worker(trace_kind::timers_fired, fired - before);
    if (count == 1) {
      woken[0]->wake();
    } else {
      for (unsigned i = 0; i != count; ++i) woken[i]->home->post_last(*woken[i]);
    }
  }
}

void timer_queue::add_to(timer_report& sum) const noexcept {
  const std::uint64_t fired = fired_.load(std::memory_order_acquire);
  const std::uint64_t stopped = stopped_.load(std::memory_order_acquire);
  const std::uint64_t started = started_.load(std::memory_order_relaxed);
  sum.started += started;
  sum.fired += fired;
  sum.pending += started - fired - stopped;
}

void timer_queue::publish() noexcept {
  const std::int64_t soonest = wheel_.next();
  const std::int64_t before = next_.load(std::memory_order_relaxed);
  if (soonest < before)
    next_.store(soonest, std::memory_order_seq_cst);
  else if (soonest > before)
    next_.store(soonest, std::memory_order_release);
}

}  // namespace actors::inline v1::detail
