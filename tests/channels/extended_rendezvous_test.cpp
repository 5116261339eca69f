// Extended rendezvous: the sender waits until the receiver has finished with the value.
#include <actors/actors.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::receiver;
using actors::rendezvous;
using actors::sender;
using actors::spawn;
using actors::task;

using events = std::vector<std::string>;

task<> send_and_say(sender<int> to, int value, events& log) {
  co_await to.send(value);
  log.push_back("sent " + std::to_string(value));
}

task<> send_when_awaited(sender<int> to, int value, events& log) {
  while (to.statistics().waiting_receivers == 0) co_await actors::yield();
  co_await send_and_say(std::move(to), value, log);
}

enum class first { sender, receiver };

// One sender and one extended receive, in both orders.
task<events> meet(first who) {
  events log;
  auto ends = actors::channel<int>();
  auto& tx = ends.first;
  auto& rx = ends.second;
  std::optional<actors::join_handle<void>> sending;
  if (who == first::sender) {
    sending = spawn(send_and_say(tx, 1, log));
    while (rx.statistics().waiting_senders == 0) co_await actors::yield();
  } else {
    sending = spawn(send_when_awaited(tx, 1, log));
  }
  {
    auto met = co_await actors::receive_extended(rx);
    EXPECT_TRUE(met.has_value());
    EXPECT_TRUE(met->holds());
    for (int i = 0; i != 10; ++i) co_await actors::yield();
    log.push_back("worked on " + std::to_string(**met));
  }
  co_await *sending;
  co_return log;
}

const events in_order{"worked on 1", "sent 1"};

TEST(extended_rendezvous, holds_the_sender_until_it_ends) {  // C29
  for (const first who : {first::sender, first::receiver}) {
    test::for_seeds(50, [who]() -> task<> {
      const events log = co_await meet(who);
      EXPECT_EQ(log, in_order);
    });
    for (const unsigned workers : {1U, 2U, 4U}) EXPECT_EQ(actors::run(meet(who), {.workers = workers}), in_order);
  }
}

task<> fail_in_rendezvous(receiver<int> from) {
  auto met = co_await actors::receive_extended(from);
  throw std::runtime_error{"in the rendezvous"};
}

TEST(extended_rendezvous, an_exception_lets_the_sender_go) {  // C29
  actors::run([]() -> task<> {
    events log;
    auto ends = actors::channel<int>();
    auto& tx = ends.first;
    auto& rx = ends.second;
    auto meeting = spawn(fail_in_rendezvous(rx));
    co_await send_and_say(tx, 7, log);
    EXPECT_EQ(log, events{"sent 7"});
    bool failed = false;
    try {
      co_await meeting;
    } catch (const std::runtime_error&) {
      failed = true;
    }
    EXPECT_TRUE(failed);
  }());
}

task<> answer_all(receiver<std::pair<int, int*>> from) {
  while (auto met = co_await actors::receive_extended(from)) {
    co_await actors::yield();
    *(*met)->second = 2 * (*met)->first;  // in the frame of the sender, which waits
  }
}

task<> ask(sender<std::pair<int, int*>> to, int from, int many) {
  for (int i = from; i != from + many; ++i) {
    int answer = 0;
    std::pair<int, int*> question{i, &answer};
    co_await to.send(std::move(question));
    EXPECT_EQ(answer, 2 * i);
  }
}

TEST(extended_rendezvous, what_the_sender_lends_can_be_used) {  // C29
  for (const unsigned workers : {1U, 2U, 4U}) {
    actors::run(
        []() -> task<> {
          auto [tx, rx] = actors::channel<std::pair<int, int*>>();
          auto one = spawn(answer_all(rx)), two = spawn(answer_all(std::move(rx)));
          auto a = spawn(ask(tx, 0, 3000)), b = spawn(ask(tx, 5000, 3000)), c = spawn(ask(std::move(tx), 9000, 3000));
          co_await a;
          co_await b;
          co_await c;
          co_await one;
          co_await two;
        }(),
        {.workers = workers});
  }
}

