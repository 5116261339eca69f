// race: the first end wins, and the others are stopped and awaited.
#include <actors/actors.hpp>
#include <actors/race.hpp>

#include "endings.hpp"
#include "support/counted.hpp"
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
using actors::race;
using actors::spawn;
using actors::task;
using test::ending;
using test::failing;
using test::how;
using test::number;
using test::slow_to_stop;
using test::stubborn;
using test::wait_long;

constexpr std::uint64_t seeds = 200;

TEST(race, gives_the_value_of_the_first_after_the_others_have_ended) {  // G9
  test::for_seeds(seeds, []() -> task<> {
    bool stopped = false;
    const auto begin = test::simulation().now();
    const int winner = co_await race(slow_to_stop(stopped, 5s), number(2, 1s), number(3, 2s));
    EXPECT_EQ(winner, 2);
    EXPECT_TRUE(stopped);
    EXPECT_EQ(test::simulation().now() - begin, 6s) << "it waits for a loser that takes its time";
    co_await actors::sleep(1s);
  });
}

TEST(race, over_a_range) {  // G9
  test::for_seeds(seeds, []() -> task<> {
    std::vector<task<int>> tasks;
    for (int i = 0; i != 20; ++i) tasks.push_back(number(i, std::chrono::seconds{1 + (i + 13) % 20}));
    const int winner = co_await race(std::move(tasks));
    EXPECT_EQ(winner, 7);
    bool refused = false;
    try {
      co_await race(std::vector<task<int>>{});
    } catch (const actors::usage_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
  });
}

task<std::string> text(std::string what, std::chrono::seconds delay) {
  co_await actors::sleep(delay);
  co_return what;
}

TEST(race, of_different_types_tells_who_won) {  // G9
  test::for_seeds(seeds, []() -> task<> {
    for (int who = 0; who != 3; ++who) {
      auto quick = [who](int index) { return index == who ? 1s : 5s; };
      auto racing = race(number(1, quick(0)), text("two", quick(1)),
                         [](auto delay) -> task<> { co_await actors::sleep(delay); }(quick(2)));
      auto winner = co_await racing;
      static_assert(std::is_same_v<decltype(winner), std::variant<int, std::string, std::monostate>>);
      EXPECT_EQ(winner.index(), static_cast<std::size_t>(who));
      if (who == 1) {
        EXPECT_EQ(std::get<1>(winner), "two");
      }
    }
    // Two of one type among others.
    auto winner = co_await race(number(1, 5s), number(2, 1s), text("three", 5s));
    EXPECT_EQ(winner.index(), 1U);
  });
}

TEST(race, of_tasks_without_a_value_of_references_and_of_one) {  // G9
  test::for_seeds(20, []() -> task<> {
    const auto begin = test::simulation().now();
    co_await race(wait_long(), []() -> task<> { co_await actors::sleep(1s); }());
    EXPECT_EQ(test::simulation().now() - begin, 1s);
    int target = 0;
    int& same = co_await race([](int& n) -> task<int&> { co_return n; }(target));
    EXPECT_EQ(&same, &target);
    auto owner = co_await race([]() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); }());
    EXPECT_EQ(*owner, 3);
  });
}

TEST(race, the_first_error_wins_as_well) {  // G9
  test::for_seeds(seeds, []() -> task<> {
    bool stopped = false;
    std::string what;
    try {
      co_await race(failing("first", 1s), slow_to_stop(stopped, 1s), number(2, 2s));
    } catch (const std::runtime_error& e) {
      what = e.what();
    }
    EXPECT_EQ(what, "first");
    EXPECT_TRUE(stopped);
  });
}

TEST(race, an_error_of_a_loser_is_reported_once_and_a_cancellation_is_not) {  // G9, T9
  test::stderr_lines lines;
  test::run_simulated(1, []() -> task<> {
    const int winner = co_await race(
        number(1, 1s),
        []() -> task<int> {
          try {
            co_await actors::sleep(1h);
          } catch (const cancelled&) {
          }
          throw std::runtime_error{"while it was stopped"};
        }(),
        number(3, 1h));
    EXPECT_EQ(winner, 1);
  }());
  EXPECT_EQ(lines.count("nobody looked at"), 1);
}

TEST(race, values_of_losers_are_destroyed_once) {  // G9
  test::ledger books;
  test::run_simulated(1, [](test::ledger& all) -> task<> {
    const auto make = [](test::ledger& in, int n) -> task<test::counted> {
      try {
        co_await actors::sleep(std::chrono::seconds{n});
      } catch (const cancelled&) {
      }
      co_return test::counted{in, n};
    };
    auto winner = co_await race(make(all, 1), make(all, 2), make(all, 3));
    EXPECT_EQ(winner.number(), 1);
  }(books));
  books.expect_settled();
}

TEST(race, cancelled_it_stops_all_and_throws_when_they_have_ended) {  // G9, T6
  test::for_seeds(seeds, []() -> task<> {
    bool a = false;
    bool b = false;
    auto racing = spawn([](bool& one, bool& two) -> task<int> {
      co_return co_await race(slow_to_stop(one, 1s), slow_to_stop(two, 3s));
    }(a, b));
    co_await actors::sleep(1s);
    racing.cancel();
    const auto begin = test::simulation().now();
    const ending last = co_await how([](auto handle) -> task<> { co_await handle; }(racing));
    EXPECT_EQ(last, ending::stopped);
    EXPECT_TRUE(a && b);
    EXPECT_EQ(test::simulation().now() - begin, 3s);
  });
}

// The one that ignored the cancellation won; the cancellation is for the next wait then.
TEST(race, cancelled_it_may_still_be_won_and_the_cancellation_stays_pending) {  // G9, T5
  test::for_seeds(seeds, []() -> task<> {
    auto racing = spawn([]() -> task<bool> {
      bool stopped = false;
      const int winner = co_await race(stubborn(7), slow_to_stop(stopped, 1s));
      EXPECT_EQ(winner, 7);
      auto next = co_await how(wait_long());
      co_return next == ending::stopped;
    }());
    co_await actors::sleep(1s);
    racing.cancel();
    const bool pending = co_await racing;
    EXPECT_TRUE(pending);
  });
}

// The winner stopped itself. The race is asked to stop while the loser ends: `cancelled` is thrown once for both.
TEST(race, won_by_a_cancellation_while_it_is_cancelled_throws_it_once) {  // G9, T5
  test::for_seeds(seeds, []() -> task<> {
    bool stopped = false;
    auto racing = spawn([](bool& asked) -> task<ending> {
      auto first = co_await how(race(
          []() -> task<int> {
            co_await actors::sleep(1s);
            throw cancelled{};
          }(),
          slow_to_stop(asked, 10s)));
      co_await actors::sleep(1s);
      co_return first;
    }(stopped));
    co_await actors::sleep(5s);
    racing.cancel();
    const ending first = co_await racing;
    EXPECT_EQ(first, ending::stopped);
  });
}

TEST(race, an_empty_task_among_them_is_refused_and_nothing_starts) {  // T13
  test::run_simulated(1, []() -> task<> {
    bool ran = false;
    bool refused = false;
    try {
      co_await race(
          [](bool& flag) -> task<int> {
            flag = true;
            co_return 1;
          }(ran),
          task<int>{});
    } catch (const actors::usage_error&) {
      refused = true;
    }
    co_await actors::sleep(1s);
    EXPECT_TRUE(refused);
    EXPECT_FALSE(ran);
  }());
}

}  // namespace
