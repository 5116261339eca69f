// Our actors and CAF's on two systems that reach each other over the loopback: messages, requests, monitors, links.
#include "interop_actors.hpp"
#include "support/waiting.hpp"

#include <caf/io/all.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
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

void with_middleman(caf::actor_system_config& config) { config.load<caf::io::middleman>(); }

/// Two systems, each on a runtime of its own.
struct two_systems {
  test::caf_system server{2, with_middleman};
  test::caf_system client{2, with_middleman};

  /// `local`, as the client knows it.
  caf::actor remote(const caf::actor& local) {
    const auto port = server.system.middleman().publish(local, 0, "127.0.0.1");
    if (!port) throw std::runtime_error{server.system.render(port.error())};
    const auto found = client.system.middleman().remote_actor("127.0.0.1", *port);
    if (!found) throw std::runtime_error{client.system.render(found.error())};
    return *found;
  }
};

/// Doubles; below zero it fails.
struct doubling final : actors::actor {
  in<request<int, int>> asked{*this, "asked"};
  task<> run() override {
    while (auto each = co_await asked.receive()) {
      if (**each < 0) throw std::runtime_error{"a number below zero"};
      each->reply(2 * **each);
    }
  }
};

TEST(caf_remote, messages_of_another_system_reach_our_actor) {  // A8
  constexpr int count = 2000;
  two_systems two;
  team work;
  counter::seen seen;
  auto one = work.spawn<counter>(&seen);
  const caf::actor local = as_caf(one, two.server.system, expose(&counter::numbers, 4));
  auto running = two.server.on.spawn(work.run());
  {
    const caf::actor remote = two.remote(local);
    for (int i = 1; i <= count; ++i) caf::anon_send(remote, i);
    test::spin_until([&] { return seen.items == count; });
  }
  actors::end_inputs(local);
  running.get();
  EXPECT_EQ(seen.sum, count * (count + 1) / 2);
}

TEST(caf_remote, tasks_ask_our_actor_through_another_system) {  // A7, A8
  two_systems two;
  team work;
  auto one = work.spawn<doubling>();
  const caf::actor local = as_caf(one, two.server.system, expose(&doubling::asked));
  auto running = two.server.on.spawn(work.run());
  two.client.on.run([](caf::actor remote) -> task<> {
    for (int i = 0; i != 200; ++i) {
      const int answer = co_await actors::ask<int>(remote, test::long_enough, i);
      EXPECT_EQ(answer, 2 * i);
    }
  }(two.remote(local)));
  actors::end_inputs(local);
  running.get();
}

TEST(caf_remote, the_failure_of_our_actor_is_told_to_who_monitors_it) {  // A2, A8
  two_systems two;
  team work;
  auto one = work.spawn<doubling>({.name = "doubling"});
  const caf::actor local = as_caf(one, two.server.system, expose(&doubling::asked));
  auto running = two.server.on.spawn(work.run());
  std::string how;
  {
    const caf::actor remote = two.remote(local);
    caf::scoped_actor self{two.client.system};
    self->monitor(remote);
    self->request(remote, test::long_enough, -1)
        .receive([](int) { ADD_FAILURE() << "an answer"; },
                 [&](const caf::error& why) { EXPECT_EQ(why, caf::sec::request_receiver_down); });
    self->receive([&](const caf::down_msg& down) { how = two.client.system.render(down.reason); });
  }
  EXPECT_NE(how.find("a number below zero"), std::string::npos) << how;
  EXPECT_THROW(running.get(), actors::actor_failed);
}

TEST(caf_remote, a_link_ends_our_actor_with_one_of_another_system) {  // A2, A8
  two_systems two;
  team work;
  auto one = work.spawn<test::waits_for_ever>();
  const caf::actor local = as_caf(one, two.server.system);
  auto running = two.server.on.spawn(work.run());
  {
    const caf::actor remote = two.remote(local);
    caf::scoped_actor self{two.client.system};
    const caf::actor linked = self->spawn([](caf::event_based_actor* each) -> caf::behavior {
      return {[=](const caf::actor& whom) { each->link_to(whom); },
              [=](int) { each->quit(caf::sec::bad_function_call); }};
    });
    self->send(linked, remote);
    test::let_pass(20ms);
    self->send(linked, 1);
  }
  EXPECT_THROW(running.get(), actors::actor_failed);
}

TEST(caf_remote, an_exit_message_of_another_system_ends_our_actor) {  // A2, A8
  two_systems two;
  team work;
  auto one = work.spawn<test::waits_for_ever>();
  const caf::actor local = as_caf(one, two.server.system);
  auto running = two.server.on.spawn(work.run());
  caf::anon_send_exit(two.remote(local), caf::exit_reason::user_shutdown);
  running.get();
}

TEST(caf_remote, our_tasks_are_told_of_the_end_of_a_remote_actor) {  // A2, A8
  two_systems two;
  const caf::actor local = two.server.system.spawn(test::many_answers);
  two.client.on.run([](caf::actor remote) -> task<> {
    const int answer = co_await actors::ask<int>(remote, test::long_enough, 21);
    EXPECT_EQ(answer, 42);
    caf::anon_send(remote, caf::ok_atom_v);
    co_await actors::ended(remote);
    const std::string thrown = co_await test::thrown_by(actors::ask<int>(remote, test::long_enough, 1));
    EXPECT_EQ(thrown.substr(0, 10), "unanswered") << thrown;
  }(two.remote(local)));
}

