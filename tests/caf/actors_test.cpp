// Classic CAF actors of each kind on our workers.
#include "caf_system.hpp"
#include "support/seen_messages.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using test::caf_system;

caf::behavior doubling(caf::event_based_actor*) {
  return {[](int x) { return 2 * x; }};
}

TEST(caf_actors, request_and_response_run_on_our_workers_and_caf_has_no_scheduler_thread) {  // A8
  caf_system two;
  std::promise<bool> asked_on_worker;
  std::atomic<bool> answered_on_worker = false;
  const caf::actor server = two.system.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](int x) {
      answered_on_worker = test::on_worker_of(two.on);
      return 2 * x;
    }};
  });
  two.system.spawn([&](caf::event_based_actor* self) {
    self->request(server, 10s, 21).then([&](int y) {
      EXPECT_EQ(y, 42);
      asked_on_worker.set_value(test::on_worker_of(two.on));
    });
  });
  EXPECT_TRUE(asked_on_worker.get_future().get());
  EXPECT_TRUE(answered_on_worker);
  const auto names = test::thread_names();
  EXPECT_EQ(names.count("caf.multiplexer"), 0U);
  EXPECT_EQ(names.count("caf.clock"), 0U);
}

using square_actor = caf::typed_actor<caf::replies_to<int>::with<int>>;

TEST(caf_actors, a_typed_actor_runs_on_our_workers) {  // A8
  caf_system two;
  std::atomic<bool> on_worker = false;
  const square_actor squares = two.system.spawn([&]() -> square_actor::behavior_type {
    return {[&](int x) {
      on_worker = test::on_worker_of(two.on);
      return x * x;
    }};
  });
  EXPECT_EQ(test::ask<int>(two.system, squares, 7), 49);
  EXPECT_TRUE(on_worker);
}

TEST(caf_actors, a_stateful_actor_keeps_its_state_and_sees_its_messages_in_order) {
  struct state {
    int last = 0;
    bool in_order = true;
  };
  caf_system four{4};
  const caf::actor keeper = four.system.spawn([](caf::stateful_actor<state>* self) -> caf::behavior {
    return {[=](int x) {
              self->state.in_order = self->state.in_order && x == self->state.last + 1;
              self->state.last = x;
            },
            [=](caf::get_atom) { return self->state.in_order ? self->state.last : -1; }};
  });
  caf::scoped_actor self{four.system};
  for (int i = 1; i <= 10'000; ++i) self->send(keeper, i);
  EXPECT_EQ(test::ask<int>(four.system, keeper, caf::get_atom_v), 10'000);
}

TEST(caf_actors, ten_thousand_actors_each_do_messages) {
  constexpr int actors = 10'000;
  constexpr int messages = 20;
  caf_system two;
  std::atomic<long> handled = 0;
  std::atomic<long> elsewhere = 0;
  std::promise<void> all;
  for (int i = 0; i != actors; ++i) {
    two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
      self->send(self, messages);
      return {[&, self](int left) {
        if (!test::on_worker_of(two.on)) ++elsewhere;
        if (left > 1)
          self->send(self, left - 1);
        else
          self->quit();
        if (++handled == long{actors} * messages) all.set_value();
      }};
    });
  }
  all.get_future().get();
  two.system.await_all_actors_done();
  EXPECT_EQ(handled, long{actors} * messages);
  EXPECT_EQ(elsewhere, 0);
}

TEST(caf_actors, detached_and_blocking_actors_keep_caf_threads) {  // A8
  caf_system two;
  std::promise<bool> detached_elsewhere;
  std::promise<bool> blocking_elsewhere;
  const caf::actor server = two.system.spawn(doubling);
  two.system.spawn<caf::detached>([&](caf::event_based_actor* self) {
    self->request(server, 10s, 4).then([&](int y) {
      EXPECT_EQ(y, 8);
      detached_elsewhere.set_value(!test::on_worker_of(two.on));
    });
  });
  two.system.spawn([&](caf::blocking_actor* self) {
    self->request(server, 10s, 5)
        .receive([](int y) { EXPECT_EQ(y, 10); }, [](caf::error&) { ADD_FAILURE() << "no answer"; });
    blocking_elsewhere.set_value(!test::on_worker_of(two.on));
  });
  EXPECT_TRUE(detached_elsewhere.get_future().get());
  EXPECT_TRUE(blocking_elsewhere.get_future().get());
}

TEST(caf_actors, monitor_tells_why_another_ended) {
  caf_system two;
  std::promise<caf::error> reason;
  const caf::actor watched = two.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[=](int) { self->quit(caf::exit_reason::out_of_workers); }};
  });
  // Monitoring keeps no actor alive, a handle does.
  const caf::actor watching = two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->monitor(watched);
    self->set_down_handler([&, self](caf::down_msg& down) {
      reason.set_value(down.reason);
      self->quit();
    });
    self->send(watched, 1);
    return {[](int) {}};
  });
  EXPECT_EQ(reason.get_future().get(), caf::exit_reason::out_of_workers);
}

