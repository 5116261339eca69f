// Links between actors, and exits that others ask for.
#include <actors/actors.hpp>

#include "small_actors.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor;
using actors::actor_failed;
using actors::actor_report;
using actors::actor_state;
using actors::lifetime;
using actors::task;
using actors::team;
using actors::usage_error;

/// Runs for some time, then ends as it was told; counts its runs.
class lives final : public actor {
 public:
  lives(int* runs, std::chrono::milliseconds time, int failures) : runs_{runs}, time_{time}, failures_{failures} {}
  task<> run() override {
    const int now = ++*runs_;
    co_await actors::sleep(time_);
    if (now <= failures_) throw std::runtime_error{"boom"};
  }

 private:
  int* runs_;
  std::chrono::milliseconds time_;
  int failures_;
};

TEST(actor_link, a_failure_ends_the_other_with_the_same_reason) {  // A2
  int a_runs = 0;
  int b_runs = 0;
  team members{{.max = 10}};
  auto a = members.spawn<lives>({.name = "a", .life = lifetime::temporary}, &a_runs, 10ms, 1);
  auto b = members.spawn<lives>({.name = "b", .life = lifetime::temporary}, &b_runs, 1h, 0);
  link(a, b);
  test::run_simulated(1, members.run());
  const auto reports = members.reports();
  EXPECT_EQ(reports[1].state, actor_state::failed);
  EXPECT_EQ(reports[1].last_error, "actor 'a' failed: boom");
  EXPECT_EQ(b_runs, 1);
}

TEST(actor_link, works_in_both_directions_and_between_teams) {  // A2
  int a_runs = 0;
  int b_runs = 0;
  team outer{{.max = 10}};
  team& one = outer.supervise({.max = 10}, {.name = "one"});
  team& other = outer.supervise({.max = 10}, {.name = "other"});
  auto a = one.spawn<lives>({.name = "a", .life = lifetime::temporary}, &a_runs, 1h, 0);
  auto b = other.spawn<lives>({.name = "b", .life = lifetime::temporary}, &b_runs, 10ms, 1);
  link(a, b);
  test::run_simulated(1, outer.run());
  EXPECT_EQ(one.reports()[0].last_error, "actor 'b' failed: boom");
}

TEST(actor_link, a_normal_end_ends_nobody) {  // A2
  int a_runs = 0;
  int b_runs = 0;
  team members;
  auto a = members.spawn<lives>(&a_runs, 10ms, 0);
  auto b = members.spawn<lives>(&b_runs, 1s, 0);
  link(a, b);
  test::run_simulated(1, members.run());
  EXPECT_EQ(members.reports()[1].state, actor_state::ended);
}

TEST(actor_link, both_are_restarted_once_and_linked_again) {  // A2 A3
  int a_runs = 0;
  int b_runs = 0;
  team members{{.max = 10}};
  auto a = members.spawn<lives>({.name = "a"}, &a_runs, 10ms, 2);
  auto b = members.spawn<lives>({.name = "b"}, &b_runs, 1s, 0);
  link(a, b);
  test::run_simulated(1, members.run());
  EXPECT_EQ(a_runs, 3);
  EXPECT_EQ(b_runs, 3);
}

TEST(actor_link, a_ring_of_links_ends_once) {  // A2
  int runs[4] = {};
  team members{{.max = 10}};
  std::vector<actors::actor_ref<lives>> ring;
  for (int i = 0; i < 4; ++i) ring.push_back(members.spawn<lives>(&runs[i], i == 0 ? 10ms : 1000ms, i == 0 ? 1 : 0));
  for (std::size_t i = 0; i < 4; ++i) link(ring[i], ring[(i + 1) % 4]);
  for (std::uint64_t seed = 1; seed <= 1; ++seed) test::run_simulated(seed, members.run());
  for (const int each : runs) EXPECT_EQ(each, 2);
}

TEST(actor_link, with_one_that_has_failed_already_ends_at_once) {  // A2
  int a_runs = 0;
  int b_runs = 0;
  team members;
  auto a = members.spawn<lives>({.name = "a", .life = lifetime::temporary}, &a_runs, 10ms, 1);
  auto b = members.spawn<lives>({.name = "b", .life = lifetime::temporary}, &b_runs, 1h, 0);
  members.spawn([&]() -> task<> {
    co_await a.ended();
    link(a, b);
    const actor_report how = co_await b.ended();
    EXPECT_EQ(how.last_error, "actor 'a' failed: boom");
  });
  test::run_simulated(1, members.run());
}

TEST(actor_link, with_itself_is_refused) {
  int runs = 0;
  team members;
  auto a = members.spawn<lives>(&runs, 1ms, 0);
  EXPECT_THROW(link(a, a), usage_error);
}

TEST(actor_exit, ends_an_actor_with_a_reason_or_without) {  // A2
  for (const bool with_reason : {true, false}) {
    int runs = 0;
    team members{{.max = 1}};
    auto one = members.spawn<lives>({.name = "one"}, &runs, 1h, 0);
    EXPECT_FALSE(one.exit());  // it does not run
    members.spawn([&]() -> task<> {
      co_await actors::sleep(10ms);
      EXPECT_TRUE(one.exit(with_reason ? std::make_exception_ptr(std::runtime_error{"enough"}) : nullptr));
      co_await actors::sleep(10ms);
      one.exit();
    });
    test::run_simulated(1, members.run());
    const actor_report how = members.reports()[0];
    EXPECT_EQ(how.state, actor_state::ended);
    EXPECT_EQ(how.restarts, with_reason ? 1U : 0U);
    EXPECT_EQ(how.last_error, with_reason ? "enough" : "");
    EXPECT_EQ(runs, with_reason ? 2 : 1);
  }
}

