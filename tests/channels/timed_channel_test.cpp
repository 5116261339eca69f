// Receives and sends with a limit of time: in virtual time, over all channel kinds, and many at once on real threads.
#include <actors/actors.hpp>
#include <actors/timed_channel.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <memory>
#include <random>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::channel_status;
using actors::receive_for;
using actors::receive_until;
using actors::send_for;
using actors::send_until;
using actors::spawn;
using actors::task;

using time_point = std::chrono::steady_clock::time_point;
time_point now() { return test::simulation().now(); }

task<> send_after(actors::sender<int> to, std::chrono::milliseconds delay, int value) {
  co_await actors::sleep(delay);
  co_await to.send(value);
}

task<> close_after(actors::sender<int> of, std::chrono::milliseconds delay) {
  co_await actors::sleep(delay);
  of.close();
}

TEST(timed_channel, a_receive_waits_as_long_as_it_may_and_no_longer) {  // C23
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    const time_point begin = now();
    auto none = co_await receive_for(rx, 50ms);
    EXPECT_EQ(none.status, channel_status::empty);
    EXPECT_FALSE(none);
    EXPECT_EQ(now() - begin, 50ms);
    none = co_await receive_until(rx, begin + 70ms);
    EXPECT_EQ(none.status, channel_status::empty);
    EXPECT_EQ(now() - begin, 70ms);
    auto sending = spawn(send_after(tx, 10ms, 4));
    auto got = co_await receive_for(rx, 50ms);
    EXPECT_EQ(got.status, channel_status::ok);
    EXPECT_EQ(*got, 4);
    EXPECT_EQ(now() - begin, 80ms);
    co_await sending;
    auto closing = spawn(close_after(tx, 10ms));
    got = co_await receive_until(rx, now() + 1h);
    EXPECT_EQ(got.status, channel_status::closed);
    EXPECT_EQ(now() - begin, 90ms);
    co_await closing;
  });
}

TEST(timed_channel, a_send_waits_as_long_as_it_may_and_its_value_stays_with_its_owner) {  // C17, C23
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::channel<std::unique_ptr<int>>(1);
    co_await tx.send(std::make_unique<int>(1));
    const time_point begin = now();
    auto mine = std::make_unique<int>(2);
    auto status = co_await send_for(tx, mine, 50ms);
    EXPECT_EQ(status, channel_status::full);
    EXPECT_EQ(now() - begin, 50ms);
    status = co_await send_until(tx, mine, begin + 60ms);
    EXPECT_EQ(status, channel_status::full);
    EXPECT_EQ(now() - begin, 60ms);
    EXPECT_EQ(*mine, 2);
    EXPECT_EQ(**rx.try_receive(), 1);
    EXPECT_EQ(rx.try_receive().status, channel_status::empty);
    status = co_await send_for(tx, mine, 50ms);
    EXPECT_EQ(status, channel_status::ok);
    EXPECT_EQ(mine, nullptr);
    status = co_await send_for(tx, std::make_unique<int>(3), 5ms);
    EXPECT_EQ(status, channel_status::full);
    tx.close();
    mine = std::make_unique<int>(4);
    status = co_await send_for(tx, mine, 50ms);
    EXPECT_EQ(status, channel_status::closed);
    EXPECT_EQ(*mine, 4);
    EXPECT_EQ(now() - begin, 65ms);
  });
}

class timed_channel_kinds : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(timed_channel_kinds);

task<> send_all(actors::sender<int> to, int count) {
  for (int i = 0; i != count; ++i) co_await to.send(i);
}

TEST_P(timed_channel_kinds, what_is_ready_is_taken_though_the_time_is_over) {  // C23
  auto [tx, rx] = make_channel<int>();
  run([](auto out, auto in) -> task<> {
    const auto long_ago = std::chrono::steady_clock::now() - 1h;
    int sent = 0;
    for (int i = 0; i != 70; ++i) {
      const auto status = co_await send_for(out, i, -1s);
      if (status == channel_status::ok) ++sent;
    }
    EXPECT_EQ(sent, static_cast<int>(std::min<std::size_t>(GetParam().capacity, 70)));
    for (int i = 0; i != sent; ++i) {
      auto got = co_await receive_until(in, long_ago);
      EXPECT_EQ(got.status, channel_status::ok);
      EXPECT_EQ(got.value, i);
    }
    auto none = co_await receive_for(in, 0s);
    EXPECT_EQ(none.status, channel_status::empty);
    none = co_await receive_for(in, std::chrono::duration<double>{std::nan("")});
    EXPECT_EQ(none.status, channel_status::empty);
    const auto status = co_await send_until(out, 1, long_ago);
    EXPECT_EQ(status, GetParam().capacity == 0 ? channel_status::full : channel_status::ok);
  }(tx, rx));
}

TEST_P(timed_channel_kinds, every_value_comes_in_order_with_limits_on_both_sides) {  // C4, C5
  auto [tx, rx] = make_channel<int>();
  run([](auto out, auto in) -> task<> {
    auto sending = spawn(send_all(std::move(out), 1000));
    for (int next = 0;;) {
      auto got = co_await receive_for(in, 100us);
      if (got.status == channel_status::closed) {
        EXPECT_EQ(next, 1000);
        break;
      }
      if (got) {
        EXPECT_EQ(*got, next++);
      }
    }
    co_await sending;
  }(std::move(tx), rx));
}