// The one that is asked drops the request, of which no other node is told.
task<std::string> asks_in_vain(caf::actor remote, std::chrono::milliseconds limit) {
  co_return co_await test::thrown_by(actors::ask<int>(remote, limit, caf::put_atom_v));
}

TEST(caf_remote, the_end_of_who_is_asked_is_told_to_who_waits_for_an_answer) {  // A7, A8
  two_systems two;
  const caf::actor local = two.server.system.spawn(test::many_answers);
  auto asking = two.client.on.spawn(asks_in_vain(two.remote(local), test::long_enough));
  test::let_pass(20ms);
  caf::anon_send_exit(local, caf::exit_reason::kill);
  const std::string thrown = asking.get();
  EXPECT_EQ(thrown.substr(0, 10), "unanswered") << thrown;
}

TEST(caf_remote, a_connection_that_is_lost_is_an_end) {  // A7, A8
  test::caf_system client{2, with_middleman};
  actors::join_handle<std::string> asking;
  {
    test::caf_system server{2, with_middleman};
    const caf::actor local = server.system.spawn(test::many_answers);
    const auto port = server.system.middleman().publish(local, 0, "127.0.0.1");
    const auto remote = client.system.middleman().remote_actor("127.0.0.1", *port);
    asking = client.on.spawn(asks_in_vain(*remote, test::long_enough));
    test::let_pass(20ms);
    caf::anon_send(local, caf::ok_atom_v);
  }
  const std::string thrown = asking.get();
  EXPECT_EQ(thrown.substr(0, 10), "unanswered") << thrown;
}

// Else the system would hold who had asked, and end with them.
TEST(caf_remote, whoever_stops_waiting_for_an_answer_leaves_nothing_behind) {  // A7, A8
  two_systems two;
  const caf::actor local = two.server.system.spawn(test::many_answers);
  const caf::actor remote = two.remote(local);
  for (int i = 0; i != 20; ++i) {
    const std::string thrown = two.client.on.run(asks_in_vain(remote, 2ms));
    EXPECT_EQ(thrown.substr(0, 9), "timed_out") << thrown;
    auto cancelled = two.client.on.spawn(asks_in_vain(remote, test::long_enough));
    test::let_pass(1ms);
    cancelled.cancel();
    EXPECT_THROW(cancelled.get(), actors::cancelled);
  }
  caf::anon_send(local, caf::ok_atom_v);
}

TEST(caf_remote, a_channel_feeds_an_actor_of_another_system) {  // A8
  constexpr int count = 500;
  two_systems two;
  std::atomic<int> sum = 0;
  const caf::actor local = two.server.system.spawn([&sum](caf::event_based_actor* self) -> caf::behavior {
    return {[&sum](int item) { sum += item; }, [=](caf::ok_atom) { self->quit(); }};
  });
  two.client.on.run([](caf::actor remote) -> task<> {
    auto [to, from] = actors::channel<int>(8);
    auto sending = actors::spawn([](actors::sender<int> out) -> task<> {
      for (int i = 1; i <= count; ++i) co_await out.send(i);
    }(std::move(to)));
    co_await actors::feed(std::move(from), remote, 16);
    co_await sending;
  }(two.remote(local)));
  EXPECT_EQ(sum, count * (count + 1) / 2);
  caf::anon_send(local, caf::ok_atom_v);
}

// The tasks get no turn before the system is gone: what CAF still holds for them ends by itself.
TEST(caf_remote, a_system_that_ends_while_tasks_wait_for_another_one_ends_their_wait) {  // A7, A8
  test::caf_system server{2, with_middleman};
  const caf::actor local = server.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[=](int) { return self->make_response_promise(); }, [=](caf::ok_atom) { self->quit(); }};
  });
  const auto port = server.system.middleman().publish(local, 0, "127.0.0.1");
  ASSERT_TRUE(port);
  for (int round = 0; round != 10; ++round) {
    actors::runtime on{{.workers = 2}};
    actors::runtime beside{{.workers = 1}};
    std::atomic<bool> holds = false;
    std::atomic<bool> is_over = false;
    std::vector<actors::join_handle<std::string>> asking;
    actors::join_handle<actors::feed_report<int>> feeding;
    auto [to, from] = actors::channel<int>(4);
    ASSERT_EQ(to.try_send(1), actors::channel_status::ok);
    {
      test::config_on config{on, with_middleman};
      caf::actor_system system{config};
      const auto remote = system.middleman().remote_actor("127.0.0.1", *port);
      ASSERT_TRUE(remote);
      for (int i = 0; i != 5; ++i)
        asking.push_back(beside.spawn(test::thrown_by(actors::ask<int>(*remote, test::long_enough, 1))));
      feeding = beside.spawn(actors::feed(std::move(from), *remote, 2));
      test::let_pass(20ms);
      beside
          .spawn([](std::atomic<bool>* is_held, const std::atomic<bool>* until) -> task<> {
            *is_held = true;
            test::spin_until([=] { return until->load(); });
            co_return;
          }(&holds, &is_over))
          .detach();
      test::spin_until([&] { return holds.load(); });
    }
    is_over = true;
    for (auto& each : asking) EXPECT_EQ(each.get().substr(0, 10), "unanswered");
    const actors::feed_report<int> how = feeding.get();
    EXPECT_EQ(how.unacknowledged, std::vector<int>{1});
    EXPECT_TRUE(how.reason);
  }
  caf::anon_send(local, caf::ok_atom_v);
}

}  // namespace
