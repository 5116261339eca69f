// What a failing simulation says: why, what waits for what and where, and how to repeat it.
#include <actors/actors.hpp>
#include <actors/simulate.hpp>

#include "planted_bugs.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::explore;
using actors::simulate;
using actors::simulation_failure;
using actors::spawn;
using actors::task;
using reason = actors::simulation_failure::reason;

/// A failure as it is, to be looked at. None: the test fails.
template <class F>
simulation_failure failure_in(const actors::simulation_options& options, F main) {
  try {
    simulate(options, main);
  } catch (const simulation_failure& failure) {
    return failure;
  }
  ADD_FAILURE() << "nothing failed";
  return {reason::error, "", ""};
}

void expect_text(const simulation_failure& failure, std::initializer_list<const char*> parts) {
  const std::string text = failure.what();
  std::size_t from = 0;
  for (const char* part : parts) {
    const std::size_t at = text.find(part, from);
    EXPECT_NE(at, std::string::npos) << "expected, in this order: " << part << "\nfound:\n" << text;
    if (at == std::string::npos) return;
    from = at;
  }
}

task<> listens(actors::receiver<int> from) { co_await from.receive(); }

task<> all_wait() {
  auto [tx, rx] = actors::channel<int>();
  auto child = spawn(listens(rx));
  co_await child;
}

TEST(failure_report, a_deadlock_of_tasks_names_what_each_waits_for) {  // R8, V2
  const auto failure = failure_in({.seed = 3}, all_wait);
  EXPECT_EQ(failure.why(), reason::deadlock);
  expect_text(failure, {"deadlock: every task and thread waits, and nothing can wake them:\n",
                        "  task 1 (all_wait): wait for the end of task 2, in all_wait (failure_report_test.cpp:",
                        "  task 2 (listens): receive from channel 1, in listens (failure_report_test.cpp:",
                        "repeat it with simulate({.replay = \"random 3 #", "start task 1 (all_wait)\n",
                        "start task 2 (listens)\n", "receive from channel 1, in listens"});
}

// Ten at one channel, and ten at one each.
task<> many_wait() {
  auto [tx, rx] = actors::channel<int>();
  std::vector<actors::join_handle<void>> children;
  const auto alone = []() -> task<> {
    auto [to, from] = actors::channel<int>();
    co_await from.receive();
  };
  for (int i = 0; i != 10; ++i) children.push_back(spawn(listens(rx)));
  for (int i = 0; i != 10; ++i) children.push_back(spawn(alone()));
  for (auto& each : children) co_await each;
}

TEST(failure_report, many_tasks_that_wait_alike_are_told_together) {  // I5, V2
  const auto failure = failure_in({.seed = 3}, many_wait);
  EXPECT_EQ(failure.why(), reason::deadlock);
  expect_text(failure,
              {"nothing can wake them:\n  21 tasks, those alike together, the rarest first (ACTORS_DUMP=full ",
               "\n  task 1 (many_wait): wait for the end of task 2, in many_wait (failure_report_test.cpp:",
               "\n  task 2 (listens): receive from channel ", ", in listens (failure_report_test.cpp:",
               ")\n    and 9 more like it: tasks 3 to 11\n  task 12 (lambda in failure_report_test.cpp:",
               ": receive from channel ", "\n    and 9 more like it: tasks 13 to 21; channels ", "\n  thread main: "});
}

TEST(failure_report, each_kind_of_wait_has_its_name) {  // R8
  const auto main = []() -> task<> {
    auto [tx, rx] = actors::channel<int>();
    const auto sends = [](actors::sender<int> to) -> task<> { co_await to.send(1); };
    auto child = spawn(sends(tx));
    auto [never, nothing] = actors::channel<int>();
    co_await actors::gather(listens(nothing), listens(nothing));
    co_await child;
  };
  const auto failure = failure_in({}, main);
  EXPECT_EQ(failure.why(), reason::deadlock);
  expect_text(failure, {"task 1 (lambda in failure_report_test.cpp:", "gather: wait for the end of task 3",
                        "task 2 (lambda in failure_report_test.cpp:", "send to channel ", "task 3 (listens): receive",
                        "task 4 (listens): receive"});
}

TEST(failure_report, a_deadlock_of_threads_names_who_has_the_locks) {  // R8
  const auto report = explore({.schedules = 1000}, [] { return test::thread_lock_order(false); });
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->why(), reason::deadlock);
  expect_text(*report.failure, {"  thread main: lock mutex ", ", which thread thread-1 has\n",
                                "  thread thread-1: lock mutex ", ", which thread main has\n"});
  const auto itself = failure_in({}, [] {
    actors::detail::mutex lock;
    const std::lock_guard outer{lock};
    const std::lock_guard inner{lock};
  });
  expect_text(itself, {"  thread main: lock mutex 1", ", which thread main has\n"});
}

TEST(failure_report, a_wait_for_an_atomic_that_nobody_changes_is_a_deadlock) {  // R8
  const auto failure = failure_in({}, [] {
    const actors::detail::atomic<int> word{1};
    word.wait(1);
  });
  EXPECT_EQ(failure.why(), reason::deadlock);
  expect_text(failure, {"  thread main: wait of object 1, in operator() (failure_report_test.cpp:"});
}

