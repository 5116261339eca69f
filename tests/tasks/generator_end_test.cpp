// How a generator ends: by itself, closed, dropped, cancelled; and what it deferred.
#include <actors/actors.hpp>
#include <actors/generator.hpp>
#include <actors/strand.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::exit_stack;
using actors::generator;
using actors::task;

template <class T>
T run_it(task<T> work) {
  return actors::run(std::move(work), {.workers = 2});
}

struct logs_its_end {
  std::string& log;
  const char* name;
  logs_its_end(std::string& to, const char* as) : log{to}, name{as} {}
  ~logs_its_end() { log += std::string{"~"} + name + ' '; }
  logs_its_end(const logs_its_end&) = delete;
};

task<> cleans(std::string& log, const char* name) {
  log += std::string{"<"} + name;
  co_await actors::sleep(1ms);
  log += "> ";
}

generator<int> with_cleanup(std::string& log) {
  exit_stack& at_exit = co_await actors::generator_exit_stack();
  at_exit.defer(cleans, std::ref(log), "a");
  const logs_its_end local{log, "local"};
  at_exit.defer(cleans, std::ref(log), "b");
  for (int i = 0; i != 3; ++i) co_yield i;
  log += "end ";
}

TEST(generator_end, calls_what_it_deferred_at_its_end) {  // T2, T17
  const auto main = []() -> task<std::string> {
    std::string log;
    auto numbers = with_cleanup(log);
    while (co_await numbers.next() != nullptr) log += "value ";
    log += "after";
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "value value value end ~local <b> <a> after");
}

TEST(generator_end, close_ends_it_and_awaits_the_cleanup) {  // T2, T17
  const auto main = []() -> task<std::string> {
    std::string log;
    auto numbers = with_cleanup(log);
    co_await numbers.next();
    co_await numbers.close();
    log += "after ";
    EXPECT_EQ(co_await numbers.next(), nullptr);
    co_await numbers.close();
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "~local <b> <a> after ");
}

TEST(generator_end, the_cleanup_of_a_dropped_one_runs_before_run_returns) {  // T2, T17
  std::string log;
  const auto main = [](std::string& to) -> task<> {
    {
      auto numbers = with_cleanup(to);
      co_await numbers.next();
    }
    to += "dropped ";
  };
  actors::run(main(log), {.workers = 1});
  EXPECT_EQ(log, "~local dropped <b> <a> ") << "in a task of its own, and `run` waits for it";
}

TEST(generator_end, the_cleanup_of_a_cancelled_task_s_generator_is_not_cancelled) {  // T2, T17
  std::string log;
  const auto main = [](std::string& to) -> task<> {
    const auto consumes = [](std::string& its) -> task<> {
      auto numbers = with_cleanup(its);
      co_await numbers.next();
      co_await actors::sleep(1h);
    };
    actors::spawn(consumes(to));
    co_await actors::sleep(1ms);
  };
  run_it(main(log));
  EXPECT_EQ(log, "~local <b> <a> ");
}

TEST(generator_end, one_dropped_after_its_runtime_says_what_is_lost) {  // T17
  std::string log;
  const auto main = [](std::string& to) -> task<generator<int>> {
    auto numbers = with_cleanup(to);
    co_await numbers.next();
    co_return numbers;
  };
  ::testing::internal::CaptureStderr();
  { auto outlives = run_it(main(log)); }
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("functions that were deferred are not called"), std::string::npos) << said;
  EXPECT_EQ(log, "~local ");
}

TEST(generator_end, one_that_goes_with_the_result_of_a_task_is_cleaned_up) {  // T2, T17
  for (const bool on_strand : {false, true}) {
    std::string log;
    const auto main = [](std::string& to, bool on) -> task<> {
      const auto gives = [](std::string& its) -> task<generator<int>> {
        auto numbers = with_cleanup(its);
        co_await numbers.next();
        co_return numbers;
      };
      if (on)
        actors::strand{}.spawn(gives(to));
      else
        actors::spawn(gives(to));
      while (to.empty()) co_await actors::yield();
    };
    actors::run(main(log, on_strand), {.workers = 1});
    EXPECT_EQ(log, "~local <b> <a> ");
  }
}

generator<int> awaits_behind_its_handler(std::string& log) {
  bool leaving = false;
  try {
    for (int i = 0;; ++i) co_yield i;
  } catch (const actors::generator_exit&) {
    leaving = true;
  }
  if (leaving) {
    co_await cleans(log, "exit");
    throw std::runtime_error{"from the cleanup"};
  }
}

TEST(generator_end, a_handler_may_await_behind_it_and_fail) {  // T17
  const auto main = []() -> task<std::string> {
    std::string log;
    auto numbers = awaits_behind_its_handler(log);
    co_await numbers.next();
    EXPECT_THROW(co_await numbers.close(), std::runtime_error);
    EXPECT_EQ(co_await numbers.next(), nullptr);
    co_return log;
  };
  EXPECT_EQ(run_it(main()), "<exit> ");
}

generator<int> stubborn(int times) {
  for (int i = 0;; ++i) {
    try {
      co_yield i;
    } catch (const actors::generator_exit&) {
      if (--times == 0) throw;
    }
  }
}

TEST(generator_end, one_that_yields_when_it_is_closed_is_an_error) {  // T13, T17
  const auto main = []() -> task<> {
    auto numbers = stubborn(2);
    co_await numbers.next();
    EXPECT_THROW(co_await numbers.close(), actors::usage_error);
    const int* next = co_await numbers.next();
    EXPECT_EQ(*next, 2) << "it goes on";
    co_await numbers.close();
    EXPECT_EQ(co_await numbers.next(), nullptr);
  };
  run_it(main());
}

TEST(generator_end, one_that_did_not_begin_is_destroyed_by_close) {  // T17
  const auto main = []() -> task<> {
    auto held = std::make_shared<int>(1);
    const auto keeps = [](std::shared_ptr<int> what) -> generator<int> { co_yield *what; };
    auto numbers = keeps(held);
    EXPECT_EQ(held.use_count(), 2);
    co_await numbers.close();
    EXPECT_EQ(held.use_count(), 1);
    EXPECT_EQ(co_await numbers.next(), nullptr);
  };
  run_it(main());
}

TEST(generator_end, the_first_error_of_an_end_is_thrown) {  // T17
  const auto main = []() -> task<> {
    const auto both = []() -> generator<int> {
      exit_stack& at_exit = co_await actors::generator_exit_stack();
      const auto fails = []() -> task<> {
        co_await actors::yield();
        throw std::logic_error{"second"};
      };
      at_exit.defer(fails);
      co_yield 1;
      throw std::runtime_error{"first"};
    };
    auto numbers = both();
    co_await numbers.next();
    EXPECT_THROW(co_await numbers.next(), std::runtime_error);
    auto others = both();
    co_await others.next();
    EXPECT_THROW(co_await others.close(), std::logic_error);
  };
  ::testing::internal::CaptureStderr();
  run_it(main());
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("second"), std::string::npos) << "the other is reported";
}

TEST(generator_end, closing_the_outer_one_ends_the_inner_one) {  // T2, T17
  const auto main = [](std::string& log) -> task<> {
    const auto passes_on = [](std::string& to) -> generator<int> {
      auto inner = with_cleanup(to);
      while (const int* n = co_await inner.next()) co_yield *n;
    };
    auto outer = passes_on(log);
    co_await outer.next();
    co_await outer.close();
  };
  std::string log;
  run_it(main(log));
  EXPECT_EQ(log, "~local <b> <a> ");
}

}  // namespace
