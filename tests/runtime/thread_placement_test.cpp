// On which CPUs the threads of a runtime may run, and what they are called.
#include "thread_placement.hpp"

#include <actors/actors.hpp>

#include "support/waiting.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace {

using actors::detail::cpu_mask;
using actors::detail::mask_before_pinning;
using actors::detail::name_this_thread;
using actors::detail::pin_this_thread;

std::vector<unsigned> cpus_of(const cpu_mask& mask) {
  std::vector<unsigned> all;
  for (unsigned i = 0; i != mask.count(); ++i) all.push_back(mask.nth(i));
  return all;
}
std::vector<unsigned> cpus_of_this_thread() { return cpus_of(cpu_mask::of_this_thread()); }

std::string name_of_this_thread() {
  char name[64] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

/// What a worker says of itself.
struct probe final : actors::runnable {
  std::vector<unsigned> allowed;
  unsigned at = 0;
  std::string name;
  int slack = 0;  ///< how much longer the system lets its sleeps last, in nanoseconds
  std::atomic<bool> done = false;
};

void look_around(actors::runnable& self) noexcept {
  auto& here = static_cast<probe&>(self);
  here.allowed = cpus_of_this_thread();
  here.at = static_cast<unsigned>(sched_getcpu());
  here.name = name_of_this_thread();
  here.slack = prctl(PR_GET_TIMERSLACK);
  here.done = true;
}

/// Asks each worker of `where`.
std::vector<probe> ask_workers(actors::runtime& where) {
  std::vector<probe> asked(where.workers());
  for (unsigned i = 0; i != asked.size(); ++i) {
    asked[i].run = &look_around;
    where.scheduler().post_to(i, asked[i]);
  }
  for (const probe& each : asked) test::spin_until([&] { return each.done.load(); });
  return asked;
}

TEST(thread_placement, a_mask_holds_the_cpus_in_ascending_order) {
  const cpu_mask mask = cpu_mask::of_this_thread();
  ASSERT_GE(mask.count(), 1U);
  cpu_set_t set;
  ASSERT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  std::vector<unsigned> expected;
  for (unsigned cpu = 0; cpu != CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &set)) expected.push_back(cpu);
  EXPECT_EQ(cpus_of(mask), expected);
  for (const unsigned cpu : expected) EXPECT_EQ(cpus_of(mask.only(cpu)), std::vector{cpu});
}

TEST(thread_placement, the_empty_mask_changes_nothing) {
  const auto before = cpus_of_this_thread();
  EXPECT_EQ(cpu_mask{}.count(), 0U);
  EXPECT_FALSE(cpu_mask{}.contains(0));
  cpu_mask{}.apply();
  EXPECT_EQ(cpus_of_this_thread(), before);
}

TEST(thread_placement, a_pinned_thread_keeps_to_one_cpu_and_knows_its_mask_before) {
  const auto before = cpus_of_this_thread();
  const auto count = static_cast<unsigned>(before.size());
  for (unsigned index = 0; index != 2 * count; ++index) {
    std::jthread{[&] {
      EXPECT_EQ(mask_before_pinning().count(), 0U);
      pin_this_thread(index);
      EXPECT_EQ(cpus_of_this_thread(), std::vector{before[index % count]});
      EXPECT_EQ(static_cast<unsigned>(sched_getcpu()), before[index % count]);
      EXPECT_EQ(cpus_of(mask_before_pinning()), before);
      mask_before_pinning().apply();
      EXPECT_EQ(cpus_of_this_thread(), before);
    }};
  }
  EXPECT_EQ(cpus_of_this_thread(), before);
}

TEST(thread_placement, names_are_cut_to_what_the_system_keeps) {
  std::jthread{[] {
    name_this_thread("short");
    EXPECT_EQ(name_of_this_thread(), "short");
    name_this_thread("a name that is far too long");
    EXPECT_EQ(name_of_this_thread(), "a name that is ");
  }};
}

TEST(thread_placement, workers_are_named_by_their_index) {
  actors::runtime here{{.workers = 3}};
  const auto workers = ask_workers(here);
  for (std::size_t i = 0; i != workers.size(); ++i) EXPECT_EQ(workers[i].name, "actors-" + std::to_string(i));
}

TEST(thread_placement, workers_sleep_precisely_and_other_threads_as_before) {
  const int before = prctl(PR_GET_TIMERSLACK);
  actors::runtime two{{.workers = 2}};
  for (const probe& each : ask_workers(two)) EXPECT_EQ(each.slack, 1);
  EXPECT_EQ(prctl(PR_GET_TIMERSLACK), before);
  const auto in_a_call = [] { return prctl(PR_GET_TIMERSLACK); };
  EXPECT_EQ(two.run([](auto call) -> actors::task<int> { co_return co_await actors::blocking(call); }(in_a_call)),
            before);
}

TEST(thread_placement, pinned_workers_go_round_the_cpus) {
  const auto usable = cpus_of_this_thread();
  actors::runtime here{{.workers = static_cast<unsigned>(usable.size()) + 2, .pin_workers = true}};
  const auto workers = ask_workers(here);
  for (std::size_t i = 0; i != workers.size(); ++i) {
    const unsigned expected = usable[i % usable.size()];
    EXPECT_EQ(workers[i].allowed, std::vector{expected}) << workers[i].name;
    EXPECT_EQ(workers[i].at, expected) << workers[i].name;
  }
  EXPECT_EQ(cpus_of_this_thread(), usable) << "the thread that makes a runtime stays as it was";
}

TEST(thread_placement, workers_are_not_pinned_unless_asked) {
  const auto usable = cpus_of_this_thread();
  actors::runtime here{{.workers = 3}};
  for (const probe& each : ask_workers(here)) EXPECT_EQ(each.allowed, usable) << each.name;
}

TEST(thread_placement, workers_keep_to_the_mask_of_the_thread_that_makes_the_runtime) {
  std::jthread{[] {
    const cpu_mask all = cpu_mask::of_this_thread();
    const unsigned last = all.nth(all.count() - 1);
    all.only(last).apply();
    for (const bool pin : {false, true}) {
      actors::runtime here{{.workers = 2, .pin_workers = pin}};
      for (const probe& each : ask_workers(here)) EXPECT_EQ(each.allowed, std::vector{last}) << each.name;
    }
  }};
}

TEST(thread_placement, calls_that_block_are_not_pinned) {
  const auto usable = cpus_of_this_thread();
  for (const bool pin : {false, true}) {
    const auto allowed = actors::run(
        []() -> actors::task<std::vector<unsigned>> { co_return co_await actors::blocking(cpus_of_this_thread); }(),
        {.workers = 2, .pin_workers = pin});
    EXPECT_EQ(allowed, usable);
  }
}

}  // namespace