// The one that sleeps wakes, and after that nothing can.
TEST(failure_report, a_deadlock_is_found_when_the_last_timer_has_fired) {  // R8
  actors::simulation_summary summary;
  const auto failure = failure_in({.summary = &summary}, []() -> task<> {
    auto [tx, rx] = actors::channel<int>();
    co_await actors::sleep(3s);
    co_await rx.receive();
  });
  EXPECT_EQ(failure.why(), reason::deadlock);
  EXPECT_GE(summary.time, 3s);
}

task<> circles() {
  for (;;) co_await actors::yield();
}

TEST(failure_report, a_program_that_does_not_end_is_stopped) {  // V2
  int ended = 0;
  const auto main = [&ended]() -> task<> {
    struct at_end {
      explicit at_end(int& counted) : count{counted} {}
      ~at_end() { ++count; }
      int& count;
    };
    const at_end note{ended};
    co_await circles();
  };
  const auto failure = failure_in({.workers = 1, .max_points = 20'000}, main);
  EXPECT_EQ(failure.why(), reason::endless);
  expect_text(failure, {"no end after 20000 scheduling points:\n", "  task 1 (lambda in",
                        "not waiting; it waited for: sleep, in circles (failure_report_test.cpp:",
                        ".workers = 1, .max_points = 20000}, ...)"});
  EXPECT_EQ(ended, 0) << "nothing of the program runs after its failure";
}

// Whatever had gone wrong would go on to. What it owns counts as no leak.
TEST(failure_report, the_program_is_left_where_it_stands) {  // V2
  const auto stubborn = []() -> task<> {
    const std::string kept(1000, 'x');
    for (;;) {
      try {
        co_await circles();
      } catch (const actors::cancelled&) {
        EXPECT_EQ(kept.size(), 1000U);
      }
    }
  };
  for (int i = 0; i != 3; ++i) {
    const auto failure = failure_in({.max_points = 5'000}, stubborn);
    EXPECT_EQ(failure.why(), reason::endless);
  }
  const auto waits = []() -> task<> {
    auto [tx, rx] = actors::channel<std::string>();
    for (;;) {
      try {
        co_await rx.receive();
      } catch (const actors::cancelled&) {
      }
    }
  };
  EXPECT_EQ(failure_in({}, waits).why(), reason::deadlock);
  EXPECT_EQ(failure_in({},
                       [] {
                         actors::detail::mutex lock;
                         const auto memory = std::make_unique<std::string>(1000, 'y');
                         const std::lock_guard outer{lock};
                         lock.lock();
                       })
                .why(),
            reason::deadlock);
  EXPECT_EQ(simulate({}, [] { return 5; }), 5);
}

TEST(failure_report, an_exception_that_leaves_a_thread_is_the_failure) {
  const auto failure = failure_in(
      {.seed = 2}, [] { actors::detail::joining_thread thread{[] { throw std::out_of_range{"no such shelf"}; }}; });
  EXPECT_EQ(failure.why(), reason::error);
  expect_text(failure, {"thread thread-1 ended with an exception: no such shelf\n", "random 2 #"});
  EXPECT_THROW(failure.rethrow_nested(), std::out_of_range);
}

bool check_failed = false;

TEST(failure_report, a_check_that_does_not_throw_is_asked_after_each_schedule) {
  int runs = 0;
  check_failed = false;
  const auto report =
      explore({.schedules = 10, .seed = 5, .failed = [] { return check_failed; }}, [&] { check_failed = ++runs == 4; });
  EXPECT_EQ(report.schedules, 4U);
  ASSERT_TRUE(report.failure);
  EXPECT_EQ(report.failure->why(), reason::check);
  EXPECT_TRUE(report.failure->replay().starts_with("random 8 #")) << report.failure->replay();
  EXPECT_TRUE(report.text().starts_with("schedule 4 failed: a check failed\n")) << report.text();
}

TEST(failure_report, options_that_are_not_the_usual_ones_are_a_part_of_it) {
  const auto failure =
      failure_in({.workers = 3, .blocking_threads = 1, .blocking_keep_alive = 7ms}, []() -> task<> { throw 1; });
  expect_text(failure,
              {"\", .workers = 3, .blocking_threads = 1, .blocking_keep_alive = std::chrono::milliseconds{7}}, ...)"});
}

// ---- the end of the process ----------------------------------------------------------------------------------------

TEST(failure_report_death, an_abort_says_how_to_repeat_it) {
  EXPECT_DEATH(simulate({.seed = 41},
                        []() -> task<> {
                          co_await actors::yield();
                          std::abort();
                        }),
               "inside a simulation; repeat it with .replay = \"random 41\"");
  EXPECT_DEATH(explore({.schedules = 5, .strategy = actors::strategy::pct}, [] { std::terminate(); }),
               "repeat it with .replay = \"pct 1 1 1\"");
}

int run_over(int depth) {
  volatile char much[4096] = {};
  return depth < 0 ? 0 : run_over(depth + 1) + much[depth % 4096];
}

TEST(failure_report_death, a_stack_that_is_run_over_is_a_fault_that_says_so) {
  EXPECT_DEATH(simulate({.seed = 42}, [] { return run_over(1); }), "repeat it with .replay = \"random 42\"");
}

}  // namespace
