// as_completed: the order of the ends, limits, and leaving it half-way.
#include <actors/actors.hpp>
#include <actors/as_completed.hpp>

#include "endings.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::as_completed;
using actors::cancelled;
using actors::join_handle;
using actors::spawn;
using actors::task;
using test::ending;
using test::failing;
using test::how;
using test::list_of;
using test::number;
using test::wait_long;

constexpr std::uint64_t seeds = 200;

TEST(as_completed, gives_the_tasks_in_the_order_in_which_they_end) {  // G4
  test::for_seeds(seeds, []() -> task<> {
    auto ends = as_completed(list_of(spawn(number(3, 3s)), spawn(number(1, 1s)), spawn(number(2, 2s))));
    std::vector<int> order;
    EXPECT_EQ(ends.size(), 3U);
    while (auto next = co_await ends.next()) {
      EXPECT_TRUE(next->done());
      const int value = co_await *next;
      order.push_back(value);
      EXPECT_EQ(ends.size(), 3 - order.size());
    }
    EXPECT_EQ(order, (std::vector<int>{1, 2, 3}));
    auto none = co_await ends.next();
    EXPECT_FALSE(none.has_value());
  });
}

TEST(as_completed, gives_what_had_ended_before_at_once) {  // G4
  test::for_seeds(seeds, []() -> task<> {
    auto ended = spawn(number(1, 0s));
    co_await ended;
    auto ends = as_completed(list_of(spawn(number(2, 1s)), ended));
    const auto begin = test::simulation().now();
    auto first = co_await ends.next();
    EXPECT_TRUE(*first == ended);
    EXPECT_EQ(test::simulation().now(), begin);
    auto second = co_await ends.next();
    EXPECT_EQ(second->result(), 2);
  });
}

TEST(as_completed, errors_and_cancellations_are_in_the_handles) {  // G4
  test::for_seeds(seeds, []() -> task<> {
    auto stopped = spawn(number(1, 2s));
    auto ends = as_completed(list_of(stopped, spawn(failing("it", 1s))));
    auto first = co_await ends.next();
    EXPECT_NE(first->exception(), nullptr);
    stopped.cancel();
    auto second = co_await ends.next();
    EXPECT_TRUE(second->was_cancelled());
  });
}

TEST(as_completed, of_nothing_is_empty) {
  test::run_simulated(1, []() -> task<> {
    auto ends = as_completed(std::vector<join_handle<int>>{});
    auto none = co_await ends.next();
    EXPECT_FALSE(none.has_value());
    EXPECT_EQ(ends.size(), 0U);
  }());
}

TEST(as_completed, the_limit_counts_from_the_call_and_is_thrown_for_what_has_not_ended) {  // G4
  test::for_seeds(seeds, []() -> task<> {
    auto slow = spawn(number(3, 10s));
    auto ends = as_completed(list_of(spawn(number(1, 1s)), spawn(number(2, 4s)), slow), 5s);
    auto first = co_await ends.next();
    EXPECT_EQ(first->result(), 1);
    co_await actors::sleep(8s);
    auto second = co_await ends.next();  // ended in time
    EXPECT_EQ(second->result(), 2);
    std::string what;
    try {
      co_await ends.next();
    } catch (const actors::timed_out& e) {
      what = e.what();
    }
    EXPECT_NE(what.find("1 of 3 tasks"), std::string::npos) << what;
    EXPECT_EQ(ends.size(), 1U);
    EXPECT_EQ(slow.ref().cancel_requests(), 0U);
    // It is given all the same once it has ended.
    co_await actors::sleep(2s);
    auto third = co_await ends.next();
    EXPECT_EQ(third->result(), 3);
  });
}

TEST(as_completed, a_limit_that_was_not_reached_stops_nobody_later) {  // G4
  test::for_seeds(seeds, []() -> task<> {
    {
      auto ends = as_completed(list_of(spawn(number(1, 1s)), spawn(number(1, 2s))), 5s);
      while (auto next = co_await ends.next()) EXPECT_EQ(next->result(), 1);
    }
    co_await actors::sleep(1h);
  });
}

TEST(as_completed, left_half_way_it_leaves_the_tasks_alone) {  // G4, C26
  test::for_seeds(seeds, []() -> task<> {
    auto slow = spawn(number(2, 2s));
    {
      auto ends = as_completed(list_of(spawn(number(1, 1s)), slow), 1h);
      auto moved = std::move(ends);
      auto first = co_await moved.next();
      EXPECT_EQ(first->result(), 1);
    }
    test::expect_no_entries(slow);
    const int value = co_await slow;
    EXPECT_EQ(value, 2);
  });
}

TEST(as_completed, a_cancelled_next_took_nothing) {  // G4, C16
  test::for_seeds(seeds, []() -> task<> {
    auto taking = spawn([]() -> task<int> {
      auto ends = as_completed(list_of(spawn(number(1, 2s)), spawn(number(2, 3s))));
      bool asked = false;
      try {
        co_await ends.next();
      } catch (const cancelled&) {
        asked = true;
      }
      EXPECT_TRUE(asked);
      EXPECT_EQ(ends.size(), 2U);
      int sum = 0;
      while (auto next = co_await ends.next()) sum += next->result();
      co_return sum;
    }());
    co_await actors::sleep(1s);
    taking.cancel();
    const int sum = co_await taking;
    EXPECT_EQ(sum, 3);
  });
}

TEST(as_completed, an_empty_handle_and_oneself_are_refused) {  // T7
  test::run_simulated(1, []() -> task<> {
    auto other = spawn(number(1, 1s));
    EXPECT_THROW(as_completed(list_of(other, join_handle<int>{})), actors::usage_error);
    test::expect_no_entries(other);
    join_handle<int> self;
    self = spawn([](join_handle<int>& me) -> task<int> {
      EXPECT_THROW(as_completed(list_of(me)), actors::usage_error);
      co_return 1;
    }(self));
    co_await self;
    self = {};
  }());
}

TEST(as_completed, a_limit_outside_of_a_runtime_is_refused) {
  EXPECT_THROW(as_completed(std::vector<join_handle<int>>{}, 1s), actors::usage_error);
}

}  // namespace
