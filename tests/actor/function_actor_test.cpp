// Actors that are functions, and how outputs feed several inputs.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using actors::usage_error;
using test::number_sink;
using test::number_source;
using test::up_to;

task<> twice(in<int>& numbers, out<int>& doubled) {
  while (auto number = co_await numbers.receive()) co_await doubled.send(2 * *number);
}

TEST(function_actor, has_its_parameters_as_ports) {  // A1
  std::vector<int> taken;
  team members;
  auto source = members.spawn<number_source>(50);
  auto middle = members.spawn({.name = "twice"}, &twice);
  auto sink = members.spawn([&](in<int>& numbers) -> task<> {
    while (auto number = co_await numbers.receive()) taken.push_back(*number);
  });
  connect(source.port(&number_source::numbers), middle.port<0>());
  connect(middle.port<1>(), sink.port<0>());
  EXPECT_EQ(middle.cell()->ports()[0]->name(), "in");
  EXPECT_EQ(middle.cell()->ports()[1]->name(), "out");
  test::run_simulated(1, members.run());
  ASSERT_EQ(taken.size(), 50U);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(taken[static_cast<std::size_t>(i)], 2 * i);
}

TEST(function_actor, numbers_ports_of_one_direction) {
  team members;
  auto one = members.spawn([](in<int>&, out<int>&, in<std::string>&) -> task<> { co_return; });
  EXPECT_EQ(one.cell()->ports()[0]->name(), "in-1");
  EXPECT_EQ(one.cell()->ports()[1]->name(), "out");
  EXPECT_EQ(one.cell()->ports()[2]->name(), "in-2");
}

TEST(function_actor, begins_anew_from_a_copy_after_a_failure) {  // A6
  std::vector<int> taken;
  team members{{.max = 5}};
  auto source = members.spawn<number_source>(10);
  auto sink = members.spawn([&taken, seen = 0](in<int>& numbers) mutable -> task<> {
    while (auto number = co_await numbers.receive()) {
      if (++seen == 4) throw std::runtime_error{"four are enough"};
      taken.push_back(*number);
    }
  });
  connect(source.port(&number_source::numbers), sink.port<0>());
  test::run_simulated(1, members.run());
  EXPECT_EQ(taken, (std::vector{0, 1, 2, 4, 5, 6, 8, 9}));
  EXPECT_EQ(members.reports()[1].lost, 2U);
}

TEST(ends_of_ports, can_be_had_by_others) {  // A1
  std::vector<int> taken;
  team members;
  auto middle = members.spawn(&twice);
  auto [to, numbers] = actors::channel<int>(1);
  connect(std::move(numbers), middle.port<0>());
  auto [doubled, from] = actors::channel<int>(1);
  connect(middle.port<1>(), std::move(doubled));
  test::run_simulated(
      1, [](team& all, actors::sender<int> into, actors::receiver<int> results, std::vector<int>& gotten) -> task<> {
        auto running = actors::spawn(all.run());
        for (int i = 0; i < 3; ++i) {
          co_await into.send(i);
          gotten.push_back(*co_await results.receive());
        }
        into = {};
        co_await running;
      }(members, std::move(to), std::move(from), taken));
  EXPECT_EQ(taken, (std::vector{0, 2, 4}));
}

TEST(ends_of_ports, are_given_by_a_reference_until_the_actor_starts) {  // A1
  std::vector<int> taken;
  team members;
  auto source = members.spawn<number_source>(3);
  auto sink = members.spawn<number_sink>(&taken);
  test::run_simulated(1, [](team& all, actors::receiver<int> from, actors::sender<int> to) -> task<> {
    auto running = actors::spawn(all.run());
    while (auto number = co_await from.receive()) co_await to.send(10 * *number);
    to = {};
    co_await running;
  }(members, source.receiver(&number_source::numbers, 2), sink.sender(&number_sink::numbers)));
  EXPECT_EQ(taken, (std::vector{0, 10, 20}));
  EXPECT_THROW(sink.sender(&number_sink::numbers), usage_error);
}

std::vector<std::vector<int>> dealt(std::size_t seed, bool by_key) {
  std::vector<std::vector<int>> taken(3);
  team members;
  auto source = members.spawn<number_source>(60);
  auto port = source.port(&number_source::numbers);
  if (by_key)
    deal_by_key(port, [](int number) { return static_cast<std::size_t>(number / 10); });
  else
    deal(port);
  for (auto& into : taken) connect(port, members.spawn<number_sink>(&into).port(&number_sink::numbers), 2);
  test::run_simulated(seed, members.run());
  return taken;
}

TEST(dealing, gives_each_item_to_one_input_in_turn) {  // A1
  for (std::size_t seed = 1; seed <= 5; ++seed) {
    const auto taken = dealt(seed, false);
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(taken[i].size(), 20U);
      for (std::size_t j = 0; j < 20; ++j) EXPECT_EQ(taken[i][j], static_cast<int>(3 * j + i));
    }
  }
}

TEST(dealing, by_key_keeps_what_belongs_together) {  // A1
  for (std::size_t seed = 1; seed <= 5; ++seed) {
    const auto taken = dealt(seed, true);
    for (std::size_t i = 0; i < 3; ++i) {
      ASSERT_EQ(taken[i].size(), 20U);
      for (std::size_t j = 0; j < 20; ++j) EXPECT_EQ(taken[i][j], static_cast<int>((j < 10 ? i : i + 3) * 10 + j % 10));
    }
  }
}

