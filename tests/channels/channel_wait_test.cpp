// Waiting on channels: order of service, cancellation, and that a wait is decided once.
#include <actors/actors.hpp>

#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::channel_status;
using actors::spawn;
using actors::task;

task<> send_one(actors::sender<int> out, int value) { co_await out.send(value); }

task<int> receive_one(actors::receiver<int> in) {
  auto value = co_await in.receive();
  co_return value ? *value : -1;
}

TEST(channel_wait, receivers_are_served_in_order_of_arrival) {  // C6
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(2);
    std::vector<actors::join_handle<int>> waiting;
    for (int i = 0; i != 5; ++i) {
      waiting.push_back(spawn(receive_one(rx)));
      co_await actors::sleep(1s);
    }
    for (int i = 0; i != 5; ++i) co_await tx.send(i);
    for (int i = 0; i != 5; ++i) {
      const int got = co_await waiting[static_cast<std::size_t>(i)];
      EXPECT_EQ(got, i);
    }
  });
}

TEST(channel_wait, senders_are_served_in_order_of_arrival) {  // C6
  for (const std::size_t capacity : {0U, 1U, 2U}) {
    test::for_seeds(100, [capacity] {
      return [](std::size_t room) -> task<> {
        auto [tx, rx] = actors::channel<int>(room);
        for (int i = 0; i != 6; ++i) {
          spawn(send_one(tx, i));
          co_await actors::sleep(1s);
        }
        for (int i = 0; i != 6; ++i) {
          const int got = co_await receive_one(rx);
          EXPECT_EQ(got, i);
        }
      }(capacity);
    });
  }
}

TEST(channel_wait, a_new_sender_does_not_pass_those_that_wait) {  // C6
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    co_await tx.send(0);
    auto waiting = spawn(send_one(tx, 1));
    co_await actors::sleep(1s);
    EXPECT_EQ(tx.try_send(2), channel_status::full);
    auto first = rx.try_receive();
    EXPECT_EQ(*first, 0);
    EXPECT_EQ(tx.try_send(2), channel_status::full);  // the one that waited has moved up
    auto second = rx.try_receive();
    EXPECT_EQ(*second, 1);
    co_await waiting;
  });
}

TEST(channel_wait, a_cancelled_receive_took_nothing) {  // C16
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    auto waiting = spawn(receive_one(rx));
    co_await actors::sleep(1s);
    EXPECT_TRUE(waiting.cancel());
    EXPECT_EQ(tx.try_send(1), channel_status::full);  // it does not wait any more, though it has not run yet
    bool thrown = false;
    try {
      co_await waiting;
    } catch (const cancelled&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_TRUE(waiting.was_cancelled());
  });
}

TEST(channel_wait, a_receive_that_was_delivered_before_its_cancel_returns_the_value) {  // C16
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    bool second_wait_threw = false;
    auto waiting = spawn([](auto in, bool& threw) -> task<int> {
      auto value = co_await in.receive();
      try {
        co_await in.receive();
      } catch (const cancelled&) {
        threw = true;  // the cancellation stayed pending for the next suspension
      }
      co_return *value;
    }(rx, second_wait_threw));
    co_await actors::sleep(1s);
    EXPECT_EQ(tx.try_send(4), channel_status::ok);
    waiting.cancel();
    const int got = co_await waiting;
    EXPECT_EQ(got, 4);
    EXPECT_TRUE(second_wait_threw);
  });
}

TEST(channel_wait, a_send_that_was_taken_before_its_cancel_returns) {  // C16
  test::for_seeds(300, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    bool returned = false;
    auto waiting = spawn([](auto out, bool& sent) -> task<> {
      co_await out.send(1);
      sent = true;
      co_await actors::yield();
    }(tx, returned));
    co_await actors::sleep(1s);
    EXPECT_EQ(*rx.try_receive(), 1);
    waiting.cancel();
    bool thrown = false;
    try {
      co_await waiting;
    } catch (const cancelled&) {
      thrown = true;
    }
    EXPECT_TRUE(returned);
    EXPECT_TRUE(thrown);
  });
}

TEST(channel_wait, a_cancelled_send_was_not_delivered_and_its_value_is_destroyed_once) {  // C17, C12
  test::ledger books;
  test::for_seeds(300, [&]() -> task<> {
    return [](test::ledger& ledger) -> task<> {
      auto [tx, rx] = actors::channel<test::counted>(0);
      auto waiting = spawn([](auto out, test::ledger& l) -> task<> {
        co_await out.send(test::counted{l, 1});
      }(tx, ledger));
      co_await actors::sleep(1s);
      waiting.cancel();
      EXPECT_EQ(rx.try_receive().status, channel_status::empty);
      co_await actors::sleep(1s);
      EXPECT_TRUE(waiting.was_cancelled());
      EXPECT_EQ(rx.try_receive().status, channel_status::empty);
    }(books);
  });
  books.expect_settled();
}

TEST(channel_wait, send_of_an_lvalue_leaves_the_value_with_its_owner) {  // C17
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::channel<std::vector<int>>(0);
    auto waiting = spawn([](auto out) -> task<std::size_t> {
      const std::vector<int> mine{1, 2, 3};
      try {
        co_await out.send(mine);
      } catch (const cancelled&) {
      }
      co_return mine.size();
    }(tx));
    co_await actors::sleep(1s);
    waiting.cancel();
    const std::size_t kept = co_await waiting;
    EXPECT_EQ(kept, 3U);
  });
}

