// Teams that restart: how they and their actors end.
#include <actors/actors.hpp>
#include <actors/log.hpp>

#include "small_actors.hpp"
#include "supervised_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor;
using actors::actor_failed;
using actors::actor_report;
using actors::actor_state;
using actors::in;
using actors::task;
using actors::team;
using test::ends_normally;
using test::now;
using test::number_source;
using test::short_lived;
using test::time_point;

TEST(supervision, a_team_that_waits_for_a_restart_can_be_stopped) {  // A5
  std::vector<time_point> began;
  team members{{.max = 10, .pause = {.first = 1h, .longest = 1h}}};
  members.spawn<short_lived>(&began, 1ms);
  test::run_simulated(1, [](team& running) -> task<> {
    auto all = actors::spawn(running.run());
    co_await actors::sleep(50ms);
    running.stop();
    const time_point stopped = now();
    bool was_cancelled = false;
    try {
      co_await all;
    } catch (const actors::cancelled&) {
      was_cancelled = true;
    }
    EXPECT_TRUE(was_cancelled);
    EXPECT_LT(now() - stopped, 1s);
  }(members));
  EXPECT_EQ(began.size(), 1U);
}

/// Goes on after each cancellation, for so many.
class stubborn final : public actor {
 public:
  stubborn(int patience, int* asked) : patience_{patience}, asked_{asked} {}
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    while (*asked_ < patience_) {
      try {
        co_await actors::sleep(1h);
      } catch (const actors::cancelled&) {
        ++*asked_;
      }
    }
  }

 private:
  int patience_;
  int* asked_;
};

/// Lets it run for a second, and gives how long it then takes to stop.
std::chrono::nanoseconds time_to_stop(team& members) {
  std::chrono::nanoseconds took{};
  test::run_simulated(1, [](team& running, std::chrono::nanoseconds& stopped_in) -> task<> {
    auto all = actors::spawn(running.run());
    co_await actors::sleep(1s);
    const time_point asked = now();
    running.stop();
    try {
      co_await all;
    } catch (const actors::cancelled&) {
      stopped_in = now() - asked;
    }
  }(members, took));
  return took;
}

TEST(supervision, one_that_goes_on_is_asked_again_after_its_time) {  // A5
  int asked = 0;
  std::vector<int> taken;
  team members;
  auto slow = members.spawn<stubborn>({.name = "slow", .stop_timeout = 200ms}, 5, &asked);
  auto source = members.spawn<number_source>({.name = "source"}, std::optional<int>{},
                                             static_cast<std::atomic<int>*>(nullptr));
  connect(source.port(&number_source::numbers), slow.port(&stubborn::numbers), 1);
  const std::chrono::nanoseconds took = time_to_stop(members);
  EXPECT_EQ(asked, 5);
  EXPECT_GE(took, 200ms);
  EXPECT_LE(took, 220ms);
  EXPECT_EQ(members.reports()[0].state, actor_state::ended);
}

TEST(supervision, failures_that_come_while_it_stops_are_not_lost) {
  class fails_at_its_end final : public actor {
   public:
    task<> run() override {
      try {
        co_await actors::sleep(1h);
      } catch (const actors::cancelled&) {
        throw std::runtime_error{"could not write the rest"};
      }
    }
  };
  team members;
  members.spawn<fails_at_its_end>({.name = "writer"});
  try {
    test::run_simulated(1, [](team& running) -> task<> {
      auto all = actors::spawn(running.run());
      co_await actors::sleep(1s);
      running.stop();
      co_await all;
    }(members));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const actor_failed& fault) {
    EXPECT_STREQ(fault.what(), "actor 'writer' failed: could not write the rest");
  }
}

TEST(supervision, who_waits_for_the_end_of_an_actor_hears_how_it_ended) {  // A2
  std::vector<time_point> began;
  int runs = 0;
  team members{{.max = 2}};
  const auto fails = members.spawn<short_lived>({.name = "fails"}, &began, 10ms);
  const auto ends = members.spawn<ends_normally>({.name = "ends"}, &runs);
  test::run_simulated(1, [](team& running, const auto& failing, const auto& ending) -> task<> {
    auto all = actors::spawn(running.run());
    const actor_report normal = co_await ending.ended();
    EXPECT_EQ(normal.state, actor_state::ended);
    EXPECT_FALSE(failing.end().is_set());
    const actor_report failed = co_await failing.ended();
    EXPECT_EQ(failed.name, "fails");
    EXPECT_EQ(failed.state, actor_state::failed);
    EXPECT_EQ(failed.restarts, 2U);
    EXPECT_EQ(failed.last_error, "over");
    bool threw = false;
    try {
      co_await all;
    } catch (const actor_failed&) {
      threw = true;
    }
    EXPECT_TRUE(threw);
    const actor_report again = co_await failing.ended();  // long ago
    EXPECT_EQ(again.restarts, 2U);
  }(members, fails, ends));
}

/// Never ends: goes on after each cancellation.
class immortal final : public actor {
 public:
  explicit immortal(bool* lives) : lives_{lives} {}
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    while (*lives_) {
      try {
        co_await actors::sleep(1h);
      } catch (const actors::cancelled&) {
        continue;
      }
    }
  }

 private:
  bool* lives_;
};

TEST(supervision, one_that_never_stops_is_abandoned_and_its_channels_closed) {  // A5
  std::vector<std::string> messages;
  bool lives = true;
  {
    const actors::log_handler keep{
        [](void* texts, const actors::log_message& message) noexcept {
          static_cast<std::vector<std::string>*>(texts)->emplace_back(message.text);
        },
        &messages};
    const actors::log_handler before = actors::on_log(keep);
    test::run_simulated(1, [](bool& goes_on) -> task<> {
      team members;
      const auto stays = members.spawn<immortal>({.name = "stays", .stop_timeout = 50ms}, &goes_on);
      auto source = members.spawn<number_source>({.name = "source"}, std::optional<int>{},
                                                 static_cast<std::atomic<int>*>(nullptr));
      connect(source.port(&number_source::numbers), stays.port(&immortal::numbers), 1);
      auto all = actors::spawn(members.run());
      co_await actors::sleep(1s);
      const time_point asked = now();
      members.stop();
      const actor_report found = co_await stays.ended();
      EXPECT_EQ(found.state, actor_state::abandoned);
      EXPECT_GE(now() - asked, 100ms);
      EXPECT_LE(now() - asked, 110ms);
      bool was_cancelled = false;
      try {
        co_await all;
      } catch (const actors::cancelled&) {
        was_cancelled = true;
      }
      EXPECT_TRUE(was_cancelled);
      EXPECT_EQ(members.reports()[1].state, actor_state::ended);  // the source, whose channel was closed
      goes_on = false;  // the team goes, the body still runs for a while
    }(lives));
    actors::on_log(before);
  }
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_NE(messages[0].find("actor 'stays' did not stop"), std::string::npos) << messages[0];
}

}  // namespace
