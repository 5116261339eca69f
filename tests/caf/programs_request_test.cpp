// CAF programs: requests and their answers.
#include "programs.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace {

using namespace std::chrono_literals;
using test::lines;

class caf_requests : public test::caf_program {};
INSTANTIATE_TEST_SUITE_P(each, caf_requests, test::hosts, testing::PrintToStringParamName());

caf::behavior squares(caf::event_based_actor*) {
  return {[](int x) -> caf::result<int> {
    if (x < 0) return caf::make_error(caf::sec::invalid_argument);
    return x * x;
  }};
}

/// Spawns an actor with `body(self, sink)` and gives the `count` lines that it sends.
template <class Body>
lines lines_of(caf::actor_system& system, std::size_t count, Body body) {
  caf::scoped_actor self{system};
  self->spawn([body, sink = caf::actor{self}](caf::event_based_actor* each) { body(each, sink); });
  return test::receive_lines(self, count);
}

TEST_P(caf_requests, then_takes_answers_as_they_come) {
  const lines found = run([](caf::actor_system& system) {
    return lines_of(system, 20, [](caf::event_based_actor* self, const caf::actor& sink) {
      const caf::actor server = self->spawn<caf::linked>(squares);
      for (int i = 0; i != 20; ++i)
        self->request(server, 30s, i).then([=](int y) {
          self->send(sink, std::to_string(i) + ":" + std::to_string(y));
        });
    });
  });
  lines expected;
  for (int i = 0; i != 20; ++i) expected.push_back(std::to_string(i) + ":" + std::to_string(i * i));
  EXPECT_EQ(found, expected);  // one server answers in order
}

TEST_P(caf_requests, await_takes_the_last_one_first_and_holds_other_messages_back) {
  const lines found = run([](caf::actor_system& system) {
    return lines_of(system, 4, [](caf::event_based_actor* self, const caf::actor& sink) {
      const caf::actor server = self->spawn<caf::linked>(squares);
      self->send(self, std::string{"message"});
      self->become([=](const std::string& line) {
        self->send(sink, line);
        self->quit();
      });
      for (int i = 1; i <= 3; ++i)
        self->request(server, caf::infinite, i).await([=](int y) { self->send(sink, std::to_string(y)); });
    });
  });
  EXPECT_EQ(found, (lines{"9", "4", "1", "message"}));
}

TEST_P(caf_requests, errors_reach_the_error_handler_of_the_request) {
  const lines found = run([](caf::actor_system& system) {
    return lines_of(system, 2, [](caf::event_based_actor* self, const caf::actor& sink) {
      const caf::actor server = self->spawn<caf::linked>(squares);
      const auto say = [=](const caf::error& why) { self->send(sink, test::text_of(self->system(), why)); };
      self->request(server, caf::infinite, -1)
          .then([=](int) { self->send(sink, std::string{"answer"}); },
                [=](const caf::error& why) {
                  say(why);
                  self->request(server, caf::infinite, std::string{"what"})
                      .then([=](int) { self->send(sink, std::string{"answer"}); }, say);
                });
    });
  });
  EXPECT_EQ(found, (lines{"invalid_argument", "unexpected_message"}));
}

TEST_P(caf_requests, a_request_without_an_error_handler_ends_its_actor_with_the_error) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor server = self->spawn(squares);
    const caf::actor client = self->spawn<caf::monitored>(
        [=](caf::event_based_actor* each) { each->request(server, caf::infinite, -1).then([](int) {}); });
    lines said;
    self->receive([&](const caf::down_msg& down) { said.push_back(test::text_of(self, down.reason)); });
    self->send_exit(server, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, lines{"invalid_argument"});
}

TEST_P(caf_requests, what_is_asked_of_one_that_has_ended_fails) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor gone = self->spawn([](caf::event_based_actor*) {});
    self->wait_for(gone);
    const caf::actor ending = self->spawn([](caf::event_based_actor* each) -> caf::behavior {
      return {[=](caf::close_atom) { each->quit(); }, [](int x) { return x; }};
    });
    self->send(ending, caf::close_atom_v);
    return lines{test::answer_of<int>(self, gone, 1), test::answer_of<int>(self, ending, 1)};
  });
  EXPECT_EQ(found, (lines{"request_receiver_down", "request_receiver_down"}));
}

