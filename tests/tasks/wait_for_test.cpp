// wait_for: time limits, and whose cancellation is whose.
#include <actors/actors.hpp>

#include "endings.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::spawn;
using actors::task;
using actors::timed_out;
using actors::wait_for;
using test::ending;
using test::how;
using test::number;
using test::wait_long;

constexpr std::uint64_t seeds = 1000;

// Time passes while the calling task runs: its limits fire, as if by another worker.
void elapse(std::chrono::nanoseconds time) { test::simulation().elapse(time); }

// The library may not rely on initialisers of its own files: those of a program can come first.
const bool timed_out_before_main = [] {
  try {
    actors::run(wait_for(wait_long(), 1ms), {.workers = 1});
  } catch (const timed_out&) {
    return true;
  }
  return false;
}();

TEST(wait_for, works_in_an_initialiser) { EXPECT_TRUE(timed_out_before_main); }  // G5

TEST(wait_for, gives_a_value_that_comes_in_time) {  // G5
  test::for_seeds(seeds, []() -> task<> {
    const int got = co_await wait_for(number(3, 1s), 2s);
    EXPECT_EQ(got, 3);
    co_await actors::sleep(10s);  // the limit is gone: nothing is cancelled later
  });
}

TEST(wait_for, throws_timed_out_after_the_work_has_really_ended) {  // G5
  test::for_seeds(seeds, []() -> task<> {
    bool clean = false;
    auto result = co_await how(wait_for(
        [](bool& flag) -> task<> {
          try {
            co_await actors::sleep(1h);
          } catch (const cancelled&) {
            // handled below: no co_await in a handler
          }
          co_await actors::sleep(5s);
          flag = true;
          throw cancelled{};
        }(clean),
        1s));
    EXPECT_EQ(result, ending::over_time);
    EXPECT_TRUE(clean);
    co_await actors::sleep(1s);
  });
}

TEST(wait_for, gives_a_value_that_came_in_the_meantime) {  // G5
  test::for_seeds(seeds, []() -> task<> {
    const int got = co_await wait_for(
        []() -> task<int> {
          try {
            co_await actors::sleep(1h);
          } catch (const cancelled&) {
          }
          co_return 8;
        }(),
        1s);
    EXPECT_EQ(got, 8);
    co_await actors::sleep(1s);  // the cancellation of the limit was taken back
  });
}

TEST(wait_for, gives_an_error_that_came_in_the_meantime) {  // G5
  test::for_seeds(seeds, []() -> task<> {
    auto result = co_await how(wait_for(
        []() -> task<> {
          try {
            co_await actors::sleep(1h);
          } catch (const cancelled&) {
          }
          throw std::runtime_error{"while stopping"};
        }(),
        1s));
    EXPECT_EQ(result, ending::error);
    co_await actors::sleep(1s);
  });
}

TEST(wait_for, value_and_limit_at_the_same_moment_give_one_of_the_two) {  // G5, C16
  int values = 0;
  int limits = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    test::run_simulated(seed, [](int& value, int& limit) -> task<> {
      auto result = co_await how(wait_for(number(1, 1s), 1s));
      (result == ending::value ? value : limit) += 1;
      EXPECT_TRUE(result == ending::value || result == ending::over_time);
      co_await actors::sleep(1s);  // in both cases nothing is pending
    }(values, limits));
  }
  EXPECT_GT(values, 0);
  EXPECT_GT(limits, 0);
}

TEST(wait_for, a_cancellation_from_outside_is_passed_on_as_such) {  // G5
  test::for_seeds(seeds, []() -> task<> {
    auto waiting = spawn([]() -> task<> { co_await wait_for(wait_long(), 10s); }());
    co_await actors::sleep(1s);
    waiting.cancel();
    auto result = co_await how([](auto handle) -> task<> { co_await handle; }(waiting));
    EXPECT_EQ(result, ending::stopped);
    EXPECT_TRUE(waiting.was_cancelled());
  });
}

TEST(wait_for, a_cancellation_from_outside_at_the_moment_of_the_limit_is_not_swallowed) {  // G5
  test::for_seeds(seeds, []() -> task<> {
    auto waiting = spawn([]() -> task<ending> {
      auto first = co_await how(wait_for(wait_long(), 10s));
      // Either it ended as cancelled, or the cancellation is still to come.
      if (first == ending::stopped) co_return ending::stopped;
      co_return co_await how(wait_long());
    }());
    auto cancelling = spawn([](auto handle) -> task<> {
      co_await actors::sleep(10s);
      handle.cancel();
    }(waiting));
    const ending last = co_await waiting;
    EXPECT_EQ(last, ending::stopped);
    co_await cancelling;
  });
}

