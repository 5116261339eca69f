// Limits of time under many schedules: they come at the moment of a delivery, of the end of the work, of a
// cancellation.
#include <actors/actors.hpp>
#include <actors/shield.hpp>
#include <actors/timeout.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::join_handle;
using actors::spawn;
using actors::task;
using test::holds_in_all;

task<int> later(int value, std::chrono::seconds delay) {
  co_await actors::sleep(delay);
  co_return value;
}

enum class ending { value, over_time, stopped };

// bpo-37658: a value that was delivered is not lost between the delivery and the end of the time.
task<std::optional<int>> receive_one(actors::receiver<int>& from) { co_return co_await from.receive(); }
task<int> receives(actors::receiver<int> from, std::chrono::seconds limit) {
  int got = 0;
  for (bool open = true; open;) {
    try {
      auto next = co_await actors::wait_for(receive_one(from), limit);
      open = next.has_value();
      if (open) got += *next;
    } catch (const actors::timed_out&) {
    }
  }
  co_return got;
}
task<> sends(actors::sender<int> to) {
  for (int i = 0; i != 3; ++i) {
    co_await actors::sleep(1s);
    co_await to.send(1 << i);
  }
}

TEST(limit_interleaving, no_value_is_lost_between_delivery_and_limit) {  // G5, C16
  for (const std::size_t capacity : {0U, 1U}) {
    holds_in_all(
        [capacity]() -> task<> {
          auto [tx, rx] = actors::channel<int>(capacity);
          auto receiving = spawn(receives(std::move(rx), 1s));
          co_await sends(std::move(tx));
          const int got = co_await receiving;
          EXPECT_EQ(got, 7);
        },
        {.workers = 2}, 2'000);
  }
}

// The limit of a plain thread is one of virtual time, as those of tasks are; zero and less are over at once.
TEST(limit_interleaving, a_thread_waits_for_tasks_exactly_as_long_as_it_may) {  // G3, R6
  holds_in_all(
      [] {
        actors::runtime here{{.workers = 2}};
        const std::vector<join_handle<int>> handles{here.spawn(later(1, 2s)), here.spawn(later(2, 9s))};
        const auto begin = actors::simulated_time();
        EXPECT_TRUE(actors::blocking_wait(handles, -1s).done.empty());
        EXPECT_EQ(actors::simulated_time() - begin, 0s);
        EXPECT_EQ(actors::blocking_wait(handles, 5s).done.size(), 1U);
        EXPECT_EQ(actors::simulated_time() - begin, 5s);
        EXPECT_EQ(actors::blocking_wait(handles, 1h).done.size(), 2U);
        EXPECT_EQ(actors::simulated_time() - begin, 9s);
      },
      {}, 200);
}

// bpo-42130: a cancellation that comes with the end of the work is not swallowed.
task<> limited(join_handle<int> inner, bool& asked_later) {
  ending first = ending::value;
  try {
    co_await actors::wait_for(actors::shield(std::move(inner)), 1s);
  } catch (const cancelled&) {
    first = ending::stopped;
  } catch (const actors::timed_out&) {
    first = ending::over_time;
  }
  try {
    co_await actors::sleep(1h);
  } catch (const cancelled&) {
    asked_later = true;
  }
  EXPECT_NE(first == ending::stopped, asked_later);
}

TEST(limit_interleaving, a_cancellation_with_the_end_of_the_work_and_of_the_time_is_thrown_once) {  // G5, T5
  holds_in_all(
      []() -> task<> {
        bool asked_later = false;
        auto inner = spawn(later(1, 1s));
        auto working = spawn(limited(inner, asked_later));
        co_await actors::sleep(1s);
        working.cancel();
        co_await working;
        EXPECT_EQ(working.ref().cancel_requests(), 1U);
        const int value = co_await inner;
        EXPECT_EQ(value, 1);
      },
      {.workers = 3}, 4'000);
}

// A limit that is moved while it fires: it is moved, or the move says that it is over; never both.
task<> moves_its_limit(int& moved) {
  const auto body = [&moved](actors::timeout_scope& limit) -> task<> {
    co_await actors::sleep(1s);
    try {
      limit.reschedule(1s);
      ++moved;
    } catch (const actors::usage_error&) {
      EXPECT_TRUE(limit.expired());
    }
    co_await actors::sleep(500ms);
    ++moved;
  };
  bool over = false;
  try {
    co_await actors::with_timeout(1s, body);
  } catch (const actors::timed_out&) {
    over = true;
  }
  EXPECT_EQ(moved, over ? 0 : 2);
  co_await actors::sleep(1h);
}

TEST(limit_interleaving, a_limit_is_moved_while_it_fires) {  // G8
  holds_in_all(
      []() -> task<> {
        int moved = 0;
        co_await moves_its_limit(moved);
      },
      {.workers = 3}, 4'000);
}

}  // namespace
