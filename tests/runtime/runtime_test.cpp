// The runtime as a whole: run, options, several of them.
#include <actors/actors.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using actors::task;
using actors::usage_error;

task<int> answer() { co_return 42; }
task<> nothing() { co_return; }
task<int> failing() {
  throw std::runtime_error{"broken"};
  co_return 0;
}

TEST(runtime, run_gives_the_value_of_main) {  // T1
  EXPECT_EQ(actors::run(answer()), 42);
  actors::run(nothing());
}

TEST(runtime, run_gives_values_that_only_move_and_references) {  // T1
  auto moved = actors::run([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); }());
  EXPECT_EQ(*moved, 7);
  int number = 1;
  int& same = actors::run([](int& n) -> task<int&> { co_return n; }(number));
  EXPECT_EQ(&same, &number);
}

TEST(runtime, run_throws_what_main_threw) {  // T1
  try {
    actors::run(failing());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error& e) {
    EXPECT_STREQ(e.what(), "broken");
  }
}

TEST(runtime, run_of_a_cancelled_main_throws_cancelled) {  // T1
  EXPECT_THROW(actors::run([]() -> task<> {
                 throw actors::cancelled{};
                 co_return;
               }()),
               actors::cancelled);
}

TEST(runtime, run_of_an_empty_task_is_refused) {  // T1
  EXPECT_THROW(actors::run(task<int>{}), usage_error);
}

TEST(runtime, a_nested_run_is_refused) {  // T1
  bool refused = false;
  actors::run([&]() -> task<> {
    try {
      actors::run(answer());
    } catch (const usage_error& e) {
      refused = std::string{e.what()}.find("co_await") != std::string::npos;  // says what to do instead
    }
    co_return;
  }());
  EXPECT_TRUE(refused);
}

TEST(runtime, a_run_on_a_thread_of_the_blocking_pool_is_allowed) {
  const int result = actors::run([]() -> task<int> {
    const int inner = co_await actors::blocking([] { return actors::run(answer(), {.workers = 1}); });
    co_return inner;
  }());
  EXPECT_EQ(result, 42);
}

TEST(runtime, it_can_be_run_again) {  // R12
  actors::runtime here{{.workers = 2}};
  for (int i = 0; i != 200; ++i) EXPECT_EQ(here.run(answer()), 42);
  EXPECT_THROW(here.run(failing()), std::runtime_error);
  EXPECT_EQ(here.run(answer()), 42);
}

TEST(runtime, what_ran_before_is_gone_when_it_runs_again) {  // R12, T2
  actors::runtime here{{.workers = 2}};
  std::atomic<int> alive = 0;
  for (int i = 0; i != 50; ++i) {
    here.run([](std::atomic<int>& count) -> task<> {
      struct presence {
        explicit presence(std::atomic<int>& c) : counter{c} { ++counter; }
        presence(const presence&) = delete;
        presence& operator=(const presence&) = delete;
        ~presence() { --counter; }
        std::atomic<int>& counter;
      };
      for (int k = 0; k != 10; ++k) {
        actors::spawn([](std::atomic<int>& c) -> task<> {
          const presence here_now{c};
          co_await actors::sleep(std::chrono::hours{1});
        }(count));
      }
      co_await actors::yield();
    }(alive));
    EXPECT_EQ(alive, 0);
  }
}

TEST(runtime, several_run_side_by_side) {  // R12
  std::vector<std::jthread> threads;
  std::atomic<int> sum = 0;
  for (int i = 0; i != 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k != 20; ++k) sum += actors::run(answer(), {.workers = 2});
    });
  }
  threads.clear();
  EXPECT_EQ(sum, 4 * 20 * 42);
}

TEST(runtime, tasks_of_two_runtimes_meet_over_a_channel) {  // R12
  actors::runtime left{{.workers = 1}};
  actors::runtime right{{.workers = 2}};
  auto [tx, rx] = actors::channel<int>(3);
  auto sent = left.spawn([](auto out) -> task<> {
    for (int i = 0; i != 5000; ++i) co_await out.send(i);
  }(std::move(tx)));
  const long sum = right.run([](auto in) -> task<long> {
    long total = 0;
    while (auto value = co_await in.receive()) total += *value;
    co_return total;
  }(std::move(rx)));
  sent.get();
  EXPECT_EQ(sum, 4999L * 5000 / 2);
}

TEST(runtime, a_task_waits_for_one_of_another_runtime) {  // R12
  actors::runtime left{{.workers = 1}};
  actors::runtime right{{.workers = 1}};
  for (int i = 0; i != 200; ++i) {
    auto handle = left.spawn(answer());
    const int got = right.run([](auto other) -> task<int> { co_return co_await other; }(handle));
    EXPECT_EQ(got, 42);
  }
}

TEST(runtime, spawn_outside_of_a_runtime_is_refused) {  // T1
  EXPECT_THROW(actors::spawn(answer()), usage_error);
}

TEST(runtime, the_number_of_workers_is_as_asked) {
  EXPECT_EQ((actors::runtime{{.workers = 3}}.workers()), 3U);
  EXPECT_THROW((actors::runtime{{.workers = 1'000'000}}), usage_error);
}

TEST(runtime, the_number_of_workers_comes_from_the_environment) {
  setenv("ACTORS_WORKERS", "5", 1);
  EXPECT_EQ(actors::runtime{}.workers(), 5U);
  EXPECT_EQ((actors::runtime{{.workers = 2}}.workers()), 2U);
  for (const char* wrong : {"0", "-1", "two", "3x", "99999"}) {
    setenv("ACTORS_WORKERS", wrong, 1);
    EXPECT_THROW(actors::runtime{}, usage_error) << wrong;
  }
  setenv("ACTORS_WORKERS", "", 1);
  EXPECT_GE(actors::runtime{}.workers(), 1U);
  unsetenv("ACTORS_WORKERS");
  EXPECT_GE(actors::runtime{}.workers(), 1U);
}

TEST(runtime, an_exception_stays_in_its_task) {  // R5
  ::testing::internal::CaptureStderr();
  const int result = actors::run([]() -> task<int> {
    for (int i = 0; i != 100; ++i) actors::spawn(failing());
    for (int i = 0; i != 100; ++i) co_await actors::yield();
    co_return 1;
  }());
  EXPECT_EQ(result, 1);
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("broken"), std::string::npos);
}

}  // namespace