TEST(wait_for, a_limit_counts_from_the_call_on_also_where_the_work_computes_before_it_waits) {  // G5
  test::for_seeds(50, []() -> task<> {
    const auto begin = test::simulation().now();
    auto first = co_await how(wait_for(
        []() -> task<> {
          elapse(600ms);
          co_await wait_long();
        }(),
        1s));
    EXPECT_EQ(first, ending::over_time);
    EXPECT_EQ(test::simulation().now() - begin, 1s);
    auto second = co_await how(wait_for(
        []() -> task<> {
          elapse(3s);
          co_await wait_long();
        }(),
        1s));
    EXPECT_EQ(second, ending::over_time);
    EXPECT_EQ(test::simulation().now() - begin, 4s);  // over at the first wait
  });
}

TEST(wait_for, work_that_fires_its_limit_while_it_runs_and_ends_is_not_cancelled) {  // G5
  test::for_seeds(50, []() -> task<> {
    const int got = co_await wait_for(
        []() -> task<int> {
          co_await actors::yield();
          elapse(2s);
          co_return 5;
        }(),
        1s);
    EXPECT_EQ(got, 5);
    co_await actors::yield();  // what the limit asked for was taken back
    EXPECT_EQ(actors::current_task().cancel_requests(), 0U);
  });
}

TEST(wait_for, limits_that_begin_and_end_before_the_first_wait_leave_the_outer_ones) {  // G8
  test::for_seeds(50, []() -> task<> {
    const auto begin = test::simulation().now();
    auto last = co_await how(wait_for(
        []() -> task<> {
          for (int i = 0; i != 3; ++i) {
            const int got = co_await wait_for(wait_for([]() -> task<int> { co_return 7; }(), 1ms), 2ms);
            EXPECT_EQ(got, 7);
          }
          auto inner = co_await how(wait_for(wait_long(), 3s));
          EXPECT_EQ(inner, ending::over_time);
          co_await wait_long();
        }(),
        5s));
    EXPECT_EQ(last, ending::over_time);
    EXPECT_EQ(test::simulation().now() - begin, 5s);
  });
}

// On two workers: one computes, the other one fires the timer.
template <class Asks>
void computes_until_it_is_told(Asks asks) {
  const auto computing = [&asks]() -> task<> {
    while (!asks()) {
    }
    co_return;
  };
  actors::run(
      [](auto work) -> task<> {
        const auto begin = std::chrono::steady_clock::now();
        co_await wait_for(work(), 2ms);  // it ends by itself, so no timed_out
        EXPECT_GE(std::chrono::steady_clock::now() - begin, 2ms);
      }(computing),
      {.workers = 2});
}

TEST(wait_for, work_that_computes_without_a_wait_is_told_when_it_asks) {  // G5, T6
  computes_until_it_is_told([] { return actors::current_task().cancel_requests() != 0; });
  computes_until_it_is_told([] { return actors::current_task().stop_token().stop_requested(); });
  computes_until_it_is_told([told = actors::task_ref{}]() mutable {
    if (!told) told = actors::current_task();
    return told.cancel_requests() != 0;
  });
}

TEST(wait_for, a_limit_that_is_over_before_the_first_wait_lets_nothing_begin) {  // G5
  test::for_seeds(50, []() -> task<> {
    int calls = 0;
    const auto begin = test::simulation().now();
    auto last = co_await how(wait_for(
        [](int& count) -> task<> {
          elapse(2s);
          co_await actors::blocking([&count] { ++count; });
        }(calls),
        1s));
    EXPECT_EQ(last, ending::over_time);
    EXPECT_EQ(calls, 0);
    EXPECT_EQ(test::simulation().now() - begin, 2s);
  });
}

TEST(wait_for, work_with_a_token_from_before_the_limit_is_told) {  // G5, T6
  actors::run(
      []() -> task<> {
        const std::stop_token token = actors::current_task().stop_token();
        const auto computing = [&token]() -> task<> {
          while (!token.stop_requested()) {
          }
          co_return;
        };
        co_await wait_for(computing(), 2ms);
        const auto asks = [](actors::timeout_scope& limit) -> task<> {
          while (!limit.expired()) {
          }
          co_return;
        };
        co_await actors::with_timeout(2ms, asks);
      }(),
      {.workers = 2});
}

TEST(wait_for, a_cancellation_that_was_pending_before_is_not_swallowed) {  // G5
  test::for_seeds(50, []() -> task<> {
    auto [go, gone] = actors::channel<int>(0);
    auto waiting = spawn([](auto start) -> task<> {
      co_await start.receive();
      // Cancelled by now. The limit passes before the first wait of the work.
      co_await wait_for(
          []() -> task<> {
            elapse(2s);
            co_await wait_long();
          }(),
          1s);
    }(std::move(gone)));
    co_await actors::sleep(1s);
    go.try_send(1);
    waiting.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(waiting.was_cancelled());
  });
}

TEST(wait_for, the_cancelled_that_ends_it_answers_limit_and_outer_cancellation_together) {  // T5, G5
  test::for_seeds(50, []() -> task<> {
    actors::join_handle<ending> self;
    self = spawn([](auto& me) -> task<ending> {
      auto first = co_await how(wait_for(
          [](auto& outer) -> task<> {
            try {
              co_await wait_long();
            } catch (const cancelled&) {  // by the limit; and while it is on its way, from outside
              outer.cancel();
              throw;
            }
          }(me),
          1s));
      co_await actors::sleep(1s);  // cleaning up is not disturbed by what was answered
      co_return first;
    }(self));
    const ending first = co_await self;
    EXPECT_EQ(first, ending::stopped);
    self = {};
  });
}

