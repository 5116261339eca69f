// Teams: how their actors are connected, and what each connection carries.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using actors::usage_error;
using test::adder;
using test::number_sink;
using test::number_source;
using test::up_to;

TEST(team, actors_run_over_their_channels) {  // A1
  for (const std::size_t capacity :
       {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{64}, actors::unbounded}) {
    team members;
    std::vector<int> taken;
    auto source = members.spawn<number_source>(1000);
    auto add = members.spawn<adder>(1);
    auto sink = members.spawn<number_sink>(&taken);
    connect(source.port(&number_source::numbers), add.port(&adder::numbers), capacity);
    connect(add.port(&adder::sums), sink.port(&number_sink::numbers), capacity);
    actors::run(members.run(), {.workers = 2});
    std::vector<int> expected = up_to(1001);
    expected.erase(expected.begin());
    EXPECT_EQ(taken, expected) << "capacity " << capacity;
  }
}

TEST(team, a_team_without_actors_ends_at_once) {
  team nobody;
  actors::run(nobody.run());
  EXPECT_TRUE(nobody.running().empty());
}

TEST(team, an_input_that_nothing_feeds_is_refused_with_actor_and_port) {  // A1
  team members;
  std::vector<int> taken;
  members.spawn<number_sink>({.name = "printer"}, &taken);
  try {
    actors::run(members.run());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const usage_error& fault) {
    const std::string message = fault.what();
    EXPECT_NE(message.find("'printer'"), std::string::npos) << message;
    EXPECT_NE(message.find("'numbers'"), std::string::npos) << message;
    EXPECT_NE(message.find("connect"), std::string::npos) << message;
  }
}

TEST(team, it_can_be_wired_and_run_after_a_refusal) {
  team members;
  std::vector<int> taken;
  auto sink = members.spawn<number_sink>(&taken);
  EXPECT_THROW(actors::run(members.run()), usage_error);
  auto source = members.spawn<number_source>(3);
  connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers));
  actors::run(members.run());
  EXPECT_EQ(taken, up_to(3));
}

TEST(team, it_runs_once) {
  team members;
  members.spawn<number_source>(1);
  actors::run(members.run());
  EXPECT_THROW(actors::run(members.run()), usage_error);
  EXPECT_THROW(members.supervise({}), usage_error);
  auto late = members.spawn<number_source>(1);
  members.start(late);
  EXPECT_TRUE(late.end().is_set());  // it never began
  EXPECT_THROW(members.start(late), usage_error);
}

TEST(team, an_output_that_feeds_several_inputs_sends_a_copy_to_each) {  // A1
  team members;
  std::vector<int> one;
  std::vector<int> two;
  std::vector<int> three;
  auto source = members.spawn<number_source>(500);
  for (auto* taken : {&one, &two, &three}) {
    auto sink = members.spawn<number_sink>(taken);
    connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers), 3);
  }
  actors::run(members.run(), {.workers = 2});
  EXPECT_EQ(one, up_to(500));
  EXPECT_EQ(two, up_to(500));
  EXPECT_EQ(three, up_to(500));
}

class box_source final : public actor {
 public:
  explicit box_source(int count) : count_{count} {}
  out<std::unique_ptr<int>> boxes{*this, "boxes"};
  task<> run() override {
    for (int i = 0; i < count_; ++i) co_await boxes.send(std::make_unique<int>(i));
  }

 private:
  int count_;
};
class box_sink final : public actor {
 public:
  explicit box_sink(std::vector<int>* taken) : taken_{taken} {}
  in<std::unique_ptr<int>> boxes{*this, "boxes"};
  task<> run() override {
    while (auto box = co_await boxes.receive()) taken_->push_back(**box);
  }

 private:
  std::vector<int>* taken_;
};

TEST(team, values_that_only_move_go_to_one_input) {  // A1, C15
  team members;
  std::vector<int> taken;
  auto source = members.spawn<box_source>(100);
  auto sink = members.spawn<box_sink>(&taken);
  connect(source.port(&box_source::boxes), sink.port(&box_sink::boxes), 2);
  actors::run(members.run());
  EXPECT_EQ(taken, up_to(100));
}

