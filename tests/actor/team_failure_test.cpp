// Teams in which an actor fails: the others are stopped, and the failure says who it was.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using actors::actor;
using actors::actor_failed;
using actors::in;
using actors::out;
using actors::task;
using actors::team;
using test::adder;
using test::failing_sink;
using test::number_source;

std::string nested_message(const actor_failed& fault) {
  try {
    std::rethrow_if_nested(fault);
  } catch (const std::exception& cause) {
    return cause.what();
  }
  return "nothing is nested";
}

TEST(team_failure, it_stops_the_others_and_names_the_actor_and_the_reason) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    team members;
    auto source = members.spawn<number_source>(std::optional<int>{}, static_cast<std::atomic<int>*>(nullptr));
    auto add = members.spawn<adder>(1);
    auto sink = members.spawn<failing_sink>({.name = "disk"}, 3);
    members.spawn<test::sleeper>();
    connect(source.port(&number_source::numbers), add.port(&adder::numbers), 1);
    connect(add.port(&adder::sums), sink.port(&failing_sink::numbers), seed % 3);
    try {
      test::run_simulated(seed, members.run());
      ADD_FAILURE() << "nothing was thrown";
    } catch (const actor_failed& fault) {
      EXPECT_EQ(fault.actor_name(), "disk");
      EXPECT_STREQ(fault.what(), "actor 'disk' failed: the disk is full");
      EXPECT_EQ(nested_message(fault), "the disk is full");
    }
    EXPECT_TRUE(members.running().empty());
  }
}

TEST(team_failure, it_stops_the_others_on_workers) {
  for (const unsigned workers : {1U, 2U, 4U}) {
    team members;
    auto source = members.spawn<number_source>(std::optional<int>{}, static_cast<std::atomic<int>*>(nullptr));
    auto sink = members.spawn<failing_sink>(100);
    for (int i = 0; i != 20; ++i) members.spawn<test::sleeper>();
    connect(source.port(&number_source::numbers), sink.port(&failing_sink::numbers), 4);
    EXPECT_THROW(actors::run(members.run(), {.workers = workers}), actor_failed);
  }
}

// Fails when it is stopped, as a destructor or a last write may.
class fails_when_stopped final : public actor {
 public:
  task<> run() override {
    try {
      co_await actors::sleep(std::chrono::hours{1});
    } catch (const actors::cancelled&) {
      throw std::runtime_error{"a consequence"};
    }
  }
};
class fails_at_once final : public actor {
 public:
  task<> run() override {
    co_await actors::yield();
    throw std::runtime_error{"the cause"};
  }
};

TEST(team_failure, the_first_failure_counts_not_what_follows_from_it) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    team members;
    for (int i = 0; i != 3; ++i) members.spawn<fails_when_stopped>();
    members.spawn<fails_at_once>({.name = "first"});
    for (int i = 0; i != 3; ++i) members.spawn<fails_when_stopped>();
    try {
      test::run_simulated(seed, members.run());
      ADD_FAILURE() << "nothing was thrown";
    } catch (const actor_failed& fault) {
      EXPECT_EQ(fault.actor_name(), "first");
      EXPECT_EQ(nested_message(fault), "the cause");
    }
  }
}

class throws_a_number final : public actor {
 public:
  task<> run() override {
    throw 7;  // not derived from std::exception
    co_return;
  }
};

TEST(team_failure, what_is_no_exception_class_is_reported_too) {
  team members;
  members.spawn<throws_a_number>({.name = "odd"});
  try {
    actors::run(members.run());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const actor_failed& fault) {
    EXPECT_EQ(fault.actor_name(), "odd");
    EXPECT_THROW(std::rethrow_if_nested(fault), int);
  }
}

// An actor that waits for a task that was cancelled, not by the team.
class waits_for_cancelled final : public actor {
 public:
  task<> run() override {
    auto other = actors::spawn([]() -> task<> { co_await actors::sleep(std::chrono::hours{1}); }());
    other.cancel();
    co_await other;
  }
};

TEST(team_failure, a_cancellation_that_the_team_did_not_ask_for_is_a_failure) {
  team members;
  members.spawn<waits_for_cancelled>({.name = "impatient"});
  members.spawn<test::sleeper>();
  try {
    actors::run(members.run());
    ADD_FAILURE() << "nothing was thrown";
  } catch (const actor_failed& fault) {
    EXPECT_EQ(fault.actor_name(), "impatient");
    EXPECT_NE(std::string{fault.what()}.find("cancelled"), std::string::npos) << fault.what();
  }
}

// Not a coroutine that awaits: its body throws before it has one.
class throws_in_run final : public actor {
 public:
  task<> run() override { throw std::runtime_error{"no body"}; }
};

TEST(team_failure, a_body_that_throws_instead_of_giving_a_task_is_a_failure) {
  team members;
  members.spawn<throws_in_run>({.name = "bodyless"});
  members.spawn<test::sleeper>();
  EXPECT_THROW(actors::run(members.run()), actor_failed);
}

class sends_after_close final : public actor {
 public:
  explicit sends_after_close(std::atomic<bool>* refused) : refused_{refused} {}
  out<int> numbers{*this, "numbers"};
  task<> run() override {
    try {
      for (;;) co_await numbers.send(1);
    } catch (const actors::channel_closed&) {
      *refused_ = true;
    }
    throw std::runtime_error{"and then it failed"};
  }

 private:
  std::atomic<bool>* refused_;
};

TEST(team_failure, an_actor_that_goes_on_after_its_peer_has_ended_can_still_fail) {  // C9
  team members;
  std::atomic<bool> refused = false;
  std::vector<int> taken;
  auto source = members.spawn<sends_after_close>(&refused);
  auto sink = members.spawn<test::number_sink>(&taken, std::size_t{2});
  connect(source.port(&sends_after_close::numbers), sink.port(&test::number_sink::numbers), 1);
  EXPECT_THROW(actors::run(members.run()), actor_failed);
  EXPECT_TRUE(refused);
}

TEST(team_failure, a_failure_while_the_team_drains_is_reported) {
  team members;
  auto source = members.spawn<number_source>(std::optional<int>{}, static_cast<std::atomic<int>*>(nullptr));
  auto sink = members.spawn<failing_sink>(1'000'000);
  connect(source.port(&number_source::numbers), sink.port(&failing_sink::numbers), 4);
  members.drain();  // the sink sees its end and throws
  EXPECT_THROW(actors::run(members.run()), actor_failed);
}

}  // namespace
