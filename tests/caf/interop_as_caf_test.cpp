// Our actors as CAF sees them: messages and requests into their inputs.
#include "interop_actors.hpp"
#include "support/seen_messages.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::as_caf;
using actors::expose;
using actors::in;
using actors::request;
using actors::task;
using actors::team;
using test::caf_system;
using test::counter;

/// Answers questions: doubles; fails, drops and keeps some.
class answers final : public actors::actor {
 public:
  in<request<int, int>> asked{*this, "asked"};
  in<request<std::string, std::tuple<int, std::string>>> split{*this, "split"};
  in<request<double, void>> told{*this, "told"};

  task<> run() override {
    actors::task_group group;
    for (;;) {
      bool open = true;
      co_await actors::select(on_receive(asked,
                                         [&](std::optional<request<int, int>> one) {
                                           if (!one) return static_cast<void>(open = false);
                                           answer(*std::move(one));
                                         }),
                              on_receive(split,
                                         [&](auto one) {
                                           if (!one) return static_cast<void>(open = false);
                                           one->reply({static_cast<int>((**one).size()), **one + "!"});
                                         }),
                              on_receive(told, [&](std::optional<request<double, void>> one) {
                                if (!one) return static_cast<void>(open = false);
                                one->reply();
                              }));
      if (!open) co_return;
    }
  }

 private:
  void answer(request<int, int> one) {
    if (*one == 0) return;
    if (*one == -1) return one.fail(std::make_exception_ptr(actors::timed_out{"too late"}));
    if (*one == -2) return one.fail(std::make_exception_ptr(std::runtime_error{"no negatives"}));
    if (*one == -3) return kept_.push_back(std::move(one));
    one.reply(2 * *one);
  }
  std::vector<request<int, int>> kept_;
};

struct asked_error {
  caf::error reason;
  std::string text;
};

template <class... Args>
asked_error error_of(caf::actor_system& system, const caf::actor& whom, const Args&... args) {
  caf::scoped_actor self{system};
  asked_error found;
  self->request(whom, test::long_enough, args...)
      .receive([](const caf::message&) { ADD_FAILURE() << "an answer"; },
               [&](caf::error& why) {
                 found = {why, system.render(why)};
               });
  return found;
}

TEST(as_caf, requests_are_answered_by_what_the_actor_replies) {  // A7, A8
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    team work;
    auto one = work.spawn<answers>();
    caf::actor address =
        as_caf(one, here.system, expose(&answers::asked), expose(&answers::split), expose(&answers::told));
    auto running = here.on.spawn(work.run());
    EXPECT_EQ(test::ask<int>(here.system, address, 21), 42);
    {
      caf::scoped_actor self{here.system};
      self->request(address, caf::infinite, std::string{"four"})
          .receive(
              [](int size, const std::string& text) {
                EXPECT_EQ(size, 4);
                EXPECT_EQ(text, "four!");
              },
              [](caf::error&) { ADD_FAILURE() << "no answer"; });
      bool told = false;
      self->request(address, caf::infinite, 0.5)
          .receive([&] { told = true; }, [](caf::error&) { ADD_FAILURE() << "no answer"; });
      EXPECT_TRUE(told);
    }
    EXPECT_EQ(error_of(here.system, address, -1).reason.code(), static_cast<int>(caf::sec::request_timeout));
    const asked_error failed = error_of(here.system, address, -2);
    EXPECT_EQ(failed.reason.category(), actors::caf_category);
    EXPECT_EQ(failed.text, "no negatives");
    EXPECT_EQ(error_of(here.system, address, 0).reason, caf::sec::request_receiver_down);
    EXPECT_EQ(error_of(here.system, address, 'x').reason.code(), static_cast<int>(caf::sec::unexpected_message));
    address = nullptr;  // the last one: the inputs end, and with them the actor
    running.get();
  }
}

