// gather over spawned tasks, and gather that collects errors.
#include <actors/actors.hpp>

#include "endings.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::collect_errors;
using actors::gather;
using actors::join_handle;
using actors::result;
using actors::spawn;
using actors::task;
using test::ending;
using test::failing;
using test::how;
using test::list_of;
using test::number;
using test::slow_to_stop;
using test::stubborn;
using test::wait_long;

constexpr std::uint64_t seeds = 200;

std::chrono::steady_clock::time_point now() { return test::simulation().now(); }

TEST(gather_handles, gives_results_in_the_order_of_the_arguments_and_leaves_them_to_others) {  // G1, G2
  test::for_seeds(seeds, []() -> task<> {
    auto text = spawn([]() -> task<std::string> { co_return "a text that is not kept in place"; }());
    auto [a, b, c, d] =
        co_await gather(spawn(number(1, 2s)), text, spawn([]() -> task<> { co_return; }()),
                        spawn([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(4); }()));
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, "a text that is not kept in place");
    EXPECT_EQ(text.result(), b) << "copied, as others may look at it";
    static_assert(std::is_same_v<decltype(c), std::monostate>);
    EXPECT_EQ(*d, 4) << "moved, as it cannot be copied";
    auto values = co_await gather(list_of(spawn(number(1, 3s)), spawn(number(2, 1s)), spawn(number(3, 2s))));
    EXPECT_EQ(values, (std::vector<int>{1, 2, 3}));
    co_await gather(list_of(spawn([]() -> task<> { co_return; }())));
    auto none = co_await gather(std::vector<join_handle<int>>{});
    EXPECT_TRUE(none.empty());
  });
}

TEST(gather_handles, the_first_error_is_thrown_at_once_and_the_others_run_on) {  // G2
  test::for_seeds(seeds, []() -> task<> {
    auto other = spawn(number(3, 10s));
    const auto begin = now();
    auto last = co_await how(gather(list_of(spawn(number(1, 1s)), spawn(failing("second", 2s)), other)));
    EXPECT_EQ(last, ending::error);
    EXPECT_EQ(now() - begin, 2s);
    EXPECT_EQ(other.ref().cancel_requests(), 0U);
    test::expect_no_entries(other);
    const int value = co_await other;
    EXPECT_EQ(value, 3);
  });
}

// The frame of the gather is gone when the other one fails: nobody is told, and nothing is touched.
TEST(gather_handles, an_error_after_gather_has_thrown_is_that_of_its_handle) {  // G2, T9
  test::stderr_lines lines;
  test::run_simulated(1, []() -> task<> {
    auto seen = spawn(failing("seen", 5s));
    auto last = co_await how(gather(list_of(spawn(failing("first", 1s)), seen, spawn(failing("left alone", 5s)))));
    EXPECT_EQ(last, ending::error);
    last = co_await how([](auto handle) -> task<> { co_await handle; }(seen));
    EXPECT_EQ(last, ending::error);
    co_await actors::sleep(1s);
  }());
  EXPECT_EQ(lines.count("left alone"), 1);
}

TEST(gather_handles, cancelling_it_stops_them_all_and_ends_when_they_have) {  // G2, T6
  test::for_seeds(seeds, []() -> task<> {
    bool slow = false;
    auto one = spawn(slow_to_stop(slow, 5s));
    auto two = spawn(wait_long());
    auto gathering = spawn([](auto a, auto b) -> task<> { co_await gather(a, b); }(one, two));
    co_await actors::sleep(1s);
    const auto begin = now();
    gathering.cancel();
    const ending last = co_await how([](auto handle) -> task<> { co_await handle; }(gathering));
    EXPECT_EQ(last, ending::stopped);
    EXPECT_TRUE(slow && one.was_cancelled() && two.was_cancelled());
    EXPECT_EQ(now() - begin, 5s);
  });
}

TEST(gather_handles, a_cancelled_child_is_a_failure) {  // G2
  test::for_seeds(seeds, []() -> task<> {
    auto stopped = spawn(wait_long());
    auto gathering = spawn([](auto a) -> task<> { co_await gather(a, spawn(number(1, 10s))); }(stopped));
    co_await actors::sleep(1s);
    stopped.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(gathering.was_cancelled());
  });
}