TEST(dealing, works_for_values_that_only_move) {  // A1
  using item = std::unique_ptr<int>;
  int sum = 0;
  team members;
  auto source = members.spawn([](out<item>& items) -> task<> {
    for (int i = 1; i <= 10; ++i) co_await items.send(std::make_unique<int>(i));
  });
  const auto add = [&sum](in<item>& items) -> task<> {
    while (auto each = co_await items.receive()) sum += **each;
  };
  auto one = members.spawn(add);
  auto other = members.spawn(add);
  connect(source.port<0>(), one.port<0>());
  EXPECT_THROW(connect(source.port<0>(), other.port<0>()), usage_error);  // no copies of these
  deal(source.port<0>());
  connect(source.port<0>(), other.port<0>());
  test::run_simulated(1, members.run());
  EXPECT_EQ(sum, 55);
}

/// Takes two items; then it fails.
task<> takes_two(in<int>& items) {
  for (int i = 0; i != 2; ++i) co_await items.receive();
  throw std::runtime_error{"enough"};
}

TEST(dealing, passes_over_those_that_have_ended) {  // A1, A3
  for (std::size_t seed = 1; seed <= 20; ++seed) {
    std::vector<int> taken;
    team members{{.max = 3}};
    auto source = members.spawn<number_source>(60);
    auto port = source.port(&number_source::numbers);
    deal(port);
    const auto short_lived = members.spawn({.name = "short", .life = actors::lifetime::temporary}, takes_two);
    connect(port, short_lived.port<0>(), seed % 3);
    for (int i = 0; i != 2; ++i)
      connect(port, members.spawn<number_sink>(&taken).port(&number_sink::numbers), seed % 2);
    test::run_simulated(seed, members.run());
    // Two were taken, and at most what lay in its channel went with it.
    EXPECT_GE(taken.size(), 60 - 2 - seed % 3);
    EXPECT_EQ(members.cells().front()->find("numbers")->items(), 60U);
  }
}

TEST(dealing, ends_the_sender_when_all_have_ended) {  // A1
  team members{{.max = 3}};
  auto source = members.spawn<number_source>(60);
  auto port = source.port(&number_source::numbers);
  deal_by_key(port, [](int number) { return static_cast<std::size_t>(number); });
  std::vector<int> one;
  std::vector<int> other;
  connect(port, members.spawn<number_sink>(&one, 3U).port(&number_sink::numbers), 1);
  connect(port, members.spawn<number_sink>(&other, 5U).port(&number_sink::numbers), 1);
  test::run_simulated(1, members.run());
  EXPECT_EQ(one, (std::vector{0, 2, 4}));
  EXPECT_EQ(other.size(), 5U);
  EXPECT_LT(members.cells().front()->find("numbers")->items(), 60U);
}

/// Deals from a thread that may block.
class slow_dealer final : public actors::blocking_actor {
 public:
  out<int> numbers{*this, "numbers"};
  void work() override {
    for (int i = 0; i != 60; ++i) send(numbers, i);
  }
};

TEST(dealing, of_an_actor_that_blocks_passes_over_those_that_have_ended) {  // A1, A8
  std::vector<int> taken;
  team members{{.max = 3}};
  auto port = members.spawn<slow_dealer>().port(&slow_dealer::numbers);
  deal(port);
  const auto short_lived = members.spawn({.name = "short", .life = actors::lifetime::temporary}, takes_two);
  connect(port, short_lived.port<0>(), 1);
  connect(port, members.spawn<number_sink>(&taken).port(&number_sink::numbers), 1);
  actors::run(members.run());
  EXPECT_GE(taken.size(), 57U);
}

/// Notes what its first send throws.
class notes_what_is_thrown final : public actors::blocking_actor {
 public:
  explicit notes_what_is_thrown(std::string* what) : what_{what} {}
  out<int> numbers{*this, "numbers"};
  void work() override {
    try {
      send(numbers, 1);
    } catch (const std::exception& fault) {
      *what_ = fault.what();
    }
  }

 private:
  std::string* what_;
};

// It says more than that the channel is closed.
TEST(dealing, throws_what_all_channels_were_poisoned_with) {  // A1, C8
  for (const bool deals : {false, true}) {
    std::string by_a_thread;
    std::string by_a_task;
    team members;
    auto blocks = members.spawn<notes_what_is_thrown>(&by_a_thread);
    auto suspends = members.spawn([&by_a_task](out<int>& numbers) -> task<> {
      try {
        co_await numbers.send(1);
      } catch (const std::exception& fault) {
        by_a_task = fault.what();
      }
    });
    if (deals) deal(blocks.port(&notes_what_is_thrown::numbers));
    if (deals) deal(suspends.port<0>());
    for (int i = 0; i != (deals ? 2 : 1); ++i) {
      auto [to, from] = actors::channel<int>(1);
      to.poison(std::make_exception_ptr(std::runtime_error{"the disk is full"}));
      connect(blocks.port(&notes_what_is_thrown::numbers), to);
      connect(suspends.port<0>(), to);
    }
    actors::run(members.run());
    EXPECT_EQ(by_a_thread, "the disk is full");
    EXPECT_EQ(by_a_task, "the disk is full");
  }
}

}  // namespace
