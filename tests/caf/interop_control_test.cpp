// Monitors, links and exits between our actors and CAF's, and CAF's actors in our teams.
#include "interop_actors.hpp"
#include "support/seen_messages.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::actor_state;
using actors::as_caf;
using actors::expose;
using actors::lifetime;
using actors::task;
using actors::team;
using test::caf_system;
using test::counter;
using test::waits_for_ever;

/// Fails after some items of time.
class fails final : public actors::actor {
 public:
  explicit fails(std::atomic<int>* runs) : runs_{runs} {}
  task<> run() override {
    ++*runs_;
    co_await actors::yield();
    throw std::runtime_error{"boom"};
  }

 private:
  std::atomic<int>* runs_;
};

/// A CAF actor that monitors; it tells the reason and quits.
caf::actor monitor_of(caf::actor_system& system, const caf::actor& whom, std::promise<caf::error>& reason) {
  std::promise<void> ready;
  auto monitors = ready.get_future();
  caf::actor made = system.spawn([&reason, &ready, whom](caf::event_based_actor* self) -> caf::behavior {
    self->set_down_handler([&reason, self, at = whom.address()](caf::down_msg& down) {
      EXPECT_EQ(down.source, at);
      reason.set_value(down.reason);
      self->quit();
    });
    self->monitor(whom);
    ready.set_value();
    return {[](int) {}};
  });
  monitors.get();
  return made;
}

std::string text_of(const caf_system& in, const caf::error& reason) { return in.system.render(reason); }

TEST(as_caf_monitor, a_normal_end_has_no_error) {  // A2
  caf_system two;
  team work;
  counter::seen seen;
  auto one = work.spawn<counter>(&seen);
  caf::actor address = as_caf(one, two.system, expose(&counter::numbers));
  std::promise<caf::error> told;
  std::promise<caf::error> late;
  const caf::actor watches = monitor_of(two.system, address, told);
  actors::end_inputs(address);
  two.on.run(work.run());
  EXPECT_EQ(told.get_future().get(), caf::error{});
  const caf::actor watches_late = monitor_of(two.system, address, late);  // long after
  EXPECT_EQ(late.get_future().get(), caf::error{});
}

TEST(as_caf_monitor, an_address_with_inputs_that_nobody_holds_is_unreachable) {  // A2
  caf_system two;
  team work;
  counter::seen seen;
  auto one = work.spawn<counter>(&seen);
  std::promise<caf::error> told;
  std::promise<caf::error> told_again;
  caf::actor address = as_caf(one, two.system, expose(&counter::numbers));
  const caf::actor watches = two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->set_down_handler([&](caf::down_msg& down) { told.set_value(down.reason); });
    return {[&, self](caf::ok_atom, const caf::actor_addr& whom) { self->monitor(whom); }};
  });
  two.on.spawn(actors::ask<void>(watches, test::long_enough, caf::ok_atom_v, address.address())).get();
  address = nullptr;
  EXPECT_EQ(told.get_future().get(), caf::exit_reason::unreachable);
  // The actor is another matter, and so is the next address.
  const caf::actor watches_again = monitor_of(two.system, as_caf(one, two.system), told_again);
  two.on.run(work.run());
  EXPECT_EQ(told_again.get_future().get(), caf::error{});
}

TEST(as_caf_monitor, a_failure_for_good_is_told_with_its_text_and_a_restart_is_not) {  // A2, A6
  caf_system two;
  team work{{.max = 3}};
  std::atomic<int> runs = 0;
  auto one = work.spawn<fails>(&runs);
  std::promise<caf::error> told;
  // Nobody holds the address: it stays until the end.
  const caf::actor watches = monitor_of(two.system, as_caf(one, two.system), told);
  EXPECT_THROW(two.on.run(work.run()), actors::actor_failed);
  const caf::error reason = told.get_future().get();
  EXPECT_EQ(runs, 4);
  EXPECT_EQ(reason.category(), actors::caf_category);
  EXPECT_EQ(text_of(two, reason), "boom");
}

