#include "thread_placement.hpp"

#include <actors/detail/atomic.hpp>

#include <pthread.h>

#include <cerrno>
#include <cstdio>
#include <new>
#include <utility>

namespace actors::inline v1::detail {

namespace {
thread_local cpu_mask before_pinning;

constexpr std::size_t most_sets = 1024;  // about a million CPUs
}  // namespace

// The kernel refuses a set that is smaller than its own (EINVAL) and does not say how large that is.
cpu_mask cpu_mask::of_this_thread() {
  cpu_mask mask;
  for (std::size_t sets = 1; sets <= most_sets; sets *= 2) {
    mask.sets_.assign(sets, cpu_set_t{});
    if (sched_getaffinity(0, mask.bytes(), mask.sets_.data()) == 0) return mask;
    if (errno != EINVAL) break;
  }
  return {};
}

unsigned cpu_mask::count() const noexcept { return static_cast<unsigned>(CPU_COUNT_S(bytes(), sets_.data())); }

bool cpu_mask::contains(unsigned cpu) const noexcept { return CPU_ISSET_S(cpu, bytes(), sets_.data()) != 0; }

unsigned cpu_mask::nth(unsigned index) const noexcept {
  unsigned cpu = 0;
  for (unsigned left = index;; ++cpu) {
    if (contains(cpu) && left-- == 0) return cpu;
  }
}

void cpu_mask::apply() const noexcept {
  if (!sets_.empty()) pthread_setaffinity_np(pthread_self(), bytes(), sets_.data());
}

cpu_mask cpu_mask::only(unsigned cpu) const {
  cpu_mask one;
  one.sets_.assign(sets_.size(), cpu_set_t{});
  CPU_SET_S(cpu, one.bytes(), one.sets_.data());
  return one;
}

#if !ACTORS_SIMULATION

void pin_this_thread(unsigned index) noexcept {
  try {
    cpu_mask usable = cpu_mask::of_this_thread();
    const unsigned count = usable.count();
    if (count == 0) return;
    usable.only(usable.nth(index % count)).apply();
    before_pinning = std::move(usable);
  } catch (const std::bad_alloc&) {  // it runs just as well without
  }
}

cpu_mask mask_before_pinning() { return before_pinning; }

void name_this_thread(const char* name) noexcept {
  char kept[16];
  std::snprintf(kept, sizeof kept, "%s", name);  // a longer name would be refused
  pthread_setname_np(pthread_self(), kept);
}

#endif

}  // namespace actors::inline v1::detail