// A task that answered a cancellation and cleans up under a limit: the limit's own request must not come up later.
TEST(wait_for, works_in_a_task_that_went_on_after_a_cancellation) {  // T5, G5
  test::for_seeds(seeds, []() -> task<> {
    auto working = spawn([]() -> task<int> {
      try {
        co_await wait_long();
      } catch (const cancelled&) {
      }
      int steps = 0;
      auto slow = co_await how(wait_for(wait_long(), 1s));
      EXPECT_EQ(slow, ending::over_time);
      ++steps;
      // The value comes at the moment of the limit.
      auto close = co_await how(wait_for(number(1, 1s), 1s));
      EXPECT_TRUE(close == ending::value || close == ending::over_time);
      ++steps;
      co_await actors::sleep(1s);
      ++steps;
      // The work answers the limit by a value.
      const int got = co_await wait_for(
          []() -> task<int> {
            try {
              co_await wait_long();
            } catch (const cancelled&) {
            }
            co_return 1;
          }(),
          1s);
      steps += got;
      co_await actors::sleep(1s);
      co_return steps;
    }());
    co_await actors::sleep(1s);
    working.cancel();
    const int steps = co_await working;
    EXPECT_EQ(steps, 4);
  });
}

TEST(wait_for, one_cancellation_is_thrown_once) {  // T5, G5
  test::for_seeds(seeds, []() -> task<> {
    // Limit and outer cancellation meet; whatever comes first, after `cancelled` the task can clean up undisturbed.
    auto working = spawn([]() -> task<bool> {
      auto first = co_await how(wait_for(wait_long(), 10s));
      if (first != ending::stopped) {
        auto second = co_await how(wait_long());
        EXPECT_EQ(second, ending::stopped);
      }
      co_await actors::sleep(1s);
      co_return true;
    }());
    co_await actors::sleep(10s);
    working.cancel();
    const bool clean = co_await working;
    EXPECT_TRUE(clean);
  });
}

TEST(wait_for, a_limit_of_zero_or_less_ends_what_has_to_wait) {  // G5
  test::for_seeds(100, []() -> task<> {
    for (const auto limit : {0s, -1s, -1000000000s}) {
      auto waiting = co_await how(wait_for(wait_long(), limit));
      EXPECT_EQ(waiting, ending::over_time);
      auto ready = co_await how(wait_for([]() -> task<int> { co_return 1; }(), limit));
      EXPECT_EQ(ready, ending::value);
    }
    auto not_a_number = co_await how(wait_for(wait_long(), std::chrono::duration<double>{0.0 / 0.0}));
    EXPECT_EQ(not_a_number, ending::over_time);
  });
}

TEST(wait_for, a_limit_without_end_never_comes) {  // G5
  test::for_seeds(100, []() -> task<> {
    const int got = co_await wait_for(number(2, 24h), std::chrono::hours::max());
    EXPECT_EQ(got, 2);
  });
}

TEST(wait_for, a_spawned_task_is_cancelled_at_the_limit) {  // G5
  test::for_seeds(seeds, []() -> task<> {
    auto handle = spawn(wait_long());
    auto result = co_await how(wait_for(handle, 1s));
    EXPECT_EQ(result, ending::over_time);
    EXPECT_TRUE(handle.was_cancelled());
    auto quick = spawn(number(6, 1s));
    const int got = co_await wait_for(quick, 10s);
    EXPECT_EQ(got, 6);
    co_await actors::sleep(1h);
  });
}

TEST(wait_for, of_a_gather_cancels_all_of_it) {  // G5, G2
  test::for_seeds(seeds, []() -> task<> {
    auto result = co_await how(wait_for(actors::gather(wait_long(), wait_long(), number(1, 1h)), 1s));
    EXPECT_EQ(result, ending::over_time);
    co_await actors::sleep(1h);
  });
}

TEST(wait_for, gives_results_of_any_kind) {
  test::run_simulated(1, []() -> task<> {
    auto owner = co_await wait_for([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(2); }(), 1s);
    EXPECT_EQ(*owner, 2);
    int target = 0;
    int& same = co_await wait_for([](int& n) -> task<int&> { co_return n; }(target), 1s);
    EXPECT_EQ(&same, &target);
    co_await wait_for([]() -> task<> { co_return; }(), 1s);
  }());
}

TEST(wait_for, the_message_says_what_happened) {
  test::run_simulated(1, []() -> task<> {
    std::string what;
    try {
      co_await wait_for(wait_long(), 1s);
    } catch (const timed_out& e) {
      what = e.what();
    }
    EXPECT_NE(what.find("time"), std::string::npos);
  }());
}

}  // namespace
