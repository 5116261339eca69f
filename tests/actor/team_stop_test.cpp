// Teams that are ended from outside: drain, stop, and the cancellation of the task that runs them.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using test::adder;
using test::number_sink;
using test::number_source;
using test::up_to;

// An endless source, an adder, and a sink that keeps all.
struct endless_line {
  explicit endless_line(std::size_t capacity) {
    auto source = members.spawn<number_source>({.name = "source"}, std::optional<int>{}, &sent);
    auto add = members.spawn<adder>({.name = "adder"}, 0);
    auto sink = members.spawn<number_sink>({.name = "sink"}, &taken);
    connect(source.port(&number_source::numbers), add.port(&adder::numbers), capacity);
    connect(add.port(&adder::sums), sink.port(&number_sink::numbers), capacity);
  }
  team members;
  std::atomic<int> sent = 0;
  std::vector<int> taken;
};

TEST(team_stop, drain_ends_the_sources_and_works_off_the_rest) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    endless_line line{static_cast<std::size_t>(seed % 6)};
    test::run_simulated(seed, [](endless_line& running) -> task<> {
      auto all = actors::spawn(running.members.run());
      while (running.sent < 20) co_await actors::yield();
      running.members.drain();
      co_await all;
    }(line));
    EXPECT_GE(line.taken.size(), 20U);
    EXPECT_EQ(line.taken, up_to(static_cast<int>(line.taken.size())));
    EXPECT_EQ(static_cast<int>(line.taken.size()), line.sent);  // what was taken into a channel came out
  }
}

TEST(team_stop, drain_from_a_plain_thread) {
  for (const unsigned workers : {1U, 2U, 4U}) {
    endless_line line{8};
    const std::jthread other{[&] {
      test::spin_until([&] { return line.sent >= 1000; });
      line.members.drain();
      line.members.drain();  // twice is once
    }};
    actors::run(line.members.run(), {.workers = workers});
    EXPECT_EQ(line.taken, up_to(line.sent));
  }
}

TEST(team_stop, drain_before_the_start_lets_no_source_send) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    endless_line line{4};
    line.members.drain();
    test::run_simulated(seed, line.members.run());
    EXPECT_TRUE(line.taken.empty());
    EXPECT_EQ(line.sent, 0);
  }
}

TEST(team_stop, drain_after_the_end_does_nothing) {
  team members;
  members.spawn<number_source>(3);
  actors::run(members.run());
  members.drain();
  members.stop();
  EXPECT_TRUE(members.running().empty());
}

// Works on behind its cancellation, as a source does that writes a last record.
class polite_source final : public actor {
 public:
  out<int> numbers{*this, "numbers"};
  task<> run() override {
    try {
      co_await actors::sleep(1h);
    } catch (const actors::cancelled&) {
    }
    for (int i = 0; i != 5; ++i) co_await numbers.send(i);
  }
};

TEST(team_stop, a_source_may_send_its_last_items_while_it_is_drained) {  // T5
  team members;
  std::vector<int> taken;
  auto source = members.spawn<polite_source>();
  auto sink = members.spawn<number_sink>(&taken);
  connect(source.port(&polite_source::numbers), sink.port(&number_sink::numbers), 1);
  test::run_simulated(1, [](team& running) -> task<> {
    auto all = actors::spawn(running.run());
    co_await actors::sleep(1s);
    running.drain();
    co_await all;
  }(members));
  EXPECT_EQ(taken, up_to(5));
}

TEST(team_stop, stop_cancels_every_actor) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    endless_line line{static_cast<std::size_t>(seed % 4)};
    bool was_cancelled = false;
    test::run_simulated(seed, [](endless_line& running, bool& stopped) -> task<> {
      auto all = actors::spawn(running.members.run());
      while (running.sent < 5) co_await actors::yield();
      running.members.stop();
      try {
        co_await all;
      } catch (const actors::cancelled&) {
        stopped = true;
      }
    }(line, was_cancelled));
    EXPECT_TRUE(was_cancelled);
    EXPECT_TRUE(line.members.running().empty());
  }
}

TEST(team_stop, stop_from_a_plain_thread) {
  for (const unsigned workers : {1U, 2U, 4U}) {
    endless_line line{8};
    const std::jthread other{[&] {
      test::spin_until([&] { return line.sent >= 100; });
      line.members.stop();
    }};
    EXPECT_THROW(actors::run(line.members.run(), {.workers = workers}), actors::cancelled);
  }
}

TEST(team_stop, stop_before_the_start_lets_nobody_work) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    endless_line line{4};
    line.members.stop();
    EXPECT_THROW(test::run_simulated(seed, line.members.run()), actors::cancelled);
    EXPECT_EQ(line.sent, 0);
    EXPECT_TRUE(line.members.running().empty());
  }
}

TEST(team_stop, drain_and_stop_race_with_the_start_and_the_end) {
  for (int round = 0; round != 200; ++round) {
    team members;
    std::vector<int> taken;
    auto source = members.spawn<number_source>(round % 20);
    auto sink = members.spawn<number_sink>(&taken);
    connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers), 2);
    const std::jthread other{[&] {
      if (round % 2 == 0) members.drain();
      static_cast<void>(members.running());
      if (round % 2 == 1) members.stop();
    }};
    try {
      actors::run(members.run(), {.workers = 2});
    } catch (const actors::cancelled&) {
      EXPECT_EQ(round % 2, 1);
    }
    EXPECT_LE(taken.size(), static_cast<std::size_t>(round % 20));
  }
}

