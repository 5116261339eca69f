// Ports by themselves: names, types, directions, and what a cell knows about them.
#include <actors/actors.hpp>

#include "small_actors.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <typeindex>
#include <vector>

namespace {

using actors::actor;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using actors::usage_error;
using actors::detail::port_direction;

template <class F>
std::string message_of(F&& act) {
  try {
    act();
  } catch (const usage_error& fault) {
    return fault.what();
  }
  return "nothing was thrown";
}

class two_inputs final : public actor {
 public:
  in<int> left{*this, "left"};
  in<std::string> right{*this, "right"};
  out<std::unique_ptr<int>> boxes{*this, "boxes"};
  task<> run() override { co_return; }
};

TEST(port, an_actor_knows_its_ports_in_the_order_of_their_declaration) {  // A1
  team members;
  auto& cell = *members.add("pair", [] { return std::make_unique<two_inputs>(); });
  ASSERT_EQ(cell.ports().size(), 3U);
  EXPECT_EQ(cell.ports()[0]->name(), "left");
  EXPECT_EQ(cell.ports()[1]->name(), "right");
  EXPECT_EQ(cell.ports()[2]->name(), "boxes");
  EXPECT_EQ(cell.ports()[0]->direction(), port_direction::in);
  EXPECT_EQ(cell.ports()[2]->direction(), port_direction::out);
  EXPECT_EQ(cell.ports()[0]->type(), std::type_index{typeid(int)});
  EXPECT_EQ(cell.ports()[1]->type(), std::type_index{typeid(std::string)});
  EXPECT_EQ(cell.ports()[2]->type(), std::type_index{typeid(std::unique_ptr<int>)});
}

TEST(port, it_is_found_by_its_name) {  // A1
  team members;
  auto& cell = *members.add("pair", [] { return std::make_unique<two_inputs>(); });
  EXPECT_EQ(cell.find("right"), cell.ports()[1].get());
  EXPECT_EQ(cell.find("Right"), nullptr);
  EXPECT_EQ(cell.find(""), nullptr);
}

class same_name_twice final : public actor {
 public:
  in<int> first{*this, "data"};
  in<long> second{*this, "data"};
  task<> run() override { co_return; }
};
class same_name_both_ways final : public actor {
 public:
  in<int> first{*this, "data"};
  out<int> second{*this, "data"};
  task<> run() override { co_return; }
};

TEST(port, two_ports_of_one_name_are_refused_with_the_actor_and_the_name) {  // A1
  team members;
  for (const std::string& message :
       {message_of([&] { members.add("mixer", [] { return std::make_unique<same_name_twice>(); }); }),
        message_of([&] { members.add("mixer", [] { return std::make_unique<same_name_both_ways>(); }); })}) {
    EXPECT_NE(message.find("mixer"), std::string::npos) << message;
    EXPECT_NE(message.find("data"), std::string::npos) << message;
  }
  EXPECT_TRUE(members.cells().empty());  // what could not be made is no member
}

TEST(port, an_actor_outside_of_a_spawn_is_refused) {  // A1
  const std::string message = message_of([] { const test::sleeper alone; });
  EXPECT_NE(message.find("team::spawn"), std::string::npos) << message;
  EXPECT_THROW(std::make_unique<test::sleeper>(), usage_error);
}

// Makes another actor inside of its own constructor: a member of another team.
class nested final : public actor {
 public:
  nested() { inner.spawn<test::number_source>(3); }
  team inner;
  out<int> numbers{*this, "numbers"};
  task<> run() override { co_return; }
};

TEST(port, an_actor_made_inside_of_another_ones_constructor_has_its_own_ports) {  // A1
  team members;
  auto& cell = *members.add("outer", [] { return std::make_unique<nested>(); });
  ASSERT_EQ(cell.ports().size(), 1U);
  const auto& inner = static_cast<nested&>(cell.made_object()).inner;
  EXPECT_EQ(inner.cells().front()->ports().size(), 1U);
}

class throws_in_constructor final : public actor {
 public:
  explicit throws_in_constructor(const std::string& why) { throw std::runtime_error{why}; }
  in<int> numbers{*this, "numbers"};
  task<> run() override { co_return; }
};

TEST(port, what_an_actors_constructor_throws_comes_out_of_spawn) {
  team members;
  try {
    members.spawn<throws_in_constructor>(std::string{"no licence"});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const std::runtime_error& fault) {
    EXPECT_STREQ(fault.what(), "no licence");
  }
  EXPECT_TRUE(members.cells().empty());
  EXPECT_THROW(std::make_unique<test::sleeper>(), usage_error);  // the failed construction left nothing behind
  members.spawn<test::number_source>(1);                         // and the team can be used on
  actors::run(members.run());
}

TEST(port, an_output_tells_whether_it_is_connected_and_how_much_fits) {
  team members;
  std::vector<int> taken;
  auto source = members.spawn<test::number_source>(1);
  auto sink = members.spawn<test::number_sink>(&taken);
  auto port = source.port(&test::number_source::numbers);
  EXPECT_FALSE(port.cell.attached());
  EXPECT_EQ(port.cell.piece(), actors::unbounded);
  connect(port, sink.port(&test::number_sink::numbers), 7);
  EXPECT_TRUE(port.cell.attached());
  EXPECT_EQ(port.cell.piece(), 7U);
}

class copied_and_pasted final : public actor {
 public:
  in<int> left{*this, "in"};
  in<int> right{*this, "in"};
  task<> run() override { co_return; }
};

TEST(port, two_ports_alike_of_one_name_are_refused_too) {  // A1
  team members;
  EXPECT_EQ(message_of([&] { members.spawn<copied_and_pasted>({.name = "twins"}); }),
            "actor 'twins' has two ports named 'in'");
}

TEST(port, of_an_actor_whose_team_is_gone_it_is_refused) {
  const auto late = [] {
    team gone;
    return gone.spawn<two_inputs>({.name = "late"});
  }();
  EXPECT_EQ(message_of([&] { static_cast<void>(late.sender(&two_inputs::left)); }),
            "the ports of actor 'late' are asked for after it has ended: its team is gone");
}

}  // namespace