TEST(team, values_that_only_move_are_refused_to_a_second_input) {  // A1, C15
  team members;
  std::vector<int> taken;
  auto source = members.spawn<box_source>(3);
  auto first = members.spawn<box_sink>(&taken);
  auto second = members.spawn<box_sink>(&taken);
  connect(source.port(&box_source::boxes), first.port(&box_sink::boxes));
  try {
    connect(source.port(&box_source::boxes), second.port(&box_sink::boxes));
    ADD_FAILURE() << "nothing was thrown";
  } catch (const usage_error& fault) {
    EXPECT_NE(std::string{fault.what()}.find("'boxes'"), std::string::npos) << fault.what();
  }
}

TEST(team, several_outputs_share_the_channel_of_one_input) {  // A1, C5
  for (const unsigned workers : {1U, 2U, 4U}) {
    team members;
    std::vector<int> taken;
    auto sink = members.spawn<number_sink>(&taken);
    for (int i = 0; i != 5; ++i) {
      auto source = members.spawn<number_source>(200);
      connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers), 4);
    }
    actors::run(members.run(), {.workers = workers});
    EXPECT_EQ(taken.size(), 1000U);
    for (int i = 0; i != 200; ++i) EXPECT_EQ(std::count(taken.begin(), taken.end(), i), 5) << i;
  }
}

TEST(team, an_output_that_feeds_nothing_counts_and_drops) {
  team members;
  auto& cell = *members.add("alone", [] { return std::make_unique<number_source>(1000); });
  actors::run(members.run());
  EXPECT_EQ(cell.find("numbers")->items(), 1000U);
}

class long_source final : public actor {
 public:
  out<test::counted> values{*this, "values"};
  explicit long_source(test::ledger* books) : books_{books} {}
  task<> run() override {
    for (int i = 0;; ++i) {
      test::counted value{*books_, i};
      co_await values.send(std::move(value));
    }
  }

 private:
  test::ledger* books_;
};
class short_sink final : public actor {
 public:
  in<test::counted> values{*this, "values"};
  explicit short_sink(int most) : most_{most} {}
  task<> run() override {
    for (int i = 0; i != most_; ++i) co_await values.receive();
  }

 private:
  int most_;
};

TEST(team, values_left_in_channels_are_destroyed_once) {  // C12, C11
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    test::ledger books;
    {
      team members;
      auto source = members.spawn<long_source>(&books);
      for (int i = 0; i != 3; ++i) {
        auto sink = members.spawn<short_sink>(i * 7);
        connect(source.port(&long_source::values), sink.port(&short_sink::values), static_cast<std::size_t>(i));
      }
      test::run_simulated(seed, members.run());
    }
    books.expect_settled();
  }
}

TEST(team, ports_count_what_passes) {
  team members;
  std::vector<int> taken;
  auto& source = *members.add("source", [] { return std::make_unique<number_source>(321); });
  auto& sink = *members.add("sink", [&taken] { return std::make_unique<number_sink>(&taken); });
  auto* from = static_cast<actors::detail::out_cell<int>*>(source.find("numbers"));
  auto* to = static_cast<actors::detail::in_cell<int>*>(sink.find("numbers"));
  actors::connect(actors::port_ref<actors::detail::out_cell<int>>{source, *from},
                  actors::port_ref<actors::detail::in_cell<int>>{sink, *to}, 5);
  actors::run(members.run());
  EXPECT_EQ(from->items(), 321U);
  EXPECT_EQ(to->items(), 321U);
}

TEST(team, actors_have_names_of_their_own_or_a_number) {
  team members;
  auto first = members.spawn<number_source>(1);
  auto second = members.spawn<number_source>({.name = "second"}, 1);
  EXPECT_EQ(first.name(), "actor-1");
  EXPECT_EQ(second.name(), "second");
}

}  // namespace