TEST(team_stop, cancelling_the_task_that_runs_the_team_stops_all) {  // T6
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    endless_line line{static_cast<std::size_t>(seed % 4)};
    bool was_cancelled = false;
    test::run_simulated(seed, [](endless_line& running, bool& stopped) -> task<> {
      auto all = actors::spawn(running.members.run());
      while (running.sent < 5) co_await actors::yield();
      all.cancel();
      try {
        co_await all;
      } catch (const actors::cancelled&) {
        stopped = true;  // not actor_failed: no actor did anything wrong
      }
    }(line, was_cancelled));
    EXPECT_TRUE(was_cancelled);
    EXPECT_TRUE(line.members.running().empty());
  }
}

TEST(team_stop, a_time_limit_around_a_team_stops_it) {  // G5
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    team members;
    members.spawn<test::sleeper>();
    members.spawn<test::sleeper>();
    EXPECT_THROW(test::run_simulated(seed, actors::wait_for(members.run(), 1s)), actors::timed_out);
    EXPECT_TRUE(members.running().empty());
  }
}

TEST(team_stop, a_team_run_by_a_task_that_is_to_stop_already_stops_at_once) {  // T4
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    team members;
    for (int i = 0; i != 3; ++i) members.spawn<test::sleeper>();
    actors::join_handle<> self;
    bool was_cancelled = false;
    test::run_simulated(seed, [](team& running, actors::join_handle<>& own, bool& stopped) -> task<> {
      own = actors::spawn([](team& inner, actors::join_handle<>& handle) -> task<> {
        handle.cancel();  // while it runs: it takes effect at the next suspension
        co_await inner.run();
      }(running, own));
      try {
        co_await own;
      } catch (const actors::cancelled&) {
        stopped = true;
      }
    }(members, self, was_cancelled));
    EXPECT_TRUE(was_cancelled);
    EXPECT_TRUE(members.running().empty());
  }
}

// Fails while it is being cancelled.
class fails_at_its_end final : public actor {
 public:
  task<> run() override {
    try {
      co_await actors::sleep(1h);
    } catch (const actors::cancelled&) {
      throw std::runtime_error{"the last write failed"};
    }
  }
};

TEST(team_stop, a_failure_of_the_first_actor_that_is_cancelled_is_not_lost) {
  team members;
  members.spawn<fails_at_its_end>({.name = "log"});
  members.spawn<test::sleeper>();
  EXPECT_THROW(test::run_simulated(1, actors::wait_for(members.run(), 1s)), actors::actor_failed);
}

// Sends for ever into nothing.
TEST(team_stop, a_source_that_nobody_reads_can_be_drained) {
  for (const unsigned workers : {1U, 2U}) {
    team members;
    std::atomic<int> sent = 0;
    members.spawn<number_source>(std::optional<int>{}, &sent);
    const std::jthread other{[&] {
      test::spin_until([&] { return sent >= 1000; });
      members.drain();
    }};
    actors::run(members.run(), {.workers = workers});
    EXPECT_GE(sent, 1000);
  }
}

TEST(team_stop, a_source_that_nobody_reads_lets_others_run) {  // R2
  team members;
  std::atomic<int> sent = 0;
  std::vector<int> taken;
  members.spawn<number_source>(std::optional<int>{}, &sent);
  auto source = members.spawn<number_source>(100);
  auto sink = members.spawn<number_sink>(&taken, std::size_t{100});
  connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers), 1);
  actors::run(
      [](team& running, std::vector<int>& seen) -> task<> {
        auto all = actors::spawn(running.run());
        while (seen.size() != 100) co_await actors::yield();
        running.drain();
        co_await all;
      }(members, taken),
      {.workers = 1});
  EXPECT_EQ(taken, up_to(100));
}

TEST(team_stop, drain_ends_those_that_are_to_run_for_ever_too) {  // A3, A5
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<int> taken;
    team members{{.max = 2}};
    auto source = members.spawn<number_source>(std::optional<int>{}, static_cast<std::atomic<int>*>(nullptr));
    auto server = members.spawn({.name = "server", .life = actors::lifetime::permanent},
                                [&taken](actors::in<int>& numbers) -> task<> {
                                  while (auto number = co_await numbers.receive()) taken.push_back(*number);
                                });
    connect(source.port(&number_source::numbers), server.port<0>(), static_cast<std::size_t>(seed % 3));
    test::run_simulated(seed, [](team& all, std::vector<int>& seen) -> task<> {
      auto running = actors::spawn(all.run());
      while (seen.size() < 5) co_await actors::yield();
      all.drain();
      co_await running;
    }(members, taken));
    EXPECT_EQ(members.reports().back().restarts, 0U);
  }
}

// Else a loop that runs one team after the other would never end.
TEST(team_stop, a_cancellation_is_heard_of_also_where_a_failure_is_thrown) {  // A5
  bool was_cancelled = false;
  test::run_simulated(1, [](bool& heard) -> task<> {
    auto runs_teams = actors::spawn([]() -> task<> {
      for (;;) {
        try {
          team members;
          members.spawn([]() -> task<> {
            try {
              co_await actors::sleep(1h);
            } catch (const actors::cancelled&) {
              throw std::runtime_error{"while cleaning up"};
            }
          });
          co_await members.run();
        } catch (const actors::actor_failed&) {
        }
        co_await actors::sleep(1s);
      }
    }());
    co_await actors::sleep(1s);
    runs_teams.cancel();
    try {
      co_await runs_teams;
    } catch (const actors::cancelled&) {
      heard = true;
    }
  }(was_cancelled));
  EXPECT_TRUE(was_cancelled);
}

}  // namespace
