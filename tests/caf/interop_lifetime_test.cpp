// Systems, runtimes and teams that end in any order, in the middle of what goes on between them.
#include "interop_actors.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::as_caf;
using actors::expose;
using actors::in;
using actors::request;
using actors::task;
using actors::team;
using test::counter;
using test::waits_for_ever;

TEST(caf_interop_lifetime, the_system_ends_before_the_team) {
  for (int round = 0; round != 50; ++round) {
    actors::runtime on{{.workers = 2}};
    team work;
    counter::seen seen;
    auto one = work.spawn<counter>(&seen);
    std::optional<actors::join_handle<>> running;
    {
      test::config_on config{on};
      caf::actor_system system{config};
      const caf::actor address = as_caf(one, system, expose(&counter::numbers, 2));
      link(one, system.spawn(test::many_answers));  // ends as unreachable
      running = on.spawn(work.run());
      for (int i = 0; i != round; ++i) caf::anon_send(address, 1);
    }
    running->wait();
    EXPECT_LE(seen.items, round);
  }
}

/// Keeps what it is asked, and answers when its input has ended, and it is told to.
struct keeps final : actors::actor {
  in<request<int, int>> asked{*this, "asked"};
  std::atomic<int>* count;
  actors::event* go;
  keeps(std::atomic<int>* to, actors::event* when) : count{to}, go{when} {}
  task<> run() override {
    std::vector<request<int, int>> all;
    while (auto one = co_await asked.receive()) {
      all.push_back(*std::move(one));
      ++*count;
    }
    co_await go->wait();
    for (auto& each : all) each.reply(1);
  }
};

// What CAF still waits for is answered before its system goes, and nothing of it is touched afterwards.
TEST(caf_interop_lifetime, the_system_ends_with_open_requests) {
  for (int round = 0; round != 50; ++round) {
    actors::runtime on{{.workers = 2}};
    team work;
    std::atomic<int> kept = 0;
    std::atomic<int> told = 0;
    actors::event go;
    auto one = work.spawn<keeps>(&kept, &go);
    std::optional<actors::join_handle<>> running;
    {
      test::config_on config{on};
      caf::actor_system system{config};
      system.await_actors_before_shutdown(false);
      const caf::actor address = as_caf(one, system, expose(&keeps::asked, 3));
      running = on.spawn(work.run());
      for (int i = 0; i != 5; ++i) {
        system.spawn([address, &told](caf::event_based_actor* self) {
          self->request(address, caf::infinite, 1).then([](int) {}, [&told](caf::error&) { ++told; });
        });
      }
      if (round % 2 == 0) test::spin_until([&] { return kept == 5; });
    }
    go.set();
    running->wait();
    EXPECT_LE(told, 5);
  }
}

TEST(caf_interop_lifetime, the_team_ends_before_the_system) {
  actors::runtime on{{.workers = 2}};
  test::config_on config{on};
  caf::actor_system system{config};
  for (int round = 0; round != 50; ++round) {
    std::vector<caf::actor> held;
    {
      team work;
      counter::seen seen;
      auto one = work.spawn<counter>(&seen);
      held.push_back(as_caf(one, system, expose(&counter::numbers, 2)));
      for (int i = 0; i != 10; ++i) caf::anon_send(held[0], 1);
      actors::end_inputs(held[0]);
      on.run(work.run());
      EXPECT_EQ(seen.items, 10);
    }
    caf::anon_send(held[0], 1);
    caf::anon_send_exit(held[0], caf::exit_reason::kill);
    EXPECT_EQ(on.spawn(actors::ended(held[0])).get(), caf::error{});
  }
}

// The next system may lie where the one before lay.
TEST(caf_interop_lifetime, one_system_after_the_other_and_each_has_its_address) {
  actors::runtime on{{.workers = 2}};
  team work;
  auto one = work.spawn<waits_for_ever>();
  auto running = on.spawn(work.run());
  test::spin_until([&] { return work.reports()[0].state == actors::actor_state::running; });
  std::vector<caf::actor> old;
  test::config_on config{on};
  for (int round = 0; round != 5; ++round) {
    caf::actor_system system{config};
    old.push_back(as_caf(one, system));
    auto end = on.spawn(actors::ended(old.back()));
    test::let_pass(1ms);
    EXPECT_FALSE(end.done());
    end.cancel();
    end.wait();
  }
  work.stop();
  running.wait();
}

