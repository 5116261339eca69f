// Inputs of our actors behind one address of CAF: full ones beside others, ended and poisoned ones, and what holds
// what.
#include "interop_actors.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace test {

/// Says when it is moved, and holds a token.
struct noticed {
  static inline std::function<void()> when_moved;
  std::shared_ptr<int> token;

  noticed() = default;
  explicit noticed(std::shared_ptr<int> holds) : token{std::move(holds)} {}
  noticed(const noticed&) = default;
  noticed(noticed&& other) noexcept : token{std::move(other.token)} {
    if (when_moved) std::exchange(when_moved, {})();
  }
  noticed& operator=(const noticed&) = default;
};

}  // namespace test

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(test::noticed)

namespace {

using namespace std::chrono_literals;
using actors::as_caf;
using actors::expose;
using actors::in;
using actors::task;
using actors::team;
using test::caf_system;
using test::counter;
using test::noticed;

/// The error that answers a request; none where it is answered otherwise.
template <class... Args>
caf::error refusal_of(caf::actor_system& system, const caf::actor& whom, const Args&... args) {
  caf::scoped_actor self{system};
  caf::error found;
  self->request(whom, test::long_enough, args...).receive([] {}, [&](caf::error& why) { found = why; });
  return found;
}

/// Takes words only.
struct reader final : actors::actor {
  in<int> numbers{*this, "numbers"};
  in<std::string> words{*this, "words"};
  in<std::string> more{*this, "more"};
  task<> run() override {
    while (auto word = co_await words.receive()) {
    }
  }
};

TEST(caf_inputs, one_that_is_full_holds_up_no_other) {  // A8
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    team work;
    std::atomic<int> pairs = 0;
    auto one = work.spawn([count = &pairs](in<int>& orders, in<double>& prices) -> task<> {
      for (;;) {
        auto order = co_await orders.receive();
        if (!order) co_return;
        auto price = co_await prices.receive();
        if (!price) co_return;
        EXPECT_EQ(*order, static_cast<int>(*price));
        ++*count;
      }
    });
    const caf::actor address = as_caf(one, here.system, expose<0>(1), expose<1>(1));
    auto running = here.on.spawn(work.run());
    for (int i = 0; i != 4; ++i) caf::anon_send(address, i);
    for (int i = 0; i != 4; ++i) caf::anon_send(address, static_cast<double>(i));
    test::spin_until([&] { return pairs == 4; });
    actors::end_inputs(address);
    running.get();
  }
}

// Some find room, and some are held behind others, in turns.
TEST(caf_inputs, what_one_sends_arrives_in_its_order_beside_many) {  // A8
  static constexpr int senders = 6;
  static constexpr int each = 3000;
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    team work;
    std::vector<int> next(senders);
    auto one = work.spawn([into = &next](in<std::tuple<int, int>>& numbers) -> task<> {
      while (auto item = co_await numbers.receive()) {
        const auto [from, number] = *item;
        EXPECT_EQ(number, (*into)[from]);
        (*into)[from] = number + 1;
        if (number % 7 == 0) co_await actors::yield();
      }
    });
    caf::actor address = as_caf(one, here.system, expose<0>(3));
    auto running = here.on.spawn(work.run());
    for (int s = 0; s != senders; ++s) {
      here.system.spawn([address, s](caf::event_based_actor* self) -> caf::behavior {
        self->send(self, 0);
        return {[=](int number) {
          self->send(address, s, number);
          if (number + 1 == each)
            self->quit();
          else
            self->send(self, number + 1);
        }};
      });
    }
    here.system.await_all_actors_done();
    address = nullptr;
    running.get();
    EXPECT_EQ(next, std::vector<int>(senders, each));
  }
}

