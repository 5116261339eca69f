// with_timeout: limits around a piece of a task, that can be moved, and told from other cancellations.
#include <actors/actors.hpp>
#include <actors/timeout.hpp>

#include "endings.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::spawn;
using actors::task;
using actors::timeout_scope;
using actors::with_deadline;
using actors::with_timeout;
using test::ending;
using test::failing;
using test::how;
using test::number;
using test::slow_to_stop;
using test::stubborn;
using test::wait_long;

constexpr std::uint64_t seeds = 300;

std::chrono::steady_clock::time_point now() { return test::simulation().now(); }

TEST(timeout, gives_the_value_or_the_error_of_the_work) {  // G8
  test::for_seeds(seeds, []() -> task<> {
    const auto value = []() { return number(3, 1s); };
    const int got = co_await with_timeout(2s, value);
    EXPECT_EQ(got, 3);
    auto error = co_await how(with_timeout(2s, [] { return failing("it", 1s); }));
    EXPECT_EQ(error, ending::error);
    const auto none = []() -> task<> { co_return; };
    co_await with_timeout(2s, none);
    const auto owned = []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(2); };
    auto owner = co_await with_timeout(2s, owned);
    EXPECT_EQ(*owner, 2);
    int target = 0;
    const auto reference = [&target]() -> task<int&> { co_return target; };
    int& same = co_await with_timeout(2s, reference);
    EXPECT_EQ(&same, &target);
    co_await actors::sleep(1h);  // the limits are gone
  });
}

TEST(timeout, throws_timed_out_after_the_work_has_really_ended) {  // G8, G5
  test::for_seeds(seeds, []() -> task<> {
    bool stopped = false;
    const auto begin = now();
    const auto work = [&stopped] { return slow_to_stop(stopped, 5s); };
    auto last = co_await how(with_timeout(1s, work));
    EXPECT_EQ(last, ending::over_time);
    EXPECT_TRUE(stopped);
    EXPECT_EQ(now() - begin, 6s);
    co_await actors::sleep(1h);
  });
}

TEST(timeout, gives_a_value_or_an_error_that_came_in_the_meantime) {  // G8, G5
  test::for_seeds(seeds, []() -> task<> {
    const int got = co_await with_timeout(1s, [] { return stubborn(8); });
    EXPECT_EQ(got, 8);
    const auto fails = []() -> task<int> {
      co_await stubborn(1);
      throw std::runtime_error{"while stopping"};
    };
    auto last = co_await how(with_timeout(1s, fails));
    EXPECT_EQ(last, ending::error);
    co_await actors::sleep(1s);  // what the limits asked was taken back
  });
}

TEST(timeout, the_work_can_look_at_its_limit_and_move_it) {  // G8
  test::for_seeds(seeds, []() -> task<> {
    const auto begin = now();
    const auto work = [begin](timeout_scope& limit) -> task<int> {
      EXPECT_EQ(limit.when(), begin + 2s);
      for (int i = 0; i != 5; ++i) {
        co_await actors::sleep(1s);
        EXPECT_FALSE(limit.expired());
        limit.reschedule(2s);
        EXPECT_EQ(limit.when(), now() + 2s);
      }
      limit.reschedule_at(begin + 30s);
      co_await actors::sleep(20s);
      limit.disable();
      co_await actors::sleep(1000h);
      co_return 4;
    };
    const int got = co_await with_timeout(2s, work);
    EXPECT_EQ(got, 4);
  });
}

TEST(timeout, a_limit_that_was_moved_comes_at_its_new_time) {  // G8
  test::for_seeds(seeds, []() -> task<> {
    for (const bool shorter : {false, true}) {
      const auto begin = now();
      const auto work = [shorter](timeout_scope& limit) -> task<> {
        co_await actors::sleep(1s);
        limit.reschedule(shorter ? 1s : 20s);
        co_await wait_long();
      };
      auto last = co_await how(with_timeout(10s, work));
      EXPECT_EQ(last, ending::over_time);
      EXPECT_EQ(now() - begin, shorter ? 2s : 21s);
    }
    // To a time that has passed: at once.
    const auto begin = now();
    const auto work = [begin](timeout_scope& limit) -> task<> {
      limit.reschedule_at(begin - 1s);
      co_await wait_long();
    };
    auto last = co_await how(with_timeout(10s, work));
    EXPECT_EQ(last, ending::over_time);
    EXPECT_EQ(now(), begin);
  });
}

