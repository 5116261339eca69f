// Delayed messages and timeouts of CAF actors, on the timers of a runtime.
#include "caf_system.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <vector>

namespace {

using namespace std::chrono_literals;
using test::caf_system;
using clock_type = std::chrono::steady_clock;

TEST(caf_clock, a_request_that_is_not_answered_times_out_and_not_early) {  // R6
  caf_system two;
  std::promise<std::pair<caf::error, clock_type::duration>> outcome;
  const caf::actor silent = two.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[=](int) { return self->make_response_promise<int>(); }};
  });
  two.system.spawn([&](caf::event_based_actor* self) {
    const auto asked = clock_type::now();
    self->request(silent, 30ms, 1)
        .then([](int) { ADD_FAILURE() << "an answer"; },
              [&, asked](caf::error& why) {
                outcome.set_value({why, clock_type::now() - asked});
              });
  });
  const auto [why, took] = outcome.get_future().get();
  EXPECT_EQ(why, caf::sec::request_timeout);
  EXPECT_GE(took, 30ms);
  caf::anon_send_exit(silent, caf::exit_reason::user_shutdown);
}

TEST(caf_clock, a_request_that_is_answered_in_time_does_not_time_out) {
  caf_system two;
  const caf::actor server = two.system.spawn([] { return caf::behavior{[](int x) { return x; }}; });
  std::promise<int> sum;
  two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->set_default_handler(caf::print_and_drop);
    self->send(self, 0, 0);
    return {[&, self](int i, int so_far) {
      if (i == 1000) {
        sum.set_value(so_far);
        self->quit();
        return;
      }
      self->request(server, 1ms * (1 + i % 3) + 10s, 1).then([self, i, so_far](int y) {
        self->send(self, i + 1, so_far + y);
      });
    }};
  });
  EXPECT_EQ(sum.get_future().get(), 1000);
}

TEST(caf_clock, an_idle_actor_gets_its_receive_timeout_once_it_has_been_idle_long_enough) {
  caf_system two;
  std::promise<clock_type::duration> idle;
  const auto begin = clock_type::now();
  two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    self->send(self, 5);
    return {[self](int left) {  // each message starts the timeout again
              if (left != 0) self->delayed_send(self, 5ms, left - 1);
            },
            caf::after(40ms) >>
                [&, self] {
                  idle.set_value(clock_type::now() - begin);
                  self->quit();
                }};
  });
  EXPECT_GE(idle.get_future().get(), 40ms + 5 * 5ms);
}

TEST(caf_clock, delayed_messages_arrive_in_the_order_of_their_times_and_never_early) {  // R6
  caf_system four{4};
  struct arrival {
    int number;
    clock_type::time_point due, came;
  };
  constexpr int count = 500;
  std::vector<arrival> arrivals;
  std::promise<void> all;
  const caf::actor receiver = four.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](int number, std::int64_t due) {
      arrivals.push_back({number, clock_type::time_point{clock_type::duration{due}}, clock_type::now()});
      if (arrivals.size() == count) {
        all.set_value();
        self->quit();
      }
    }};
  });
  const auto base = clock_type::now() + 20ms;
  for (int i = 0; i != count; ++i) {
    // Set in an order of their own (7919 and 500 have no common factor), in groups of five at the same time.
    const int number = i * 7919 % count;
    const auto due = base + (number / 5) * 100us;
    four.system.clock().schedule_message(
        due, caf::actor_cast<caf::strong_actor_ptr>(receiver),
        caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, number,
                                  static_cast<std::int64_t>(due.time_since_epoch().count())));
  }
  all.get_future().get();
  for (std::size_t i = 0; i != arrivals.size(); ++i) {
    EXPECT_GE(arrivals[i].came, arrivals[i].due);
    if (i != 0) {
      EXPECT_GE(arrivals[i].due, arrivals[i - 1].due) << "message " << arrivals[i].number;
    }
  }
}

TEST(caf_clock, messages_with_the_same_delay_keep_the_order_of_sending) {
  caf_system four{4};
  std::vector<int> seen;
  std::promise<void> all;
  four.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    for (int i = 0; i != 300; ++i) self->delayed_send(self, 10ms, i);
    return {[&, self](int i) {
      seen.push_back(i);
      if (i == 299) {
        all.set_value();
        self->quit();
      }
    }};
  });
  all.get_future().get();
  ASSERT_EQ(seen.size(), 300U);
  for (int i = 0; i != 300; ++i) EXPECT_EQ(seen[i], i);
}