TEST(extended_rendezvous, who_is_cancelled_while_it_is_held_has_sent) {  // C29, C16
  for (const first who : {first::sender, first::receiver}) {
    test::for_seeds(20, [who]() -> task<> {
      auto ends = actors::channel<int>();
      auto& tx = ends.first;
      auto& rx = ends.second;
      bool sent = false;
      bool stopped = false;
      auto send_then_wait = [&]() -> task<> {
        if (who == first::receiver)
          while (tx.statistics().waiting_receivers == 0) co_await actors::yield();
        co_await tx.send(1);
        sent = true;
        try {
          co_await actors::sleep(1h);
        } catch (const actors::cancelled&) {
          stopped = true;
          throw;
        }
      };
      auto sending = spawn(send_then_wait());
      if (who == first::sender)
        while (rx.statistics().waiting_senders == 0) co_await actors::yield();
      auto met = co_await actors::receive_extended(rx);
      sending.cancel();
      for (int i = 0; i != 5; ++i) co_await actors::yield();
      EXPECT_FALSE(sent);
      met->end();
      EXPECT_FALSE(met->holds());
      EXPECT_EQ(**met, 1);  // the value stays
      bool cancelled = false;
      try {
        co_await sending;
      } catch (const actors::cancelled&) {
        cancelled = true;
      }
      EXPECT_TRUE(cancelled);
      EXPECT_TRUE(sent);
      EXPECT_TRUE(stopped);
    });
  }
}

TEST(extended_rendezvous, a_receiver_that_is_cancelled_holds_nobody) {  // C29, C18
  actors::run([]() -> task<> {
    auto ends = actors::channel<int>();
    auto& tx = ends.first;
    auto& rx = ends.second;
    auto meeting = spawn(fail_in_rendezvous(rx));
    while (tx.statistics().waiting_receivers == 0) co_await actors::yield();
    meeting.cancel();
    bool cancelled = false;
    try {
      co_await meeting;
    } catch (const actors::cancelled&) {
      cancelled = true;
    }
    EXPECT_TRUE(cancelled);
    events log;
    auto sending = spawn(send_and_say(tx, 3, log));
    EXPECT_EQ(co_await rx.receive(), 3);
    co_await sending;
  }());
}

TEST(extended_rendezvous, those_who_do_not_wait_are_not_held) {  // C29
  actors::run([]() -> task<> {
    auto ends = actors::channel<int>();
    auto& tx = ends.first;
    auto& rx = ends.second;
    std::vector<bool> held;
    auto meet_all = [&]() -> task<> {
      while (auto met = co_await actors::receive_extended(rx)) held.push_back(met->holds());
    };
    auto meeting = spawn(meet_all());
    const auto until_it_waits = [&]() -> task<> {
      while (tx.statistics().waiting_receivers == 0) co_await actors::yield();
    };
    co_await until_it_waits();
    EXPECT_EQ(tx.try_send(1), actors::channel_status::ok);
    co_await until_it_waits();
    co_await actors::select(actors::on_send(tx, 2));
    co_await until_it_waits();
    EXPECT_EQ(co_await actors::send_for(tx, 3, 1h), actors::channel_status::ok);
    co_await until_it_waits();
    auto permit = co_await tx.reserve();
    permit.send(4);
    co_await until_it_waits();
    co_await tx.send(5);
    tx = {};
    co_await meeting;
    EXPECT_EQ(held, (std::vector<bool>{false, false, false, false, true}));
  }());
}

// The same where they came first, and wait for a receiver.
TEST(extended_rendezvous, those_who_wait_for_more_than_the_send_are_not_held) {  // C29
  actors::run([]() -> task<> {
    auto ends = actors::channel<int>();
    auto& tx = ends.first;
    auto& rx = ends.second;
    const auto by_select = [](sender<int> to) -> task<> { co_await actors::select(actors::on_send(to, 1)); };
    const auto by_limit = [](sender<int> to) -> task<> { co_await actors::send_for(to, 2, 1h); };
    const auto plainly = [](sender<int> to) -> task<> { co_await to.send(3); };
    for (int i = 1; i != 4; ++i) {
      auto sending = spawn(i == 1 ? by_select(tx) : i == 2 ? by_limit(tx) : plainly(tx));
      while (rx.statistics().waiting_senders == 0) co_await actors::yield();
      auto met = co_await actors::receive_extended(rx);
      EXPECT_EQ(**met, i);
      EXPECT_EQ(met->holds(), i == 3);
      if (i == 3) met->end();
      co_await sending;  // while the rendezvous of the first two goes on
    }
  }());
}

