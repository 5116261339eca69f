// A channel's capacity is counted in items; a value can stand for several of them.
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include "support/biased_locks.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

namespace {
struct batch {
  std::size_t items = 1;
  int number = 0;
};

/// Its weight is derived from another one's.
struct parcel : batch {};
}  // namespace

template <>
struct actors::item_weight<batch> {
  static std::size_t of(const batch& value) noexcept { return value.items; }
};

template <>
struct actors::item_weight<parcel> : actors::item_weight<int> {
  static std::size_t of(const parcel& value) noexcept { return value.items; }
};

namespace {

using namespace std::chrono_literals;
using actors::channel_status;
using actors::select;
using actors::spawn;
using actors::task;

TEST(item_weight, the_capacity_is_counted_in_items) {  // C2, C14
  auto [tx, rx] = actors::channel<batch>(10);
  EXPECT_EQ(tx.try_send(batch{4, 1}), channel_status::ok);
  EXPECT_EQ(tx.try_send(batch{6, 2}), channel_status::ok);
  EXPECT_EQ(tx.size(), 10U);
  EXPECT_EQ(tx.try_send(batch{1, 3}), channel_status::full);
  EXPECT_EQ(rx.try_receive()->number, 1);
  EXPECT_EQ(rx.size(), 6U);
  EXPECT_EQ(tx.try_send(batch{5, 3}), channel_status::full);
  EXPECT_EQ(tx.try_send(batch{4, 3}), channel_status::ok);
}

// Sends and receives that suspend where they must: often, so that they take the short ways, if that is right.
template <class T>
task<> counts_items(int rounds) {
  auto [tx, rx] = actors::channel<T>(6);
  for (int i = 0; i != rounds; ++i) {
    T three{};
    three.items = 3;
    co_await tx.send(three);
    co_await tx.send(three);
    EXPECT_EQ(tx.size(), 6U);
    EXPECT_EQ(tx.try_send(T{}), channel_status::full);
    co_await rx.receive();
    EXPECT_EQ(tx.size(), 3U);
    co_await rx.receive();
    EXPECT_EQ(tx.size(), 0U);
  }
}

TEST(item_weight, counts_for_sends_and_receives_that_are_awaited) {  // C2, C14
  const test::biased_after few{1};
  actors::run(counts_items<batch>(10), {.workers = 1});
  actors::run(counts_items<parcel>(10), {.workers = 1});
}

TEST(item_weight, one_heavier_than_the_whole_capacity_passes_an_empty_channel) {
  auto [tx, rx] = actors::channel<batch>(3);
  EXPECT_EQ(tx.try_send(batch{1, 1}), channel_status::ok);
  EXPECT_EQ(tx.try_send(batch{100, 2}), channel_status::full);
  EXPECT_EQ(rx.try_receive()->number, 1);
  EXPECT_EQ(tx.try_send(batch{100, 2}), channel_status::ok);
  EXPECT_EQ(tx.size(), 100U);
  EXPECT_EQ(tx.try_send(batch{1, 3}), channel_status::full);
  EXPECT_EQ(rx.try_receive()->number, 2);
  EXPECT_EQ(rx.size(), 0U);
}

TEST(item_weight, an_unbounded_channel_takes_any_weight) {
  auto [tx, rx] = actors::channel<batch>(actors::unbounded);
  for (int i = 0; i != 100; ++i) EXPECT_EQ(tx.try_send(batch{1'000'000, i}), channel_status::ok);
  EXPECT_EQ(tx.size(), 100'000'000U);
}

TEST(item_weight, one_heavy_value_that_leaves_makes_room_for_several_senders) {  // C6
  test::for_seeds(200, []() -> task<> {
    auto [tx, rx] = actors::channel<batch>(4);
    co_await tx.send(batch{4, 0});
    std::vector<actors::join_handle<>> senders;
    for (int i = 1; i <= 4; ++i) {
      senders.push_back(spawn([](auto out, int n) -> task<> { co_await out.send(batch{1, n}); }(tx, i)));
      co_await actors::sleep(1s);  // so that they wait in this order
    }
    auto heavy = co_await rx.receive();
    EXPECT_EQ(heavy->number, 0);
    for (auto& each : senders) co_await each;  // all four fit at once
    EXPECT_EQ(rx.size(), 4U);
    for (int i = 1; i <= 4; ++i) {
      auto light = co_await rx.receive();
      EXPECT_EQ(light->number, i);
    }
  });
}

TEST(item_weight, a_light_value_does_not_pass_a_heavy_one_that_waits) {  // C4, C6
  test::for_seeds(200, []() -> task<> {
    auto [tx, rx] = actors::channel<batch>(4);
    co_await tx.send(batch{3, 0});
    auto heavy = spawn([](auto out) -> task<> { co_await out.send(batch{3, 1}); }(tx));
    co_await actors::sleep(1s);
    EXPECT_EQ(tx.try_send(batch{1, 2}), channel_status::full);
    for (int i = 0; i != 2; ++i) {
      auto value = co_await rx.receive();
      EXPECT_EQ(value->number, i);
    }
    co_await heavy;
  });
}

TEST(item_weight, a_heavy_sender_that_is_cancelled_lets_the_light_ones_behind_it_in) {  // C18
  test::for_seeds(500, []() -> task<> {
    auto [tx, rx] = actors::channel<batch>(4);
    co_await tx.send(batch{3, 0});
    auto heavy = spawn([](auto out) -> task<> { co_await out.send(batch{4, 1}); }(tx));
    co_await actors::sleep(1s);
    auto light = spawn([](auto out) -> task<> { co_await out.send(batch{1, 2}); }(tx));
    co_await actors::sleep(1s);
    EXPECT_FALSE(light.done());
    heavy.cancel();
    co_await light;  // would be a deadlock if nobody looked at it
    EXPECT_EQ(rx.size(), 4U);
  });
}

TEST(item_weight, values_of_no_weight_always_fit) {
  auto [tx, rx] = actors::channel<batch>(1);
  EXPECT_EQ(tx.try_send(batch{1, 0}), channel_status::ok);
  for (int i = 1; i != 10; ++i) EXPECT_EQ(tx.try_send(batch{0, i}), channel_status::ok);
  EXPECT_EQ(rx.size(), 1U);
  for (int i = 0; i != 10; ++i) EXPECT_EQ(rx.try_receive()->number, i);
}

TEST(item_weight, a_permit_that_is_used_for_no_weight_leaves_its_place_to_the_next) {  // C6, C17
  const auto main = []() -> task<> {
    auto [tx, rx] = actors::channel<batch>(1);
    auto place = tx.try_reserve();
    auto waiting = spawn([](actors::sender<batch> to) -> task<> {
      const batch value{1, 2};
      co_await to.send(value);
    }(tx));
    while (tx.statistics().waiting_senders != 1) co_await actors::yield();
    place.send(batch{0, 1});
    EXPECT_EQ(tx.statistics().waiting_senders, 0U) << "there is room for it";
    for (int i = 1; i != 3; ++i) EXPECT_EQ(rx.try_receive()->number, i);
    co_await waiting;
  };
  actors::run(main(), {.workers = 1});
}

task<> sends_or_receives(actors::sender<batch> to, batch heavy, actors::receiver<int> from) {
  co_await select(actors::on_send(to, heavy, [] { ADD_FAILURE(); }), actors::on_receive(from, [](auto&&) {}));
}

task<> until_others_wait() {
  for (int i = 0; i != 4; ++i) co_await actors::yield();
}

// A select waits to send something heavy, and is then served by another channel. It keeps nothing light out from that
// moment on; what waits behind it moves up when it leaves.
TEST(item_weight, a_heavy_send_of_a_select_that_is_served_elsewhere_keeps_nobody_out) {  // S6, C6, C18
  const auto main = [](bool another_waits) -> task<> {
    auto [tx, rx] = actors::channel<batch>(4);
    auto [other_in, other] = actors::channel<int>(0);
    EXPECT_EQ(tx.try_send(batch{2, 1}), channel_status::ok);
    auto heavy = spawn(sends_or_receives(tx, batch{3, 2}, other));
    co_await until_others_wait();
    EXPECT_EQ(tx.try_send(batch{1, 3}), channel_status::full) << "the heavy one is first";
    actors::join_handle<> light;
    if (another_waits) {
      light = spawn([](actors::sender<batch> to) -> task<> {
        const batch value{1, 4};
        co_await to.send(value);
      }(tx));
      co_await until_others_wait();
    }
    EXPECT_EQ(other_in.try_send(1), channel_status::ok);
    EXPECT_EQ(tx.try_send(batch{1, 3}), another_waits ? channel_status::full : channel_status::ok);
    co_await heavy;
    if (another_waits) {
      co_await until_others_wait();
      EXPECT_TRUE(light.done()) << "nobody let the light one move up";
      rx.try_receive();
      co_await light;
    }
    EXPECT_EQ(tx.size(), another_waits ? 1U : 3U);
  };
  for (const bool another_waits : {false, true}) actors::run(main(another_waits), {.workers = 1});
}

}  // namespace
