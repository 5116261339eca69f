// Actors that are spawned while their team runs, and how actors are found by name.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "supervised_actors.hpp"
#include "support/seen_messages.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor;
using actors::actor_failed;
using actors::actor_report;
using actors::actor_state;
using actors::in;
using actors::lifetime;
using actors::restart;
using actors::sender;
using actors::task;
using actors::team;
using actors::usage_error;
using test::number_sink;
using test::number_source;
using test::sleeper;
using test::up_to;

/// Sends one number to somebody.
class worker final : public actor {
 public:
  worker(sender<int> to, int number) : to_{std::move(to)}, number_{number} {}
  task<> run() override {
    co_await actors::yield();
    co_await to_.send(number_);
  }

 private:
  sender<int> to_;
  int number_;
};

/// Starts so many workers, which send to whoever it was told of.
class foreman final : public actor {
 public:
  foreman(team* where, sender<int> to, int workers) : where_{where}, to_{std::move(to)}, workers_{workers} {}
  task<> run() override {
    for (int i = 0; i < workers_; ++i) where_->start(where_->spawn<worker>(to_, i));
    co_return;
  }

 private:
  team* where_;
  sender<int> to_;
  int workers_;
};

TEST(dynamic_actors, work_as_those_that_were_there_from_the_beginning) {  // A3
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::vector<int> taken;
    team members;
    auto sink = members.spawn<number_sink>({.name = "sink"}, &taken);
    members.spawn<foreman>({.name = "foreman"}, &members, sink.sender(&number_sink::numbers), 100);
    test::run_simulated(seed, members.run());
    std::sort(taken.begin(), taken.end());
    EXPECT_EQ(taken, up_to(100));
    EXPECT_EQ(members.reports().size(), 2U);  // the workers are forgotten
  }
}

TEST(dynamic_actors, are_wired_through_ports_before_they_start) {  // A1
  std::vector<int> taken;
  team members;
  members.spawn([&]() -> task<> {
    auto source = members.spawn<number_source>(100);
    auto sink = members.spawn<number_sink>({.name = "sink"}, &taken);
    connect(source.port(&number_source::numbers), sink.port(&number_sink::numbers), 4);
    EXPECT_THROW(members.start(members.spawn<number_sink>(&taken)), usage_error);  // nothing feeds it
    members.start(sink);
    members.start(source);
    EXPECT_THROW(sink.port(&number_sink::numbers), usage_error);
    const actor_report how = co_await sink.ended();
    EXPECT_EQ(how.state, actor_state::ended);
    EXPECT_EQ(how.name, "sink");
  });
  test::run_simulated(1, members.run());
  EXPECT_EQ(taken, up_to(100));
}

TEST(dynamic_actors, are_started_by_plain_threads_too) {  // A3
  constexpr int each = 200;
  for (const unsigned workers : {1U, 2U}) {
    std::vector<int> taken;
    team members;
    auto [to, from] = actors::channel<int>(1);
    auto sink = members.spawn<number_sink>(&taken);
    connect(std::move(from), sink.port(&number_sink::numbers));
    const auto start_some = [&members](sender<int> out, int first) {
      test::spin_until([&] { return !members.running().empty(); });
      for (int i = 0; i != each; ++i) members.start(members.spawn<worker>(out, first + i));
    };
    {
      std::jthread other{start_some, to, 0};
      std::jthread third{start_some, std::move(to), each};
      actors::run(members.run(), {.workers = workers});
    }
    std::sort(taken.begin(), taken.end());
    EXPECT_EQ(taken, up_to(2 * each));
    EXPECT_EQ(members.reports().size(), 1U);
  }
}

/// Starts workers, on a thread that may block.
class slow_foreman final : public actors::blocking_actor {
 public:
  slow_foreman(team* where, sender<int> to) : where_{where}, to_{std::move(to)} {}
  void work() override {
    for (int i = 0; i != 100; ++i) where_->start(where_->spawn<worker>(to_, i));
  }

 private:
  team* where_;
  sender<int> to_;
};

TEST(dynamic_actors, are_started_by_actors_that_block) {  // A3, A8
  std::vector<int> taken;
  team members;
  auto sink = members.spawn<number_sink>(&taken);
  members.spawn<slow_foreman>(&members, sink.sender(&number_sink::numbers));
  actors::run(members.run());
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(taken, up_to(100));
}

