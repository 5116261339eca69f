// Closing channels, by hand and by the end of a side.
#include <actors/actors.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_closed;
using actors::channel_status;
using actors::spawn;
using actors::task;

class channel_close : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(channel_close);

// Sends until the channel refuses; gives how many were taken.
task<int> send_until_closed(actors::sender<int> out) {
  int sent = 0;
  try {
    for (;;) {
      co_await out.send(sent);
      ++sent;
    }
  } catch (const channel_closed&) {
  }
  co_return sent;
}

TEST_P(channel_close, wakes_every_waiting_receiver) {  // C7
  run([]() -> task<> {
    auto [tx, rx] = make_channel<int>();
    std::vector<task<int>> waiting;
    for (int i = 0; i != 20; ++i) {
      waiting.push_back([](auto in) -> task<int> {
        int count = 0;
        while (co_await in.receive()) ++count;
        co_return count;
      }(rx));
    }
    auto closing = spawn([](auto out) -> task<> {
      for (int i = 0; i != 10; ++i) co_await out.send(i);
      for (int i = 0; i != 10; ++i) co_await actors::yield();
      out.close();
    }(tx));
    int total = 0;
    for (const int count : co_await actors::gather(std::move(waiting))) total += count;
    EXPECT_EQ(total, 10);
    co_await closing;
  }());
}

TEST_P(channel_close, wakes_every_waiting_sender) {  // C7, C9
  if (GetParam().capacity == actors::unbounded) return;
  run([]() -> task<> {
    auto [tx, rx] = make_channel<int>();
    std::vector<actors::join_handle<int>> senders;
    for (int i = 0; i != 20; ++i) senders.push_back(spawn(send_until_closed(tx)));
    for (int i = 0; i != 10; ++i) co_await rx.receive();
    rx.close();
    int sent = 0;
    for (auto& each : senders) sent += co_await each;
    // What was taken: received before, or still buffered; no more and no less.
    int buffered = 0;
    while (co_await rx.receive()) ++buffered;
    EXPECT_EQ(sent, 10 + buffered);
    EXPECT_LE(static_cast<std::size_t>(buffered), rx.capacity());
  }());
}

TEST_P(channel_close, what_is_buffered_is_delivered_then_closed_for_ever) {  // C8
  run([]() -> task<> {
    auto [tx, rx] = make_channel<int>();
    int sent = 0;
    while (sent != 50 && tx.try_send(sent) == channel_status::ok) ++sent;
    tx.close();
    EXPECT_TRUE(rx.closed());
    EXPECT_EQ(tx.try_send(1), channel_status::closed);
    for (int i = 0; i != sent; ++i) {
      auto value = co_await rx.receive();
      EXPECT_EQ(value, i);
    }
    for (int i = 0; i != 5; ++i) {
      auto value = co_await rx.receive();
      EXPECT_FALSE(value);
      EXPECT_EQ(rx.try_receive().status, channel_status::closed);
    }
  }());
}

TEST_P(channel_close, the_last_sender_gone_closes) {  // C11
  run([]() -> task<> {
    auto [tx, rx] = make_channel<int>();
    for (int i = 0; i != 10; ++i) spawn([](auto out, int n) -> task<> { co_await out.send(n); }(tx, i));
    EXPECT_FALSE(rx.closed());
    tx = {};
    int received = 0;
    while (co_await rx.receive()) ++received;
    EXPECT_EQ(received, 10);
    EXPECT_TRUE(rx.closed());
  }());
}

TEST_P(channel_close, the_last_receiver_gone_makes_sends_fail) {  // C11
  run([]() -> task<> {
    auto [tx, rx] = make_channel<int>();
    auto sending = spawn(send_until_closed(tx));
    auto copy = rx;
    rx = {};
    for (int i = 0; i != 5; ++i) co_await copy.receive();
    copy = {};
    const int sent = co_await sending;
    EXPECT_GE(sent, 5);
    EXPECT_EQ(tx.try_send(1), channel_status::closed);
  }());
}