TEST(actor_exit, that_comes_too_late_changes_nothing) {  // A2
  team members;
  std::vector<int> done;
  auto one = members.spawn({.name = "one"}, [&]() -> task<> {
    try {
      co_await actors::sleep(1h);
    } catch (const actors::cancelled&) {
      done.push_back(1);  // it ends by itself
    }
  });
  members.spawn([&]() -> task<> {
    co_await actors::sleep(10ms);
    one.exit(std::make_exception_ptr(std::runtime_error{"enough"}));
    co_await one.ended();
  });
  test::run_simulated(1, members.run());
  EXPECT_EQ(members.reports()[0].state, actor_state::ended);
  EXPECT_EQ(done.size(), 1U);
}

// Exits from another thread, and links, while actors come and go.
TEST(actor_link, holds_on_several_workers) {
  constexpr int pairs = 500;
  team members{{.max = 0}};
  std::atomic<int> ended{0};
  members.spawn([&]() -> task<> {
    std::vector<task<actor_report>> ends;
    for (int i = 0; i < pairs; ++i) {
      const auto body = []() -> task<> { co_await actors::sleep(1h); };
      auto a = members.spawn({.life = lifetime::temporary}, body);
      auto b = members.spawn({.life = lifetime::temporary}, body);
      link(a, b);
      members.start(a);
      members.start(b);
      ends.push_back(b.ended());
      while (!a.exit(std::make_exception_ptr(std::runtime_error{"enough"}))) co_await actors::yield();
    }
    for (auto& each : ends) {
      const actor_report how = co_await std::move(each);
      EXPECT_EQ(how.state, actor_state::failed);
      ++ended;
    }
  });
  actors::run(members.run());
  EXPECT_EQ(ended, pairs);
}

// A fails twice, the second time for good; B is between two runs then.
TEST(actor_link, who_was_not_running_hears_of_the_last_failure_when_it_runs) {  // A2
  int a_runs = 0;
  int b_runs = 0;
  team above{{.max = 0}};
  team& left = above.supervise({.max = 1}, {.name = "left", .life = lifetime::temporary});
  team& right = above.supervise({.max = 5, .pause = {.first = 100ms, .jitter = 0}}, {.name = "right"});
  auto a = left.spawn<lives>({.name = "a"}, &a_runs, 10ms, 5);
  auto b = right.spawn<lives>({.name = "b"}, &b_runs, 1s, 0);
  link(a, b);
  test::run_simulated(1, above.run());
  EXPECT_EQ(a_runs, 2);
  EXPECT_EQ(b_runs, 2);
  EXPECT_EQ(b.cell()->final_report().restarts, 2U);  // the run in between ended as it began
  EXPECT_EQ(b.cell()->final_report().last_error, "actor 'a' failed: boom");
}

TEST(actor_link, what_it_failed_with_is_nested_also_where_it_is_linked_too_late) {  // A2
  int runs = 0;
  std::exception_ptr why;
  team members{{.max = 0}};
  auto a = members.spawn<lives>({.name = "a", .life = lifetime::temporary}, &runs, 10ms, 1);
  auto b = members.spawn<lives>({.name = "b", .life = lifetime::temporary}, &runs, 1h, 0);
  members.spawn([&]() -> task<> {
    co_await a.ended();
    link(a, b);
    co_await b.ended();
    why = b.cell()->final_failure();
  });
  test::run_simulated(1, members.run());
  try {
    std::rethrow_exception(why);
  } catch (const actor_failed& fault) {
    EXPECT_EQ(fault.actor_name(), "a");
    EXPECT_THROW(std::rethrow_if_nested(fault), std::runtime_error);
  }
}

// A server that is linked with each of those that it serves.
TEST(actor_link, goes_with_the_one_that_has_ended) {  // A2, A3
  int runs = 0;
  team members;
  auto server = members.spawn<lives>({.name = "server"}, &runs, 1h, 0);
  std::vector<std::weak_ptr<actors::detail::actor_cell>> served;
  members.spawn([&]() -> task<> {
    for (int i = 0; i != 100; ++i) {
      auto one = members.spawn<lives>(&runs, 1ms, 0);
      link(server, one);
      served.emplace_back(one.cell());
      members.start(one);
      co_await one.ended();
    }
    co_await actors::sleep(1s);
    members.stop();
  });
  EXPECT_THROW(test::run_simulated(1, members.run()), actors::cancelled);
  for (const auto& each : served) EXPECT_TRUE(each.expired());
}

TEST(actor_link, is_taken_away_by_unlink) {  // A2
  int a_runs = 0;
  int b_runs = 0;
  team members{{.max = 0}};
  auto a = members.spawn<lives>({.name = "a", .life = lifetime::temporary}, &a_runs, 10ms, 1);
  auto b = members.spawn<lives>({.name = "b", .life = lifetime::temporary}, &b_runs, 100ms, 0);
  link(a, b);
  link(b, a);
  unlink(b, a);
  unlink(a, b);  // nothing
  test::run_simulated(1, members.run());
  EXPECT_EQ(members.reports()[1].state, actor_state::ended);
}

}  // namespace
