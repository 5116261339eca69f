// Teams that restart, where several things come together: links, teams in teams, actors that came later, drains.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor_report;
using actors::actor_state;
using actors::in;
using actors::lifetime;
using actors::out;
using actors::restart;
using actors::task;
using actors::team;
using actors::usage_error;
using test::number_sink;
using test::number_source;

TEST(supervision_corners, a_child_that_was_restarted_with_the_others_ends_normally) {  // A3
  int starts = 0;
  team members{{.strategy = restart::one_for_all, .max = 3}};
  members.spawn([&]() -> task<> {
    if (starts == 0)
      members.start(members.spawn({.name = "child"}, [&]() -> task<> {
        ++starts;
        co_await actors::sleep(20ms);
      }));
    co_await actors::sleep(10ms);
    if (starts == 1) throw std::runtime_error{"once"};
  });
  test::run_simulated(1, members.run());
  EXPECT_EQ(starts, 2);
}

TEST(supervision_corners, linked_actors_come_back_with_their_team) {  // A2 A3
  int a_starts = 0;
  int b_starts = 0;
  int runs = 0;
  team outer{{.max = 3}};
  team& inner = outer.supervise({.strategy = restart::one_for_all, .max = 1, .within = 1h}, {.name = "inner"});
  auto b = inner.spawn({.name = "b"}, [&]() -> task<> {
    ++b_starts;
    co_await actors::sleep(100ms);
  });
  auto a = inner.spawn({.name = "a"}, [&]() -> task<> {
    ++a_starts;
    co_await actors::sleep(100ms);
  });
  inner.spawn([&]() -> task<> {
    co_await actors::sleep(10ms);
    if (++runs <= 3) throw std::runtime_error{"again"};  // once with the others, then with their team, and once more
  });
  link(a, b);
  test::run_simulated(1, outer.run());
  EXPECT_EQ(a_starts, 4);
  EXPECT_EQ(b_starts, 4);
}

TEST(supervision_corners, a_temporary_one_of_an_inner_team_lets_go_of_its_channels) {  // A3
  team outer{{.max = 3}};
  team& inner = outer.supervise({.max = 3}, {.name = "inner"});
  auto source = inner.spawn<number_source>(1000);
  auto sink = inner.spawn({.name = "sink", .life = lifetime::temporary}, [](in<int>& numbers) -> task<> {
    co_await numbers.receive();
    throw std::runtime_error{"full"};
  });
  connect(source.port(&number_source::numbers), sink.port<0>(), 1);
  test::run_simulated(1, outer.run());
  EXPECT_EQ(inner.reports()[1].state, actor_state::failed);
  EXPECT_TRUE(sink.end().is_set());
}

TEST(supervision_corners, a_drain_ends_sources_that_came_later) {  // A5
  std::vector<int> taken;
  team members;
  auto sink = members.spawn<number_sink>(&taken);
  members.spawn([&members, to = sink.sender(&number_sink::numbers)]() -> task<> {
    const auto endless = [](out<int>& numbers) -> task<> {
      for (int i = 0;; ++i) {
        co_await numbers.send(i);
        co_await actors::sleep(1ms);
      }
    };
    for (int i = 0; i < 2; ++i) {
      auto source = members.spawn(endless);
      connect(source.port<0>(), to);
      members.start(source);
      if (i == 1) break;
      co_await actors::sleep(10ms);
      members.drain();
    }
  });
  test::run_simulated(1, members.run());
}

TEST(supervision_corners, an_item_that_always_fails_holds_up_nobody) {  // A6 R2
  int tries = 0;
  team members;
  auto source = members.spawn<number_source>(1);
  auto sink = members.spawn([&tries](in<int>& numbers) -> task<> {
    for (;;) {
      auto one = co_await numbers.receive_acked();
      EXPECT_TRUE(one);
      ++tries;
    }
  });
  connect(source.port(&number_source::numbers), sink.port<0>());
  members.spawn([&members]() -> task<> {
    co_await actors::sleep(1ms);
    members.stop();
  });
  EXPECT_THROW(actors::run(members.run(), {.workers = 1}), actors::cancelled);
  EXPECT_GT(tries, 1);
}

