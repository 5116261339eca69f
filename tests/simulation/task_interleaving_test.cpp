// Tasks under many schedules: joins at the end of a task, gather with failures and cancellations, the end of a runtime
// while tasks spawn.
#include <actors/actors.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::join_handle;
using actors::spawn;
using actors::task;
using test::holds_in_all;

task<int> soon(int value) {
  co_await actors::yield();
  co_return value;
}

task<> join_it(join_handle<int> which, int& got) { got = co_await which; }

TEST(task_interleaving, everybody_who_joins_is_told_once) {  // R1, T11
  holds_in_all(
      []() -> task<> {
        int a = 0;
        int b = 0;
        auto target = spawn(soon(5));
        auto one = spawn(join_it(target, a));
        auto two = spawn(join_it(target, b));
        EXPECT_EQ(co_await target, 5);
        co_await one;
        co_await two;
        EXPECT_EQ(a + b, 10);
      },
      {.workers = 3});
}

task<int> counts_its_end(int& ended) {
  struct at_end {
    explicit at_end(int& counted) : count{counted} {}
    ~at_end() { ++count; }
    at_end(const at_end&) = delete;
    int& count;
  };
  const at_end note{ended};
  co_await actors::yield();
  co_return 5;
}

// The cancellation of the one that joins goes to the one that is joined; either it comes in time or it does not.
TEST(task_interleaving, a_cancelled_join_ends_with_what_it_waited_for) {  // T6, R1
  holds_in_all(
      []() -> task<> {
        int ended = 0;
        auto target = spawn(counts_its_end(ended));
        const auto joins = [](join_handle<int> which) -> task<int> { co_return co_await which; };
        auto joining = spawn(joins(target));
        const auto cancels = [](join_handle<int> which) -> task<> {
          which.cancel();
          co_return;
        };
        auto cancelling = spawn(cancels(joining));
        int result = 0;
        try {
          result = co_await joining;
        } catch (const cancelled&) {
          result = -1;
        }
        EXPECT_TRUE(result == 5 || result == -1);
        const bool had_ended = ended == 1;
        EXPECT_TRUE(had_ended || result != 5) << "the joined one has ended before the join gives its result";
        co_await cancelling;
        try {
          co_await target;
        } catch (const cancelled&) {
        }
        EXPECT_LE(ended, 1);
      },
      {.workers = 3}, 4'000);
}

// A worker that hands a cancellation on is delayed while the joined task ends and its joiner goes on to the next wait,
// which is not for that worker to decide.
task<> joins_and_sleeps(join_handle<int> which, int& thrown) {
  try {
    co_await which;
  } catch (const cancelled&) {
    ++thrown;
  }
  for (int i = 0; i != 2; ++i) {
    try {
      co_await actors::sleep(1ms);
    } catch (const cancelled&) {
      ++thrown;
    }
  }
}

TEST(task_interleaving, what_follows_a_cancelled_join_is_left_alone) {  // R1, T6
  holds_in_all(
      []() -> task<> {
        int thrown = 0;
        auto target = spawn(soon(5));
        auto joining = spawn(joins_and_sleeps(std::move(target), thrown));
        co_await actors::yield();
        joining.cancel();
        try {
          co_await joining;
        } catch (const cancelled&) {  // before it began
          ++thrown;
        }
        EXPECT_LE(thrown, 1);
      },
      {.workers = 3}, 20'000);
}

TEST(task_interleaving, a_thread_gets_the_result_of_a_task) {  // C24, T1
  holds_in_all(
      [] {
        actors::runtime here{{.workers = 2}};
        auto first = here.spawn(soon(1));
        auto second = here.spawn(soon(2));
        int sum = 0;
        actors::detail::joining_thread other{[&] { sum += second.get(); }};
        const int mine = first.get();
        other.join();
        EXPECT_EQ(sum + mine, 3);
      },
      {}, 1'000);
}

// ---- gather --------------------------------------------------------------------------------------------------------

struct living {
  explicit living(int& counted) : count{counted} { ++count; }
  ~living() { --count; }
  living(const living&) = delete;
  int& count;
};

task<> fails(int& alive, const char* what) {
  const living here{alive};
  co_await actors::yield();
  throw std::runtime_error{what};
}

task<> stays(int& alive) {
  const living here{alive};
  co_await actors::sleep(1h);
}

TEST(task_interleaving, gather_stops_all_at_the_first_error) {  // G2
  holds_in_all(
      []() -> task<> {
        int alive = 0;
        bool thrown = false;
        try {
          co_await actors::gather(stays(alive), fails(alive, "a"), fails(alive, "b"));
        } catch (const std::runtime_error&) {
          thrown = true;
        }
        EXPECT_TRUE(thrown);
        EXPECT_EQ(alive, 0) << "all have ended before the error is thrown";
      },
      {.workers = 3});
}

task<> gathers(int& alive, int& outcome) {
  try {
    co_await actors::gather(stays(alive), fails(alive, "a"));
  } catch (const std::runtime_error&) {
    outcome = 1;
  } catch (const cancelled&) {
    outcome = 2;
  }
  EXPECT_EQ(alive, 0);
}

TEST(task_interleaving, gather_failing_and_cancelled_at_once) {  // G2, T6
  holds_in_all(
      []() -> task<> {
        int alive = 0;
        int outcome = 0;
        auto gathering = spawn(gathers(alive, outcome));
        co_await actors::yield();
        gathering.cancel();
        try {
          co_await gathering;
        } catch (const cancelled&) {
          outcome = 3;
        }
        EXPECT_NE(outcome, 0);
        EXPECT_EQ(alive, 0);
      },
      {.workers = 3}, 4'000);
}

// ---- the end -------------------------------------------------------------------------------------------------------

using counter = actors::detail::atomic<int>;

struct counting_end {
  explicit counting_end(counter& counted) : count{counted} {}
  ~counting_end() { count.fetch_add(1); }
  counting_end(const counting_end&) = delete;
  counter& count;
};

task<> breeds(counter& started, counter& ended, int depth) {
  started.fetch_add(1);
  const counting_end note{ended};
  for (int i = 0; i != 2 && depth != 0; ++i) {
    spawn(breeds(started, ended, depth - 1));
    co_await actors::yield();
  }
  if (depth == 0) co_await actors::sleep(1h);
}

TEST(task_interleaving, a_runtime_ends_while_its_tasks_spawn) {  // T2, R3
  for (const unsigned workers : {1U, 3U}) {
    holds_in_all(
        [=] {
          counter started{0};
          counter ended{0};
          {
            actors::runtime here{{.workers = workers}};
            here.spawn(breeds(started, ended, 2));
          }
          EXPECT_EQ(started.load(), ended.load());
        },
        {}, 1'000);
  }
}

TEST(task_interleaving, a_runtime_runs_again_after_its_end) {  // R12, T2
  holds_in_all(
      [] {
        actors::runtime here{{.workers = 2}};
        const auto leaves_one = []() -> task<int> {
          spawn(soon(1));
          co_return 3;
        };
        EXPECT_EQ(here.run(leaves_one()), 3);
        EXPECT_EQ(here.run(soon(4)), 4);
      },
      {}, 1'000);
}

}  // namespace
