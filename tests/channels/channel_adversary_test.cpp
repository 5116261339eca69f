// Values and users that make it hard for a channel: that throw, that use the channel they lie in, that own it, and that
// come and go in great numbers.
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_status;
using actors::channel_value;
using actors::overflow;
using actors::receiver;
using actors::sender;
using actors::spawn;
using actors::task;

// ---- types ---------------------------------------------------------------------------------------------------------

struct throws_when_moved {
  throws_when_moved() = default;
  throws_when_moved(throws_when_moved&&) noexcept(false) {}
};
struct stays {
  stays() = default;
  stays(const stays&) = delete;
};
struct cannot_begin {
  cannot_begin() = delete;
  explicit cannot_begin(int) {}
  cannot_begin(cannot_begin&&) = default;
  cannot_begin& operator=(cannot_begin&&) = delete;
};
static_assert(channel_value<bool> && channel_value<void*> && channel_value<std::nullptr_t>);
static_assert(channel_value<std::unique_ptr<int>> && channel_value<std::optional<int>> && channel_value<cannot_begin>);
static_assert(!channel_value<int&> && !channel_value<const int&> && !channel_value<int&&>);
static_assert(!channel_value<void> && !channel_value<int()> && !channel_value<int[3]>);
static_assert(!channel_value<throws_when_moved> && !channel_value<stays>);

template <class T>
task<std::vector<T>> through(std::size_t capacity, std::vector<T> values) {
  auto [tx, rx] = actors::channel<T>(capacity);
  auto sending = spawn([](sender<T> to, std::vector<T> all) -> task<> {
    for (T value : all) co_await to.send(std::move(value));  // a copy: vector<bool> has no others
  }(std::move(tx), std::move(values)));
  std::vector<T> got;
  for (;;) {
    std::optional<T> value = co_await rx.receive();
    if (!value) break;
    got.push_back(*std::move(value));
  }
  co_await sending;
  co_return got;
}

class channel_adversary : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(channel_adversary);

TEST_P(channel_adversary, values_that_look_like_nothing_are_values) {  // C15, C8
  const std::size_t capacity = GetParam().capacity;
  const std::vector<bool> flags{false, true, false};
  EXPECT_EQ(run(through<bool>(capacity, flags)), flags);
  int place = 0;
  const std::vector<void*> pointers{nullptr, &place, nullptr};
  EXPECT_EQ(run(through<void*>(capacity, pointers)), pointers);
  const std::vector<std::optional<int>> maybe{std::nullopt, 1, std::nullopt};
  EXPECT_EQ(run(through<std::optional<int>>(capacity, maybe)), maybe);
  EXPECT_EQ(run(through<std::nullptr_t>(capacity, {nullptr, nullptr})).size(), 2U);
}

TEST_P(channel_adversary, values_that_can_only_be_moved_to_their_place) {  // C15
  run([]() -> task<> {
    auto [tx, rx] = make_channel<cannot_begin>();
    auto sending = spawn([](sender<cannot_begin> to) -> task<> {
      cannot_begin value{1};
      co_await to.send(std::move(value));
    }(tx));
    auto value = co_await rx.receive();
    EXPECT_TRUE(value.has_value());
    co_await sending;
  }());
}

using big = std::array<unsigned char, 32 * 1024>;

TEST_P(channel_adversary, values_of_32_KiB_in_every_operation) {  // C15, C17, C20, S3
  run([]() -> task<> {
    auto [tx, rx] = make_channel<big>();
    auto sending = spawn([](sender<big> to) -> task<> {
      big value;
      for (unsigned char i = 0; i != 20; ++i) {
        value.fill(i);
        if (i % 3 == 0) {
          co_await to.send(value);
        } else if (i % 3 == 1) {
          auto permit = co_await to.reserve();
          permit.send(value);
        } else {
          co_await actors::select(actors::on_send(to, value));
        }
      }
    }(std::move(tx)));
    unsigned char next = 0;
    std::vector<big> some;
    for (;;) {
      some.clear();
      if (next % 2 == 0) {
        co_await rx.receive_many(some, 2);
      } else {
        auto one = co_await actors::select(actors::on_receive(rx));
        if (one) some.push_back(*one);
      }
      if (some.empty()) break;
      for (const big& each : some) {
        EXPECT_EQ(each.front(), next);
        EXPECT_EQ(each.back(), next);
        ++next;
      }
    }
    EXPECT_EQ(next, 20);
    co_await sending;
  }());
}