TEST_P(channel_close, a_pipeline_stops_from_its_end_backwards) {  // C11
  std::atomic<int> stopped = 0;
  run([&]() -> task<> {
    auto [first, in] = make_channel<int>();
    std::vector<actors::join_handle<>> stages;
    stages.push_back(spawn([](auto out, auto& count) -> task<> {
      try {
        for (int i = 0;; ++i) {
          co_await out.send(i);
          if (i % 64 == 0) co_await actors::yield();
        }
      } catch (const channel_closed&) {
        ++count;
      }
    }(std::move(first), stopped)));
    for (int i = 0; i != 10; ++i) {
      auto [tx, rx] = make_channel<int>();
      stages.push_back(spawn([](auto from, auto to, auto& count) -> task<> {
        try {
          while (auto value = co_await from.receive()) co_await to.send(*value);
        } catch (const channel_closed&) {
          ++count;
        }
      }(std::move(in), std::move(tx), stopped)));
      in = std::move(rx);
    }
    for (int i = 0; i != 10; ++i) co_await in.receive();
    in = {};
    for (auto& each : stages) co_await each;
  }());
  EXPECT_EQ(stopped, 11);
}

TEST(channel_close_plain, twice_does_nothing) {  // C10
  auto [tx, rx] = actors::channel<int>(1);
  tx.try_send(1);
  tx.close();
  tx.close();
  rx.close();
  EXPECT_EQ(*rx.try_receive(), 1);
  EXPECT_EQ(rx.try_receive().status, channel_status::closed);
}

TEST(channel_close_plain, values_left_behind_are_destroyed_once_whichever_side_goes_last) {  // C12
  for (const bool sender_last : {false, true}) {
    test::ledger books;
    {
      auto [tx, rx] = actors::channel<test::counted>(actors::unbounded);
      for (int i = 0; i != 100; ++i) tx.try_send(test::counted{books, i});
      for (int i = 0; i != 10; ++i) rx.try_receive();
      if (sender_last) {
        rx = {};
        EXPECT_EQ(books.alive(), 0);  // nobody is left to receive them
        tx = {};
      } else {
        tx = {};
        EXPECT_EQ(books.alive(), 90);
        rx = {};
      }
    }
    EXPECT_EQ(books.values_destroyed, 100);
    books.expect_settled();
  }
}

TEST(channel_close_plain, the_value_of_a_sender_that_was_waiting_is_destroyed_once) {  // C9, C12
  test::ledger books;
  test::for_seeds(300, [&]() -> task<> {
    return [](test::ledger& ledger) -> task<> {
      auto [tx, rx] = actors::channel<test::counted_unique>(1);
      std::vector<actors::join_handle<bool>> senders;
      for (int i = 0; i != 5; ++i) {
        senders.push_back(spawn([](auto out, test::ledger& l, int n) -> task<bool> {
          try {
            co_await out.send(test::counted_unique{l, n});
          } catch (const channel_closed&) {
            co_return true;
          }
          co_return false;
        }(tx, ledger, i)));
      }
      co_await actors::sleep(1s);
      rx = {};
      int refused = 0;
      for (auto& each : senders) refused += co_await each ? 1 : 0;
      EXPECT_EQ(refused, 4);
    }(books);
  });
  books.expect_settled();
  EXPECT_EQ(books.values_destroyed, 300 * 5);
}

// A value whose destructor uses the very channel it lay in.
struct talkative {
  explicit talkative(std::function<void()> what) : say{std::move(what)} {}
  talkative(talkative&& other) noexcept : say{std::exchange(other.say, nullptr)} {}
  talkative& operator=(talkative&&) = delete;
  ~talkative() {
    if (say) say();
  }
  std::function<void()> say;
};

TEST(channel_close_plain, a_destructor_may_use_the_channel_that_drops_it) {  // C12
  auto [tx, rx] = actors::channel<talkative>(8);
  int said = 0;
  const auto use = [&out = tx, &said] {
    ++said;
    EXPECT_EQ(out.try_send(talkative{nullptr}), channel_status::closed);
    EXPECT_TRUE(out.closed());
    EXPECT_EQ(out.size(), 0U);
  };
  for (int i = 0; i != 8; ++i) tx.try_send(talkative{use});
  rx = {};
  EXPECT_EQ(said, 8);
}

// A value that holds the last sender of another channel, as messages with a reply address do.
TEST(channel_close_plain, endpoints_travel_in_channels) {  // C11
  test::for_seeds(200, []() -> task<> {
    auto [requests, in] = actors::channel<actors::sender<int>>(2);
    auto server = spawn([](auto from) -> task<> {
      for (int n = 0;; ++n) {
        auto reply = co_await from.receive();
        if (!reply) break;
        if (n % 2 == 0) co_await reply->send(n);  // every second request is dropped
      }
    }(std::move(in)));
    for (int n = 0; n != 10; ++n) {
      auto [reply, answer] = actors::channel<int>(0);
      co_await requests.send(std::move(reply));
      auto got = co_await answer.receive();
      EXPECT_EQ(got.has_value(), n % 2 == 0);
    }
    requests = {};
    co_await server;
  });
}

}  // namespace
