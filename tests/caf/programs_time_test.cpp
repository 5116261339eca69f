// CAF programs: delayed messages and time limits. Nothing here says how late something may be.
#include "programs.hpp"

#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;
using test::lines;

class caf_times : public test::caf_program {};
INSTANTIATE_TEST_SUITE_P(each, caf_times, test::hosts, testing::PrintToStringParamName());

caf::behavior silent(caf::event_based_actor* self) {
  return {[=](int) { return self->make_response_promise(); }};
}

TEST_P(caf_times, delayed_messages_come_in_the_order_of_their_times) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    self->spawn([sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
      each->delayed_send(each, 30ms, std::string{"c"});
      each->delayed_send(each, 10ms, std::string{"a"});
      each->delayed_anon_send(each, 40ms, std::string{"d"});
      each->delayed_send(each, 20ms, std::string{"b"});
      each->send(each, std::string{"now"});
      return {[=](const std::string& line) {
        each->send(sink, line);
        if (line == "d") each->quit();
      }};
    });
    return test::receive_lines(self, 5);
  });
  EXPECT_EQ(found, (lines{"now", "a", "b", "c", "d"}));
}

TEST_P(caf_times, no_delayed_message_is_early) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    self->spawn([sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
      const auto begin = each->clock().now();
      each->scheduled_send(each, begin + 15ms, 15);
      each->delayed_send(each, 5ms, 5);
      return {[=](int limit) {
        const bool in_time = each->clock().now() - begin >= std::chrono::milliseconds{limit};
        each->send(sink, std::to_string(limit) + (in_time ? " in time" : " early"));
        if (limit == 15) each->quit();
      }};
    });
    return test::receive_lines(self, 2);
  });
  EXPECT_EQ(found, (lines{"5 in time", "15 in time"}));
}

TEST_P(caf_times, a_plain_thread_sends_with_a_delay) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    caf::delayed_anon_send(caf::actor{self}, 5ms, std::string{"anonymous"});
    lines said = test::receive_lines(self, 1);
    self->delayed_send(self, 5ms, std::string{"own"});
    said.push_back(test::receive_lines(self, 1).front());
    return said;
  });
  EXPECT_EQ(found, (lines{"anonymous", "own"}));
}

TEST_P(caf_times, a_request_that_is_not_answered_times_out) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor server = self->spawn(silent);
    self->spawn([=, sink = caf::actor{self}](caf::event_based_actor* each) {
      each->request(server, 5ms, 1)
          .then([=](int) { each->send(sink, std::string{"answer"}); },
                [=](const caf::error& why) { each->send(sink, test::text_of(each->system(), why)); });
    });
    lines said = test::receive_lines(self, 1);
    self->request(server, 5ms, 2)
        .receive([&](int) { said.emplace_back("answer"); },
                 [&](const caf::error& why) { said.push_back(test::text_of(self, why)); });
    self->send_exit(server, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"request_timeout", "request_timeout"}));
}

TEST_P(caf_times, an_awaited_request_times_out_and_a_late_answer_is_dropped) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor late = self->spawn([](caf::event_based_actor* each) -> caf::behavior {
      return {[=](int x) {
        auto promise = each->make_response_promise<int>();
        each->delayed_send(each, 40ms, caf::ok_atom_v);
        each->become([=](caf::ok_atom) mutable {
          promise.deliver(x);
          each->quit();
        });
        return promise;
      }};
    });
    const caf::actor waiting = self->spawn([=, sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
      each->request(late, 5ms, 1)
          .await([=](int) { each->send(sink, std::string{"answer"}); },
                 [=](const caf::error& why) { each->send(sink, test::text_of(each->system(), why)); });
      each->monitor(late);
      each->set_down_handler([=](const caf::down_msg&) {
        each->send(sink, std::string{"down"});
        each->quit();
      });
      return {[](caf::get_atom) {}};
    });
    return test::receive_lines(self, 2);
  });
  EXPECT_EQ(found, (lines{"request_timeout", "down"}));
}

TEST_P(caf_times, an_idle_actor_is_told_after_a_while_again_and_again) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor each = self->spawn([sink = caf::actor{self}](caf::event_based_actor* it) -> caf::behavior {
      return {[=](int x) { it->send(sink, std::to_string(x)); },
              caf::after(10ms) >> [=] { it->send(sink, std::string{"idle"}); }};
    });
    lines said = test::receive_lines(self, 3);  // three times, without a message
    self->send(each, 1);
    for (std::string line; line != "1"; said.push_back(line)) line = test::receive_lines(self, 1).front();
    said.push_back(test::receive_lines(self, 1).front());
    self->send_exit(each, caf::exit_reason::user_shutdown);
    std::erase(said, "idle");  // how often it was idle meanwhile is for the clock to say
    return said;
  });
  EXPECT_EQ(found, lines{"1"});
}

TEST_P(caf_times, a_new_behavior_has_a_new_time_limit) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    self->spawn([sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
      return {caf::after(5ms) >> [=] {
        each->send(sink, std::string{"first"});
        each->become(caf::after(5ms) >> [=] {
          each->send(sink, std::string{"second"});
          each->quit();
        });
      }};
    });
    return test::receive_lines(self, 2);
  });
  EXPECT_EQ(found, (lines{"first", "second"}));
}

TEST_P(caf_times, blocking_receivers_have_time_limits) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    self->spawn([sink = caf::actor{self}](caf::blocking_actor* each) {
      each->receive([](int) {}, caf::after(5ms) >> [&] { each->send(sink, std::string{"nothing came"}); });
    });
    lines said = test::receive_lines(self, 1);
    self->receive([](int) {}, caf::after(5ms) >> [&] { said.emplace_back("nothing here"); });
    return said;
  });
  EXPECT_EQ(found, (lines{"nothing came", "nothing here"}));
}

// Both schedulers drop what is pending when the system ends.
TEST_P(caf_times, a_system_does_not_wait_for_what_is_not_due) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor each = self->spawn([](caf::event_based_actor* it) -> caf::behavior {
      it->delayed_send(it, 1h, 1);
      return {[](int) {}, [](caf::get_atom) { return std::string{"here"}; }};
    });
    lines said{test::answer_of<std::string>(self, each, caf::get_atom_v)};
    self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, lines{"\"here\""});
}

TEST_P(caf_times, a_thousand_actors_tick_in_turns) {
  const lines found = run([](caf::actor_system& system) {
    constexpr int count = 1000;
    caf::scoped_actor self{system};
    for (int i = 0; i != count; ++i) {
      self->spawn([i, sink = caf::actor{self}](caf::event_based_actor* each) -> caf::behavior {
        each->delayed_send(each, std::chrono::microseconds{i * 7 % 1000}, 1);
        return {[=](int tick) {
          if (tick != 5) {
            each->delayed_send(each, 1ms, tick + 1);
            return;
          }
          each->send(sink, tick);
          each->quit();
        }};
      });
    }
    int sum = 0;
    for (int i = 0; i != count; ++i) self->receive([&](int ticks) { sum += ticks; });
    return lines{std::to_string(sum)};
  });
  EXPECT_EQ(found, lines{"5000"});
}

}  // namespace