// ---- that throw ----------------------------------------------------------------------------------------------------

struct throws_when_copied {
  throws_when_copied() = default;
  throws_when_copied(const throws_when_copied&) { throw std::runtime_error{"no copy"}; }
  throws_when_copied(throws_when_copied&&) noexcept = default;
};

TEST_P(channel_adversary, a_copy_that_throws_leaves_the_channel_as_it_was) {  // C15, C17
  run([]() -> task<> {
    auto [tx, rx] = make_channel<throws_when_copied>();
    const throws_when_copied mine;
    EXPECT_THROW(tx.try_send(mine), std::runtime_error);
    auto permit = tx.try_reserve();
    EXPECT_THROW(permit.send(mine), std::runtime_error);
    EXPECT_TRUE(permit) << "and the permit";
    permit.release();
    int thrown = 0;
    try {
      co_await tx.send(mine);
    } catch (const std::runtime_error&) {
      ++thrown;
    }
    try {
      co_await actors::select(actors::on_send(tx, mine));
    } catch (const std::runtime_error&) {
      ++thrown;
    }
    EXPECT_EQ(thrown, 2);
    EXPECT_EQ(rx.size(), 0U);
    EXPECT_EQ(rx.statistics().reserved, 0U);
    auto sending = spawn([](sender<throws_when_copied> to) -> task<> {
      throws_when_copied value;
      co_await to.send(std::move(value));
    }(tx));
    auto value = co_await rx.receive();
    EXPECT_TRUE(value.has_value());
    co_await sending;
  }());
}

// Its destructor throws where it still has its value, which no std::optional may have when it ends.
struct throws_at_its_end {
  explicit throws_at_its_end(bool loaded) : loaded_{loaded} {}
  throws_at_its_end(throws_at_its_end&& other) noexcept : loaded_{std::exchange(other.loaded_, false)} {}
  ~throws_at_its_end() noexcept(false) {
    if (loaded_) throw std::runtime_error{"the end"};
  }
  bool loaded_;
};

TEST_P(channel_adversary, a_destructor_that_throws_does_so_with_who_received) {  // C15
  run([]() -> task<> {
    auto [tx, rx] = make_channel<throws_at_its_end>();
    auto sending = spawn([](sender<throws_at_its_end> to) -> task<> {
      for (int i = 0; i != 3; ++i) {
        throws_at_its_end value{true};
        co_await to.send(std::move(value));
      }
    }(std::move(tx)));
    int ends = 0;
    for (bool open = true; open;) {
      try {
        auto value = co_await rx.receive();
        open = value.has_value();
        if (open) const throws_at_its_end mine = *std::move(value);
      } catch (const std::runtime_error&) {
        ++ends;
      }
    }
    EXPECT_EQ(ends, 3);
    co_await sending;
  }());
}

// ---- that use their channel ----------------------------------------------------------------------------------------

// Does something at its end, once.
struct acts {
  explicit acts(std::function<void()> what) : act{std::move(what)} {}
  acts(acts&& other) noexcept : act{std::exchange(other.act, nullptr)} {}
  acts& operator=(acts&&) = delete;
  ~acts() {
    if (act) act();
  }
  std::function<void()> act;
};

TEST(channel_adversary_values, may_send_receive_and_close_as_they_are_dropped) {  // C12, C19
  for (const overflow policy : {overflow::drop_oldest, overflow::drop_newest, overflow::keep_latest}) {
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{3}}) {
      auto [tx, rx] = actors::channel<acts>(capacity, policy);
      int depth = 0;
      int ends = 0;
      // Each that is dropped sends another one, up to a hundred.
      std::function<void()> act = [&, &to = tx, &from = rx] {
        ++ends;
        static_cast<void>(from.size());
        if (++depth < 100) to.try_send(acts{act});
      };
      for (int i = 0; i != 10; ++i) tx.try_send(acts{act});
      EXPECT_EQ(static_cast<std::uint64_t>(ends), tx.dropped());
      EXPECT_GE(depth, 100);
      rx.try_receive();
      tx.close();
      while (rx.try_receive()) continue;
    }
  }
}