TEST(as_caf, the_same_address_whenever_it_is_asked_for) {  // A2
  caf_system two;
  caf_system beside;
  team work;
  counter::seen seen;
  auto one = work.spawn<counter>(&seen);
  caf::actor address = as_caf(one, two.system, expose(&counter::numbers));
  EXPECT_EQ(as_caf(one, two.system), address);
  EXPECT_NE(caf::actor_cast<caf::abstract_actor*>(as_caf(one, beside.system)),
            caf::actor_cast<caf::abstract_actor*>(address));
  EXPECT_THROW(as_caf(one, two.system, expose(&counter::numbers)), actors::usage_error);
  auto running = two.on.spawn(work.run());
  test::spin_until([&] { return work.reports()[0].state == actors::actor_state::running; });
  EXPECT_EQ(as_caf(one, two.system), address);
  EXPECT_THROW(as_caf(one, two.system, expose(&counter::numbers)), actors::usage_error);
  caf::anon_send(address, 5);
  address = nullptr;
  running.get();
  EXPECT_EQ(seen.sum, 5);
}

TEST(as_caf, of_a_system_without_a_runtime_it_is_made_in_a_task) {
  caf::actor_system_config config;
  caf::actor_system system{config};
  team work;
  counter::seen seen;
  auto one = work.spawn<counter>(&seen);
  EXPECT_THROW(as_caf(one, system, expose(&counter::numbers)), actors::usage_error);
  actors::run([](caf::actor_system& of, team& all, const actors::actor_ref<counter>& first) -> task<> {
    {
      const caf::actor address = as_caf(first, of, expose(&counter::numbers));
      for (int i = 1; i <= 100; ++i) caf::anon_send(address, i);
    }
    co_await all.run();
  }(system, work, one));
  EXPECT_EQ(seen.sum, 5050);
}

TEST(as_caf, messages_wait_in_their_order_while_the_channel_is_full) {  // A8
  constexpr int count = 2000;
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    team work;
    std::vector<int> seen;
    actors::event go;
    auto one = work.spawn([into = &seen, begin = &go](in<int>& numbers) -> task<> {
      co_await begin->wait();
      while (auto number = co_await numbers.receive()) into->push_back(*number);
    });
    caf::actor address = as_caf(one, here.system, expose<0>(2));
    auto running = here.on.spawn(work.run());
    for (int i = 0; i != count; ++i) caf::anon_send(address, i);
    go.set();
    address = nullptr;  // what is held arrives all the same
    running.get();
    ASSERT_EQ(seen.size(), std::size_t{count});
    for (int i = 0; i != count; ++i) ASSERT_EQ(seen[i], i);
  }
}

TEST(as_caf, a_request_to_a_plain_input_is_answered_when_it_is_in_the_channel) {  // A8
  caf_system two;
  team work;
  actors::event go;
  std::atomic<int> received = 0;
  auto one = work.spawn([begin = &go, count = &received](in<int>& numbers) -> task<> {
    co_await begin->wait();
    while (auto number = co_await numbers.receive()) ++*count;
  });
  caf::actor address = as_caf(one, two.system, expose<0>(3));
  auto running = two.on.spawn(work.run());
  std::atomic<int> acknowledged = 0;
  const caf::actor asks = two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    for (int i = 0; i != 5; ++i) self->request(address, caf::infinite, i).then([&acknowledged] { ++acknowledged; });
    return {[](caf::ok_atom) {}};
  });
  test::spin_until([&] { return acknowledged == 3; });
  test::let_pass(20ms);
  EXPECT_EQ(acknowledged, 3);
  go.set();
  test::spin_until([&] { return acknowledged == 5; });
  address = nullptr;
  caf::anon_send_exit(asks, caf::exit_reason::user_shutdown);
  two.system.await_all_actors_done();
  actors::end_inputs(as_caf(one, two.system));
  running.get();
  EXPECT_EQ(received, 5);
}

TEST(as_caf, its_inputs_end_when_they_are_told_to) {
  caf_system two;
  team work;
  counter::seen seen;
  auto one = work.spawn<counter>(&seen);
  const caf::actor address = as_caf(one, two.system, expose(&counter::numbers, 1));
  for (int i = 1; i <= 10; ++i) caf::anon_send(address, i);
  actors::end_inputs(address);
  two.on.run(work.run());
  EXPECT_EQ(seen.sum, 55);
  EXPECT_EQ(error_of(two.system, address, 1).reason, caf::sec::request_receiver_down);
  EXPECT_THROW(actors::end_inputs(two.system.spawn(test::many_answers)), actors::usage_error);
  EXPECT_THROW(actors::end_inputs(caf::actor{}), actors::usage_error);
}

