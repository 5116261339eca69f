// Actors that are found by name while they run, and sent to.
#include <actors/actors.hpp>
#include <actors/snapshot.hpp>

#include "small_actors.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using actors::actor;
using actors::in;
using actors::sender;
using actors::task;
using actors::team;
using actors::usage_error;
using test::number_sink;

TEST(found_actor, is_sent_to_by_the_name_of_its_input) {  // A1
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<int> taken;
    team members;
    auto sink = members.spawn<number_sink>({.name = "sink"}, &taken);
    sender<int> kept = sink.sender(&number_sink::numbers, 1);
    members.spawn([&]() -> task<> {
      const auto found = members.find("sink");
      co_await found->sender_to<int>("numbers").send(0);
      const sender<int> again = members.find<number_sink>("sink")->sender_to<int>("numbers");
      kept = {};
      for (int i = 1; i != 5; ++i) co_await again.send(i);
    });
    test::run_simulated(seed, members.run());
    EXPECT_EQ(taken, test::up_to(5));
  }
}

TEST(found_actor, nobody_sends_once_its_last_sender_has_gone) {  // A1
  std::vector<int> taken;
  team members;
  auto sink = members.spawn<number_sink>({.name = "sink"}, &taken);
  sender<int> kept = sink.sender(&number_sink::numbers, 1);
  members.spawn([&]() -> task<> {
    EXPECT_TRUE(sink.sender_to<int>("numbers"));
    kept = {};
    EXPECT_FALSE(sink.sender_to<int>("numbers"));
    co_await sink.ended();
    EXPECT_FALSE(sink.sender_to<int>("numbers"));
  });
  test::run_simulated(1, members.run());
}

TEST(found_actor, nobody_sends_to_one_that_has_ended) {  // A1
  std::vector<int> taken;
  team members;
  auto sink = members.spawn<number_sink>({.name = "sink"}, &taken, 1);
  const sender<int> kept = sink.sender(&number_sink::numbers, 1);
  members.spawn([&]() -> task<> {
    co_await sink.sender_to<int>("numbers").send(1);
    co_await sink.ended();
    EXPECT_FALSE(sink.sender_to<int>("numbers"));
  });
  test::run_simulated(1, members.run());
}

TEST(found_actor, lets_go_of_its_channel_when_it_has_ended) {  // I4: what is gone is in no report
  std::vector<int> taken;
  actors::runtime two{{.workers = 2}};
  team members;
  auto sink = members.spawn<number_sink>({.name = "sink"}, &taken);
  sender<int> kept = sink.sender(&number_sink::numbers, 1);
  members.spawn([&]() -> task<> {
    const std::size_t before = two.snapshot().channels.size();
    kept = {};
    co_await sink.ended();
    EXPECT_EQ(two.snapshot().channels.size() + 1, before);
  });
  two.run(members.run());
}

TEST(found_actor, is_sent_to_by_threads_while_it_ends) {  // A1
  for (int round = 0; round != 50; ++round) {
    std::vector<int> taken;
    team members;
    auto sink = members.spawn<number_sink>({.name = "sink"}, &taken, 100);
    const sender<int> kept = sink.sender(&number_sink::numbers, 4);
    std::atomic<bool> started = false;
    members.spawn([&]() -> task<> {
      started = true;
      co_return;
    });
    std::thread sends{[&] {
      test::spin_until([&] { return started.load(); });
      while (const sender<int> found = members.find("sink")->sender_to<int>("numbers")) {
        if (found.try_send(1) == actors::channel_status::closed) break;
      }
    }};
    actors::run(members.run(), {.workers = 2});
    sends.join();
    EXPECT_EQ(taken.size(), 100U);
  }
}

/// Has one more port each time it is made.
class grows final : public actor {
 public:
  explicit grows(int* made) {
    for (int i = 0; i != *made; ++i) more_.push_back(std::make_unique<in<int>>(*this, "late-" + std::to_string(i)));
    ++*made;
  }
  task<> run() override { throw std::runtime_error{"once"}; }

 private:
  std::vector<std::unique_ptr<in<int>>> more_;
};

TEST(found_actor, makes_all_of_its_ports_when_it_is_spawned) {
  int made = 0;
  team members{{.max = 1}};
  members.spawn<grows>({.name = "grows"}, &made);
  try {
    test::run_simulated(1, members.run());
    ADD_FAILURE() << "it has not failed";
  } catch (const actors::actor_failed& fault) {
    EXPECT_NE(
        std::string_view{fault.what()}.find(
            "actor 'grows' makes the port 'late-0' after it has started: it makes all of them when it is spawned"),
        std::string_view::npos)
        << fault.what();
  }
}

std::string fault_of(const actors::actor_ref<number_sink>& of, std::string_view input) {
  try {
    static_cast<void>(of.sender_to<std::string>(input));
  } catch (const usage_error& fault) {
    return fault.what();
  }
  return "nothing was thrown";
}

TEST(found_actor, what_it_does_not_take_is_told) {
  std::vector<int> taken;
  team members;
  auto sink = members.spawn<number_sink>({.name = "sink"}, &taken);
  sender<int> kept = sink.sender(&number_sink::numbers, 1);
  EXPECT_EQ(fault_of(sink, "numbers"),
            "sender_to: actor 'sink' has not started: until then ask for sender(&its_class::input)");
  members.spawn([&]() -> task<> {
    EXPECT_EQ(fault_of(sink, "number"), "sender_to: actor 'sink' has no input 'number'; it has 'numbers'");
    const std::string another = fault_of(sink, "numbers");
    EXPECT_TRUE(
        another.starts_with("sender_to: the input 'numbers' of actor 'sink' takes values of type int, not std::"))
        << another;
    kept = {};
    co_return;
  });
  test::run_simulated(1, members.run());
}

/// Fails at each tenth number, with it in hand.
class often_fails final : public actor {
 public:
  explicit often_fails(std::atomic<int>* taken) : taken_{taken} {}
  in<int> numbers{*this, "numbers"};
  task<> run() override {
    while (const auto number = co_await numbers.receive()) {
      if (*number % 10 == 9) throw std::runtime_error{"at nine"};
      ++*taken_;
    }
  }

 private:
  std::atomic<int>* taken_;
};

TEST(found_actor, also_while_it_is_restarted_on_workers) {  // A1, A6
  constexpr int senders = 4;
  constexpr int each = 500;
  for (const unsigned workers : {1U, 4U}) {
    std::atomic<int> taken{0};
    team members{{.max = senders * each}};
    auto fails = members.spawn<often_fails>({.name = "fails"}, &taken);
    sender<int> kept = fails.sender(&often_fails::numbers, 4);
    std::atomic<int> left{senders};
    for (int k = 0; k != senders; ++k) {
      members.spawn([&]() -> task<> {
        for (int i = 0; i != each; ++i) {
          const sender<int> found = members.find("fails")->sender_to<int>("numbers");
          co_await found.send(i);
        }
        if (--left == 0) kept = {};
      });
    }
    actors::run(members.run(), {.workers = workers});
    EXPECT_EQ(taken, senders * each / 10 * 9);
    EXPECT_EQ(members.reports().front().lost, static_cast<std::uint64_t>(senders * each / 10));
  }
}

}  // namespace