// It is the team's runtime that they run on.
TEST(dynamic_actors, are_started_by_tasks_of_another_runtime) {  // A3
  std::vector<int> taken;
  team members;
  auto [to, from] = actors::channel<int>(1);
  auto sink = members.spawn<number_sink>(&taken);
  connect(std::move(from), sink.port(&number_sink::numbers));
  const std::jthread other{[&members, out = std::move(to)]() mutable {
    test::spin_until([&] { return !members.running().empty(); });
    actors::run([](team& where, sender<int> to_sink) -> task<> {
      for (int i = 0; i != 100; ++i) where.start(where.spawn<worker>(to_sink, i));
      co_return;
    }(members, std::move(out)));
  }};
  actors::run(members.run());
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(taken, up_to(100));
}

/// Fails at once, so many times.
class fails_first final : public actor {
 public:
  fails_first(int* runs, int times) : runs_{runs}, times_{times} {}
  task<> run() override {
    co_await actors::yield();
    if (++*runs_ <= times_) throw std::runtime_error{"not yet"};
  }

 private:
  int* runs_;
  int times_;
};

TEST(dynamic_actors, are_restarted_and_escalate_as_others) {  // A3 A4
  for (const int failures : {3, 4}) {
    int runs = 0;
    team members{{.max = 3}};
    members.spawn([&]() -> task<> {
      auto one = members.spawn<fails_first>({.name = "one"}, &runs, failures);
      members.start(one);
      co_await one.ended();
    });
    if (failures == 3)
      test::run_simulated(1, members.run());
    else
      EXPECT_THROW(test::run_simulated(1, members.run()), actor_failed);
    EXPECT_EQ(runs, 4);
  }
}

TEST(dynamic_actors, temporary_ones_are_forgotten_when_they_fail) {  // A3
  int runs = 0;
  team members{{.max = 3}};
  members.spawn([&]() -> task<> {
    for (int i = 0; i < 10; ++i) {
      auto one = members.spawn<fails_first>({.name = "one", .life = lifetime::temporary}, &runs, 100);
      members.start(one);
      const actor_report how = co_await one.ended();
      EXPECT_EQ(how.state, actor_state::failed);
      EXPECT_EQ(how.last_error, "not yet");
      co_await actors::sleep(1ms);
      EXPECT_FALSE(members.find("one"));
    }
  });
  test::run_simulated(1, members.run());
  EXPECT_EQ(runs, 10);
}

TEST(dynamic_actors, are_stopped_with_the_team_and_before_those_that_were_there) {  // A5
  std::vector<std::string> stopped;
  class notes_its_end final : public actor {
   public:
    notes_its_end(std::vector<std::string>* into, const char* name) : into_{into}, name_{name} {}
    task<> run() override {
      try {
        co_await actors::sleep(1h);
      } catch (const actors::cancelled&) {
        into_->push_back(name_);
        throw;
      }
    }

   private:
    std::vector<std::string>* into_;
    const char* name_;
  };
  team members;
  members.spawn<notes_its_end>(&stopped, "first");
  members.spawn([&]() -> task<> {
    members.start(members.spawn<notes_its_end>(&stopped, "second"));
    members.start(members.spawn<notes_its_end>(&stopped, "third"));
    co_await actors::sleep(1s);
    members.stop();
    co_await actors::sleep(0s);
    auto late = members.spawn<notes_its_end>(&stopped, "late");
    members.start(late);
    EXPECT_TRUE(late.end().is_set());  // it has not begun
    co_return;
  });
  EXPECT_THROW(test::run_simulated(1, members.run()), actors::cancelled);
  EXPECT_EQ(stopped, (std::vector<std::string>{"third", "second", "first"}));
}

TEST(dynamic_actors, of_a_team_that_is_restarted_are_gone) {  // A3
  int runs = 0;
  int children = 0;
  team outer{{.max = 3}};
  team& inner = outer.supervise({.max = 0}, {.name = "inner"});
  inner.spawn([&]() -> task<> {
    inner.start(inner.spawn([&]() -> task<> {
      ++children;
      co_await actors::sleep(1h);
    }));
    co_await actors::sleep(1ms);
    if (++runs < 3) throw std::runtime_error{"again"};
    inner.stop();
  });
  test::run_simulated(1, outer.run());
  EXPECT_EQ(runs, 3);
  EXPECT_EQ(children, 3);
}

