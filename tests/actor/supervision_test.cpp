// Teams that restart: who is started again, when, and in which order.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "supervised_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor;
using actors::actor_failed;
using actors::actor_state;
using actors::lifetime;
using actors::restart;
using actors::task;
using actors::team;
using test::ends_normally;
using test::number_sink;
using test::number_source;
using test::short_lived;
using test::time_point;
using test::up_to;

TEST(supervision, more_restarts_than_allowed_are_the_failure_of_the_team) {  // A4
  std::vector<time_point> began;
  team members{{.max = 2}};
  members.spawn<number_source>(10);
  members.spawn<short_lived>({.name = "middle"}, &began, 1ms);
  try {
    test::run_simulated(1, members.run());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const actor_failed& fault) {
    EXPECT_EQ(fault.actor_name(), "middle");
    EXPECT_STREQ(fault.what(),
                 "actor 'middle' failed: over (after 2 restarts within 5000 ms, which is the most that are made)");
    EXPECT_THROW(std::rethrow_if_nested(fault), std::runtime_error);
  }
  EXPECT_TRUE(members.running().empty());
  EXPECT_EQ(members.reports()[1].state, actor_state::failed);
  EXPECT_EQ(members.reports()[1].restarts, 2U);
}

std::vector<std::chrono::milliseconds> between(const std::vector<time_point>& times) {
  std::vector<std::chrono::milliseconds> spans;
  for (std::size_t i = 1; i < times.size(); ++i)
    spans.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(times[i] - times[i - 1]));
  return spans;
}

TEST(supervision, restarts_that_are_long_ago_do_not_count) {  // A4
  std::vector<time_point> began;
  team members{{.max = 1, .within = 1s}};
  members.spawn<short_lived>(&began, 1001ms);
  test::run_simulated(1, members.run());
  EXPECT_EQ(began.size(), 5U);
  EXPECT_EQ(members.reports()[0].restarts, 4U);
}

TEST(supervision, each_restart_in_a_row_waits_longer) {  // A4
  std::vector<time_point> began;
  team members{{.max = 10, .pause = {.first = 100ms, .longest = 300ms, .factor = 2, .jitter = 0}}};
  members.spawn<short_lived>(&began, 1ms);
  test::run_simulated(1, members.run());
  EXPECT_EQ(between(began), (std::vector{101ms, 201ms, 301ms, 301ms}));
}

TEST(supervision, one_that_has_worked_for_a_while_begins_anew_with_the_first_pause) {  // A4
  std::vector<time_point> began;
  team members{{.max = 10, .within = 1s, .pause = {.first = 100ms, .factor = 2, .jitter = 0}}};
  members.spawn<short_lived>(&began, 1s);
  test::run_simulated(1, members.run());
  EXPECT_EQ(between(began), (std::vector{1100ms, 1100ms, 1100ms, 1100ms}));
}

TEST(supervision, while_one_waits_for_its_restart_that_is_told) {
  std::vector<time_point> began;
  team members{{.max = 10, .pause = {.first = 100ms, .jitter = 0}}};
  members.spawn<short_lived>({.name = "short"}, &began, 1ms);
  test::run_simulated(1, [](team& running) -> task<> {
    EXPECT_EQ(running.reports()[0].state, actor_state::made);
    auto all = actors::spawn(running.run());
    co_await actors::sleep(50ms);
    EXPECT_EQ(running.reports()[0].state, actor_state::restarting);
    EXPECT_EQ(running.running(), std::vector<std::string>{"short"});
    co_await all;
    EXPECT_EQ(running.reports()[0].state, actor_state::ended);
  }(members));
}

/// Notes by its name when it is made, and when it goes; fails when it is told to.
class noted final : public actor {
 public:
  noted(std::string name, std::vector<std::string>* notes, int* failures)
      : name_{std::move(name)}, notes_{notes}, failures_{failures} {
    notes_->push_back("made " + name_);
  }
  ~noted() override { notes_->push_back("gone " + name_); }
  task<> run() override {
    co_await actors::sleep(1s);
    if (failures_ != nullptr && (*failures_)-- > 0) throw std::runtime_error{"told to"};
    co_await actors::sleep(5s);
  }

 private:
  std::string name_;
  std::vector<std::string>* notes_;
  int* failures_;
};

