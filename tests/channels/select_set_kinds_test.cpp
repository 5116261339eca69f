// select_set over all channel kinds, from plain threads, and with many at once.
#include <actors/actors.hpp>
#include <actors/blocking_channel.hpp>
#include <actors/blocking_select.hpp>
#include <actors/select_set.hpp>

#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::select_key;
using actors::select_set;
using actors::spawn;
using actors::task;

const auto ignore = [](std::optional<int>) {};

task<> send_all(actors::sender<int> to, int first, int count) {
  for (int i = 0; i != count; ++i) co_await to.send(first + i);
}

class select_set_kinds : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(select_set_kinds);

TEST_P(select_set_kinds, serves_channels_until_they_are_closed) {  // S1, S6, S7, C4
  run([](auto make) -> task<> {
    constexpr int channels = 5;
    constexpr int each = 200;
    select_set set;
    std::vector<select_key> keys(channels);
    std::vector<int> next(channels);
    std::vector<actors::join_handle<>> sending;
    for (int i = 0; i != channels; ++i) {
      auto [tx, rx] = make();
      const auto at = static_cast<std::size_t>(i);
      keys[at] = set.add(rx, [&, at](std::optional<int> value) {
        if (value) {
          EXPECT_EQ(*value, next[at]++);
        } else {
          EXPECT_TRUE(set.remove(keys[at]));
        }
      });
      sending.push_back(spawn(send_all(std::move(tx), 0, each)));
    }
    int rounds = 0;
    for (; set.size() != 0; ++rounds) co_await set.next();
    EXPECT_EQ(rounds, channels * (each + 1));
    for (const int count : next) EXPECT_EQ(count, each);
    for (auto& one : sending) co_await one;
  }([] { return make_channel<int>(); }));
}

task<> add_one(int& to) {
  co_await actors::yield();
  ++to;
}

TEST_P(select_set_kinds, handlers_that_suspend_are_awaited) {  // S1
  run([](auto make) -> task<> {
    auto [tx, rx] = make();
    auto sending = spawn(send_all(std::move(tx), 1, 300));
    select_set set;
    int sum = 0;
    int count = 0;
    select_key key{};
    const auto handle = [&](std::optional<int> value) -> task<> {
      co_await add_one(count);
      if (value)
        sum += *value;
      else
        set.remove(key);  // its own, while it runs
      co_await actors::yield();
    };
    key = set.add(rx, handle);
    while (set.size() != 0) {
      const int before = count;
      const select_key ran = co_await set.next();
      EXPECT_EQ(ran, key);
      EXPECT_EQ(count, before + 1);
    }
    EXPECT_EQ(sum, 300 * 301 / 2);
    co_await sending;
  }([] { return make_channel<int>(); }));
}

// ---- from a plain thread ----

TEST(select_set_on_a_thread, serves_a_plain_thread) {  // C24
  actors::runtime here{{.workers = 2}};
  auto [a_in, a] = actors::channel<int>(0);
  auto [b_in, b] = actors::channel<int>(1);
  auto one = here.spawn(send_all(std::move(a_in), 1, 100));
  auto two = here.spawn(send_all(std::move(b_in), 1, 100));
  select_set set;
  int sum = 0;
  select_key keys[2]{};
  const auto add = [&](int which) {
    return [&, which](std::optional<int> value) {
      if (value)
        sum += *value;
      else
        set.remove(keys[which]);
    };
  };
  keys[0] = set.add(a, add(0));
  keys[1] = set.add(b, add(1));
  while (set.size() != 0) actors::blocking_next(set);
  EXPECT_EQ(sum, 2 * 5050);
  EXPECT_THROW(actors::blocking_next(set), actors::usage_error);
}

TEST(select_set_on_a_thread, has_timers_on_a_plain_thread_and_in_a_task_after_that) {  // C24, S3
  auto [tx, rx] = actors::channel<int>(1);
  select_set set;
  set.add(rx, ignore);
  const select_key late = set.add(actors::after(1h));
  const select_key soon = set.add(actors::after(2ms));
  for (int i = 0; i != 2; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(actors::blocking_next(set), soon);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 2ms);
  }
  set.enable(late, false);
  const select_key ran = actors::run([](select_set& in) -> task<select_key> {
    const select_key key = co_await in.next();
    co_return key;
  }(set));
  EXPECT_EQ(ran, soon);
  EXPECT_TRUE(set.remove(soon));
  set.enable(late, true);
  actors::blocking_send(tx, 1);
  EXPECT_NE(actors::blocking_next(set), late);
  set.add(rx, [](std::optional<int>) -> task<> { co_return; });
  EXPECT_THROW(actors::blocking_next(set), actors::usage_error);
}

// ---- many at once ----

task<> send_counted(actors::sender<test::counted> to, test::ledger& books, int count) {
  for (int i = 0; i != count; ++i) co_await to.send(test::counted{books, i});
}

// Takes from all channels until all are closed; a cancellation ends one wait.
task<> serve(std::vector<actors::receiver<test::counted>> from, std::atomic<int>& taken, std::atomic<int>& started) {
  ++started;
  select_set set;
  std::vector<select_key> keys;
  const auto serving = [&](std::size_t which, bool suspending) {
    const auto plain = [&, which](std::optional<test::counted> value) {
      if (!value)
        set.remove(keys[which]);
      else if (value->holds())
        ++taken;
    };
    const auto awaiting = [plain](std::optional<test::counted> value) -> task<> {
      plain(std::move(value));
      co_return;
    };
    return suspending ? set.add(from[which], awaiting) : set.add(from[which], plain);
  };
  for (std::size_t i = 0; i != from.size(); ++i) keys.push_back(serving(i, i % 2 == 1));
  while (set.size() != 0) {
    try {
      co_await set.next();
    } catch (const cancelled&) {
    }
  }
}

TEST_P(select_set_kinds, no_value_is_lost_or_doubled_under_cancellations) {  // C5, C16, S6
  constexpr int each = 300;
  const int rounds = 8 / test::slowness;
  for (int round = 0; round != rounds; ++round) {
    test::ledger books;
    std::atomic<int> taken{0};
    std::atomic<int> started{0};
    run([](auto make, test::ledger& values, std::atomic<int>& count, std::atomic<int>& running) -> task<> {
      std::vector<actors::receiver<test::counted>> all;
      std::vector<actors::join_handle<>> tasks;
      for (int i = 0; i != 3; ++i) {
        auto [tx, rx] = make();
        all.push_back(std::move(rx));
        tasks.push_back(spawn(send_counted(std::move(tx), values, each)));
      }
      std::vector<actors::join_handle<>> serving;
      for (int i = 0; i != 3; ++i) serving.push_back(spawn(serve(all, count, running)));
      all.clear();
      while (running != 3) co_await actors::yield();
      for (int i = 0; i != 300; ++i) {
        serving[static_cast<std::size_t>(i) % serving.size()].cancel();
        co_await actors::yield();
      }
      for (auto& one : tasks) co_await one;
      for (auto& one : serving) co_await one;
    }([] { return make_channel<test::counted>(); }, books, taken, started));
    EXPECT_EQ(taken, 3 * each);
    books.expect_settled();
  }
}

}  // namespace
