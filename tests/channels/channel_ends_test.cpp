// Channels: those that are closed with an error, senders that do not keep a channel open, and values taken in batches.
#include <actors/actors.hpp>

#include "support/channel_kinds.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_status;
using actors::spawn;
using actors::task;

std::exception_ptr disk_full() { return std::make_exception_ptr(std::runtime_error{"disk full"}); }

template <class Wait>
task<std::string> thrown_by(Wait wait) {
  std::string what;
  try {
    auto inner = wait();
    co_await inner;
  } catch (const std::exception& e) {
    what = e.what();
  }
  co_return what;
}

// In virtual time: who is to wait waits when time moves on.
class poison : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(poison);

TEST_P(poison, is_thrown_to_those_who_wait_on_either_side) {  // C28, C7
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = make_channel<int>();
    const auto receives = [&rx = rx]() -> task<> { co_await rx.receive(); };
    auto receiving = spawn(thrown_by(receives));
    co_await actors::sleep(1ms);
    tx.poison(disk_full());
    const std::string what = co_await receiving;
    EXPECT_EQ(what, "disk full");
    const auto sends = [&tx = tx]() -> task<> { co_await tx.send(1); };
    const std::string later = co_await thrown_by(sends);
    EXPECT_EQ(later, "disk full");
  });
}

TEST_P(poison, of_a_full_channel_ends_the_senders_that_wait_and_leaves_what_is_buffered) {  // C28, C8, C9
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = make_channel<int>();
    int buffered = 0;
    while (buffered != 100 && tx.try_send(buffered) == channel_status::ok) ++buffered;
    const auto sends = [&tx = tx]() -> task<> { co_await tx.send(-1); };
    auto sending = spawn(thrown_by(sends));
    co_await actors::sleep(1ms);
    const bool waits = !sending.done();
    rx.poison(disk_full());
    const std::string what = co_await sending;
    EXPECT_EQ(what, waits ? "disk full" : "");
    if (!waits) ++buffered;
    for (int i = 0; i != buffered; ++i) EXPECT_TRUE(rx.try_receive());
    EXPECT_EQ(rx.try_receive().status, channel_status::closed);
    const auto receives = [&rx = rx]() -> task<> { co_await rx.receive(); };
    for (int i = 0; i != 2; ++i) {  // for ever
      const std::string end = co_await thrown_by(receives);
      EXPECT_EQ(end, "disk full");
    }
    EXPECT_EQ(tx.try_send(1), channel_status::closed);
  });
}

TEST_P(poison, can_be_asked_for_and_comes_too_late_for_a_channel_that_is_closed) {  // C28, C10
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = make_channel<int>();
    EXPECT_EQ(tx.reason(), nullptr);
    const std::exception_ptr reason = disk_full();
    tx.poison(reason);
    rx.poison(std::make_exception_ptr(std::logic_error{"a second one"}));
    tx.close();
    EXPECT_EQ(tx.reason(), reason);
    EXPECT_EQ(rx.reason(), reason);
    auto [other_tx, other_rx] = make_channel<int>();
    other_rx.close();
    other_tx.poison(reason);
    EXPECT_EQ(other_tx.reason(), nullptr);
    const auto end = co_await other_rx.receive();
    EXPECT_FALSE(end.has_value());
    actors::sender<int>{}.poison(reason);
    EXPECT_EQ(actors::receiver<int>{}.reason(), nullptr);
  });
}

TEST(weak_sender, does_not_keep_the_channel_open) {  // C25, C11
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    const actors::weak_sender<int> weak = tx.downgrade();
    {
      const auto strong = weak.upgrade();
      EXPECT_EQ(strong.try_send(1), channel_status::ok);
    }
    tx = {};
    EXPECT_FALSE(weak.upgrade());
    EXPECT_TRUE(rx.try_receive());
    const auto end = co_await rx.receive();
    EXPECT_FALSE(end.has_value());
  });
}

TEST(weak_sender, given_in_time_keeps_it_open) {  // C25
  auto [tx, rx] = actors::channel<int>(1);
  const auto weak = tx.downgrade();
  auto strong = weak.upgrade();
  tx = {};
  EXPECT_FALSE(rx.closed());
  EXPECT_EQ(strong.try_send(1), channel_status::ok);
  strong = {};
  EXPECT_TRUE(rx.closed());
}

TEST(weak_sender, outlives_both_sides) {  // C25, C12
  auto value = std::make_shared<int>(1);
  actors::weak_sender<std::shared_ptr<int>> weak;
  EXPECT_FALSE(weak.upgrade());
  {
    auto [tx, rx] = actors::channel<std::shared_ptr<int>>(1);
    weak = tx.downgrade();
    EXPECT_EQ(tx.try_send(value), channel_status::ok);
  }
  EXPECT_EQ(value.use_count(), 1);
  EXPECT_FALSE(weak.upgrade());
  const auto copy = weak;
  weak = {};
  EXPECT_FALSE(copy.upgrade());
}

class receive_many : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(receive_many);

TEST_P(receive_many, gives_every_value_once_and_in_order) {  // C20, C4, C5
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = make_channel<int>();
    auto sending = spawn([](actors::sender<int> out) -> task<> {
      for (int i = 0; i != 1000; ++i) co_await out.send(i);
    }(std::move(tx)));
    std::vector<int> all;
    std::vector<int> batch;
    for (;;) {
      batch.clear();
      const std::size_t count = co_await rx.receive_many(batch, 7);
      EXPECT_EQ(count, batch.size());
      EXPECT_LE(count, 7U);
      if (count == 0) break;
      all.insert(all.end(), batch.begin(), batch.end());
    }
    std::vector<int> expected(1000);
    std::iota(expected.begin(), expected.end(), 0);
    EXPECT_EQ(all, expected);
    co_await sending;
  });
}

TEST_P(receive_many, takes_what_is_there_with_one_wait) {  // C20
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = make_channel<std::unique_ptr<int>>();
    std::size_t buffered = 0;
    while (buffered != 10 && tx.try_send(std::make_unique<int>(1)) == channel_status::ok) ++buffered;
    if (buffered == 0) co_return;
    std::vector<std::unique_ptr<int>> batch;
    const std::size_t none = co_await rx.receive_many(batch, 0);
    EXPECT_EQ(none, 0U);
    const std::size_t count = co_await rx.receive_many(batch, 1000);
    EXPECT_EQ(count, buffered);
    EXPECT_EQ(batch.size(), buffered);
    tx.close();
    const std::size_t end = co_await rx.receive_many(batch, 1000);
    EXPECT_EQ(end, 0U);
    EXPECT_EQ(batch.size(), buffered);
  });
}

TEST_P(receive_many, that_is_cancelled_took_nothing) {  // C20, C16
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = make_channel<int>();
    std::vector<int> batch;
    const auto receives = [&rx = rx, &batch]() -> task<> { co_await rx.receive_many(batch, 5); };
    auto receiving = spawn(receives());
    co_await actors::sleep(1ms);
    receiving.cancel();
    co_await actors::sleep(1ms);
    EXPECT_TRUE(receiving.was_cancelled());
    EXPECT_TRUE(batch.empty());
    auto sending = spawn([](actors::sender<int> out) -> task<> { co_await out.send(3); }(tx));
    const auto value = co_await rx.receive();
    EXPECT_EQ(value, 3);
    co_await sending;
    tx.poison(disk_full());
    const std::string what = co_await thrown_by(receives);
    EXPECT_EQ(what, "disk full");
  });
}

}  // namespace