std::vector<std::string> notes_of(restart strategy) {
  std::vector<std::string> notes;
  int failures = 1;
  team members{{.strategy = strategy}};
  members.spawn<noted>("a", &notes, static_cast<int*>(nullptr));
  members.spawn<noted>("b", &notes, &failures);
  members.spawn<noted>("c", &notes, static_cast<int*>(nullptr));
  test::run_simulated(1, members.run());
  std::vector<std::string> middle;
  // Between the first runs and the last ends.
  for (std::size_t i = 3; i + 3 < notes.size(); ++i) middle.push_back(notes[i]);
  return middle;
}

TEST(supervision, one_for_one_restarts_that_one) {  // A3
  EXPECT_EQ(notes_of(restart::one_for_one), (std::vector<std::string>{"gone b", "made b"}));
}

TEST(supervision, one_for_all_stops_all_in_reverse_order_and_starts_them_in_order) {  // A3, A5
  EXPECT_EQ(notes_of(restart::one_for_all),
            (std::vector<std::string>{"gone b", "gone c", "gone a", "made a", "made b", "made c"}));
}

TEST(supervision, rest_for_one_restarts_those_that_were_spawned_after_it) {  // A3, A5
  EXPECT_EQ(notes_of(restart::rest_for_one), (std::vector<std::string>{"gone b", "gone c", "made b", "made c"}));
}

TEST(supervision, a_permanent_one_is_restarted_when_it_ends_normally) {  // A3
  int runs = 0;
  team members{{.max = 4}};
  members.spawn<ends_normally>({.name = "always", .life = lifetime::permanent}, &runs);
  try {
    test::run_simulated(1, members.run());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const actor_failed& fault) {
    EXPECT_EQ(fault.actor_name(), "always");
    EXPECT_NE(std::string{fault.what()}.find("it ended, and is to run for ever"), std::string::npos) << fault.what();
  }
  EXPECT_EQ(runs, 5);
}

TEST(supervision, a_transient_one_is_not) {  // A3
  int runs = 0;
  team members{{.max = 4}};
  members.spawn<ends_normally>(&runs);
  test::run_simulated(1, members.run());
  EXPECT_EQ(runs, 1);
}

TEST(supervision, a_temporary_one_fails_alone) {  // A3
  std::vector<int> taken;
  team members;
  auto source = members.spawn<number_source>(10);
  auto sink = members.spawn<number_sink>(&taken);
  connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers), 1);
  std::vector<time_point> began;
  members.spawn<short_lived>({.name = "short", .life = lifetime::temporary}, &began, 0ms);
  test::run_simulated(1, members.run());
  EXPECT_EQ(taken, up_to(10));
  EXPECT_EQ(began.size(), 1U);
  EXPECT_EQ(members.reports()[2].state, actor_state::failed);
  EXPECT_EQ(members.reports()[2].last_error, "over");
}

/// Its constructor fails, some times, from the second object on.
class hard_to_make final : public actor {
 public:
  explicit hard_to_make(int* made) {
    const int number = (*made)++;
    if (number != 0 && number < 4) throw std::runtime_error{"not made"};
    fails_ = number == 0;
  }
  task<> run() override {
    co_await actors::yield();
    if (fails_) throw std::runtime_error{"the first one"};
  }

 private:
  bool fails_ = false;
};

TEST(supervision, a_constructor_that_throws_is_a_failure_like_any_other) {  // A3, A4
  int made = 0;
  team members{{.max = 4}};
  members.spawn<hard_to_make>(&made);
  test::run_simulated(1, members.run());
  EXPECT_EQ(made, 5);

  int made_again = 0;
  team others{{.max = 3}};
  others.spawn<hard_to_make>({.name = "hard"}, &made_again);
  EXPECT_THROW(test::run_simulated(1, others.run()), actor_failed);
  EXPECT_EQ(made_again, 4);
}

/// Its constructor fails at the second object.
class no_second final : public actor {
 public:
  explicit no_second(int* made) : made_{made} {
    if (++*made == 2) throw std::runtime_error{"the database is down"};
  }
  task<> run() override {
    co_await actors::yield();
    if (*made_ == 1) throw std::runtime_error{"over"};
  }

 private:
  int* made_;
};

TEST(supervision, where_one_of_a_group_cannot_be_made_the_others_wait) {  // A3
  int made = 0;
  int starts = 0;
  team members{{.strategy = actors::restart::rest_for_one, .max = 5}};
  members.spawn<no_second>(&made);
  members.spawn([&starts]() -> task<> {
    ++starts;
    co_await actors::sleep(std::chrono::milliseconds{1});
  });
  test::run_simulated(1, members.run());
  EXPECT_EQ(made, 3);
  EXPECT_EQ(starts, 2);
}

}  // namespace