TEST(channel_adversary_values, may_empty_and_close_the_channel_that_refuses_them) {  // C9, C12
  test::for_seeds(100, []() -> task<> {
    auto [tx, rx] = actors::channel<acts>(1);
    int ends = 0;
    const auto count = [&ends] { ++ends; };
    const auto act = [&ends, from = rx, to = tx] {
      ++ends;
      while (from.try_receive()) continue;
      to.close();
    };
    EXPECT_EQ(tx.try_send(acts{count}), channel_status::ok);
    auto waiting = spawn([](sender<acts> out, std::function<void()> what) -> task<> {
      acts value{std::move(what)};
      co_await out.send(std::move(value));
    }(tx, act));
    auto behind = spawn([](sender<acts> out, std::function<void()> what) -> task<> {
      acts value{std::move(what)};
      co_await out.send(std::move(value));
    }(tx, count));
    co_await actors::sleep(1ms);
    waiting.cancel();
    bool refused = false;
    try {
      co_await behind;
    } catch (const actors::channel_closed&) {
      refused = true;
    }
    while (rx.try_receive()) continue;
    EXPECT_EQ(ends, 3) << "each has ended, once";
    EXPECT_TRUE(tx.closed());
    EXPECT_EQ(tx.statistics().waiting_senders, 0U);
    static_cast<void>(refused);  // or it moved up first, and was received
  });
}

// ---- that own their channel ----------------------------------------------------------------------------------------

struct address;
struct letter {
  std::shared_ptr<address> answer;
  std::shared_ptr<int> guard;
};
struct address {
  sender<letter> to;
};
letter with_address(const sender<letter>& to, const std::shared_ptr<int>& guard) {
  return {std::make_shared<address>(address{to}), guard};
}

TEST(channel_adversary_values, a_channel_of_its_own_senders_ends_with_its_last_receiver) {  // C11, C12
  auto guard = std::make_shared<int>(1);
  {
    auto [tx, rx] = actors::channel<letter>(actors::unbounded);
    for (int i = 0; i != 10; ++i) tx.try_send(with_address(tx, guard));
    tx = {};
    EXPECT_FALSE(rx.closed()) << "there are senders, in the channel itself";
    auto one = rx.try_receive();
    EXPECT_EQ(one->answer->to.try_send(letter{nullptr, guard}), channel_status::ok);
    one.value.reset();
    EXPECT_EQ(guard.use_count(), 11);
    rx = {};
    EXPECT_EQ(guard.use_count(), 1);
  }
  EXPECT_EQ(guard.use_count(), 1);
}

TEST(channel_adversary_values, a_channel_whose_last_sender_is_received_from_it_ends_then) {  // C11, C8
  test::for_seeds(50, [&]() -> task<> {
    auto guard = std::make_shared<int>(1);
    auto [tx, rx] = actors::channel<letter>(4);
    tx.try_send(with_address(tx, guard));
    tx = {};
    auto receiving = spawn([](receiver<letter> from) -> task<int> {
      int count = 0;
      while (auto next = co_await from.receive()) {
        if (++count < 5) next->answer->to.try_send(letter{next->answer, next->guard});
      }
      co_return count;
    }(std::move(rx)));
    const int count = co_await receiving;
    EXPECT_EQ(count, 5);
    EXPECT_EQ(guard.use_count(), 1);
  });
}

// A sender that waits holds the last sender in its own value, and the last receiver goes.
TEST(channel_adversary_values, a_value_that_waits_may_hold_the_last_of_its_channel) {  // C11, C12
  test::for_seeds(50, [&]() -> task<> {
    auto guard = std::make_shared<int>(1);
    auto [tx, rx] = actors::channel<letter>(0);
    auto sending = spawn([](sender<letter> to, std::shared_ptr<int> held) -> task<bool> {
      letter mine = with_address(to, held);
      held = nullptr;
      bool refused = false;
      try {
        co_await to.send(std::move(mine));
      } catch (const actors::channel_closed&) {
        refused = true;
      }
      co_return refused;
    }(std::move(tx), guard));
    co_await actors::sleep(1ms);
    rx = {};
    const bool refused = co_await sending;
    EXPECT_TRUE(refused);
    EXPECT_EQ(guard.use_count(), 1);
  });
}