// With CAF's own scheduler the runtime may go first.
TEST(caf_interop_lifetime, the_runtime_ends_before_the_system) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  for (int round = 0; round != 30; ++round) {
    caf::actor address;
    caf::actor sink;
    team work;
    auto one = work.spawn([](in<int>& numbers) -> task<> {
      co_await actors::sleep(1h);
      static_cast<void>(co_await numbers.receive());
    });
    {
      actors::runtime on{{.workers = 2}};
      auto [to, from] = actors::channel<int>(1);
      on.spawn([](auto first, auto* of, auto end, auto* result, auto* other) -> task<> {
          *result = as_caf(first, *of, expose<0>(1));
          *other = actors::sink_for(*of, std::move(end));
          co_return;
        }(one, &system, std::move(to), &address, &sink))
          .get();
      auto running = on.spawn(work.run());
      for (int i = 0; i != round; ++i) {
        caf::anon_send(address, 1);  // more than fit
        caf::anon_send(sink, 1);
      }
    }
    caf::scoped_actor self{system};
    for (const caf::actor& each : {address, sink})
      self->request(each, caf::infinite, 1)
          .receive([] { ADD_FAILURE() << "taken"; },
                   [](caf::error& why) { EXPECT_EQ(why, caf::sec::request_receiver_down); });
  }
}

TEST(caf_interop_lifetime, the_runtime_ends_with_open_requests_and_each_is_told) {  // A7
  caf::actor_system_config config;
  caf::actor_system system{config};
  for (int round = 0; round != 30; ++round) {
    std::atomic<int> told = 0;
    std::atomic<int> kept = 0;
    actors::event go;
    team work;
    auto one = work.spawn<keeps>(&kept, &go);
    {
      actors::runtime on{{.workers = 2}};
      on.spawn([](auto first, auto* of, auto* count) -> task<> {
          const caf::actor address = as_caf(first, *of, expose(&keeps::asked, 2));
          for (int i = 0; i != 6; ++i) {
            of->spawn([address, count](caf::event_based_actor* self) {
              self->request(address, caf::infinite, 1)
                  .then([](int) {},
                        [count](caf::error& why) {
                          EXPECT_EQ(why, caf::sec::request_receiver_down);
                          ++*count;
                        });
            });
          }
          co_return;
        }(one, &system, &told))
          .get();
      auto running = on.spawn(work.run());
      if (round % 2 == 0) test::spin_until([&] { return kept > 2; });
    }
    system.await_all_actors_done();
    EXPECT_EQ(told, 6);
  }
}

TEST(caf_interop_lifetime, a_runtime_that_is_cancelled_in_the_middle_of_questions) {
  for (int round = 0; round != 50; ++round) {
    actors::runtime on{{.workers = 2}};
    test::config_on config{on};
    caf::actor_system system{config};
    const caf::actor whom = system.spawn(test::many_answers);
    on.run([](caf::actor asked) -> task<> {
      for (int i = 0; i != 20; ++i) actors::spawn(actors::ask<int>(asked, test::long_enough, i)).detach();
      co_await actors::yield();
    }(whom));
    caf::anon_send(whom, caf::ok_atom_v);
  }
}

// A task asks CAF's actor, which asks ours, which is asked to end at that moment.
TEST(caf_interop_lifetime, an_actor_ends_while_it_is_asked_across_the_border_and_back) {
  for (int round = 0; round != 200; ++round) {
    actors::runtime on{{.workers = 2}};
    test::config_on config{on};
    caf::actor_system system{config};
    team work;
    auto one = work.spawn([](in<request<int, int>>& asked) -> task<> {
      while (auto question = co_await asked.receive()) question->reply(**question + 1);
    });
    caf::actor address = as_caf(one, system, expose<0>(1));
    const caf::actor between = system.spawn([address](caf::event_based_actor* self) -> caf::behavior {
      return {[=](int x) { return self->delegate(address, x); }, [=](caf::ok_atom) { self->quit(); }};
    });
    auto running = on.spawn(work.run());
    auto asking = on.spawn(test::thrown_by(actors::ask<int>(between, test::long_enough, 1)));
    if (round % 3 == 0) std::this_thread::yield();
    if (round % 2 == 0)
      caf::anon_send_exit(address, caf::exit_reason::user_shutdown);
    else
      one.exit();
    const std::string how = asking.get();
    EXPECT_TRUE(how == "nothing" || how.rfind("unanswered", 0) == 0) << how;
    caf::anon_send(between, caf::ok_atom_v);
    address = nullptr;
    actors::end_inputs(as_caf(one, system));
    running.wait();
  }
}

