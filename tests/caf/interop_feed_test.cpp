// Channels as sources and sinks of CAF's actors.
#include "interop_actors.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <numeric>
#include <optional>
#include <thread>
#include <tuple>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel;
using actors::feed;
using actors::feed_report;
using actors::receiver;
using actors::sender;
using actors::task;
using test::caf_system;

task<> numbers(sender<int> to, int count) {
  for (int i = 0; i != count; ++i) co_await to.send(i);
}

/// Takes what it is asked and answers later, when it is told to.
struct late_state {
  std::vector<int> seen;
  std::vector<caf::response_promise> open;
};

caf::behavior answers_late(caf::stateful_actor<late_state>* self) {
  return {[=](int x) {
            self->state.seen.push_back(x);
            self->state.open.push_back(self->make_response_promise());
          },
          [=](caf::get_atom) { return static_cast<int>(self->state.seen.size()); },
          [=](caf::put_atom) {
            for (auto& each : self->state.open) each.deliver(caf::unit);
            self->state.open.clear();
          },
          [=](caf::ok_atom) { self->quit(); }};
}

TEST(caf_feed, gives_each_item_once_and_in_order) {  // A8
  constexpr int count = 3000;
  for (const unsigned workers : {1U, 4U}) {
    caf_system here{workers};
    std::vector<int> seen;
    const caf::actor takes = here.system.spawn(
        [&seen](caf::event_based_actor*) -> caf::behavior { return {[&seen](int x) { seen.push_back(x); }}; });
    auto [to, from] = channel<int>(8);
    here.on.spawn(numbers(std::move(to), count)).detach();
    const feed_report<int> how = here.on.spawn(feed(std::move(from), takes, 4)).get();
    EXPECT_EQ(how.acknowledged, std::uint64_t{count});
    EXPECT_TRUE(how.unacknowledged.empty());
    EXPECT_FALSE(how.reason);
    std::vector<int> all(count);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(seen, all);
  }
}

TEST(caf_feed, has_no_more_under_way_than_its_window) {  // A8
  caf_system two;
  const caf::actor late = two.system.spawn(answers_late);
  auto [to, from] = channel<int>(2);
  auto feeding = two.on.spawn(feed(std::move(from), late, 3));
  auto sending = two.on.spawn(numbers(std::move(to), 10));
  test::spin_until([&] { return test::ask<int>(two.system, late, caf::get_atom_v) == 3; });
  test::let_pass(20ms);
  EXPECT_EQ(test::ask<int>(two.system, late, caf::get_atom_v), 3);
  EXPECT_FALSE(sending.done());  // five fit
  while (!feeding.done()) {
    caf::anon_send(late, caf::put_atom_v);
    std::this_thread::yield();
  }
  EXPECT_EQ(feeding.get().acknowledged, 10U);
  EXPECT_EQ(test::ask<int>(two.system, late, caf::get_atom_v), 10);
  caf::anon_send(late, caf::ok_atom_v);
}

TEST(caf_feed, tells_what_was_not_acknowledged_when_the_actor_ends) {  // A8
  caf_system two;
  const caf::actor late = two.system.spawn(answers_late);
  auto [to, from] = channel<int>(2);
  const receiver<int> rest = from;
  auto feeding = two.on.spawn(feed(std::move(from), late, 3));
  auto sending = two.on.spawn(numbers(std::move(to), 10));
  test::spin_until([&] { return test::ask<int>(two.system, late, caf::get_atom_v) == 3; });
  caf::anon_send(late, caf::put_atom_v);
  test::spin_until([&] { return test::ask<int>(two.system, late, caf::get_atom_v) == 6; });
  caf::anon_send_exit(late, caf::exit_reason::out_of_workers);
  const feed_report<int> how = feeding.get();
  EXPECT_EQ(how.acknowledged, 3U);
  EXPECT_EQ(how.unacknowledged, (std::vector<int>{3, 4, 5}));
  EXPECT_EQ(how.reason, caf::exit_reason::out_of_workers);
  for (int i = 6; i != 10; ++i) {  // the rest is still there for another one
    auto next =
        two.on.spawn([](receiver<int> of) -> task<std::optional<int>> { co_return co_await of.receive(); }(rest));
    EXPECT_EQ(next.get(), i);
  }
  sending.get();
}