TEST(as_caf_monitor, one_that_was_asked_to_stop_was_shut_down) {  // A2
  caf_system two;
  team work;
  auto one = work.spawn<waits_for_ever>();
  std::promise<caf::error> told;
  const caf::actor watches = monitor_of(two.system, as_caf(one, two.system), told);
  auto running = two.on.spawn(work.run());
  test::spin_until([&] { return work.reports()[0].state == actor_state::running; });
  work.stop();
  running.wait();
  EXPECT_EQ(told.get_future().get(), caf::exit_reason::user_shutdown);
}

TEST(as_caf_exit, a_shutdown_ends_it_normally) {  // A2
  caf_system two;
  team work{{.max = 3}};
  auto one = work.spawn<waits_for_ever>();
  std::promise<caf::error> told;
  const caf::actor address = as_caf(one, two.system);
  const caf::actor watches = monitor_of(two.system, address, told);
  auto running = two.on.spawn(work.run());
  caf::anon_send_exit(address, caf::exit_reason::user_shutdown);
  running.get();
  EXPECT_EQ(told.get_future().get(), caf::exit_reason::user_shutdown);
  EXPECT_EQ(work.reports()[0].restarts, 0U);
}

TEST(as_caf_exit, another_reason_fails_it_with_that_reason_and_it_is_restarted) {  // A2, A3
  caf_system two;
  team work{{.max = 1}};
  auto one = work.spawn<waits_for_ever>({.name = "one"});
  std::promise<caf::error> told;
  const caf::actor address = as_caf(one, two.system);
  const caf::actor watches = monitor_of(two.system, address, told);
  auto running = two.on.spawn(work.run());
  caf::anon_send_exit(address, caf::exit_reason::out_of_workers);
  test::spin_until([&] { return work.reports()[0].restarts == 1 && work.reports()[0].state == actor_state::running; });
  EXPECT_NE(work.reports()[0].last_error.find("out_of_workers"), std::string::npos) << work.reports()[0].last_error;
  while (!running.done()) {  // the second run may not have begun
    caf::anon_send_exit(address, caf::exit_reason::out_of_workers);
    std::this_thread::yield();
  }
  EXPECT_THROW(running.get(), actors::actor_failed);
  EXPECT_EQ(told.get_future().get(), caf::exit_reason::out_of_workers);
}

TEST(as_caf_exit, one_that_comes_before_the_start_is_kept) {  // A2
  caf_system two;
  team work;
  auto one = work.spawn<waits_for_ever>();
  const caf::actor address = as_caf(one, two.system);
  caf::anon_send_exit(address, caf::exit_reason::normal);  // means nothing
  caf::anon_send_exit(address, caf::exit_reason::kill);
  EXPECT_THROW(two.on.run(work.run()), actors::actor_failed);
  EXPECT_EQ(work.reports()[0].state, actor_state::failed);
}

caf::behavior idle(caf::event_based_actor* self) {
  return {[=](caf::close_atom) { self->quit(caf::exit_reason::out_of_workers); }, [=](caf::ok_atom) { self->quit(); }};
}

TEST(caf_link, the_end_of_cafs_ends_ours_and_a_normal_one_does_not) {  // A2
  caf_system two;
  team work;
  auto one = work.spawn<waits_for_ever>({.name = "one", .life = lifetime::temporary});
  auto other = work.spawn<waits_for_ever>({.name = "other", .life = lifetime::temporary});
  const caf::actor fails = two.system.spawn(idle);
  const caf::actor ends = two.system.spawn(idle);
  link(one, fails);
  link(other, ends);
  auto running = two.on.spawn(work.run());
  caf::anon_send(ends, caf::ok_atom_v);
  caf::anon_send(fails, caf::close_atom_v);
  test::spin_until([&] { return work.reports()[0].state == actor_state::failed; });
  EXPECT_NE(work.reports()[0].last_error.find("out_of_workers"), std::string::npos);
  EXPECT_EQ(work.reports()[1].state, actor_state::running);
  work.stop();
  running.wait();
}

