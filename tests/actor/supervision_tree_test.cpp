// Teams inside of teams.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "supervised_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

namespace {

using actors::actor;
using actors::actor_failed;
using actors::actor_report;
using actors::actor_state;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using test::number_sink;
using test::number_source;
using test::up_to;

/// Runs until it is stopped.
class number_sleeper final : public actor {
 public:
  task<> run() override { co_await actors::sleep(std::chrono::hours{1}); }
};

/// Fails so many times, counted outside; then works.
class recovers final : public actor {
 public:
  explicit recovers(int* failures) : failures_{failures} {}
  in<int> numbers{*this, "numbers"};
  out<int> passed{*this, "passed"};
  task<> run() override {
    if ((*failures_)-- > 0) throw std::runtime_error{"not yet"};
    while (const auto number = co_await numbers.receive()) co_await passed.send(*number);
  }

 private:
  int* failures_;
};

TEST(supervision, a_team_that_gives_up_is_restarted_by_the_one_above) {  // A3, A4
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<int> taken;
    int failures = 7;
    team above{{.max = 5}};
    auto source = above.spawn<number_source>({.name = "source"}, 10);
    team& below = above.supervise({.max = 2}, {.name = "below"});
    auto middle = below.spawn<recovers>({.name = "middle"}, &failures);
    auto sink = above.spawn<number_sink>({.name = "sink"}, &taken);
    connect(source.port(&number_source::numbers), middle.port(&recovers::numbers), 2);
    connect(middle.port(&recovers::passed), sink.port(&number_sink::numbers), static_cast<std::size_t>(seed % 3));
    test::run_simulated(seed, above.run());
    EXPECT_EQ(taken, up_to(10));
    const std::vector<actor_report> found = above.reports();
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found[1].name, "below");
    EXPECT_EQ(found[1].restarts, 2U);
    EXPECT_EQ(found[1].state, actor_state::ended);
    EXPECT_EQ(found[2].name, "below/middle");
    EXPECT_EQ(found[2].restarts, 5U);
  }
}

TEST(supervision, or_that_gives_up_too_and_says_why) {  // A4
  int failures = 100;
  std::vector<int> taken;
  team above{{.max = 1}};
  auto source = above.spawn<number_source>({.name = "source"}, 10);
  team& below = above.supervise({.max = 2}, {.name = "below"});
  auto middle = below.spawn<recovers>({.name = "middle"}, &failures);
  auto sink = above.spawn<number_sink>({.name = "sink"}, &taken);
  connect(source.port(&number_source::numbers), middle.port(&recovers::numbers), 2);
  connect(middle.port(&recovers::passed), sink.port(&number_sink::numbers), 2);
  try {
    test::run_simulated(1, above.run());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const actor_failed& fault) {
    EXPECT_EQ(fault.actor_name(), "below");
    EXPECT_STREQ(
        fault.what(),
        "actor 'below' failed: actor 'middle' failed: not yet (after 2 restarts within 5000 ms, which is the most "
        "that are made) (after 1 restarts within 5000 ms, which is the most that are made)");
  }
  EXPECT_TRUE(above.running().empty());
  EXPECT_EQ(failures, 94);
}

TEST(supervision, a_team_inside_is_drained_and_stopped_with_the_one_above) {  // A5
  for (const bool drains : {true, false}) {
    std::vector<int> taken;
    team above;
    team& below = above.supervise({}, {.name = "below"});
    auto source = below.spawn<number_source>(std::optional<int>{}, static_cast<std::atomic<int>*>(nullptr));
    auto sink = above.spawn<number_sink>(&taken);
    connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers), 4);
    bool was_cancelled = false;
    test::run_simulated(1, [](team& running, bool drain, bool& cancelled) -> task<> {
      auto all = actors::spawn(running.run());
      for (int i = 0; i != 20; ++i) co_await actors::yield();
      drain ? running.drain() : running.stop();
      try {
        co_await all;
      } catch (const actors::cancelled&) {
        cancelled = true;
      }
    }(above, drains, was_cancelled));
    EXPECT_EQ(was_cancelled, !drains);
    EXPECT_TRUE(above.running().empty());
    EXPECT_EQ(taken.empty(), false);
  }
}

/// Goes on whatever it is asked.
class stays final : public actor {
 public:
  explicit stays(std::atomic<bool>* until) : until_{until} {}
  task<> run() override {
    while (!*until_) {
      try {
        co_await actors::sleep(std::chrono::milliseconds{1});
      } catch (const actors::cancelled&) {
      }
    }
  }

 private:
  std::atomic<bool>* until_;
};

// The team above gives the one below as long as that gives its own.
TEST(supervision, one_that_does_not_stop_in_a_team_below_is_named_and_all_are_told_of) {  // A2, A5
  std::atomic<bool> over = false;
  team above;
  team& below = above.supervise({}, {.name = "below"});
  const auto hog = below.spawn<stays>({.name = "hog"}, &over);
  const auto other = below.spawn<number_sleeper>({.name = "other"});
  test::run_simulated(1, [](team& all, auto first, auto second, std::atomic<bool>& end) -> task<> {
    auto running = actors::spawn(all.run());
    co_await actors::sleep(std::chrono::seconds{1});
    all.stop();
    const actor_report of_other = co_await second.ended();
    EXPECT_EQ(of_other.state, actor_state::ended);
    const actor_report of_hog = co_await first.ended();
    EXPECT_EQ(of_hog.state, actor_state::abandoned);
    end = true;
    try {
      co_await running;
    } catch (const actors::cancelled&) {
    }
  }(above, hog, other, over));
}

TEST(supervision, a_team_that_is_to_run_for_ever_has_ended_when_it_is_stopped_by_itself) {  // A3
  team above{{.max = 2}};
  team& below = above.supervise({}, {.name = "below", .life = actors::lifetime::permanent});
  below.spawn<number_sleeper>();
  above.spawn([&below]() -> task<> {
    co_await actors::yield();
    below.stop();
  });
  EXPECT_NO_THROW(test::run_simulated(1, above.run()));
  EXPECT_EQ(above.reports().front().restarts, 0U);
}

// It was spawned after `run` had begun, and its team has not had its turn yet.
TEST(supervision, a_child_of_a_team_below_may_be_started_before_that_has_begun) {  // A3
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    int ran = 0;
    team above;
    team* inner = nullptr;
    above.spawn({.name = "acceptor"}, [&]() -> task<> {
      EXPECT_TRUE(inner->start(inner->spawn([&ran]() -> task<> {
        ++ran;
        co_return;
      })));
      co_return;
    });
    inner = &above.supervise({}, {.name = "below"});
    inner->spawn([]() -> task<> { co_await actors::sleep(std::chrono::seconds{1}); });
    test::run_simulated(seed, above.run());
    EXPECT_EQ(ran, 1);
  }
}

}  // namespace
