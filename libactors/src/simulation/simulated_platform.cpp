// What the runtime asks of the machine, answered by the simulation.
#include <actors/detail/spin_lock.hpp>

#include "../runtime/platform.hpp"
#include "../runtime/thread_context.hpp"
#include "../runtime/thread_placement.hpp"
#include "engine.hpp"

namespace actors::inline v1::detail {

std::int64_t clock_now() noexcept {
  const engine* here = engine::running();
  return here != nullptr ? here->clock() : engine::beginning;
}

std::uint64_t cycle_count() noexcept {
  const engine* here = engine::running();
  return here != nullptr ? here->cycles() : 0;
}

double cycles_per_nanosecond() noexcept { return 1; }

std::uint64_t clock_note() noexcept { return static_cast<std::uint64_t>(clock_now()); }

std::int64_t time_of_clock_note(std::uint64_t note) noexcept { return static_cast<std::int64_t>(note); }

// Between the look at the word and the wait nobody else runs, as in the kernel.
void futex_wait(atomic<std::uint32_t>& word, std::uint32_t expected, std::int64_t deadline) noexcept {
  engine* here = engine::running();
  if (here == nullptr) return;
  here->point({"go to sleep", 0, {}});
  if (word.peek() == expected) here->wait(&word, deadline, {"sleep, as there is nothing to do", 0, {}});
}

void futex_wake_one(atomic<std::uint32_t>& word) noexcept {
  engine* here = engine::running();
  if (here == nullptr) return;
  here->point({"wake a worker", 0, {}});
  here->wake(&word, false);
}

void give_way(unsigned) noexcept {
  if (engine* here = engine::running()) here->give_way();
}

thread_context& this_thread() noexcept {
  if (engine* here = engine::running()) return here->current().context;
  thread_local thread_context outside;
  return outside;
}

// Numbers as those of the simulation, so that a schedule repeats itself.
numbered_thread::numbered_thread() noexcept {
  engine* here = engine::running();
  if (here != nullptr && here->current().number + 1 < no_thread)
    this_thread().number = static_cast<std::uint8_t>(here->current().number + 1);
}
numbered_thread::~numbered_thread() { this_thread().number = no_thread; }
std::uint8_t thread_number() noexcept { return this_thread().number; }

// All operations have one order here: no fence is missed.
bool prepare_heavy_fence() noexcept { return true; }
void heavy_fence() noexcept {}

void name_this_thread(const char* name) noexcept {
  if (engine* here = engine::running()) here->current().name = name;
}

// Simulated time passes only while all sleep.
void set_timer_slack(timer_slack) noexcept {}
timer_slack usual_timer_slack() noexcept { return no_timer_slack; }

// Simulated threads share one thread of the system, which stays where it is.
void pin_this_thread(unsigned) noexcept {}
cpu_mask mask_before_pinning() { return {}; }

}  // namespace actors::inline v1::detail