// A chain: each channel's only value is the receiver of the next one. The first end ends them all, one inside the
// other.
struct next_channel;
struct link_to_next {
  std::shared_ptr<next_channel> next;
};
struct next_channel {
  receiver<link_to_next> from;
};

TEST(channel_adversary_values, channels_in_channels_end_from_the_first_to_the_last) {  // C11, C12
  constexpr int length = 1000;
  auto [first_tx, first_rx] = actors::channel<link_to_next>(1);
  std::vector<sender<link_to_next>> senders{std::move(first_tx)};
  for (int i = 0; i != length; ++i) {
    auto [tx, rx] = actors::channel<link_to_next>(1);
    EXPECT_EQ(senders.back().try_send(link_to_next{std::make_shared<next_channel>(next_channel{std::move(rx)})}),
              channel_status::ok);
    senders.push_back(std::move(tx));
  }
  first_rx = {};
  for (const auto& each : senders) EXPECT_TRUE(each.closed());
}

// ---- in great numbers ----------------------------------------------------------------------------------------------

constexpr int crowd = 100'000 / (ACTORS_TEST_SANITIZED != 0 ? 10 : 1);

task<> waits(receiver<int> from, int& waiting, int& closed, int& cancelled) {
  ++waiting;
  try {
    auto value = co_await from.receive();
    if (!value) ++closed;
  } catch (const actors::cancelled&) {
    ++cancelled;
  }
}

TEST(channel_adversary_crowd, a_hundred_thousand_who_wait_are_closed_or_cancelled_at_once) {  // C7, C26, T2
  for (const bool by_close : {true, false}) {
    int waiting = 0;
    int closed = 0;
    int cancelled = 0;
    auto [tx, rx] = actors::channel<int>(0);
    const auto main = [&, &tx = tx, &rx = rx]() -> task<> {
      for (int i = 0; i != crowd; ++i) spawn(waits(rx, waiting, closed, cancelled));
      while (waiting != crowd) co_await actors::yield();
      EXPECT_EQ(rx.statistics().waiting_receivers, static_cast<std::size_t>(crowd));
      if (by_close) {
        tx.close();
        while (closed != crowd) co_await actors::yield();
      }
      // else they are cancelled as the main task ends
    };
    actors::run(main(), {.workers = 1});
    EXPECT_EQ(by_close ? closed : cancelled, crowd);
    EXPECT_EQ(closed + cancelled, crowd);
  }
}

TEST(channel_adversary_crowd, every_second_of_them_leaves_and_the_others_are_served_in_order) {  // C6, C18, C26
  const auto main = []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    std::vector<std::pair<int, int>> got;  // its place in the order of arrival, and its value
    std::vector<actors::join_handle<>> all;
    int waiting = 0;
    const auto receive = [](receiver<int> from, int& count, std::vector<std::pair<int, int>>& into) -> task<> {
      const int place = count++;
      auto value = co_await from.receive();
      into.emplace_back(place, *value);
    };
    for (int i = 0; i != crowd; ++i) all.push_back(spawn(receive(rx, waiting, got)));
    while (waiting != crowd) co_await actors::yield();
    for (std::size_t i = 0; i < all.size(); i += 2) all[i].cancel();
    for (int i = 0; i != crowd / 2; ++i) EXPECT_EQ(tx.try_send(i), channel_status::ok);
    EXPECT_EQ(tx.try_send(-1), channel_status::full) << "nobody waits any more";
    for (std::size_t i = 1; i < all.size(); i += 2) co_await all[i];
    EXPECT_EQ(got.size(), static_cast<std::size_t>(crowd / 2));
    std::sort(got.begin(), got.end());
    const auto by_value = [](const auto& a, const auto& b) { return a.second < b.second; };
    EXPECT_TRUE(std::is_sorted(got.begin(), got.end(), by_value)) << "who came first was served first";
  };
  actors::run(main(), {.workers = 1});
}

}  // namespace