TEST(caf_clock, delayed_messages_from_plain_threads_and_to_groups_arrive) {
  caf_system two;
  std::atomic<int> seen = 0;
  std::promise<void> all;
  const caf::group group = two.system.groups().anonymous();
  two.system.spawn_in_group(group, [&](caf::event_based_actor* self) -> caf::behavior {
    return {[&, self](int) {
      if (++seen != 2) return;
      all.set_value();
      self->quit();
    }};
  });
  caf::scoped_actor self{two.system};
  self->delayed_send(group, 5ms, 1);
  self->delayed_send(group, 1ms, 2);
  all.get_future().get();
}

/// An event that counts how often its timeouts arrive; driven through the clock's own interface.
class timeout_probe final : public caf::event_based_actor {
 public:
  timeout_probe(caf::actor_config& config, std::vector<int>& got) : event_based_actor{config}, got_{got} {
    set_default_handler([this](caf::scheduled_actor*, caf::message_view&) -> caf::result<caf::message> {
      got_.push_back(0);
      return caf::sec::unexpected_message;
    });
  }
  caf::behavior make_behavior() override {
    return {[this](caf::put_atom) {
              auto& time = system().clock();
              const auto soon = time.now() + 10ms;
              time.set_multi_timeout(soon, this, caf::atom("m"), 1);
              time.set_multi_timeout(soon, this, caf::atom("m"), 2);
              time.set_request_timeout(soon, this, caf::make_message_id(7).response_id());
              time.cancel_request_timeout(this, caf::make_message_id(7).response_id());
              time.set_ordinary_timeout(soon, this, caf::atom("a"), 1);
              time.set_ordinary_timeout(soon, this, caf::atom("b"), 2);
              time.cancel_ordinary_timeout(this, caf::atom("a"));
              delayed_send(this, 15ms, 1);
            },
            [this](caf::delete_atom) {
              auto& time = system().clock();
              time.set_multi_timeout(time.now() + 5ms, this, caf::atom("m"), 3);
              time.cancel_timeouts(this);
              delayed_send(this, 10ms, 2);
            },
            [this](int number) {
              got_.push_back(number);
              if (number == 2) quit();
            }};
  }

 private:
  std::vector<int>& got_;
};

TEST(caf_clock, cancelled_timeouts_do_not_arrive_and_leave_messages_alone) {
  std::vector<int> got;
  {
    caf_system two;
    const caf::actor probe = two.system.spawn<timeout_probe>(got);
    caf::anon_send(probe, caf::put_atom_v);
    test::ask<caf::ok_atom>(two.system, two.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
      return {[=](caf::ok_atom) {
        auto promise = self->make_response_promise<caf::ok_atom>();
        self->delayed_send(self, 30ms, 1);
        self->become([=](int) mutable {
          promise.deliver(caf::ok_atom_v);
          self->quit();
        });
        return promise;
      }};
    }),
                            caf::ok_atom_v);
    caf::anon_send(probe, caf::delete_atom_v);
  }
  EXPECT_EQ(got, (std::vector<int>{1, 2}));  // CAF keeps timeouts it does not know from the handlers
}

TEST(caf_clock, a_hundred_thousand_delayed_messages_arrive) {
  caf_system two;
  constexpr int count = 100'000;
  std::atomic<int> seen = 0;
  std::promise<void> all;
  for (int a = 0; a != 10; ++a) {
    two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
      for (int i = 0; i != count / 10; ++i) self->delayed_send(self, 1us * (i % 20'000), i);
      return {[&, self, left = count / 10](int) mutable {
        if (--left == 0) self->quit();
        if (++seen == count) all.set_value();
      }};
    });
  }
  all.get_future().get();
}

TEST(caf_clock, a_system_ends_while_messages_are_pending) {
  for (int round = 0; round != 20; ++round) {
    caf_system two;
    for (int i = 0; i != 50; ++i) {
      const caf::actor each = two.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
        self->delayed_send(self, 1h, 1);
        self->delayed_send(self, 50us, caf::ok_atom_v);
        return {[](int) {}, [=](caf::ok_atom) { self->quit(); }, caf::after(120min) >> [] {}};
      });
      caf::delayed_anon_send(each, 100us * i, 2);
    }
  }
}

TEST(caf_clock, a_system_ends_without_waiting_for_actors_that_only_a_delayed_message_keeps) {
  caf_system two;
  two.system.await_actors_before_shutdown(false);
  two.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, 1h, 1);
    return {[](int) {}};
  });
}

TEST(caf_clock, the_clock_can_drop_everything) {
  caf_system two;
  std::atomic<int> seen = 0;
  const caf::actor receiver = two.system.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](int) { ++seen; }, [&](caf::get_atom) { return seen.load(); }};
  });
  caf::delayed_anon_send(receiver, 20ms, 1);
  two.system.clock().cancel_all();
  caf::delayed_anon_send(receiver, 30ms, 1);
  test::spin_until([&] { return seen == 1; });
  EXPECT_EQ(test::ask<int>(two.system, receiver, caf::get_atom_v), 1);
}

}  // namespace