TEST(gather_handles, an_empty_handle_and_oneself_are_refused) {  // T7
  test::run_simulated(1, []() -> task<> {
    join_handle<int> self;
    self = spawn([](join_handle<int>& me) -> task<int> {
      int refused = 0;
      try {
        co_await gather(list_of(join_handle<int>{}));
      } catch (const actors::usage_error&) {
        ++refused;
      }
      try {
        co_await gather(me, spawn(number(1, 1s)));
      } catch (const actors::usage_error&) {
        ++refused;
      }
      co_return refused;
    }(self));
    const int refused = co_await self;
    EXPECT_EQ(refused, 2);
    self = {};
  }());
}

TEST(gather_collecting, gives_values_and_errors_at_their_places) {  // G2
  test::for_seeds(seeds, []() -> task<> {
    auto stopped = spawn(wait_long());
    stopped.cancel();
    auto [a, b, c] = co_await gather(collect_errors, spawn(number(1, 3s)), spawn(failing("second", 1s)), stopped);
    EXPECT_TRUE(a.has_value() && *a == 1 && a.error() == nullptr);
    EXPECT_FALSE(b);
    EXPECT_THROW(b.value(), std::runtime_error);
    EXPECT_FALSE(b.was_cancelled());
    EXPECT_TRUE(c.was_cancelled());
    EXPECT_THROW(c.value(), cancelled);
    std::vector<task<int>> tasks;
    tasks.push_back(number(1, 2s));
    tasks.push_back(failing("it", 1s));
    auto results = co_await gather(collect_errors, std::move(tasks));
    EXPECT_TRUE(results[0].has_value() && !results[1].has_value());
    auto [d, e] = co_await gather(collect_errors, number(4, 1s), failing("at its place", 0s));
    EXPECT_EQ(d.value(), 4);
    EXPECT_NE(e.error(), nullptr);
    auto handles = co_await gather(collect_errors, list_of(spawn(number(5, 1s))));
    EXPECT_EQ(handles[0].value(), 5);
    co_await gather(collect_errors);
  });
}

TEST(gather_collecting, errors_that_were_given_are_not_reported) {  // G2, T9
  test::stderr_lines lines;
  test::run_simulated(1, []() -> task<> {
    auto [a, b] = co_await gather(collect_errors, failing("one", 1s), failing("two", 2s));
    EXPECT_FALSE(a || b);
  }());
  EXPECT_EQ(lines.count("nobody looked at"), 0);
}

// They were collected for nobody: the answer is the cancellation.
TEST(gather_collecting, errors_of_one_that_is_cancelled_are_reported) {  // G2, T9
  test::stderr_lines lines;
  test::run_simulated(1, []() -> task<> {
    auto gathering = spawn([]() -> task<> { co_await gather(collect_errors, failing("lost", 1s), wait_long()); }());
    co_await actors::sleep(2s);
    gathering.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(gathering.was_cancelled());
  }());
  EXPECT_EQ(lines.count("lost"), 1);
}

TEST(gather_collecting, cancelling_it_stops_all_and_throws_or_stays_pending) {  // G2, T5
  test::for_seeds(seeds, []() -> task<> {
    for (const bool all_survive : {false, true}) {
      bool slow = false;
      auto gathering = spawn([](bool& asked, bool survive) -> task<ending> {
        const auto work = [](bool& flag, bool value) { return value ? stubborn(2) : slow_to_stop(flag, 3s); };
        auto both = gather(collect_errors, stubborn(1), work(asked, survive));
        auto first = co_await how(std::move(both));
        EXPECT_EQ(first, survive ? ending::value : ending::stopped);
        auto next = co_await how(number(1, 1s));
        EXPECT_EQ(next, survive ? ending::stopped : ending::value);
        co_return first;
      }(slow, all_survive));
      co_await actors::sleep(1s);
      gathering.cancel();
      co_await gathering;
    }
  });
}

TEST(gather, own_tasks_under_a_limit_leave_nothing_pending) {  // G2, G5
  test::for_seeds(seeds, []() -> task<> {
    auto last = co_await how(actors::wait_for(gather(stubborn(1), stubborn(2)), 1s));
    EXPECT_EQ(last, ending::value);
    co_await actors::sleep(1s);
    bool slow = false;
    last = co_await how(actors::wait_for(gather(stubborn(1), slow_to_stop(slow, 1s)), 1s));
    EXPECT_EQ(last, ending::over_time);
    co_await actors::sleep(1s);
  });
}

}  // namespace