TEST(timeout, a_limit_that_is_over_cannot_be_moved) {  // G8
  test::for_seeds(seeds, []() -> task<> {
    const auto work = [](timeout_scope& limit) -> task<> {
      bool asked = false;
      try {
        co_await wait_long();
      } catch (const cancelled&) {
        asked = true;
      }
      EXPECT_TRUE(asked && limit.expired());
      EXPECT_THROW(limit.reschedule(1s), actors::usage_error);
      EXPECT_THROW(limit.disable(), actors::usage_error);
      throw cancelled{};
    };
    auto last = co_await how(with_timeout(1s, work));
    EXPECT_EQ(last, ending::over_time);
  });
}

TEST(timeout, a_deadline_is_a_point_of_time) {  // G8
  test::for_seeds(seeds, []() -> task<> {
    const auto begin = now();
    auto last = co_await how(with_deadline(begin + 3s, [] { return wait_long(); }));
    EXPECT_EQ(last, ending::over_time);
    EXPECT_EQ(now() - begin, 3s);
    auto passed = co_await how(with_deadline(begin, [] { return wait_long(); }));
    EXPECT_EQ(passed, ending::over_time);
    EXPECT_EQ(now() - begin, 3s);
    const int value =
        co_await with_deadline(std::chrono::steady_clock::time_point::max(), [] { return number(1, 9h); });
    EXPECT_EQ(value, 1);
  });
}

TEST(timeout, scopes_nest_and_the_one_that_is_over_is_told) {  // G8
  test::for_seeds(seeds, []() -> task<> {
    ending inside = ending::value;
    const auto inner_first = [&inside]() -> task<> {
      inside = co_await how(with_timeout(1s, [] { return wait_long(); }));
      co_await actors::sleep(1s);
    };
    auto outer = co_await how(with_timeout(10s, inner_first));
    EXPECT_EQ(inside, ending::over_time);
    EXPECT_EQ(outer, ending::value);
    const auto outer_first = [&inside]() -> task<> {
      inside = co_await how(with_timeout(10s, [] { return wait_long(); }));
      throw cancelled{};
    };
    outer = co_await how(with_timeout(1s, outer_first));
    EXPECT_EQ(inside, ending::stopped);
    EXPECT_EQ(outer, ending::over_time);
    // At the same moment the outer one is told.
    const auto both = []() -> task<> { co_await with_timeout(1s, [] { return wait_long(); }); };
    outer = co_await how(with_timeout(1s, both));
    EXPECT_EQ(outer, ending::over_time);
    co_await actors::sleep(1h);
  });
}

TEST(timeout, a_cancellation_from_outside_is_passed_on_as_such) {  // G8, T5
  test::for_seeds(seeds, []() -> task<> {
    auto working = spawn([]() -> task<> { co_await with_timeout(10s, [] { return wait_long(); }); }());
    co_await actors::sleep(1s);
    working.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(working.was_cancelled());
  });
}

// Limit and cancellation at one moment: it is thrown once, there or by the next wait.
TEST(timeout, a_cancellation_at_the_moment_of_the_limit_is_thrown_once) {  // G8, T5
  test::for_seeds(1000, []() -> task<> {
    auto working = spawn([]() -> task<bool> {
      auto first = co_await how(with_timeout(1s, [] { return wait_long(); }));
      if (first != ending::stopped) {
        auto next = co_await how(wait_long());
        EXPECT_EQ(next, ending::stopped);
      }
      co_await actors::sleep(1s);
      co_return true;
    }());
    co_await actors::sleep(1s);
    working.cancel();
    const bool clean = co_await working;
    EXPECT_TRUE(clean);
    EXPECT_EQ(working.ref().cancel_requests(), 1U) << "that of the limit was taken back";
  });
}

TEST(timeout, the_callable_lives_as_long_as_its_task) {
  test::run_simulated(1, []() -> task<> {
    auto text = std::make_shared<const std::string>("kept");
    auto limited = with_timeout(10s, [text]() -> task<std::size_t> {
      co_await actors::sleep(1s);
      co_return text->size();
    });
    const std::weak_ptr<const std::string> seen = text;
    text.reset();
    const std::size_t size = co_await limited;
    EXPECT_EQ(size, 4U);
    EXPECT_TRUE(seen.expired());
  }());
}

}  // namespace