TEST(caf_actors, a_link_ends_both) {
  caf_system two;
  std::promise<caf::error> reason;
  const caf::actor first = two.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[=](int) { self->quit(caf::exit_reason::user_shutdown); }};
  });
  const caf::actor second = two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->link_to(first);
    return {[](int) {}, [](caf::ok_atom) { return caf::ok_atom_v; }};
  });
  second->attach_functor([&](const caf::error& why) { reason.set_value(why); });
  EXPECT_EQ(test::ask<caf::ok_atom>(two.system, second, caf::ok_atom_v), caf::ok_atom_v);  // linked by now
  caf::anon_send(first, 1);
  EXPECT_EQ(reason.get_future().get(), caf::exit_reason::user_shutdown);
}

TEST(caf_actors, an_actor_ends_with_what_its_handler_threw_and_the_worker_goes_on) {  // R5
  caf_system one{1};
  const caf::actor thrower = one.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->set_exception_handler(
        [](std::exception_ptr&) { return caf::make_error(caf::exit_reason::unhandled_exception); });
    return {[](int) -> int { throw std::runtime_error{"expected by the test"}; }};
  });
  caf::scoped_actor self{one.system};
  bool failed = false;
  self->request(thrower, caf::infinite, 1)
      .receive([](int) { ADD_FAILURE() << "an answer"; }, [&](caf::error&) { failed = true; });
  EXPECT_TRUE(failed);
  EXPECT_EQ(test::ask<int>(one.system, one.system.spawn(doubling), 3), 6);
}

class throws_on_exit final : public caf::event_based_actor {
 public:
  using event_based_actor::event_based_actor;
  caf::behavior make_behavior() override {
    return {[this](int) { quit(); }};
  }
  void on_exit() override { throw std::runtime_error{"expected by the test: on_exit"}; }
};

TEST(caf_actors, an_exception_that_caf_lets_through_ends_the_actor_only) {  // R5, L3
  caf_system one{1};
  const test::seen_messages seen;
  std::promise<caf::error> reasons[2];
  const caf::actor first = one.system.spawn<throws_on_exit>();
  const caf::actor second = one.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->set_exception_handler([](std::exception_ptr& e) -> caf::error { std::rethrow_exception(e); });
    return {[](int) { throw std::runtime_error{"expected by the test: handler"}; }};
  });
  first->attach_functor([&](const caf::error& why) { reasons[0].set_value(why); });
  second->attach_functor([&](const caf::error& why) { reasons[1].set_value(why); });
  caf::anon_send(first, 1);
  caf::anon_send(second, 1);
  EXPECT_EQ(reasons[0].get_future().get(), caf::exit_reason::unhandled_exception);
  EXPECT_EQ(reasons[1].get_future().get(), caf::exit_reason::unhandled_exception);
  EXPECT_EQ(test::ask<int>(one.system, one.system.spawn(doubling), 3), 6);
  one.system.await_all_actors_done();
  std::multiset<std::string> said;
  for (const test::seen_message& each : seen.of("caf_error")) {
    EXPECT_EQ(each.level, actors::log_level::error);
    said.insert(each.text);
  }
  EXPECT_EQ(said, (std::multiset<std::string>{"an exception left a CAF actor: expected by the test: handler",
                                              "an exception left a CAF actor: expected by the test: on_exit"}));
}

TEST(caf_actors, a_task_spawns_actors_and_the_system_still_ends) {
  caf_system two;
  auto handle = two.on.spawn([](caf::actor_system& system) -> actors::task<> {
    for (int i = 0; i != 100; ++i) {
      const caf::actor each = system.spawn(doubling);
      caf::anon_send(each, i);
      co_await actors::yield();
    }
  }(two.system));
  handle.get();
}

TEST(caf_actors, actors_and_tasks_feed_one_another) {
  caf_system two;
  auto [tx, rx] = actors::channel<int>(actors::unbounded);
  two.system.spawn([out = std::move(tx)](caf::event_based_actor* self) mutable -> caf::behavior {
    self->send(self, 0);
    return {[self, out](int x) mutable {
      out.try_send(x);
      if (x == 999)
        self->quit();
      else
        self->send(self, x + 1);
    }};
  });
  auto reader = two.on.spawn([](actors::receiver<int> in) -> actors::task<int> {
    int sum = 0;
    for (int i = 0; i != 1000; ++i) sum += *co_await in.receive();
    co_return sum;
  }(std::move(rx)));
  EXPECT_EQ(reader.get(), 999 * 1000 / 2);
}

}  // namespace
