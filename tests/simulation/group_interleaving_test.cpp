// Groups of tasks under many schedules: children that start, fail and end while the group is cancelled or ends.
#include <actors/actors.hpp>
#include <actors/task_group.hpp>
#include <actors/timeout.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::join_handle;
using actors::spawn;
using actors::task;
using actors::task_group;
using actors::with_group;
using test::holds_in_all;

/// What became of the work, and how much of it is alive. Used by several tasks.
struct books {
  actors::detail::atomic<int> alive{0};
  actors::detail::atomic<int> ended{0};
};

struct living {
  explicit living(books& in) : all{in} { all.alive.fetch_add(1); }
  ~living() {
    all.alive.fetch_sub(1);
    all.ended.fetch_add(1);
  }
  living(const living&) = delete;
  books& all;
};

task<> ends_soon(books& in) {
  const living here{in};
  co_await actors::yield();
}
task<> ends_late(books& in) {
  const living here{in};
  co_await actors::sleep(1h);
}
task<> fails(books& in) {
  const living here{in};
  co_await actors::yield();
  throw std::runtime_error{"a child"};
}
task<> breeds(task_group& group, books& in, int depth) {
  const living here{in};
  if (depth != 0) {
    group.spawn(breeds(group, in, depth - 1));
    group.spawn(breeds(group, in, depth - 1));
  }
  co_await actors::yield();
}
task<> breeds_and_waits(task_group& group, books& in) {
  const living here{in};
  for (int i = 0; i != 3; ++i) {
    group.spawn(ends_late(in));
    co_await actors::yield();
  }
  co_await actors::sleep(1h);
}

enum class ending { value, error, over_time, stopped };

task<ending> how(task<> work) {
  try {
    co_await work;
  } catch (const cancelled&) {
    co_return ending::stopped;
  } catch (const actors::timed_out&) {
    co_return ending::over_time;
  } catch (const std::runtime_error&) {
    co_return ending::error;
  }
  co_return ending::value;
}

task<> cancels(join_handle<> which) {
  which.cancel();
  co_return;
}
task<> cancels_later(join_handle<> which) {
  co_await actors::sleep(1s);
  which.cancel();
}

task<> opens_breeding(books& in, int depth) {
  const auto body = [&in, depth](task_group& group) -> task<> {
    group.spawn(breeds(group, in, depth));
    co_return;
  };
  co_await with_group(body);
  EXPECT_EQ(in.alive.load(), 0) << "the group has ended";
}

TEST(group_interleaving, children_that_start_others_all_end_within_the_group) {  // G7
  holds_in_all(
      []() -> task<> {
        books in;
        co_await opens_breeding(in, 2);
        EXPECT_EQ(in.ended.load(), 7);
      },
      {.workers = 3});
}

// The group is cancelled while children start others in it: none is missed, and none is used after its end.
task<> opens_and_cancels(books& in) {
  const auto body = [&in](task_group& group) -> task<> {
    for (int i = 0; i != 2; ++i) group.spawn(breeds_and_waits(group, in));
    co_await actors::yield();
    group.cancel();
  };
  co_await with_group(body);
  EXPECT_EQ(in.alive.load(), 0);
}