TEST(caf_interop_lifetime, an_address_is_asked_for_and_dropped_by_many_at_once) {
  actors::runtime on{{.workers = 4}};
  test::config_on config{on};
  caf::actor_system system{config};
  team work;
  counter::seen seen;
  auto one = work.spawn<counter>(&seen);
  caf::actor keeps_open = as_caf(one, system, expose(&counter::numbers));
  auto other = work.spawn<waits_for_ever>();
  auto running = on.spawn(work.run());
  std::vector<std::thread> threads;
  for (int t = 0; t != 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i != 500; ++i) {
        caf::anon_send(as_caf(one, system), 1);
        EXPECT_EQ(as_caf(other, system), as_caf(other, system));
      }
    });
  }
  for (auto& each : threads) each.join();
  keeps_open = nullptr;
  test::spin_until([&] { return one.end().is_set(); });
  EXPECT_EQ(seen.items, 2000);
  work.stop();
  running.wait();
}

// The end of a run ends its tasks, and with them the addresses; the actor goes on in the next one.
TEST(caf_interop_lifetime, an_address_that_ended_with_a_run_is_followed_by_another_one) {
  actors::runtime on{{.workers = 2}};
  test::config_on config{on};
  caf::actor_system system{config};
  team work;
  auto one = work.spawn<waits_for_ever>();
  const caf::actor first = as_caf(one, system);
  on.run([]() -> task<> { co_return; }());
  const caf::actor second = as_caf(one, system);
  EXPECT_NE(first, second);
  EXPECT_EQ(as_caf(one, system), second);
  auto running = on.spawn(work.run());
  caf::anon_send_exit(second, caf::exit_reason::user_shutdown);
  running.get();
  EXPECT_EQ(as_caf(one, system), second);  // which says how it ended
  EXPECT_EQ(on.spawn(actors::ended(second)).get(), caf::exit_reason::user_shutdown);
}

const actors::task_local<std::shared_ptr<int>> kept_by_task;

TEST(caf_interop_lifetime, an_address_keeps_nothing_of_who_made_it) {
  actors::runtime on{{.workers = 2}};
  test::config_on config{on};
  caf::actor_system system{config};
  team work;
  counter::seen seen;
  auto one = work.spawn<counter>(&seen);
  auto token = std::make_shared<int>(1);
  const std::weak_ptr<int> alive = token;
  const caf::actor address = on.spawn([](auto first, auto* of, std::shared_ptr<int> value) -> task<caf::actor> {
                                 kept_by_task.set(std::move(value));
                                 caf::actor made = as_caf(first, *of, expose(&counter::numbers, 1));
                                 for (int i = 0; i != 3; ++i) caf::anon_send(made, 1);
                                 co_return made;
                               }(one, &system, std::move(token)))
                                 .get();
  test::spin_until([&] { return alive.expired(); });
  actors::end_inputs(address);
  on.spawn(work.run()).get();
  EXPECT_EQ(seen.sum, 3);
}

/// Makes sinks as long as it lives.
struct sinks {
  std::mutex lock;
  std::vector<std::pair<caf::actor, actors::receiver<int>>> all;
  caf::behavior operator()(caf::event_based_actor* self) {
    self->send(self, caf::ok_atom_v);
    return {[=, this](caf::ok_atom) {
      auto [to, from] = actors::channel<int>(1);
      caf::actor sink = actors::sink_for(self->system(), std::move(to));
      const std::lock_guard guard{lock};
      all.emplace_back(std::move(sink), std::move(from));
      if (all.size() < 20'000) self->send(self, caf::ok_atom_v);
    }};
  }
};

TEST(caf_interop_lifetime, what_is_made_while_the_system_ends_ends_with_it) {
  for (int round = 0; round != 20; ++round) {
    actors::runtime on{{.workers = 2}};
    sinks made;
    {
      test::config_on config{on};
      caf::actor_system system{config};
      system.await_actors_before_shutdown(false);
      system.spawn([&](caf::event_based_actor* self) { return made(self); });
      test::let_pass(1ms);
    }
    for (auto& [sink, from] : made.all) EXPECT_EQ(from.try_receive().status, actors::channel_status::closed);
  }
}

}  // namespace