TEST(dynamic_actors, are_started_once_and_while_the_team_runs) {  // A3
  team members;
  EXPECT_THROW(members.start(members.spawn<sleeper>({.name = "early"})), usage_error);
  team others;
  others.spawn({.name = "first"}, [&]() -> task<> {
    auto one = others.spawn([]() -> task<> { co_return; });
    others.start(one);
    EXPECT_THROW(others.start(one), usage_error);
    EXPECT_THROW(others.start(*others.find("first")), usage_error);
    auto another = others.spawn({.name = "first"}, []() -> task<> { co_return; });
    EXPECT_THROW(others.start(another), usage_error);  // the name is taken
    co_return;
  });
  test::run_simulated(1, others.run());
}

TEST(dynamic_actors, one_that_is_never_started_closes_its_channels) {
  team members;
  members.spawn([&]() -> task<> {
    auto [to, from] = actors::channel<int>(1);
    {
      auto source = members.spawn<number_source>(3);
      connect(source.port(&number_source::numbers), std::move(to));
    }
    EXPECT_FALSE(co_await from.receive());
  });
  test::run_simulated(1, members.run());
}

TEST(actor_names, are_found_in_their_team) {
  team members;
  auto one = members.spawn<sleeper>({.name = "one"});
  EXPECT_EQ(members.find("one")->cell(), one.cell());
  EXPECT_EQ(members.find<sleeper>("one")->name(), "one");
  EXPECT_FALSE(members.find("two"));
  EXPECT_THROW(static_cast<void>(members.find<number_source>("one")), usage_error);
}

TEST(actor_names, are_given_once) {
  team members;
  members.spawn<sleeper>({.name = "one"});
  try {
    members.spawn<sleeper>({.name = "one"});
    ADD_FAILURE() << "nothing was thrown";
  } catch (const usage_error& fault) {
    EXPECT_STREQ(fault.what(), "a team has an actor named 'one' already: names are for finding, give it another");
  }
  EXPECT_EQ(members.cells().size(), 1U);
}

// Many of them, on workers: what ends is forgotten while others start.
TEST(dynamic_actors, come_and_go_on_several_workers) {
  constexpr int each = 2'000;
  std::vector<int> taken;
  team members;
  auto sink = members.spawn<number_sink>({.name = "sink"}, &taken);
  for (int i = 0; i < 4; ++i) members.spawn<foreman>(&members, sink.sender(&number_sink::numbers), each);
  actors::run(members.run());
  EXPECT_EQ(taken.size(), 4U * each);
  EXPECT_EQ(members.reports().size(), 5U);
}

// Whoever hears of the end may give the name to the next one.
TEST(dynamic_actors, a_name_is_free_when_its_end_is_told) {  // A2, A3
  for (const unsigned workers : {1U, 2U}) {
    team members{{.max = 0}};
    members.spawn([&members]() -> task<> {
      for (int i = 0; i != 300; ++i) {
        auto one = members.spawn({.name = "connection", .life = lifetime::temporary}, [i]() -> task<> {
          if (i % 2 == 0) throw std::runtime_error{"lost"};
          co_return;
        });
        members.start(one);
        co_await one.ended();
      }
    });
    const test::seen_messages silent;
    actors::run(members.run(), {.workers = workers});
  }
}

TEST(dynamic_actors, are_started_once_also_by_two_threads) {  // A3
  team members;
  std::atomic<int> runs = 0;
  std::atomic<int> refused = 0;
  auto [to, from] = actors::channel<int>(1);
  std::vector<int> taken;
  auto sink = members.spawn<number_sink>(&taken);
  connect(std::move(from), sink.port(&number_sink::numbers));
  const auto start_all = [&](std::vector<actors::actor_ref<actors::actor>> some) {
    for (const auto& each : some) {
      try {
        members.start(each);
      } catch (const usage_error&) {
        ++refused;
      }
    }
  };
  std::jthread both{[&, open = std::move(to)]() mutable {
    test::spin_until([&] { return !members.running().empty(); });
    std::vector<actors::actor_ref<actors::actor>> some;
    for (int i = 0; i != 200; ++i)
      some.emplace_back(members
                            .spawn([&runs]() -> task<> {
                              ++runs;
                              co_return;
                            })
                            .cell());
    {
      const std::jthread one{start_all, some};
      const std::jthread other{start_all, some};
    }
    open = {};
  }};
  actors::run(members.run());
  EXPECT_EQ(runs, 200);
  EXPECT_EQ(refused, 200);
}

}  // namespace
