// How teams end when nothing fails: sources that are done, sinks that stop early, ports that close.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <vector>

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using test::adder;
using test::number_sink;
using test::number_source;
using test::up_to;

TEST(team_end, a_sink_that_stops_early_ends_an_endless_source) {  // C11, C9
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    team members;
    std::vector<int> taken;
    auto source = members.spawn<number_source>(std::optional<int>{}, static_cast<std::atomic<int>*>(nullptr));
    auto add = members.spawn<adder>(0);
    auto sink = members.spawn<number_sink>(&taken, std::size_t{10});
    connect(source.port(&number_source::numbers), add.port(&adder::numbers), seed % 5);
    connect(add.port(&adder::sums), sink.port(&number_sink::numbers), seed % 7);
    test::run_simulated(seed, members.run());
    EXPECT_EQ(taken, up_to(10));
    EXPECT_TRUE(members.running().empty());
  }
}

TEST(team_end, a_sink_that_stops_early_ends_an_endless_source_on_workers) {  // C11
  for (const unsigned workers : {1U, 2U, 4U}) {
    team members;
    std::vector<int> taken;
    auto source = members.spawn<number_source>(std::optional<int>{}, static_cast<std::atomic<int>*>(nullptr));
    auto sink = members.spawn<number_sink>(&taken, std::size_t{1000});
    connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers), 16);
    actors::run(members.run(), {.workers = workers});
    EXPECT_EQ(taken, up_to(1000));
  }
}

TEST(team_end, of_two_sinks_that_share_a_source_the_first_to_stop_ends_it) {  // C11
  team members;
  std::vector<int> few;
  std::vector<int> many;
  auto source = members.spawn<number_source>(std::optional<int>{}, static_cast<std::atomic<int>*>(nullptr));
  auto first = members.spawn<number_sink>(&few, std::size_t{3});
  auto second = members.spawn<number_sink>(&many);
  connect(source.port(&number_source::numbers), first.port(&number_sink::numbers), 1);
  connect(source.port(&number_source::numbers), second.port(&number_sink::numbers), 1);
  actors::run(members.run());
  EXPECT_EQ(few, up_to(3));
  EXPECT_EQ(many, up_to(static_cast<int>(many.size())));  // what was sent came in order, to the end
}

TEST(team_end, what_is_buffered_is_worked_off_after_the_source_has_ended) {  // C8
  team members;
  std::vector<int> taken;
  auto source = members.spawn<number_source>(5000);
  auto sink = members.spawn<number_sink>(&taken);
  connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers), actors::unbounded);
  actors::run(members.run(), {.workers = 2});
  EXPECT_EQ(taken, up_to(5000));
}

// Two inputs: the end of one says nothing about the other.
class merger final : public actor {
 public:
  explicit merger(std::vector<int>* taken) : taken_{taken} {}
  in<int> first{*this, "first"};
  in<int> second{*this, "second"};
  task<> run() override {
    while (auto number = co_await first.receive()) taken_->push_back(*number);
    while (auto number = co_await second.receive()) taken_->push_back(*number);
  }

 private:
  std::vector<int>* taken_;
};

TEST(team_end, an_actor_with_two_inputs_reads_each_to_its_end) {
  team members;
  std::vector<int> taken;
  auto one = members.spawn<number_source>(4);
  auto two = members.spawn<number_source>(2);
  auto both = members.spawn<merger>(&taken);
  connect(one.port(&number_source::numbers), both.port(&merger::first), 1);
  connect(two.port(&number_source::numbers), both.port(&merger::second), 1);
  actors::run(members.run());
  EXPECT_EQ(taken, (std::vector<int>{0, 1, 2, 3, 0, 1}));
}

// Keeps books on the life of the object.
class observed final : public actor {
 public:
  explicit observed(std::atomic<int>* destroyed) : destroyed_{destroyed} {}
  ~observed() override { ++*destroyed_; }
  out<int> numbers{*this, "numbers"};
  task<> run() override { co_await numbers.send(1); }

 private:
  std::atomic<int>* destroyed_;
};
// Ends only after the object of its source is gone.
class waits_for_destruction final : public actor {
 public:
  waits_for_destruction(std::atomic<int>* destroyed, std::atomic<int>* at_end)
      : destroyed_{destroyed}, at_end_{at_end} {}
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    while (auto number = co_await numbers.receive()) EXPECT_EQ(*number, 1);
    *at_end_ = destroyed_->load();
  }

 private:
  std::atomic<int>* destroyed_;
  std::atomic<int>* at_end_;
};

TEST(team_end, an_actor_that_ended_is_destroyed_before_its_ports_close) {  // C11
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::atomic<int> destroyed = 0;
    std::atomic<int> at_end = -1;
    team members;
    auto source = members.spawn<observed>(&destroyed);
    auto sink = members.spawn<waits_for_destruction>(&destroyed, &at_end);
    connect(source.port(&observed::numbers), sink.port(&waits_for_destruction::numbers), 3);
    test::run_simulated(seed, members.run());
    EXPECT_EQ(at_end, 1);
    EXPECT_EQ(destroyed, 1);
  }
}

TEST(team_end, a_team_that_never_ran_destroys_its_actors) {
  std::atomic<int> destroyed = 0;
  {
    team members;
    members.spawn<observed>(&destroyed);
    EXPECT_EQ(destroyed, 0);
  }
  EXPECT_EQ(destroyed, 1);
}

TEST(team_end, running_names_who_has_not_ended) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    team members;
    members.spawn<test::sleeper>({.name = "forever"});
    members.spawn<number_source>({.name = "short"}, 3);
    EXPECT_TRUE(members.running().empty());  // nobody has started
    test::run_simulated(seed, [](team& observed_team) -> task<> {
      auto all = actors::spawn(observed_team.run());
      while (observed_team.running() != std::vector<std::string>{"forever"}) co_await actors::yield();
      observed_team.drain();
      co_await all;
      EXPECT_TRUE(observed_team.running().empty());
    }(members));
  }
}

}  // namespace
