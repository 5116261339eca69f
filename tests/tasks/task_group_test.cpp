// task_group: children that end within it, errors, cancellations, and when it can be used.
#include <actors/actors.hpp>
#include <actors/task_group.hpp>
#include <actors/timeout.hpp>

#include "endings.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::join_handle;
using actors::spawn;
using actors::task;
using actors::task_group;
using actors::with_group;
using test::ending;
using test::failing;
using test::how;
using test::number;
using test::slow_to_stop;
using test::stubborn;
using test::wait_long;

constexpr std::uint64_t seeds = 300;

std::chrono::steady_clock::time_point now() { return test::simulation().now(); }
std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    return e.what();
  }
}

TEST(task_group, waits_for_all_children_and_gives_the_value_of_the_body) {  // G7
  test::for_seeds(seeds, []() -> task<> {
    const auto begin = now();
    std::vector<join_handle<int>> children;
    const auto body = [&children](task_group& group) -> task<int> {
      for (int i = 0; i != 5; ++i) children.push_back(group.spawn(number(i, std::chrono::seconds{i})));
      EXPECT_EQ(group.size(), 5U);
      co_return 7;
    };
    const int value = co_await with_group(body);
    EXPECT_EQ(value, 7);
    EXPECT_EQ(now() - begin, 4s);
    for (int i = 0; i != 5; ++i) EXPECT_EQ(children[static_cast<std::size_t>(i)].result(), i);
  });
}

TEST(task_group, bodies_give_values_of_any_kind) {  // G7
  test::run_simulated(1, []() -> task<> {
    const auto nothing = [](task_group&) -> task<> { co_return; };
    co_await with_group(nothing);
    const auto owner = [](task_group&) -> task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
    auto owned = co_await with_group(owner);
    EXPECT_EQ(*owned, 3);
    int target = 0;
    const auto reference = [&target](task_group&) -> task<int&> { co_return target; };
    int& same = co_await with_group(reference);
    EXPECT_EQ(&same, &target);
  }());
}

TEST(task_group, a_child_starts_others_also_after_the_body_has_ended) {  // G7
  struct tree {
    static task<> grow(task_group& group, int& leaves, int depth) {
      co_await actors::sleep(1s);
      if (depth == 0)
        ++leaves;
      else
        for (int i = 0; i != 2; ++i) group.spawn(grow(group, leaves, depth - 1));
    }
  };
  test::for_seeds(50, []() -> task<> {
    int leaves = 0;
    const auto body = [&leaves](task_group& group) -> task<> {
      group.spawn(tree::grow(group, leaves, 4));
      co_return;
    };
    co_await with_group(body);
    EXPECT_EQ(leaves, 16);
  });
}

TEST(task_group, the_first_error_of_a_child_stops_the_body_and_the_others) {  // G7
  test::for_seeds(seeds, []() -> task<> {
    bool child = false;
    bool inside = false;
    const auto begin = now();
    const auto body = [&child, &inside](task_group& group) -> task<int> {
      group.spawn(slow_to_stop(child, 5s));
      group.spawn(failing("first", 1s));
      co_return co_await slow_to_stop(inside, 3s);
    };
    std::string what;
    try {
      co_await with_group(body);
    } catch (const std::runtime_error& e) {
      what = e.what();
    }
    EXPECT_EQ(what, "first");
    EXPECT_TRUE(child && inside);
    EXPECT_EQ(now() - begin, 6s) << "it is thrown when all have ended";
    co_await actors::sleep(1h);  // nothing is left pending
  });
}

TEST(task_group, an_error_after_the_body_has_ended_leaves_nothing_pending) {  // G7
  test::for_seeds(seeds, []() -> task<> {
    const auto body = [](task_group& group) -> task<> {
      group.spawn(failing("late", 1s));
      co_return;
    };
    auto last = co_await how(with_group(body));
    EXPECT_EQ(last, ending::error);
    co_await actors::sleep(1s);
  });
}

TEST(task_group, the_body_may_answer_the_cancellation_by_a_value_and_the_error_is_thrown_all_the_same) {  // G7, T5
  test::for_seeds(seeds, []() -> task<> {
    const auto body = [](task_group& group) -> task<int> {
      group.spawn(failing("it", 1s));
      co_return co_await stubborn(3);
    };
    auto last = co_await how(with_group(body));
    EXPECT_EQ(last, ending::error);
    co_await actors::sleep(1s);
  });
}

TEST(task_group, an_error_of_the_body_stops_the_children) {  // G7
  test::for_seeds(seeds, []() -> task<> {
    bool child = false;
    const auto body = [&child](task_group& group) -> task<> {
      group.spawn(slow_to_stop(child, 1s));
      co_await actors::sleep(1s);
      throw std::runtime_error{"body"};
    };
    auto last = co_await how(with_group(body));
    EXPECT_EQ(last, ending::error);
    EXPECT_TRUE(child);
    // A callable that throws itself, before there is a task.
    const auto throws = [](task_group&) -> task<> { throw std::runtime_error{"no task"}; };
    last = co_await how(with_group(throws));
    EXPECT_EQ(last, ending::error);
  });
}

