// A CAF system among tasks and other systems: fairness, settings, two systems on one runtime.
#include "caf_system.hpp"
#include "support/child.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

namespace {

using namespace std::chrono_literals;
using test::caf_system;

caf::behavior doubling(caf::event_based_actor*) {
  return {[](int x) { return 2 * x; }};
}

TEST(caf_system, max_throughput_bounds_a_turn_so_that_tasks_get_theirs) {  // R2
  std::atomic<long> handled = 0;                                           // these outlive the actor
  std::atomic<bool> enough = false;
  caf_system one{1, [](caf::actor_system_config& config) { config.set("scheduler.max-throughput", 10); }};
  EXPECT_EQ(one.system.scheduler().max_throughput(), 10U);
  one.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->send(self, 1);
    return {[&, self](int x) {
      ++handled;
      if (enough)
        self->quit();
      else
        self->send(self, x);  // never idle
    }};
  });
  test::spin_until([&] { return handled > 1000; });
  auto observer = one.on.spawn([](std::atomic<long>& count) -> actors::task<long> {
    long most = 0;
    for (int i = 0; i != 100; ++i) {
      const long before = count;
      co_await actors::yield();
      most = std::max(most, count - before);
    }
    co_return most;
  }(handled));
  EXPECT_LE(observer.get(), 2 * 10);
  auto sleeper = one.on.spawn([]() -> actors::task<> { co_await actors::sleep(1ms); }());
  sleeper.get();
  enough = true;
}

TEST(caf_system, the_number_of_workers_is_the_runtimes) {
  caf_system two{2, [](caf::actor_system_config& config) { config.set("scheduler.max-threads", 7); }};
  EXPECT_EQ(two.system.scheduler().num_workers(), 2U);
}

// Where systems talk, a message in one may be the last to hold an actor of the other. One that has not ended then ends
// there, and asks its system, which may be gone, for its clock (caf::local_actor::cleanup in 0.17.6). So actors that
// others know are ended before their system is.
void end(const caf::actor& one) { caf::anon_send_exit(one, caf::exit_reason::user_shutdown); }

TEST(caf_system, two_systems_share_a_runtime_and_their_actors_talk) {
  actors::runtime on{{.workers = 2}};
  test::config_on first_config{on};
  test::config_on second_config{on};
  auto first = std::make_unique<caf::actor_system>(first_config);
  {
    caf::actor_system second{second_config};
    const caf::actor server = second.spawn(doubling);
    std::promise<int> sum;
    const caf::actor client = first->spawn([&](caf::event_based_actor* self) -> caf::behavior {
      self->send(self, 0, 0);
      return {[&, self](int i, int so_far) {
        if (i == 1000) {
          sum.set_value(so_far);
          self->quit();
          return;
        }
        self->request(server, caf::infinite, i).then([self, i, so_far](int y) { self->send(self, i + 1, so_far + y); });
      }};
    });
    EXPECT_EQ(sum.get_future().get(), 999 * 1000);
    EXPECT_EQ(test::ask<int>(*first, server, 4), 8);  // through the first system to an actor of the second
    end(server);
  }
  EXPECT_EQ(test::ask<int>(*first, first->spawn(doubling), 5), 10);  // the other system is gone
}

TEST(caf_system, systems_on_two_runtimes_talk) {
  caf_system a;
  caf_system b;
  std::atomic<bool> at_home = false;
  const caf::actor server = b.system.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](int x) {
      at_home = test::on_worker_of(b.on);
      return x + 1;
    }};
  });
  std::promise<int> answer;
  a.system.spawn(
      [&](caf::event_based_actor* self) { self->request(server, 10s, 1).then([&](int y) { answer.set_value(y); }); });
  EXPECT_EQ(answer.get_future().get(), 2);
  EXPECT_TRUE(at_home);
  end(server);
}

TEST(caf_system, a_system_on_our_workers_and_one_on_cafs_talk) {
  caf_system ours;
  caf::actor_system_config config;
  caf::actor_system theirs{config};
  const caf::actor far = theirs.spawn(doubling);
  const caf::actor near = ours.system.spawn(doubling);
  std::promise<int> there;
  std::promise<int> back;
  ours.system.spawn(
      [&](caf::event_based_actor* self) { self->request(far, 10s, 1).then([&](int y) { there.set_value(y); }); });
  EXPECT_EQ(there.get_future().get(), 2);
  theirs.spawn(
      [&](caf::event_based_actor* self) { self->request(near, 10s, 2).then([&](int y) { back.set_value(y); }); });
  EXPECT_EQ(back.get_future().get(), 4);
  end(near);
  end(far);
}

TEST(caf_system, is_not_built_on_a_worker) {
  actors::runtime on{{.workers = 2}};
  auto builder = on.spawn([](actors::runtime& here) -> actors::task<> {
    test::config_on config{here};
    caf::actor_system system{config};
    co_return;
  }(on));
  EXPECT_THROW(builder.get(), actors::usage_error);
}

TEST(caf_system, is_not_destroyed_on_a_worker) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        actors::runtime on{{.workers = 2}};
        test::config_on config{on};
        auto system = std::make_unique<caf::actor_system>(config);
        on.spawn([](std::unique_ptr<caf::actor_system> there) -> actors::task<> {
            there.reset();
            co_return;
          }(std::move(system)))
            .wait();
      },
      "destroyed on a worker");
}

struct counting_hook final : caf::thread_hook {
  counting_hook(std::atomic<int>& begun, std::atomic<int>& over) : started{begun}, ended{over} {}
  void init(caf::actor_system&) override {}
  void thread_started() override { ++(test::this_thread_name().starts_with("actors-") ? started : others); }
  void thread_terminates() override {
    if (test::this_thread_name().starts_with("actors-")) ++ended;
  }
  std::atomic<int>& started;
  std::atomic<int>& ended;
  std::atomic<int> others = 0;
};

TEST(caf_system, thread_hooks_run_on_every_worker_before_the_start_and_after_the_end) {
  std::atomic<int> started = 0;
  std::atomic<int> ended = 0;
  actors::runtime on{{.workers = 4}};
  test::config_on config{on, [&](caf::actor_system_config& c) { c.add_thread_hook<counting_hook>(started, ended); }};
  {
    caf::actor_system system{config};
    EXPECT_EQ(started, 4);
    EXPECT_EQ(test::ask<int>(system, system.spawn(doubling), 5), 10);
    EXPECT_EQ(started, 4);
    EXPECT_EQ(ended, 0);
  }
  EXPECT_EQ(started, 4);
  EXPECT_EQ(ended, 4);
}

// In a process of its own, as a test has threads besides.
TEST(caf_system, one_that_has_ended_is_not_waited_for) {  // R8
  const test::child_end end = test::run_in_child([] {
    actors::runtime on{{.workers = 2, .quiet_warning = 0ms}};
    {
      test::config_on config{on};
      const caf::actor_system system{config};
    }
    try {
      on.run([]() -> actors::task<> {
        actors::event never;
        co_await never.wait();
      }());
    } catch (const actors::deadlock&) {
      return 3;
    }
    return 0;
  });
  EXPECT_TRUE(end.exited_with(3)) << end.said;
}

}  // namespace
