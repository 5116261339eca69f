// The beginning and the end of systems: nothing is lost while they live, nothing is left when they are gone.
#include "caf_system.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using test::caf_system;

/// Lives in actors; `alive` counts how many are left.
struct token {
  explicit token(std::atomic<long>& count) : alive{&count} { ++*alive; }
  token(const token& other) : alive{other.alive} { ++*alive; }
  token& operator=(const token&) = delete;
  ~token() { --*alive; }
  std::atomic<long>* alive;
};

TEST(caf_lifetime, two_hundred_systems_one_after_the_other_on_one_runtime) {
  std::atomic<long> alive = 0;
  actors::runtime on{{.workers = 2}};
  test::config_on config{on};
  for (int round = 0; round != 200; ++round) {
    caf::actor_system system{config};
    for (int i = 0; i != 10; ++i) {
      const caf::actor each = system.spawn([t = token{alive}](caf::event_based_actor* self) -> caf::behavior {
        return {[=](int x) {
          if (x == 0) return self->quit();
          self->send(self, x - 1);
        }};
      });
      caf::anon_send(each, i);
    }
  }
  EXPECT_EQ(alive, 0);
}

TEST(caf_lifetime, systems_begin_and_end_on_several_threads_at_once) {
  actors::runtime on{{.workers = 2}};
  std::vector<std::thread> threads;
  for (int t = 0; t != 4; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round != 25; ++round) {
        test::config_on config{on};
        caf::actor_system system{config};
        const caf::actor echo = system.spawn([] { return caf::behavior{[](int x) { return x; }}; });
        EXPECT_EQ(test::ask<int>(system, echo, round), round);
      }
    });
  }
  for (auto& each : threads) each.join();
}

// Without waiting for its actors a system ends in the middle of their work, with full queues.
TEST(caf_lifetime, a_system_that_does_not_wait_ends_what_is_queued_and_running) {
  std::atomic<long> alive = 0;
  std::atomic<long> down = 0;
  actors::runtime on{{.workers = 2}};
  test::config_on config{on, [](caf::actor_system_config& c) { c.set("scheduler.max-throughput", 3); }};
  for (int round = 0; round != 50; ++round) {
    std::atomic<long> handled = 0;
    caf::actor_system system{config};
    system.await_actors_before_shutdown(false);
    for (int i = 0; i != 100; ++i) {
      const caf::actor each = system.spawn([&, t = token{alive}](caf::event_based_actor* self) -> caf::behavior {
        self->send(self, 1);
        return {[&, self](int x) {
          ++handled;
          self->send(self, x);  // for ever
        }};
      });
      each->attach_functor([&](const caf::error&) { ++down; });
    }
    test::spin_until([&] { return handled > 200; });
  }
  EXPECT_EQ(down, 50 * 100);
  EXPECT_EQ(alive, 0);
}

TEST(caf_lifetime, a_long_chain_of_links_that_ends_with_the_system_needs_no_deep_stack) {
  std::atomic<int> ready = 0;
  caf_system two{2, [](caf::actor_system_config& c) { c.set("scheduler.max-throughput", 1); }};
  two.system.await_actors_before_shutdown(false);
  caf::actor before = two.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->send(self, 1);
    return {[=](int x) { self->send(self, x); }};
  });
  for (int i = 0; i != 20'000; ++i) {
    before = two.system.spawn([&, before](caf::event_based_actor* self) -> caf::behavior {
      self->link_to(before);
      ++ready;
      return {[](int) {}};
    });
  }
  test::spin_until([&] { return ready == 20'000; });
}

TEST(caf_lifetime, detached_actors_that_outlive_the_stop_of_the_scheduler_find_their_peers_ended) {
  for (int round = 0; round != 20; ++round) {
    std::atomic<bool> begun = false;
    caf_system two;
    two.system.await_actors_before_shutdown(false);
    const caf::actor peer = two.system.spawn([](caf::event_based_actor*) -> caf::behavior { return {[](int) {}}; });
    two.system.spawn([&, peer](caf::blocking_actor* self) {
      begun = true;
      for (int i = 0; i != 2000; ++i) self->send(peer, i);
    });
    test::spin_until([&] { return begun.load(); });
  }
}

TEST(caf_lifetime, foreign_threads_send_while_workers_run_and_nothing_is_lost) {
  caf_system four{4};
  constexpr int senders = 4;
  constexpr int messages = 4800;  // the same number for each receiver
  constexpr int receivers = 16;
  std::atomic<long> handled = 0;
  std::vector<caf::actor> all;
  for (int i = 0; i != receivers; ++i) {
    all.push_back(four.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
      return {[&, self, left = senders * messages / receivers](int) mutable {
        ++handled;
        if (--left == 0) self->quit();
      }};
    }));
  }
  std::vector<std::thread> threads;
  for (int t = 0; t != senders; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i != messages; ++i) caf::anon_send(all[(i + t) % receivers], i);
    });
  }
  for (auto& each : threads) each.join();
  four.system.await_all_actors_done();
  EXPECT_EQ(handled, senders * messages);
}

// The last handle of an actor is dropped on another thread: the unit it ran on is then used from there. (Nothing can be
// sent in its own name any more: that would be a new reference of an actor that is being destroyed.)
class says_goodbye final : public caf::event_based_actor {
 public:
  says_goodbye(caf::actor_config& config, caf::actor listener)
      : event_based_actor{config}, listener_{std::move(listener)} {}
  caf::behavior make_behavior() override {
    return {[](int x) { return x; }};
  }
  void on_exit() override {
    caf::actor_cast<caf::abstract_actor*>(listener_)->eq_impl(caf::make_message_id(), nullptr, context(),
                                                              caf::ok_atom_v);
  }

 private:
  caf::actor listener_;
};

TEST(caf_lifetime, an_actor_that_is_destroyed_on_a_plain_thread_can_still_send) {
  caf_system two;
  std::atomic<int> heard = 0;
  constexpr int count = 500;
  const caf::actor listener = two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](caf::ok_atom) {
      if (++heard == count) self->quit();
    }};
  });
  for (int i = 0; i != count; ++i) {
    const caf::actor brief = two.system.spawn<says_goodbye>(listener);
    EXPECT_EQ(test::ask<int>(two.system, brief, i), i);
  }
  two.system.await_all_actors_done();
  EXPECT_EQ(heard, count);
}

}  // namespace
