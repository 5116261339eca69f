// What a runtime does with tasks at their ends and at its own: callbacks, reports, detached tasks, Ctrl-C.
#include <actors/actors.hpp>

#include "support/counted.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::join_handle;
using actors::spawn;
using actors::task;
using actors::task_ref;

task<int> number(int n) {
  co_await actors::yield();
  co_return n;
}

TEST(done_callback, is_run_before_run_returns) {  // T2
  int calls = 0;
  actors::run([](int& count) -> task<> {
    for (int i = 0; i != 100; ++i)
      spawn(number(i)).add_done_callback([&count](const join_handle<int>&) { std::atomic_ref{count}.fetch_add(1); });
    co_return;
  }(calls));
  EXPECT_EQ(calls, 100);
}

TEST(done_callback, of_one_that_never_runs_is_freed) {
  test::ledger books;
  actors::run([](test::ledger& here) -> task<> {
    auto handle = spawn(number(1));
    test::counted presence{here, 1};
    handle.add_done_callback([kept = std::move(presence)](const join_handle<int>&) {});
    co_await handle;
  }(books));
  books.expect_settled();
}

TEST(done_callback, added_late_from_a_plain_thread_is_refused) {
  actors::runtime here{{.workers = 1}};
  auto handle = here.spawn(number(3));
  EXPECT_EQ(handle.get(), 3);
  EXPECT_THROW(handle.add_done_callback([](const join_handle<int>&) {}), actors::usage_error);
}

TEST(task_ref, all_tasks_can_be_had_from_outside_while_others_start_and_end) {  // T10
  actors::runtime here{{.workers = 2}};
  std::atomic<bool> stop{false};
  auto churn = here.spawn([](std::atomic<bool>& over) -> task<> {
    while (!over) {
      std::vector<actors::join_handle<int>> some;
      for (int i = 0; i != 50; ++i) some.push_back(spawn(number(i), {.name = "some"}));
      for (auto& each : some) co_await each;
    }
  }(stop));
  churn.set_name("churn");
  for (int i = 0; i != 50; ++i) {
    const auto found = here.all_tasks();
    EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const task_ref& each) { return each.name() == "churn"; }));
  }
  stop = true;
  churn.wait();
}

TEST(task_ref, an_unlooked_at_error_is_reported_with_the_name) {  // T9
  ::testing::internal::CaptureStderr();
  actors::run([]() -> task<> {
    spawn(
        []() -> task<> {
          co_await actors::yield();
          throw std::runtime_error{"lost"};
        }(),
        {.name = "the loser"});
    co_return;
  }());
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("actors: task 'the loser' ended with an error that nobody looked at: lost\n"), 0U) << text;
}

TEST(task_ref, a_detached_task_does_not_vanish) {  // T11
  int done = 0;
  actors::run([](int& count) -> task<> {
    for (int i = 0; i != 10; ++i) {
      auto handle = spawn([](int& here) -> task<> {
        co_await actors::sleep(1ms);
        std::atomic_ref{here}.fetch_add(1);
      }(count));
      handle.detach();
      EXPECT_FALSE(handle);
    }
    while (std::atomic_ref{count}.load() != 10) co_await actors::sleep(1ms);
  }(done));
  EXPECT_EQ(done, 10);
}

TEST(task_ref, needs_a_task_or_a_runtime) {
  EXPECT_THROW(actors::current_task(), actors::usage_error);
  EXPECT_THROW(actors::all_tasks(), actors::usage_error);
}

std::atomic<int> waiting{0};

task<> say_when_cancelled(const char* text) {
  ++waiting;
  bool asked = false;
  try {
    co_await actors::sleep(1h);
  } catch (const actors::cancelled&) {
    asked = true;
  }
  co_await actors::sleep(1ms);
  if (asked) std::fputs(text, stderr);
  throw actors::cancelled{};
}

task<> interrupted_main() {
  spawn(say_when_cancelled("other ended, "));
  while (waiting == 0) co_await actors::yield();  // one that had not begun would say nothing
  std::raise(SIGINT);
  task<> last = say_when_cancelled("main ended, ");
  co_await last;
}

TEST(interrupt_death_test, cancels_main_first_and_ends_the_process_by_the_signal) {  // T2
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(actors::run(interrupted_main()), ::testing::KilledBySignal(SIGINT), "^main ended, other ended, $");
}

TEST(interrupt_death_test, a_second_one_ends_the_process_at_once) {  // T2
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto deaf = []() -> task<> {
    std::raise(SIGINT);
    std::fputs("once ", stderr);
    std::raise(SIGINT);
    std::fputs("never", stderr);
    co_return;
  };
  EXPECT_EXIT(actors::run(deaf()), ::testing::KilledBySignal(SIGINT), "^once $");
}

TEST(interrupt, that_main_answers_gives_its_result) {  // T2
  const auto main = []() -> task<int> {
    std::raise(SIGINT);
    try {
      co_await actors::sleep(1h);
    } catch (const actors::cancelled&) {
    }
    co_return 5;
  };
  EXPECT_EQ(actors::run(main()), 5);
  struct sigaction now {};
  sigaction(SIGINT, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

std::atomic<int> own_signals{0};

TEST(interrupt, is_left_to_the_program_that_handles_it) {
  const auto main = []() -> task<> {
    std::raise(SIGINT);
    co_await actors::sleep(1ms);
  };
  const auto before = std::signal(SIGINT, [](int) { ++own_signals; });
  actors::run(main());
  EXPECT_EQ(own_signals, 1);
  actors::runtime object;
  object.run(main());
  EXPECT_EQ(own_signals, 2);
  std::signal(SIGINT, before);
  actors::runtime left{{.interrupts = actors::on_interrupt::leave}};
  left.run([]() -> task<> {
    struct sigaction now {};
    sigaction(SIGINT, nullptr, &now);
    EXPECT_EQ(now.sa_handler, SIG_DFL);
    co_return;
  }());
}

}  // namespace