TEST(as_caf, an_unexpected_message_is_logged_and_nothing_else) {
  caf_system two;
  const test::seen_messages said;
  team work;
  counter::seen seen;
  auto one = work.spawn<counter>({.name = "counts"}, &seen);
  caf::actor address = as_caf(one, two.system, expose(&counter::numbers));
  caf::anon_send(address, std::string{"seven"});
  caf::anon_send(address, 7);
  address = nullptr;
  two.on.run(work.run());
  EXPECT_EQ(seen.sum, 7);
  const auto told = said.of("caf_unexpected_message");
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].text.find("actor 'counts'"), std::string::npos) << told[0].text;
}

TEST(as_caf, keeps_neither_the_actor_nor_what_is_in_it) {
  auto token = std::make_shared<int>(1);
  const std::weak_ptr<int> alive = token;
  caf_system two;
  caf::actor address;
  {
    team work;
    auto one = work.spawn([kept = std::move(token)](in<int>& numbers) -> task<> {
      while (auto number = co_await numbers.receive()) co_await actors::yield();
    });
    address = as_caf(one, two.system, expose<0>());
    actors::end_inputs(address);
    two.on.run(work.run());
    EXPECT_TRUE(alive.expired());
  }
  EXPECT_EQ(error_of(two.system, address, 1).reason, caf::sec::request_receiver_down);
}

TEST(as_caf, many_senders_and_nothing_is_lost) {  // A8
  constexpr int senders = 4;
  static constexpr int each = 5000;
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    team work;
    counter::seen seen;
    auto one = work.spawn<counter>(&seen);
    caf::actor address = as_caf(one, here.system, expose(&counter::numbers, 16));
    auto running = here.on.spawn(work.run());
    for (int s = 0; s != senders; ++s) {
      here.system.spawn([address](caf::event_based_actor* self) -> caf::behavior {
        self->send(self, each);
        return {[=](int left) {
          self->send(address, 1);
          if (left == 1)
            self->quit();
          else
            self->send(self, left - 1);
        }};
      });
    }
    here.system.await_all_actors_done();
    address = nullptr;
    running.get();
    EXPECT_EQ(seen.items, senders * each);
  }
}

TEST(as_caf, many_requests_at_once_are_each_answered) {  // A7
  constexpr int askers = 50;
  static constexpr int each = 100;
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    team work;
    auto one = work.spawn([](in<request<int, int>>& asked) -> task<> {
      while (auto question = co_await asked.receive()) question->reply(**question + 1);
    });
    caf::actor address = as_caf(one, here.system, expose<0>(4));
    auto running = here.on.spawn(work.run());
    std::atomic<long> sum = 0;
    for (int a = 0; a != askers; ++a) {
      here.system.spawn([address, &sum](caf::event_based_actor* self) {
        for (int i = 0; i != each; ++i)
          self->request(address, caf::infinite, i).then([&sum](int answer) { sum += answer; });
      });
    }
    here.system.await_all_actors_done();
    EXPECT_EQ(sum, long{askers} * each * (each + 1) / 2);
    address = nullptr;
    running.get();
  }
}

// Answers of one actor to another one keep their order, as all messages of CAF do.
TEST(as_caf, answers_come_in_the_order_in_which_they_are_given) {  // A7
  static constexpr int count = 500;
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    team work;
    auto one = work.spawn([](in<request<int, int>>& asked) -> task<> {
      std::vector<request<int, int>> all;
      while (auto question = co_await asked.receive()) {
        all.push_back(*std::move(question));
        if (all.size() != 10) continue;
        while (!all.empty()) {
          all.back().reply(*all.back());
          all.pop_back();
        }
      }
    });
    caf::actor address = as_caf(one, here.system, expose<0>(16));
    auto running = here.on.spawn(work.run());
    std::vector<int> seen;
    here.system.spawn([address, &seen](caf::event_based_actor* self) {
      for (int i = 0; i != count; ++i)
        self->request(address, caf::infinite, i).then([&seen](int answer) { seen.push_back(answer); });
    });
    here.system.await_all_actors_done();
    address = nullptr;
    running.get();
    ASSERT_EQ(seen.size(), std::size_t{count});
    for (int i = 0; i != count; ++i) ASSERT_EQ(seen[i], i / 10 * 10 + 9 - i % 10);
  }
}

}  // namespace