TEST(caf_feed, ends_its_senders_with_the_actor) {  // C11
  caf_system two;
  const caf::actor ends = two.system.spawn([](caf::event_based_actor* self) -> caf::behavior {
    return {[self](int x) {
      if (x == 5) self->quit();
    }};
  });
  auto [to, from] = channel<int>(1);
  auto feeding = two.on.spawn(feed(std::move(from), ends, 2));
  auto sending = two.on.spawn(test::thrown_by(numbers(std::move(to), 1'000'000)));
  const feed_report<int> how = feeding.get();
  EXPECT_EQ(how.acknowledged, 6U);
  EXPECT_EQ(how.reason, caf::sec::request_receiver_down);
  EXPECT_LE(how.unacknowledged.size(), 2U);
  EXPECT_EQ(sending.get().rfind("channel_closed", 0), 0U);
  EXPECT_THROW(two.on.spawn(feed(receiver<int>{}, ends, 0)).get(), actors::usage_error);
}

TEST(caf_feed, an_error_for_an_item_ends_it) {
  caf_system two;
  const caf::actor refuses = two.system.spawn([](caf::event_based_actor*) -> caf::behavior {
    return {[](int x) -> caf::result<void> {
      if (x == 3) return caf::make_error(caf::sec::invalid_argument, "three");
      return caf::unit;
    }};
  });
  auto [to, from] = channel<int>(8);
  auto sending = two.on.spawn(test::thrown_by(numbers(std::move(to), 1000)));
  const feed_report<int> how = two.on.spawn(feed(std::move(from), refuses, 1)).get();
  EXPECT_EQ(how.acknowledged, 3U);
  EXPECT_EQ(how.unacknowledged, std::vector<int>{3});
  EXPECT_EQ(how.reason.code(), static_cast<int>(caf::sec::invalid_argument));
  sending.wait();
}

TEST(caf_feed, an_item_that_is_answered_twice_counts_once) {  // A8
  for (const bool good_first : {true, false}) {
    caf_system two;
    const caf::actor twice = two.system.spawn([=](caf::event_based_actor* self) -> caf::behavior {
      return {[=](int) {
        const caf::message good;
        const caf::message bad = caf::make_message(caf::make_error(caf::sec::invalid_argument));
        const caf::message_id id = self->current_message_id().response_id();
        for (const caf::message& each : {good_first ? good : bad, good_first ? bad : good})
          self->current_sender()->enqueue(caf::strong_actor_ptr{self->ctrl()}, id, each, nullptr);
        return self->make_response_promise();
      }};
    });
    auto [to, from] = channel<int>(8);
    for (int i = 0; i != 3; ++i) ASSERT_EQ(to.try_send(i), actors::channel_status::ok);
    to = {};
    const feed_report<int> how = two.on.spawn(feed(std::move(from), twice, 1)).get();
    EXPECT_EQ(how.acknowledged, good_first ? 3U : 0U);
    EXPECT_EQ(how.unacknowledged, good_first ? std::vector<int>{} : std::vector<int>{0});
    EXPECT_EQ(static_cast<bool>(how.reason), !good_first);
  }
}

TEST(caf_feed, sends_messages_as_they_are_and_tuples_as_several_parts) {  // A8
  caf_system two;
  std::vector<int> sums;
  const caf::actor adds = two.system.spawn([&sums](caf::event_based_actor*) -> caf::behavior {
    return {[&sums](int a, int b) -> caf::result<void> {
      if (b < 0) return caf::make_error(caf::sec::invalid_argument);
      sums.push_back(a + b);
      return caf::unit;
    }};
  });
  auto [tuples, from_tuples] = channel<std::tuple<int, int>>(4);
  auto [messages, from_messages] = channel<caf::message>(4);
  for (const int last : {2, -1}) {
    ASSERT_EQ(tuples.try_send({40, last}), actors::channel_status::ok);
    ASSERT_EQ(messages.try_send(caf::make_message(50, last)), actors::channel_status::ok);
  }
  tuples = {};
  messages = {};
  const auto of_tuples = two.on.spawn(feed(std::move(from_tuples), adds, 1)).get();
  EXPECT_EQ(of_tuples.acknowledged, 1U);
  EXPECT_EQ(of_tuples.unacknowledged, (std::vector<std::tuple<int, int>>{{40, -1}}));
  const auto of_messages = two.on.spawn(feed(std::move(from_messages), adds, 1)).get();
  EXPECT_EQ(of_messages.acknowledged, 1U);
  ASSERT_EQ(of_messages.unacknowledged.size(), 1U);
  EXPECT_EQ(of_messages.unacknowledged[0].get_as<int>(1), -1);
  EXPECT_EQ(sums, (std::vector<int>{42, 52}));
}