TEST(caf_inputs, that_have_been_ended_take_no_more_while_some_is_held) {
  caf_system two;
  team work;
  counter::seen seen;
  auto one = work.spawn<counter>(&seen);
  const caf::actor address = as_caf(one, two.system, expose(&counter::numbers, 1));
  for (int i = 1; i <= 3; ++i) caf::anon_send(address, i);
  actors::end_inputs(address);
  EXPECT_EQ(refusal_of(two.system, address, 4), caf::sec::request_receiver_down);
  two.on.run(work.run());
  EXPECT_EQ(seen.sum, 6);
}

TEST(caf_inputs, one_that_is_poisoned_ends_no_other) {  // A8
  caf_system two;
  team work;
  auto one = work.spawn<reader>();
  auto poisons = one.sender(&reader::numbers, 1);
  static_cast<void>(one.sender(&reader::more));
  const caf::actor address = as_caf(one, two.system, expose(&reader::numbers, 1), expose(&reader::words));
  auto running = two.on.spawn(work.run());
  caf::anon_send(address, 1);
  {
    caf::scoped_actor self{two.system};
    caf::error found;
    auto answer = self->request(address, test::long_enough, 2);
    test::let_pass(20ms);  // it waits for room
    poisons.poison(std::make_exception_ptr(std::runtime_error{"poison"}));
    answer.receive([] {}, [&](caf::error& why) { found = why; });
    EXPECT_EQ(found, caf::sec::request_receiver_down);
  }
  EXPECT_EQ(refusal_of(two.system, address, 3), caf::sec::request_receiver_down);
  EXPECT_EQ(refusal_of(two.system, address, std::string{"word"}), caf::error{});
  actors::end_inputs(address);
  running.get();
}

TEST(caf_inputs, are_exposed_all_or_none) {
  caf_system two;
  team work;
  auto one = work.spawn<reader>();
  const caf::actor address = as_caf(one, two.system, expose(&reader::words));
  EXPECT_THROW(as_caf(one, two.system, expose(&reader::numbers), expose(&reader::more)), actors::usage_error);
  const std::string refusal = two.system.render(refusal_of(two.system, address, 1));
  EXPECT_NE(refusal.find("unexpected_message"), std::string::npos) << refusal;
  EXPECT_EQ(as_caf(one, two.system, expose(&reader::numbers)), address);
  EXPECT_EQ(refusal_of(two.system, address, 1), caf::error{});
  actors::end_inputs(address);
  two.on.run(work.run());
}

TEST(caf_inputs, what_runs_while_an_item_is_put_in_may_send_to_the_same_address) {  // A8
  caf_system two;
  team work;
  std::atomic<int> items = 0;
  auto one = work.spawn([count = &items](in<noticed>& from, in<int>& numbers) -> task<> {
    while (auto each = co_await from.receive()) ++*count;
    while (auto each = co_await numbers.receive()) ++*count;
  });
  const caf::actor address = as_caf(one, two.system, expose<0>(4), expose<1>(4));
  noticed item;
  caf::message content = caf::make_message(std::move(item));
  noticed::when_moved = [&] { caf::anon_send(address, 7); };
  caf::anon_send(address, std::move(content));
  EXPECT_FALSE(noticed::when_moved);
  actors::end_inputs(address);
  two.on.run(work.run());
  EXPECT_EQ(items, 2);
}

TEST(caf_inputs, the_end_of_the_system_drops_what_waits_for_room) {
  actors::runtime on{{.workers = 2}};
  team work;
  auto one = work.spawn([](in<noticed>& from) -> task<> {
    while (auto each = co_await from.receive()) co_await actors::yield();
  });
  std::weak_ptr<int> waits;
  std::weak_ptr<int> is_held;
  {
    test::config_on config{on};
    caf::actor_system system{config};
    const caf::actor address = as_caf(one, system, expose<0>(1));
    caf::anon_send(address, noticed{});
    for (auto* each : {&waits, &is_held}) {
      auto token = std::make_shared<int>(1);
      *each = token;
      caf::anon_send(address, noticed{std::move(token)});
    }
    test::let_pass(20ms);
    EXPECT_FALSE(waits.expired());
  }
  EXPECT_TRUE(is_held.expired());
  EXPECT_TRUE(waits.expired());
}

}  // namespace