TEST(timed_channel, closed_and_empty_endpoints_are_told_at_once) {  // C8, C9, C10
  actors::run([]() -> task<> {
    actors::sender<int> no_sender;
    actors::receiver<int> no_receiver;
    auto got = co_await receive_for(no_receiver, 1h);
    EXPECT_EQ(got.status, channel_status::closed);
    auto status = co_await send_for(no_sender, 1, 1h);
    EXPECT_EQ(status, channel_status::closed);
    auto [tx, rx] = actors::channel<int>(2);
    co_await tx.send(1);
    tx.close();
    got = co_await receive_for(rx, -1h);
    EXPECT_EQ(got.value, 1);
    got = co_await receive_for(rx, 1h);
    EXPECT_EQ(got.status, channel_status::closed);
    status = co_await send_for(tx, 1, 1h);
    EXPECT_EQ(status, channel_status::closed);
  }());
}

TEST(timed_channel, a_receive_throws_the_error_that_the_channel_was_closed_with) {  // C28
  actors::run([]() -> task<> {
    auto [tx, rx] = actors::channel<int>(2);
    tx.poison(std::make_exception_ptr(std::domain_error{"broken"}));
    bool thrown = false;
    try {
      co_await receive_for(rx, 1h);
    } catch (const std::domain_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    const auto status = co_await send_for(tx, 1, 1h);
    EXPECT_EQ(status, channel_status::closed);
  }());
}

auto soon(const actors::receiver<int>& from) { return receive_for(from, 1ms); }

TEST(timed_channel, a_function_can_return_the_wait) {  // C23
  test::for_seeds(10, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    auto wait = soon(rx);
    co_await actors::sleep(1s);
    const time_point begin = now();
    auto got = co_await wait;  // its time counts from here
    EXPECT_EQ(got.status, channel_status::empty);
    EXPECT_EQ(now() - begin, 1ms);
  });
}

TEST(timed_channel, a_cancellation_ends_the_wait_and_nothing_was_taken_or_sent) {  // C16, C17, T6
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    auto receiving = spawn([](auto in) -> task<> { co_await receive_for(in, 1h); }(rx));
    co_await actors::sleep(1ms);
    receiving.cancel();
    EXPECT_EQ(tx.try_send(1), channel_status::full);
    co_await actors::sleep(1ms);
    EXPECT_TRUE(receiving.was_cancelled());
    auto sending = spawn([](auto out) -> task<> { co_await send_for(out, 1, 1h); }(tx));
    co_await actors::sleep(1ms);
    sending.cancel();
    EXPECT_EQ(rx.try_receive().status, channel_status::empty);
    co_await actors::sleep(1ms);
    EXPECT_TRUE(sending.was_cancelled());
  });
}

// ---- many at once ----

struct books {
  explicit books(std::size_t count) : sent(count), received(count) {}
  std::vector<std::atomic<int>> sent;
  std::vector<std::atomic<int>> received;
  std::atomic<int> running{0};
  test::ledger values;
};

task<> send_numbers(actors::sender<test::counted> to, books& all, int begin, int end) {
  std::minstd_rand random{static_cast<unsigned>(begin) + 1};
  for (int i = begin; i != end;) {
    test::counted value{all.values, i};
    try {
      const auto status = co_await send_for(to, value, std::chrono::microseconds{random() % 30});
      EXPECT_EQ(value.holds(), status != channel_status::ok);
      if (status == channel_status::ok) ++all.sent[static_cast<std::size_t>(i++)];
      if (status == channel_status::closed) break;
    } catch (const cancelled&) {
      EXPECT_TRUE(value.holds());
    }
  }
  --all.running;
}

task<> receive_numbers(actors::receiver<test::counted> from, books& all, unsigned seed) {
  std::minstd_rand random{seed};
  for (;;) {
    try {
      auto got = co_await receive_for(from, std::chrono::microseconds{random() % 30});
      if (got.status == channel_status::closed) break;
      if (got) ++all.received[static_cast<std::size_t>(got->number())];
    } catch (const cancelled&) {
    }
  }
  --all.running;
}

task<> exchange(actors::sender<test::counted> tx, actors::receiver<test::counted> rx, books& all) {
  std::vector<actors::join_handle<>> tasks;
  const int each = static_cast<int>(all.sent.size()) / 4;
  all.running = 8;
  for (int i = 0; i != 4; ++i) {
    tasks.push_back(spawn(send_numbers(tx, all, i * each, (i + 1) * each)));
    tasks.push_back(spawn(receive_numbers(rx, all, static_cast<unsigned>(i) + 7)));
  }
  tx = {};
  rx = {};
  std::minstd_rand random{1};
  co_await actors::sleep(1us);
  for (int i = 0; i != 200 && all.running != 0; ++i) {
    tasks[random() % tasks.size()].cancel();
    co_await actors::sleep(50us);
  }
  for (auto& task : tasks) {
    try {
      co_await task;
    } catch (const cancelled&) {  // before its first turn
    }
  }
}

TEST_P(timed_channel_kinds, no_value_is_lost_or_doubled_between_time_limits_and_cancellations) {  // C5, C16, C17, C23
  const int rounds = 8 / test::slowness;
  for (int round = 0; round != rounds; ++round) {
    books all{static_cast<std::size_t>(1000 / test::slowness / 4 * 4)};
    auto [tx, rx] = make_channel<test::counted>();
    run(exchange(std::move(tx), std::move(rx), all));
    for (std::size_t i = 0; i != all.sent.size(); ++i) ASSERT_EQ(all.sent[i].load(), all.received[i].load()) << i;
    all.values.expect_settled();
  }
}

}  // namespace