TEST(group_interleaving, a_child_starts_another_while_the_group_is_cancelled) {  // G7
  holds_in_all(
      []() -> task<> {
        books in;
        co_await opens_and_cancels(in);
      },
      {.workers = 3}, 5'000);
}

task<> opens_with_failing_child(books& in) {
  const auto body = [&in](task_group& group) -> task<> {
    group.spawn(breeds_and_waits(group, in));
    group.spawn(fails(in));
    co_return;
  };
  co_await with_group(body);
}

TEST(group_interleaving, a_child_starts_another_while_one_fails) {  // G7
  holds_in_all(
      []() -> task<> {
        books in;
        const ending last = co_await how(opens_with_failing_child(in));
        EXPECT_EQ(last, ending::error);
        EXPECT_EQ(in.alive.load(), 0);
        co_await actors::sleep(1s);  // nothing is left pending
      },
      {.workers = 3}, 5'000);
}

// Somebody who is no child starts one while the last child ends: it is taken and waited for, or refused.
task<> intrudes(task_group& group, books& in, actors::detail::atomic<int>& taken) {
  try {
    group.spawn(ends_soon(in));
    taken.fetch_add(1);
  } catch (const actors::usage_error&) {
  }
  co_return;
}
task<> opens_for_others(task_group& group, books& in, int own) {
  const auto body = [&in, own](task_group& inside) -> task<> {
    for (int i = 0; i != own; ++i) inside.spawn(ends_soon(in));
    co_return;
  };
  co_await with_group(group, body);
}

TEST(group_interleaving, a_task_outside_starts_a_child_while_the_group_ends) {  // G7
  for (const int own : {0, 1}) {
    holds_in_all(
        [own]() -> task<> {
          books in;
          actors::detail::atomic<int> taken{0};
          task_group group;
          auto intruder = spawn(intrudes(group, in, taken));
          const ending last = co_await how(opens_for_others(group, in, own));
          EXPECT_EQ(last, ending::value) << "nobody cancelled anything";
          const int ended = in.ended.load();
          co_await intruder;
          EXPECT_EQ(ended, own + taken.load()) << "what was taken has ended within the group";
        },
        {.workers = 3}, 3'000);
  }
}

// ---- a child fails, and at the same time the body ends, or the group is cancelled from outside
// ------------------------

task<> body_ends_beside_failure(books& in) {
  const auto body = [&in](task_group& group) -> task<> {
    group.spawn(fails(in));
    co_await actors::yield();
  };
  co_await with_group(body);
}

TEST(group_interleaving, a_child_fails_while_the_body_ends) {  // G7, T5
  holds_in_all(
      []() -> task<> {
        books in;
        auto working = spawn(body_ends_beside_failure(in));
        bool failed = false;
        try {
          co_await working;
        } catch (const std::runtime_error&) {
          failed = true;
        }
        EXPECT_TRUE(failed);
        EXPECT_EQ(working.ref().cancel_requests(), 0U) << "what the group asked of its party was taken back";
      },
      {.workers = 3}, 5'000);
}

// The outer cancellation is seen: as `cancelled`, or, after the error, by the next wait. One is thrown once.
task<ending> fails_and_goes_on(books& in, bool& went_on) {
  const ending first = co_await how(opens_with_failing_child(in));
  EXPECT_EQ(in.alive.load(), 0);
  ending next = ending::value;
  try {
    co_await actors::sleep(2s);
  } catch (const cancelled&) {
    next = ending::stopped;
  }
  EXPECT_NE(first == ending::stopped, next == ending::stopped) << "the cancellation is thrown exactly once";
  co_await actors::sleep(1s);
  went_on = true;
  co_return first;
}

TEST(group_interleaving, an_outer_cancellation_is_not_swallowed_by_the_error_of_a_child) {  // G7, T5
  holds_in_all(
      []() -> task<> {
        books in;
        bool went_on = false;
        auto working = spawn(fails_and_goes_on(in, went_on));
        co_await actors::yield();
        working.cancel();
        bool began = true;
        try {
          co_await working;
        } catch (const cancelled&) {
          began = false;
        }
        EXPECT_EQ(began, went_on);
        EXPECT_EQ(in.alive.load(), 0);
      },
      {.workers = 3}, 5'000);
}

task<> opens_waiting(books& in) {
  const auto body = [&in](task_group& group) -> task<> {
    group.spawn(ends_late(in));
    group.spawn(ends_soon(in));
    co_await actors::yield();
  };
  co_await with_group(body);
}

TEST(group_interleaving, cancelling_the_parent_at_any_moment_ends_all_children) {  // G7, T6
  holds_in_all(
      []() -> task<> {
        books in;
        auto working = spawn(opens_waiting(in));
        auto cancelling = spawn(cancels(working));
        bool stopped = false;
        try {
          co_await working;
        } catch (const cancelled&) {
          stopped = true;
        }
        EXPECT_TRUE(stopped);
        EXPECT_EQ(in.alive.load(), 0);
        co_await cancelling;
      },
      {.workers = 3});
}

// ---- nested groups, and limits of time around and inside of them
// -------------------------------------------------------

task<> nests(books& in, bool fail) {
  const auto outer = [&in, fail](task_group& group) -> task<> {
    group.spawn(opens_waiting(in));
    if (fail) group.spawn(fails(in));
    co_await opens_waiting(in);
  };
  co_await with_group(outer);
}

TEST(group_interleaving, an_error_in_the_outer_group_ends_the_inner_ones) {  // G7
  holds_in_all(
      []() -> task<> {
        books in;
        const ending last = co_await how(nests(in, true));
        EXPECT_EQ(last, ending::error);
        EXPECT_EQ(in.alive.load(), 0);
        co_await actors::sleep(1s);
      },
      {.workers = 2}, 1'000);
}

TEST(group_interleaving, wait_for_around_groups_ends_all_of_them) {  // G5, G7
  holds_in_all(
      []() -> task<> {
        books in;
        const ending last = co_await how(actors::wait_for(nests(in, false), 1s));
        EXPECT_EQ(last, ending::over_time);
        EXPECT_EQ(in.alive.load(), 0);
        co_await actors::sleep(1h);
      },
      {.workers = 2}, 1'000);
}

// The limit, the failure of a child and an outer cancellation at the same moment.
task<> fails_in_a_second(books& in) {
  const living here{in};
  co_await actors::sleep(1s);
  throw std::runtime_error{"a child"};
}
task<> opens_failing_later(books& in) {
  const auto body = [&in](task_group& group) -> task<> {
    group.spawn(fails_in_a_second(in));
    co_await ends_late(in);
  };
  co_await with_group(body);
}
task<> limited_and_failing(books& in, ending& first, ending& next) {
  first = co_await how(actors::wait_for(opens_failing_later(in), 1s));
  EXPECT_EQ(in.alive.load(), 0);
  next = co_await how(ends_late(in));
}

TEST(group_interleaving, limit_failure_and_cancellation_at_one_moment) {  // G5, G7, T5
  holds_in_all(
      []() -> task<> {
        books in;
        ending first = ending::value;
        ending next = ending::value;
        auto working = spawn(limited_and_failing(in, first, next));
        auto cancelling = spawn(cancels_later(working));
        co_await working;
        EXPECT_NE(first, ending::value);
        EXPECT_EQ(next, first == ending::stopped ? ending::value : ending::stopped) << "thrown once";
        EXPECT_EQ(working.ref().cancel_requests(), 1U) << "that of the limit and of the group were taken back";
        co_await cancelling;
      },
      {.workers = 2}, 4'000);
}

}  // namespace