TEST(caf_link, the_failure_of_ours_ends_cafs_and_a_normal_end_does_not) {  // A2
  caf_system two;
  team work;
  std::atomic<int> runs = 0;
  counter::seen seen;
  auto bad = work.spawn<fails>({.name = "bad", .life = lifetime::temporary}, &runs);
  auto good = work.spawn<counter>({.name = "good"}, &seen);
  const caf::actor dies = two.system.spawn(idle);
  const caf::actor lives = two.system.spawn(idle);
  const caf::actor address = as_caf(good, two.system, expose(&counter::numbers));
  link(bad, dies);
  link(good, lives);
  actors::end_inputs(address);
  two.on.run(work.run());
  const caf::error reason = two.on.spawn(actors::ended(dies)).get();
  EXPECT_EQ(text_of(two, reason), "boom");
  caf::anon_send(lives, caf::ok_atom_v);
  EXPECT_EQ(two.on.spawn(actors::ended(lives)).get(), caf::error{});
}

TEST(caf_link, with_one_that_has_failed_already_ends_the_other) {  // A2
  caf_system two;
  const caf::actor dead = two.system.spawn(idle);
  caf::anon_send(dead, caf::close_atom_v);
  two.system.await_all_actors_done();
  team work;
  auto one = work.spawn<waits_for_ever>();
  link(one, dead);
  EXPECT_THROW(two.on.run(work.run()), actors::actor_failed);
  const caf::actor late = two.system.spawn(idle);
  link(one, late);
  EXPECT_EQ(two.on.spawn(actors::ended(late)).get(), caf::exit_reason::out_of_workers);
}

TEST(caf_link, with_itself_is_refused) {
  caf_system two;
  team work;
  auto one = work.spawn<waits_for_ever>();
  EXPECT_THROW(link(one, as_caf(one, two.system)), actors::usage_error);
}

TEST(caf_link, made_by_caf_is_the_same) {  // A2
  caf_system two;
  team work;
  auto one = work.spawn<waits_for_ever>();
  const caf::actor peer = two.system.spawn([address = as_caf(one, two.system)](caf::event_based_actor* self) {
    self->link_to(address);
    return idle(self);
  });
  auto running = two.on.spawn(work.run());
  caf::anon_send(peer, caf::close_atom_v);
  EXPECT_THROW(running.get(), actors::actor_failed);
}

TEST(caf_link, both_end_at_the_same_moment_and_nothing_hangs) {  // A2
  const test::seen_messages said;
  for (int round = 0; round != 300; ++round) {
    caf_system two;
    team work;
    std::atomic<int> runs = 0;
    auto one = work.spawn<fails>({.life = lifetime::temporary}, &runs);
    const caf::actor peer = two.system.spawn(idle);
    auto running = two.on.spawn(work.run());
    caf::anon_send(peer, caf::close_atom_v);
    link(one, peer);
    std::promise<caf::error> told;
    const caf::actor watches = monitor_of(two.system, as_caf(one, two.system), told);
    running.get();
    const caf::error reason = two.on.spawn(actors::ended(peer)).get();
    EXPECT_TRUE(reason == caf::exit_reason::out_of_workers || text_of(two, reason) == "boom") << text_of(two, reason);
    const caf::error ours = told.get_future().get();
    EXPECT_TRUE(ours == caf::exit_reason::out_of_workers || text_of(two, ours) == "boom") << text_of(two, ours);
  }
}

caf::behavior doubling_until_zero(caf::event_based_actor* self) {
  return {[=](int x) {
    if (x == 0) self->quit(caf::make_error(caf::sec::runtime_error, "zero"));
    return 2 * x;
  }};
}

task<int> ask_through_restarts(actors::caf_child_ref child, int question) {
  for (;;) {
    const caf::actor now = co_await child.running();
    try {
      co_return co_await actors::ask<int>(now, test::long_enough, question);
    } catch (const actors::unanswered&) {
      // it has just ended
    }
    co_await actors::yield();
  }
}