task<int> fails_when_stopped(const char* why) {
  try {
    co_await actors::sleep(1h);
  } catch (const cancelled&) {
  }
  throw std::runtime_error{why};
}

TEST(task_group, every_error_is_kept_in_the_order_of_time) {  // G7
  test::stderr_lines lines;
  test::for_seeds(20, []() -> task<> {
    task_group group;
    const auto body = [](task_group& all) -> task<int> {
      all.spawn(failing("one", 1s));
      all.spawn([]() -> task<int> {
        co_await stubborn(1);
        co_await actors::sleep(1s);
        throw std::runtime_error{"three"};
      }());
      co_return co_await fails_when_stopped("two");
    };
    std::string thrown;
    try {
      co_await with_group(group, body);
    } catch (const std::runtime_error& e) {
      thrown = e.what();
    }
    EXPECT_EQ(thrown, "one");
    const auto& errors = group.errors();
    EXPECT_EQ(errors.size(), 3U);
    if (errors.size() == 3) {
      EXPECT_EQ(text_of(errors[0]) + text_of(errors[1]) + text_of(errors[2]), "onetwothree");
    }
  });
  EXPECT_EQ(lines.count("nobody looked at"), 0);
}

TEST(task_group, errors_beside_the_first_that_nobody_looks_at_are_reported_once) {  // G7, T9
  test::stderr_lines lines;
  test::run_simulated(1, []() -> task<> {
    const auto body = [](task_group& group) -> task<> {
      group.spawn(failing("the first", 1s));
      group.spawn(fails_when_stopped("the second"));
      co_return;
    };
    auto last = co_await how(with_group(body));
    EXPECT_EQ(last, ending::error);
  }());
  EXPECT_EQ(lines.count("the second"), 1);
}

TEST(task_group, closed_channels_and_cancellations_are_normal_ends_of_children) {  // G7, C9
  test::for_seeds(seeds, []() -> task<> {
    const auto body = [](task_group& group) -> task<> {
      auto [tx, rx] = actors::channel<int>(0);
      auto sending = group.spawn([](auto out) -> task<> {
        for (;;) co_await out.send(1);
      }(std::move(tx)));
      co_await rx.receive();
      rx = {};
      auto stopped = group.spawn(wait_long());
      auto quits = group.spawn([]() -> task<> {
        throw cancelled{};
        co_return;
      }());
      co_await actors::sleep(1s);
      stopped.cancel();
      co_await actors::sleep(1s);
      EXPECT_TRUE(sending.done() && stopped.was_cancelled() && quits.was_cancelled());
      EXPECT_FALSE(group.cancelling());
    };
    auto last = co_await how(with_group(body));
    EXPECT_EQ(last, ending::value);
  });
}

TEST(task_group, cancel_stops_the_children_and_the_body_goes_on) {  // G7
  test::for_seeds(seeds, []() -> task<> {
    bool child = false;
    bool late = false;
    const auto body = [&child, &late](task_group& group) -> task<int> {
      group.spawn(slow_to_stop(child, 1s));
      co_await actors::sleep(1s);
      group.cancel();
      EXPECT_TRUE(group.cancelling());
      co_await actors::sleep(1s);
      auto never = group.spawn([](bool& ran) -> task<> {
        ran = true;
        co_return;
      }(late));
      co_await actors::sleep(1s);
      EXPECT_TRUE(never.was_cancelled());
      co_return 5;
    };
    const int value = co_await with_group(body);
    EXPECT_EQ(value, 5);
    EXPECT_TRUE(child);
    EXPECT_FALSE(late) << "its body never runs";
  });
}

TEST(task_group, cancelling_the_parent_stops_body_and_children) {  // G7, T6
  test::for_seeds(seeds, []() -> task<> {
    for (const bool in_body : {true, false}) {
      bool child = false;
      auto working = spawn([](bool& asked, bool body_waits) -> task<> {
        const auto body = [&asked, body_waits](task_group& group) -> task<> {
          group.spawn(slow_to_stop(asked, 5s));
          if (body_waits) co_await wait_long();
        };
        co_await with_group(body);
      }(child, in_body));
      const auto begin = now();
      co_await actors::sleep(1s);
      working.cancel();
      const ending last = co_await how([](auto handle) -> task<> { co_await handle; }(working));
      EXPECT_EQ(last, ending::stopped);
      EXPECT_TRUE(child);
      EXPECT_EQ(now() - begin, 6s);
    }
  });
}

