// What a runtime with nothing to do costs. Runs alone: it measures.
#include <actors/actors.hpp>

#include "metrics/seen_metrics.hpp"
#include "support/seen_messages.hpp"
#include "support/time_limit.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>

namespace {

using namespace std::chrono_literals;
using actors::task;

long total(const std::map<std::string, test::thread_switches>& threads) {
  long sum = 0;
  for (const auto& [id, each] : threads) sum += each.voluntary;
  return sum;
}

std::chrono::milliseconds cpu_time() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::milliseconds{used.tv_sec * 1000 + used.tv_nsec / 1'000'000};
}

TEST(idle, a_second_without_work_costs_nothing) {  // R4
  actors::runtime idle{{.workers = 4}};
  actors::runtime clock{{.workers = 1}};  // only to wait for a second
  idle.run([]() -> task<> { co_await actors::yield(); }());
  test::wait_until_workers_sleep();
  const auto before = test::switches_of("actors-");
  ASSERT_EQ(before.size(), 5U);
  const auto used = cpu_time();
  clock.run([]() -> task<> { co_await actors::sleep(1s); }());
  // A handful of them: start and end of the task that waits.
  EXPECT_LE(total(test::switches_of("actors-")) - total(before), 10);
  EXPECT_LE(cpu_time() - used, 20ms * test::slowness);
}

TEST(idle, tasks_that_wait_cost_nothing) {  // R4: on channels, timers and each other
  actors::runtime waiting{{.workers = 2}};
  actors::runtime clock{{.workers = 1}};
  const auto [tx, rx] = actors::channel<int>(0);
  for (int i = 0; i != 100; ++i) {
    waiting.spawn([](auto in) -> task<> { co_await in.receive(); }(rx));
    auto sleeper = waiting.spawn([]() -> task<> { co_await actors::sleep(1h); }());
    waiting.spawn([](auto other) -> task<> { co_await other; }(sleeper));
  }
  test::wait_until_workers_sleep();
  const auto before = total(test::switches_of("actors-"));
  const auto used = cpu_time();
  clock.run([]() -> task<> { co_await actors::sleep(1s); }());
  EXPECT_LE(total(test::switches_of("actors-")) - before, 10);
  EXPECT_LE(cpu_time() - used, 20ms * test::slowness);
}

// The times that its worker went to sleep: at first, after the step of a task, and after each look.
double parks_of(actors::runtime& its) { return test::collected(its).at("actors_worker_parks_total{worker=\"0\"}"); }

TEST(idle, looks_twice_at_most_whether_waits_for_other_tasks_can_end) {  // R4 R8
  const test::seen_messages seen;
  actors::runtime waiting{{.workers = 1, .quiet_warning = 20ms}};
  test::spin_until([&] { return parks_of(waiting) == 1; });
  const auto [tx, rx] = actors::channel<int>(0);
  auto all = waiting.spawn([](auto in) -> task<> {
    while (co_await in.receive()) {
    }
  }(rx));
  for (unsigned step = 1; step != 4; ++step) {
    test::spin_until([&] { return seen.of("no_progress").size() == step; });  // the second look
    test::let_pass(200ms);
    EXPECT_EQ(seen.all().size(), step);
    EXPECT_LE(parks_of(waiting), 1 + 3 * step);
    actors::blocking_send(tx, 1);
  }
  all.cancel();
  all.wait();
}

TEST(idle, never_looks_where_no_task_is_left) {  // R4
  actors::runtime empty{{.workers = 1, .quiet_warning = 20ms}};
  empty.run([]() -> task<> { co_await actors::yield(); }());
  test::let_pass(200ms);
  EXPECT_LE(parks_of(empty), 2);
}

TEST(idle, threads_of_the_blocking_pool_end_after_their_keep_alive) {  // R7
  actors::runtime here{{.workers = 1, .blocking_threads = 4, .blocking_keep_alive = 1ms}};
  here.run([]() -> task<> { co_await actors::blocking([] {}); }());
  test::spin_until([] { return test::switches_of("actors-pool").empty(); });
}

}  // namespace
