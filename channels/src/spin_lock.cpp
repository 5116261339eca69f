#include <actors/detail/spin_lock.hpp>

#if !ACTORS_SIMULATION
#include <sched.h>
#endif

namespace actors::inline v1::detail {

#if !ACTORS_SIMULATION
void give_way(unsigned round) noexcept {
  if (round % 128 == 127) sched_yield();
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}
#endif

namespace {

// In the unit of `note_contention`: a round of `give_way`, and that the lock then comes from another processor.
constexpr std::uint32_t cost_of_round = 5;
constexpr std::uint32_t cost_of_change = 10;

constinit thread_local std::uint32_t contention = 0;

// Rounds of `give_way` before the first look at a lock that was taken, and at most between two looks.
#if ACTORS_SIMULATION
constexpr unsigned first_wait = 1;  // each round is a choice of the schedule
constexpr unsigned longest_wait = 1;
#else
constexpr unsigned first_wait = 16;
constexpr unsigned longest_wait = 64;
#endif

}  // namespace

[[gnu::noinline]] std::uint32_t contention_of_this_thread() noexcept { return contention; }
[[gnu::noinline]] void note_contention(std::uint32_t cost) noexcept { contention += cost; }

// Who finds the lock taken stays away for several turns of the other thread, and for longer each time (Anderson, "The
// Performance of Spin Lock Alternatives", 1990). What the lock guards lies beside it: each look would take the cache
// line from the one who is at work there, and where two threads come to a lock in turns every turn begins with that
// line, and those that the lock guards, in the other's cache. docs/decisions/channel-core.md has the figures.
void spin_lock::lock_contended() noexcept {
  unsigned round = 0;
  for (unsigned wait = first_wait;; wait = 2 * wait < longest_wait ? 2 * wait : longest_wait) {
    for (const unsigned end = round + wait; round != end; ++round) give_way(round);
    if (!locked_.load(std::memory_order_relaxed) && !locked_.exchange(true, std::memory_order_acquire)) break;
  }
  note_contention(cost_of_change + cost_of_round * round);
}

}  // namespace actors::inline v1::detail