TEST(channel_wait, a_pending_cancellation_ends_the_next_wait_but_no_operation_that_is_ready) {  // T4, C16
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    int reached = 0;
    auto [go, gone] = actors::channel<int>(0);
    auto working = spawn([](auto out, auto in, auto start, int& step) -> task<> {
      co_await start.receive();  // delivered, and cancelled right after
      step = 1;
      co_await out.send(1);  // there is room
      step = 2;
      co_await in.receive();  // there is a value
      step = 3;
      co_await in.receive();  // has to wait
      step = 4;
    }(tx, rx, std::move(gone), reached));
    co_await actors::sleep(1s);
    EXPECT_EQ(go.try_send(1), channel_status::ok);
    working.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(working.was_cancelled());
    EXPECT_EQ(reached, 3);
  });
}

TEST(channel_wait, a_cancelled_receiver_does_not_swallow_the_wake_up_of_the_next) {  // C18
  test::for_seeds(1000, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    auto first = spawn(receive_one(rx));
    co_await actors::sleep(1s);
    auto second = spawn(receive_one(rx));
    co_await actors::sleep(1s);
    auto sending = spawn(send_one(tx, 3));
    auto cancelling = spawn([](auto handle) -> task<> {
      handle.cancel();
      co_return;
    }(first));
    co_await sending;
    co_await cancelling;
    co_await actors::sleep(1s);
    // Exactly one of them has the value; if the first was cancelled before, it is the second.
    if (first.was_cancelled()) {
      const int got = co_await second;
      EXPECT_EQ(got, 3);
    } else {
      const int got = co_await first;
      EXPECT_EQ(got, 3);
      EXPECT_FALSE(second.done());
    }
  });
}

TEST(channel_wait, a_cancelled_sender_makes_way_for_the_next) {  // C18
  test::for_seeds(1000, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    co_await tx.send(0);
    auto first = spawn(send_one(tx, 1));
    co_await actors::sleep(1s);
    auto second = spawn(send_one(tx, 2));
    co_await actors::sleep(1s);
    first.cancel();
    std::vector<int> got;
    for (int i = 0; i != 2; ++i) {
      auto value = co_await rx.receive();
      got.push_back(*value);
    }
    EXPECT_EQ(got, (std::vector<int>{0, 2}));
    co_await second;
  });
}

TEST(channel_wait, the_wait_lists_stay_right_under_cancels_in_the_middle) {  // C6, C26
  test::for_seeds(500, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    std::vector<actors::join_handle<int>> waiting;
    for (int i = 0; i != 9; ++i) {
      waiting.push_back(spawn(receive_one(rx)));
      co_await actors::sleep(1s);
    }
    for (std::size_t i = 0; i < 9; i += 2) waiting[i].cancel();
    for (int i = 0; i != 4; ++i) co_await tx.send(i);
    for (std::size_t i = 1; i < 9; i += 2) {
      const int got = co_await waiting[i];
      EXPECT_EQ(got, static_cast<int>(i / 2));
    }
    EXPECT_EQ(tx.try_send(1), channel_status::full);
  });
}

// Never suspends: there is always room. It ends by a cancellation only, which it counts the sends up to.
task<> send_for_ever(actors::sender<int> out, long& sent) {
  for (;;) {
    co_await out.send(0);
    ++sent;
  }
}

// Never suspends either: all that it takes was there before.
task<long> receive_all(actors::receiver<int> in) {
  long got = 0;
  while (auto value = co_await in.receive()) ++got;
  co_return got;
}

TEST(channel_wait, a_cancel_reaches_a_loop_of_operations_that_are_always_ready) {  // T4, C17, R9
  test::for_seeds(50, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(actors::unbounded);
    long sent = 0;
    auto endless = spawn(send_for_ever(tx, sent));
    co_await actors::yield();
    endless.cancel();
    bool ended = false;
    try {
      co_await endless;
    } catch (const cancelled&) {
      ended = true;
    }
    EXPECT_TRUE(ended);
    EXPECT_EQ(rx.size(), static_cast<std::size_t>(sent));  // what it threw for was not delivered
    auto draining = spawn(receive_all(rx));
    if (rx.size() == 0) co_return;
    draining.cancel();  // before it started: the body never runs
    EXPECT_EQ(rx.size(), static_cast<std::size_t>(sent));
  });
}

TEST(channel_wait, a_cancel_from_another_worker_reaches_a_loop_that_is_always_ready) {  // T4, C17
  long sent = 0;
  auto main = [&]() -> task<std::size_t> {
    auto [tx, rx] = actors::channel<int>(actors::unbounded);
    auto endless = spawn(send_for_ever(tx, sent));
    while (rx.size() < 10'000) co_await actors::yield();
    endless.cancel();
    try {
      co_await endless;
    } catch (const cancelled&) {
    }
    co_return rx.size();
  };
  for (int i = 0; i != 20; ++i) {
    sent = 0;
    const std::size_t buffered = actors::run(main());
    EXPECT_EQ(buffered, static_cast<std::size_t>(sent));
  }
}

}  // namespace
