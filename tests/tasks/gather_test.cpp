// gather: results in order, the first error, cancellation.
#include <actors/actors.hpp>

#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::gather;
using actors::spawn;
using actors::task;

task<int> number(int n, std::chrono::seconds delay = 0s) {
  co_await actors::sleep(delay);
  co_return n;
}
task<int> failing(std::string why, std::chrono::seconds delay = 0s) {
  co_await actors::sleep(delay);
  throw std::runtime_error{why};
}
// Ends by a cancellation only, and takes its time for that.
task<int> slow_to_stop(bool& stopped) {
  bool asked = false;
  try {
    co_await actors::sleep(1h);
  } catch (const cancelled&) {
    asked = true;
  }
  co_await actors::sleep(10s);
  stopped = asked;
  throw cancelled{};
}

TEST(gather, keeps_the_order_of_the_arguments) {  // G1
  test::for_seeds(200, []() -> task<> {
    auto [a, b, c] = co_await gather(number(1, 3s), number(2, 1s), number(3, 2s));
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, 2);
    EXPECT_EQ(c, 3);
    std::vector<task<int>> tasks;
    for (int i = 0; i != 20; ++i) tasks.push_back(number(i, std::chrono::seconds{i * 7 % 5}));
    const auto results = co_await gather(std::move(tasks));
    for (int i = 0; i != 20; ++i) EXPECT_EQ(results[static_cast<std::size_t>(i)], i);
  });
}

TEST(gather, of_nothing_gives_nothing) {  // G1
  test::run_simulated(1, []() -> task<> {
    const auto none = co_await gather(std::vector<task<int>>{});
    EXPECT_TRUE(none.empty());
    co_await gather(std::vector<task<>>{});
    co_await gather();
  }());
}

TEST(gather, takes_results_of_any_kind) {  // G1
  test::for_seeds(50, []() -> task<> {
    int target = 0;
    auto [nothing, owner, pointer] = co_await gather(
        []() -> task<> { co_return; }(), []() -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); }(),
        [](int& n) -> task<int&> { co_return n; }(target));
    static_assert(std::is_same_v<decltype(nothing), std::monostate>);
    EXPECT_EQ(*owner, 3);
    EXPECT_EQ(pointer, &target);
  });
}

TEST(gather, the_tasks_run_side_by_side) {  // G1
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    auto [sent, received] = co_await gather(
        [](auto out) -> task<int> {
          for (int i = 0; i != 10; ++i) co_await out.send(i);
          co_return 10;
        }(std::move(tx)),
        [](auto in) -> task<int> {
          int count = 0;
          while (co_await in.receive()) ++count;
          co_return count;
        }(std::move(rx)));
    EXPECT_EQ(sent, received);
  });
}

TEST(gather, the_first_error_cancels_the_rest_and_comes_after_they_have_ended) {  // G2
  test::for_seeds(200, []() -> task<> {
    bool stopped = false;
    std::string what;
    try {
      co_await gather(slow_to_stop(stopped), failing("first", 1s), failing("second", 1h));
    } catch (const std::runtime_error& e) {
      what = e.what();
      EXPECT_TRUE(stopped);
    }
    EXPECT_EQ(what, "first");
    co_await actors::sleep(1s);  // nothing of it is left pending in this task
  });
}