TEST_P(caf_requests, a_promise_is_kept_later) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor server = self->spawn(squares);
    const caf::actor front = self->spawn([server](caf::event_based_actor* each) -> caf::behavior {
      return {[=](int x) {
        auto promise = each->make_response_promise();
        each->request(server, caf::infinite, x)
            .then([=](int y) mutable { promise.deliver(y + 1); },
                  [=](caf::error& why) mutable { promise.deliver(std::move(why)); });
        return promise;
      }};
    });
    lines said{test::answer_of<int>(self, front, 6), test::answer_of<int>(self, front, -6)};
    for (const caf::actor& each : {server, front}) self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"37", "invalid_argument"}));
}

TEST_P(caf_requests, one_promise_for_many_requests) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor server = self->spawn(squares);
    const caf::actor front = self->spawn([server](caf::event_based_actor* each) -> caf::behavior {
      return {[=](int count) {
        auto promise = each->make_response_promise<int>();
        auto left = std::make_shared<int>(count);
        auto sum = std::make_shared<int>(0);
        for (int i = 1; i <= count; ++i)
          each->request(server, caf::infinite, i).then([=](int y) mutable {
            *sum += y;
            if (--*left == 0) promise.deliver(*sum);
          });
        return promise;
      }};
    });
    lines said{test::answer_of<int>(self, front, 100)};
    for (const caf::actor& each : {server, front}) self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, lines{"338350"});
}

TEST_P(caf_requests, delegated_requests_are_answered_by_another) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor last = self->spawn(squares);
    caf::actor front = last;
    std::vector<caf::actor> all{last};
    for (int i = 0; i != 10; ++i) {
      front = self->spawn([next = front](caf::event_based_actor* each) -> caf::behavior {
        return {[=](int x) { return each->delegate(next, x + 1); }};
      });
      all.push_back(front);
    }
    lines said{test::answer_of<int>(self, front, 0)};
    for (const caf::actor& each : all) self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, lines{"100"});
}

TEST_P(caf_requests, answers_to_plain_messages_come_as_plain_messages) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const caf::actor server = self->spawn(squares);
    self->send(server, 12);
    lines said;
    self->receive([&](int y) { said.push_back(std::to_string(y)); });
    self->send_exit(server, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, lines{"144"});
}

using cell = caf::typed_actor<caf::reacts_to<caf::put_atom, int>, caf::replies_to<caf::get_atom>::with<int>>;

struct cell_state {
  int value = 0;
};

cell::behavior_type plain_cell(cell::stateful_pointer<cell_state> self) {
  return {[=](caf::put_atom, int value) { self->state.value = value; },
          [=](caf::get_atom) { return self->state.value; }};
}

class class_cell final : public cell::base {
 public:
  class_cell(caf::actor_config& config, int value) : cell::base{config}, value_{value} {}

 protected:
  behavior_type make_behavior() override {
    return {[this](caf::put_atom, int value) { value_ = value; }, [this](caf::get_atom) { return value_; }};
  }

 private:
  int value_;
};

cell::behavior_type delegating_cell(cell::pointer self, const cell& to) {
  return {[=](caf::put_atom, int value) { self->send(to, caf::put_atom_v, value); },
          [=](caf::get_atom) { return self->delegate(to, caf::get_atom_v); }};
}

TEST_P(caf_requests, typed_actors_of_a_function_of_a_class_and_delegating) {
  const lines found = run([](caf::actor_system& system) {
    caf::scoped_actor self{system};
    const cell first = self->spawn(plain_cell);
    const cell second = self->spawn<class_cell>(7);
    const cell third = self->spawn(delegating_cell, first);
    self->send(third, caf::put_atom_v, 5);
    lines said{test::answer_of<int>(self, third, caf::get_atom_v), test::answer_of<int>(self, first, caf::get_atom_v),
               test::answer_of<int>(self, second, caf::get_atom_v)};
    for (const cell& each : {first, second, third}) self->send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, (lines{"5", "5", "7"}));
}

TEST_P(caf_requests, an_actor_as_a_function) {
  const lines found = run([](caf::actor_system& system) {
    const cell each = system.spawn<class_cell>(3);
    auto call = caf::make_function_view(each);
    lines said;
    call(caf::put_atom_v, 11);
    said.push_back(std::to_string(*call(caf::get_atom_v)));
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    return said;
  });
  EXPECT_EQ(found, lines{"11"});
}

}  // namespace