// Every item is acknowledged, told as not acknowledged, or still in the channel.
TEST(caf_feed, accounts_for_every_item_wherever_the_actor_ends) {  // A8
  constexpr int count = 200;
  for (int round = 0; round != 100; ++round) {
    caf_system two;
    std::atomic<int> seen = 0;
    const caf::actor ends = two.system.spawn([&](caf::event_based_actor* self) -> caf::behavior {
      return {[&seen](int) { ++seen; }, [self](caf::ok_atom) { self->quit(); }};
    });
    auto [to, from] = channel<int>(count);
    for (int i = 0; i != count; ++i) ASSERT_EQ(to.try_send(i), actors::channel_status::ok);
    to = {};
    const receiver<int> rest = from;
    auto feeding = two.on.spawn(feed(std::move(from), ends, 7));
    test::spin_until([&] { return seen >= round; });
    caf::anon_send(ends, caf::ok_atom_v);
    const feed_report<int> how = feeding.get();
    int next = static_cast<int>(how.acknowledged);
    for (const int each : how.unacknowledged) EXPECT_EQ(each, next++);
    for (auto one = rest.try_receive(); one; one = rest.try_receive()) EXPECT_EQ(*one, next++);
    EXPECT_EQ(next, count);
    EXPECT_LE(how.acknowledged, static_cast<std::uint64_t>(seen));
  }
}

TEST(caf_sink, acknowledges_what_is_in_the_channel) {  // A8
  caf_system two;
  auto [to, from] = channel<int>(2);
  caf::actor sink = actors::sink_for(two.system, std::move(to));
  std::atomic<int> acknowledged = 0;
  two.system.spawn([&acknowledged, sink](caf::event_based_actor* self) {
    for (int i = 0; i != 5; ++i) self->request(sink, caf::infinite, i).then([&acknowledged] { ++acknowledged; });
  });
  sink = nullptr;
  test::spin_until([&] { return acknowledged == 2; });
  test::let_pass(20ms);
  EXPECT_EQ(acknowledged, 2);
  std::vector<int> seen = two.on
                              .spawn([](receiver<int> in) -> task<std::vector<int>> {
                                std::vector<int> all;
                                while (auto item = co_await in.receive()) all.push_back(*item);
                                co_return all;
                              }(std::move(from)))
                              .get();  // ends, as CAF holds the sink no longer
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3, 4}));
  test::spin_until([&] { return acknowledged == 5; });
}

TEST(caf_sink, ends_when_nobody_receives_or_it_is_told_to) {  // C11
  caf_system two;
  auto [to, from] = channel<int>(2);
  const caf::actor sink = actors::sink_for(two.system, std::move(to));
  auto end = two.on.spawn(actors::ended(sink));
  caf::anon_send(sink, 1);
  from = {};
  EXPECT_EQ(two.on.spawn(test::thrown_by(actors::ask<void>(sink, test::long_enough, 2))).get().rfind("unanswered", 0),
            0U);
  EXPECT_EQ(end.get(), caf::error{});

  auto [more, still] = channel<int>(2);
  const caf::actor told = actors::sink_for(two.system, std::move(more));
  caf::anon_send(told, 7);
  caf::anon_send_exit(told, caf::exit_reason::user_shutdown);
  EXPECT_EQ(two.on.spawn(actors::ended(told)).get(), caf::exit_reason::user_shutdown);
  EXPECT_EQ(still.try_receive().value, 7);
  EXPECT_EQ(still.try_receive().status, actors::channel_status::closed);
}

}  // namespace