TEST(gather, an_error_before_the_others_even_started_stops_them_too) {  // G2
  test::for_seeds(500, []() -> task<> {
    std::vector<task<int>> tasks;
    tasks.push_back([]() -> task<int> {
      throw std::runtime_error{"at once"};
      co_return 0;
    }());
    for (int i = 0; i != 5; ++i) tasks.push_back(number(i, 3600s));
    bool thrown = false;
    try {
      co_await gather(std::move(tasks));
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  });
}

TEST(gather, cancelling_it_cancels_its_children) {  // G2
  test::for_seeds(300, []() -> task<> {
    bool first = false;
    bool second = false;
    auto gathering =
        spawn([](bool& a, bool& b) -> task<> { co_await gather(slow_to_stop(a), slow_to_stop(b)); }(first, second));
    co_await actors::sleep(1s);
    gathering.cancel();
    bool thrown = false;
    try {
      co_await gathering;
    } catch (const cancelled&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown && first && second);
    EXPECT_TRUE(gathering.was_cancelled());
  });
}

TEST(gather, a_cancellation_that_all_children_survived_stays_pending) {  // T4, G2
  test::for_seeds(300, []() -> task<> {
    auto gathering = spawn([]() -> task<bool> {
      const auto stubborn = []() -> task<int> {
        try {
          co_await actors::sleep(1h);
        } catch (const cancelled&) {
        }
        co_return 1;
      };
      auto [a, b] = co_await gather(stubborn(), stubborn());
      EXPECT_EQ(a + b, 2);
      try {
        co_await actors::sleep(1s);
      } catch (const cancelled&) {
        co_return true;
      }
      co_return false;
    }());
    co_await actors::sleep(1s);
    gathering.cancel();
    const bool pending = co_await gathering;
    EXPECT_TRUE(pending);
  });
}

TEST(gather, a_cancellation_before_it_begins_stops_the_children) {  // G2
  test::for_seeds(300, []() -> task<> {
    auto [go, gone] = actors::channel<int>(0);
    auto gathering = spawn([](auto start) -> task<> {
      co_await start.receive();
      co_await gather(number(1, 3600s), number(2, 3600s));
    }(std::move(gone)));
    co_await actors::sleep(1s);
    go.try_send(1);
    gathering.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(gathering.done());
    EXPECT_TRUE(gathering.was_cancelled());
  });
}

TEST(gather, an_empty_task_among_them_is_refused_and_nothing_starts) {  // T13
  test::ledger books;
  test::run_simulated(1, [](test::ledger& ledger) -> task<> {
    bool refused = false;
    try {
      co_await gather([](test::counted) -> task<int> { co_return 1; }(test::counted{ledger, 1}), task<int>{});
    } catch (const actors::usage_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
    EXPECT_EQ(ledger.alive(), 0);
  }(books));
  books.expect_settled();
}

TEST(gather, children_may_use_the_frame_of_the_caller) {  // G2
  for (const unsigned workers : {1U, 2U, 4U}) {
    std::atomic<int> failures = 0;
    actors::run(
        [](std::atomic<int>& failed) -> task<> {
          for (int round = 0; round != 300; ++round) {
            try {
              std::vector<int> shared(1000, 1);
              std::vector<task<int>> parts;
              for (int i = 0; i != 8; ++i) {
                parts.push_back([](const std::vector<int>& all, int n) -> task<int> {
                  int sum = 0;
                  for (const int each : all) sum += each;
                  for (int k = 0; k != n; ++k) co_await actors::yield();
                  if (n == 5) throw std::runtime_error{"five"};
                  for (const int each : all) sum += each;
                  co_return sum;
                }(shared, i));
              }
              co_await gather(std::move(parts));
            } catch (const std::runtime_error&) {
              ++failed;
            }
          }
        }(failures),
        {.workers = workers});
    EXPECT_EQ(failures, 300);
  }
}

TEST(gather, the_ends_of_its_children_race_with_its_own) {  // G2, R1
  for (const unsigned workers : {2U, 4U}) {
    const int rounds = 20'000 / test::slowness;
    const int failed = actors::run(
        [](int count) -> task<int> {
          int errors = 0;
          for (int i = 0; i != count; ++i) {
            try {
              co_await gather(number(i), failing("each time"), number(i));
            } catch (const std::runtime_error&) {
              ++errors;
            }
          }
          co_return errors;
        }(rounds),
        {.workers = workers});
    EXPECT_EQ(failed, rounds);
  }
}

TEST(gather, nests) {
  struct tree {
    static task<int> leaves(int depth) {
      if (depth == 0) co_return 1;
      auto [left, right] = co_await gather(leaves(depth - 1), leaves(depth - 1));
      co_return left + right;
    }
  };
  for (const unsigned workers : {1U, 4U}) EXPECT_EQ(actors::run(tree::leaves(10), {.workers = workers}), 1024);
}

}  // namespace
