// What is said of a deadlock among a thousand actors. Each in a process of its own, as a test has threads besides.
#include <actors/actors.hpp>

#include "deadlocks.hpp"
#include "support/child.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

using actors::in;
using actors::out;
using actors::task;
using test::ends;
using test::says;

struct source final : actors::actor {
  out<int> numbers{*this, "numbers"};
  task<> run() override {
    for (int i = 0;; ++i) co_await numbers.send(i);
  }
};

struct step final : actors::actor {
  in<int> before{*this, "before"};
  out<int> after{*this, "after"};
  task<> run() override {
    while (auto number = co_await before.receive()) co_await after.send(*number + 1);
  }
};

// Takes the next number when it has leave to, which nobody gives.
struct sink final : actors::actor {
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    auto [tx, leave] = actors::channel<bool>(1, "leave");
    while (co_await leave.receive()) co_await numbers.receive();
  }
};

// All before the sink wait for room.
task<> jam() {
  actors::team members;
  auto first = members.spawn<source>({.name = "source"});
  auto last = members.spawn<step>({.name = "step 1"});
  connect(first.port(&source::numbers), last.port(&step::before), 4);
  for (int i = 2; i <= 998; ++i) {
    auto next = members.spawn<step>({.name = "step " + std::to_string(i)});
    connect(last.port(&step::after), next.port(&step::before), 4);
    last = next;
  }
  auto end = members.spawn<sink>({.name = "sink"});
  connect(last.port(&step::after), end.port(&sink::numbers), 4);
  co_await members.run();
}

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(crowd_deadlock, shows_the_one_that_is_not_like_the_others) {  // R8 I5
  const auto end = ends(jam);
  EXPECT_TRUE(end.exited_with(3)) << end.said;
  // Those who wait for the team, and a thousand.
  EXPECT_TRUE(says(end, "deadlock: 1001 tasks wait, and nothing can wake them: ")) << end.said;
  EXPECT_TRUE(says(end, "\n1001 tasks of 5 kinds, the rarest first; ")) << end.said;
  EXPECT_TRUE(says(end, "task 'sink' 0x")) << end.said;
  EXPECT_TRUE(says(end, "\n  waiting: receive from channel 'leave' (0 of 1 values, 1 sender, 1 receiver)\n"))
      << end.said;
  EXPECT_TRUE(says(end, "\n    and 996 more that wait like it: 'step 2' to 'step 997'\n")) << end.said;
  EXPECT_LT(end.said.find("task 'sink'"), end.said.find("task 'step 1'")) << end.said;
  EXPECT_LT(lines_of(end.said), 60U) << end.said;
  // Their channels are known by the place where they were connected.
  EXPECT_TRUE(says(end, "/crowd_deadlock_test.cpp:55 (")) << end.said;
  EXPECT_FALSE(says(end, "port_cell.hpp")) << end.said;
}

TEST(crowd_deadlock, is_told_in_full_where_that_is_asked_for) {  // R8 I5
  const auto main = [] {
    setenv("ACTORS_DUMP", "full", 1);
    return jam();
  };
  const auto end = ends(main);
  EXPECT_TRUE(end.exited_with(3)) << end.said.substr(0, 2000);
  EXPECT_TRUE(says(end, "\ntask 'step 1' 0x")) << end.said.substr(0, 2000);
  EXPECT_TRUE(says(end, "\ntask 'step 998' 0x")) << end.said.substr(0, 2000);
  EXPECT_GT(lines_of(end.said), 5000U);
}

TEST(crowd_deadlock, wants_a_word_that_is_known) {  // I5
  const auto end = test::run_in_child([] {
    setenv("ACTORS_DUMP", "all", 1);
    try {
      actors::run(jam(), {.workers = 2});
    } catch (const actors::usage_error& found) {
      std::fputs(found.what(), stderr);
    }
    return 0;
  });
  EXPECT_EQ(end.said, "ACTORS_DUMP=all: expected full or folded");
}

}  // namespace