TEST(extended_rendezvous, can_be_a_case_of_a_select) {  // C29, S1
  test::for_seeds(50, []() -> task<> {
    events log;
    auto ends = actors::channel<int>();
    auto& tx = ends.first;
    auto& rx = ends.second;
    auto [other, none] = actors::channel<int>();
    auto sending = spawn(send_and_say(tx, 1, log));
    {
      std::optional<rendezvous<int>> met;
      co_await actors::select(
          actors::on_extended(rx, [&](std::optional<rendezvous<int>> now) { met.emplace(*std::move(now)); }),
          actors::on_receive(none, [&](std::optional<int>) { ADD_FAILURE(); }));
      EXPECT_TRUE(met->holds());
      for (int i = 0; i != 5; ++i) co_await actors::yield();
      log.emplace_back("worked");
    }
    co_await sending;
    EXPECT_EQ(log, (events{"worked", "sent 1"}));
    tx = {};
    const bool ended = !co_await actors::select(actors::on_extended(rx));
    EXPECT_TRUE(ended);
  });
}

TEST(extended_rendezvous, can_be_moved) {  // C29
  actors::run([]() -> task<> {
    events log;
    auto ends = actors::channel<int>();
    auto& tx = ends.first;
    auto& rx = ends.second;
    auto one = spawn(send_and_say(tx, 1, log));
    auto first_met = co_await actors::receive_extended(rx);
    auto two = spawn(send_and_say(tx, 2, log));  // only now: on two workers either could come first
    auto second_met = co_await actors::receive_extended(rx);
    rendezvous<int> kept{*std::move(first_met)};
    EXPECT_FALSE(first_met->holds());
    EXPECT_TRUE(kept.holds());
    first_met.reset();
    for (int i = 0; i != 10; ++i) co_await actors::yield();
    EXPECT_EQ(log, events{});
    kept = *std::move(second_met);  // ends the first
    second_met.reset();
    co_await one;
    EXPECT_EQ(log, events{"sent 1"});
    EXPECT_EQ(*kept, 2);
    kept.end();
    kept.end();
    co_await two;
  }());
}

TEST(extended_rendezvous, holds_plain_threads_too) {  // C29, C24
  auto ends = actors::channel<int>();
  auto& tx = ends.first;
  auto& rx = ends.second;
  std::atomic<bool> sent{false};
  std::thread plain{[&sent, to = std::move(tx)] {
    actors::blocking_send(to, 1);
    sent = true;
    actors::blocking_send(to, 2);
  }};
  actors::run([&sent](receiver<int> from) -> task<> {
    for (int i = 1; i != 3; ++i) {
      auto met = co_await actors::receive_extended(from);
      EXPECT_EQ(**met, i);
      EXPECT_TRUE(met->holds());
      EXPECT_EQ(sent.load(), i == 2);
    }
    EXPECT_FALSE((co_await actors::receive_extended(from)).has_value());
  }(std::move(rx)));
  plain.join();
}

TEST(extended_rendezvous, refuses_a_channel_with_a_buffer) {  // C29
  auto [tx, rx] = actors::channel<int>(2);
  auto [all, from_all] = actors::channel<int>(actors::unbounded);
  const auto message = [](const auto& call) {
    try {
      call();
    } catch (const actors::usage_error& error) {
      return std::string{error.what()};
    }
    return std::string{};
  };
  EXPECT_EQ(
      message([&, &from = rx] { (void)actors::receive_extended(from); }),
      "receive_extended(): the channel has a buffer (its capacity is 2), so that there is no sender to hold: make "
      "it with capacity 0");
  EXPECT_EQ(message([&, &from = from_all] { (void)actors::on_extended(from); }),
            "on_extended(): the channel has a buffer (its capacity is unbounded), so that there is no sender to hold: "
            "make it with capacity 0");
}

TEST(extended_rendezvous, ends_as_other_receives_do) {  // C29, C10, C28
  actors::run([]() -> task<> {
    receiver<int> empty;
    EXPECT_FALSE((co_await actors::receive_extended(empty)).has_value());
    auto ends = actors::channel<int>();
    auto& tx = ends.first;
    auto& rx = ends.second;
    tx.poison(std::make_exception_ptr(std::runtime_error{"poison"}));
    bool thrown = false;
    try {
      (void)co_await actors::receive_extended(rx);
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  }());
}

}  // namespace