TEST(supervision_corners, an_item_is_acknowledged_once) {
  team members;
  auto source = members.spawn<number_source>(1);
  auto sink = members.spawn([](in<int>& numbers) -> task<> {
    auto one = co_await numbers.receive_acked();
    one.ack();
    EXPECT_THROW(one.ack(), usage_error);
    auto end = co_await numbers.receive_acked();
    EXPECT_THROW(end.take(), usage_error);
  });
  connect(source.port(&number_source::numbers), sink.port<0>());
  test::run_simulated(1, members.run());
}

TEST(supervision_corners, an_exit_without_a_reason_reaches_a_whole_chain_of_links) {  // A2
  team members;
  const auto body = []() -> task<> { co_await actors::sleep(1h); };
  auto a = members.spawn(body);
  auto b = members.spawn(body);
  auto c = members.spawn(body);
  link(a, b);
  link(b, c);
  members.spawn([&]() -> task<> {
    co_await actors::sleep(1ms);
    a.exit();
    co_await c.ended();
  });
  test::run_simulated(1, members.run());
  for (const actor_report& each : members.reports()) EXPECT_EQ(each.state, actor_state::ended);
}

TEST(supervision_corners, a_link_tells_of_a_failure_before_the_other_began) {  // A2
  team members{{.max = 0}};
  auto a = members.spawn({.name = "a", .life = lifetime::temporary}, []() -> task<> {
    throw std::runtime_error{"at once"};
    co_return;
  });
  team others{{.max = 0}};
  auto b = others.spawn({.name = "b", .life = lifetime::temporary}, []() -> task<> { co_await actors::sleep(1h); });
  link(a, b);
  test::run_simulated(1, [](team& first, team& second) -> task<> {
    co_await first.run();
    co_await second.run();
  }(members, others));
  EXPECT_EQ(others.reports()[0].last_error, "actor 'a' failed: at once");
}

TEST(supervision_corners, an_inner_team_that_is_stopped_has_ended) {  // A5
  int starts = 0;
  team outer{{.max = 3}};
  team& inner = outer.supervise({.max = 0}, {.name = "inner"});
  inner.spawn([&]() -> task<> {
    ++starts;
    inner.stop();
    co_await actors::sleep(1h);
  });
  test::run_simulated(1, outer.run());
  EXPECT_EQ(starts, 1);
  EXPECT_EQ(outer.reports()[0].restarts, 0U);
}

TEST(supervision_corners, actors_of_one_team_are_not_started_by_another) {
  team members;
  team others;
  auto mine = members.spawn([]() -> task<> { co_return; });
  others.spawn([&]() -> task<> {
    EXPECT_THROW(others.start(mine), usage_error);
    co_return;
  });
  test::run_simulated(1, others.run());
  test::run_simulated(1, members.run());  // it is as it was
}

// What looks at a team and the teams in it, beside what comes and goes there.
TEST(supervision_corners, reports_of_inner_teams_beside_children_that_come_and_go) {  // A3
  team outer{{.max = 3}};
  team& inner = outer.supervise({.max = 3}, {.name = "inner"});
  std::atomic<bool> over{false};
  inner.spawn([&]() -> task<> {
    for (int i = 0; i < 2'000; ++i) {
      inner.start(inner.spawn([]() -> task<> { co_return; }));
      if (i % 16 == 0) co_await actors::yield();
    }
    over = true;
  });
  outer.spawn([&]() -> task<> {
    while (!over) {
      EXPECT_GE(outer.reports().size(), 2U);
      co_await actors::yield();
    }
  });
  actors::run(outer.run());
}

}  // namespace