// bpo: asyncio's TaskGroup lost it in the error.
TEST(task_group, a_cancellation_that_comes_while_an_error_stops_the_group_stays_pending) {  // G7, T5
  test::for_seeds(seeds, []() -> task<> {
    for (const bool in_body : {true, false}) {
      bool child = false;
      auto working = spawn([](bool& asked, bool body_waits) -> task<bool> {
        const auto body = [&asked, body_waits](task_group& group) -> task<> {
          group.spawn(slow_to_stop(asked, 5s));
          group.spawn(failing("it", 1s));
          if (body_waits) co_await wait_long();
        };
        auto first = co_await how(with_group(body));
        EXPECT_EQ(first, ending::error);
        auto next = co_await how(wait_long());
        EXPECT_EQ(next, ending::stopped);
        co_await actors::sleep(1s);
        co_return true;
      }(child, in_body));
      co_await actors::sleep(3s);
      working.cancel();
      const bool clean = co_await working;
      EXPECT_TRUE(clean);
      EXPECT_EQ(working.ref().cancel_requests(), 1U);
    }
  });
}

TEST(task_group, a_cancellation_that_was_pending_before_is_not_swallowed) {  // G7, T5
  test::for_seeds(seeds, []() -> task<> {
    auto [go, gone] = actors::channel<int>(0);
    auto working = spawn([](auto start) -> task<ending> {
      co_await start.receive();
      const auto body = [](task_group& group) -> task<> {
        group.spawn(failing("it", 0s));
        co_await wait_long();
      };
      auto first = co_await how(with_group(body));
      if (first != ending::stopped) first = co_await how(wait_long());
      co_await actors::sleep(1s);
      co_return first;
    }(std::move(gone)));
    co_await actors::sleep(1s);
    go.try_send(1);
    working.cancel();
    const ending last = co_await working;
    EXPECT_EQ(last, ending::stopped);
  });
}

TEST(task_group, nothing_can_be_started_before_it_opens_and_after_its_end) {  // G7
  test::run_simulated(1, []() -> task<> {
    task_group group;
    bool ran = false;
    const auto child = [](bool& flag) -> task<> {
      flag = true;
      co_return;
    };
    EXPECT_THROW(group.spawn(child(ran)), actors::usage_error);
    const auto body = [](task_group&) -> task<> { co_return; };
    co_await with_group(group, body);
    EXPECT_THROW(group.spawn(child(ran)), actors::usage_error);
    EXPECT_THROW(group.spawn(task<>{}), actors::usage_error);
    EXPECT_EQ(group.size(), 0U);
    auto again = with_group(group, body);
    bool refused = false;
    try {
      co_await again;
    } catch (const actors::usage_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused) << "a group is used once";
    co_await actors::sleep(1s);
    EXPECT_FALSE(ran);
    group.cancel();  // harmless
  }());
}

TEST(task_group, groups_nest) {  // G7
  test::for_seeds(seeds, []() -> task<> {
    bool deep = false;
    const auto outer = [&deep](task_group& group) -> task<> {
      group.spawn([](bool& asked) -> task<> {
        const auto inner = [&asked](task_group& below) -> task<> {
          below.spawn(slow_to_stop(asked, 2s));
          co_return;
        };
        co_await with_group(inner);
      }(deep));
      group.spawn(failing("outer", 1s));
      co_return;
    };
    auto last = co_await how(with_group(outer));
    EXPECT_EQ(last, ending::error);
    EXPECT_TRUE(deep);
    // An error of the inner one is one of the outer one's child.
    const auto passes_on = [](task_group& group) -> task<> {
      group.spawn([]() -> task<> {
        const auto inner = [](task_group& below) -> task<> {
          below.spawn(failing("inner", 1s));
          co_return;
        };
        co_await with_group(inner);
      }());
      co_await wait_long();
    };
    last = co_await how(with_group(passes_on));
    EXPECT_EQ(last, ending::error);
    co_await actors::sleep(1s);
  });
}

TEST(task_group, limits_of_time_around_and_within) {  // G5, G7, G8
  test::for_seeds(seeds, []() -> task<> {
    bool child = false;
    const auto body = [&child](task_group& group) -> task<> {
      group.spawn(slow_to_stop(child, 2s));
      auto inside = co_await how(actors::with_timeout(1s, [] { return wait_long(); }));
      EXPECT_EQ(inside, ending::over_time);
    };
    const auto begin = now();
    auto last = co_await how(actors::wait_for(with_group(body), 5s));
    EXPECT_EQ(last, ending::over_time);
    EXPECT_TRUE(child);
    EXPECT_EQ(now() - begin, 7s);
    co_await actors::sleep(1h);
  });
}

TEST(task_group, a_plain_thread_starts_children_too) {  // G7, C24
  std::atomic<int> sum = 0;
  actors::run([](std::atomic<int>& total) -> task<> {
    const auto body = [&total](task_group& group) -> task<> {
      co_await actors::blocking([&group, &total] {
        for (int i = 0; i != 100; ++i)
          group.spawn([](std::atomic<int>& to, int n) -> task<> {
            co_await actors::yield();
            to += n;
          }(total, i));
      });
    };
    co_await with_group(body);
    EXPECT_EQ(total, 4950);
  }(sum));
}

}  // namespace