TEST(caf_child, is_restarted_when_it_fails) {  // A3, A8
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    team work{{.max = 10}};
    std::atomic<int> made = 0;
    auto child = actors::spawn_caf(work, {.name = "doubles"}, [&] {
      ++made;
      return caf::actor{here.system.spawn(doubling_until_zero)};
    });
    EXPECT_FALSE(child.current());
    auto running = here.on.spawn(work.run());
    for (unsigned i = 1; i <= 5; ++i) {
      EXPECT_EQ(here.on.spawn(ask_through_restarts(child, static_cast<int>(i))).get(), 2 * static_cast<int>(i));
      caf::anon_send(child.current(), 0);
      test::spin_until([&] { return work.reports()[0].restarts == i; });
    }
    EXPECT_EQ(here.on.spawn(ask_through_restarts(child, 21)).get(), 42);
    EXPECT_EQ(made, 6);
    EXPECT_NE(work.reports()[0].last_error.find("zero"), std::string::npos) << work.reports()[0].last_error;
    work.stop();
    running.wait();
    EXPECT_FALSE(child.current());
    EXPECT_EQ(work.reports()[0].state, actor_state::ended);
    here.system.await_all_actors_done();
  }
}

TEST(caf_child, a_normal_end_and_a_shutdown_are_final) {  // A3
  caf_system two;
  team work{{.max = 10}};
  auto ends = actors::spawn_caf(work, {.name = "ends"}, [&] { return caf::actor{two.system.spawn(idle)}; });
  auto is_shut_down = actors::spawn_caf(work, {.name = "shut"}, [&] { return caf::actor{two.system.spawn(idle)}; });
  auto running = two.on.spawn(work.run());
  caf::anon_send(two.on.spawn(ends.running()).get(), caf::ok_atom_v);
  caf::anon_send_exit(two.on.spawn(is_shut_down.running()).get(), caf::exit_reason::user_shutdown);
  running.get();
  EXPECT_EQ(work.reports()[0].restarts + work.reports()[1].restarts, 0U);
  EXPECT_THROW(two.on.spawn(ends.running()).get(), actors::unanswered);
}

TEST(caf_child, is_asked_to_stop_and_killed_when_its_time_is_over) {  // A5
  caf_system two;
  team work;
  std::atomic<int> asked = 0;
  auto child = actors::spawn_caf(work, {.name = "deaf", .stop_timeout = 50ms}, [&] {
    return caf::actor{two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
      self->set_exit_handler([&](caf::exit_msg& exit) {
        EXPECT_EQ(exit.reason, caf::exit_reason::user_shutdown);
        ++asked;
      });
      return {[](int) {}};
    })};
  });
  auto running = two.on.spawn(work.run());
  const caf::actor deaf = two.on.spawn(child.running()).get();
  work.stop();
  running.wait();
  EXPECT_EQ(two.on.spawn(actors::ended(deaf)).get(), caf::exit_reason::kill);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(work.reports()[0].state, actor_state::ended);
}

TEST(caf_child, an_error_of_its_own_as_it_stops_is_told) {  // A3, A5
  caf_system two;
  team work;
  auto child = actors::spawn_caf(work, {.name = "odd"}, [&] {
    return caf::actor{two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
      self->set_exit_handler([self](caf::exit_msg&) { self->quit(caf::exit_reason::out_of_workers); });
      return {[](int) {}};
    })};
  });
  auto running = two.on.spawn(work.run());
  two.on.spawn(child.running()).get();
  work.stop();
  running.wait();
  EXPECT_NE(work.reports()[0].last_error.find("out_of_workers"), std::string::npos) << work.reports()[0].last_error;
}

TEST(caf_child, a_function_that_fails_to_make_it_is_a_failure) {  // A3
  caf_system two;
  team work;
  actors::spawn_caf(work, {.name = "none"}, [] { return caf::actor{}; });
  EXPECT_THROW(two.on.run(work.run()), actors::actor_failed);
  EXPECT_NE(work.reports()[0].last_error.find("empty handle"), std::string::npos);
}

TEST(caf_child, is_linked_and_stopped_with_others) {  // A2, A3
  caf_system two;
  team work{{.strategy = actors::restart::one_for_all, .max = 1}};
  std::atomic<int> made = 0;
  std::atomic<int> runs = 0;
  auto child = actors::spawn_caf(work, {.name = "child"}, [&] {
    ++made;
    return caf::actor{two.system.spawn(idle)};
  });
  work.spawn<fails>(&runs);
  EXPECT_THROW(two.on.run(work.run()), actors::actor_failed);
  EXPECT_EQ(runs, 2);
  EXPECT_GE(made, 1);
  two.system.await_all_actors_done();
}

}  // namespace
