// One-shot, broadcast and watch channels and permits with limits of time, from plain threads, and in a select_set.
#include <actors/actors.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::after;
using actors::blocking_select;
using actors::broadcast_received;
using actors::broadcast_receiver;
using actors::broadcast_sender;
using actors::channel_status;
using actors::on_change;
using actors::on_receive;
using actors::on_reserve;
using actors::oneshot_receiver;
using actors::oneshot_sender;
using actors::receive_for;
using actors::select_set;
using actors::send_permit;
using actors::spawn;
using actors::task;
using actors::watch_receiver;
using actors::watch_sender;
using actors::when;
using clock = std::chrono::steady_clock;

constexpr std::uint64_t seeds = 50;
clock::time_point now() { return test::simulation().now(); }

// ---- limits of time ------------------------------------------------------------------------------------------------

TEST(timed_kinds, a_receive_of_a_oneshot_waits_no_longer_than_it_may) {  // C23, C27
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::oneshot<int>();
    const auto begin = now();
    auto got = co_await receive_for(rx, 5ms);
    EXPECT_EQ(got.status, channel_status::empty);
    EXPECT_EQ(now() - begin, 5ms);
    tx.send(4);
    got = co_await actors::receive_until(rx, begin);
    EXPECT_EQ(got.status, channel_status::ok);
    EXPECT_EQ(*got, 4);
    got = co_await receive_for(rx, 1h);
    EXPECT_EQ(got.status, channel_status::closed);
    rx = {};
    got = co_await receive_for(rx, 1h);
    EXPECT_EQ(got.status, channel_status::closed);
    EXPECT_EQ(now() - begin, 5ms);
  });
}

TEST(timed_kinds, a_receive_of_a_broadcast_waits_no_longer_than_it_may) {  // C23, C27
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::broadcast<int>(1);
    const auto begin = now();
    auto got = co_await receive_for(rx, 5ms);
    EXPECT_EQ(got.status, channel_status::empty);
    EXPECT_EQ(now() - begin, 5ms);
    for (int i = 0; i != 3; ++i) tx.send(i);
    got = co_await receive_for(rx, -1ms);
    EXPECT_EQ(got.status, channel_status::ok);
    EXPECT_EQ(*got, 2);
    EXPECT_EQ(got.missed, 2U);
    tx = {};
    got = co_await actors::receive_until(rx, now() + 1h);
    EXPECT_EQ(got.status, channel_status::closed);
    EXPECT_FALSE(got);
    rx = {};
    got = co_await receive_for(rx, 1h);
    EXPECT_EQ(got.status, channel_status::closed);
    EXPECT_EQ(now() - begin, 5ms);
  });
}

TEST(timed_kinds, a_change_is_waited_for_no_longer_than_it_may) {  // C23, C27
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::watch(0);
    const auto begin = now();
    auto how = co_await actors::changed_for(rx, 5ms);
    EXPECT_EQ(how, channel_status::empty);
    EXPECT_EQ(now() - begin, 5ms);
    tx.send(1);
    how = co_await actors::changed_until(rx, begin);
    EXPECT_EQ(how, channel_status::ok);
    how = co_await actors::changed_for(rx, 0ms);
    EXPECT_EQ(how, channel_status::empty);
    tx.close();
    how = co_await actors::changed_for(rx, 1h);
    EXPECT_EQ(how, channel_status::closed);
    rx = {};
    how = co_await actors::changed_for(rx, 1h);
    EXPECT_EQ(how, channel_status::closed);
    EXPECT_EQ(now() - begin, 5ms);
  });
}

TEST(timed_kinds, a_place_is_waited_for_no_longer_than_it_may) {  // C23, C17
  test::for_seeds(seeds, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    const auto begin = now();
    auto held = co_await actors::reserve_for(tx, 0ms);
    EXPECT_TRUE(held);
    auto none = co_await actors::reserve_for(tx, 5ms);
    EXPECT_FALSE(none);
    EXPECT_EQ(now() - begin, 5ms);
    EXPECT_EQ(tx.statistics().waiting_senders, 0U);
    held.release();
    auto one = co_await actors::reserve_until(tx, begin);
    EXPECT_TRUE(one);
    one.send(1);
    rx = {};
    int refused = 0;
    for (int i = 0; i != 2; ++i) {
      try {
        auto never = co_await actors::reserve_for(tx, 1h);
        EXPECT_FALSE(never);
      } catch (const actors::channel_closed&) {
        ++refused;
      }
      tx = {};
    }
    EXPECT_EQ(refused, 2) << "of a channel that is closed, and of none";
    EXPECT_EQ(now() - begin, 5ms);
  });
}

// ---- plain threads -------------------------------------------------------------------------------------------------

TEST(blocking_kinds, a_thread_waits_for_each_kind) {  // C24
  auto [answer, answered] = actors::oneshot<int>();
  auto [news, listener] = actors::broadcast<int>(4);
  auto [level, follower] = actors::watch(0);
  auto [in, out] = actors::channel<int>(1);
  in.try_send(0);
  actors::receiver<int>& taken = out;
  std::thread other{[to = std::move(answer), all = std::move(news), now = std::move(level), from = taken]() mutable {
    to.send(1);
    all.send(2);
    now.send(3);
    EXPECT_EQ(actors::blocking_receive(from), 0);
  }};
  EXPECT_EQ(actors::blocking_receive(answered), 1);
  EXPECT_EQ(actors::blocking_receive(answered), std::nullopt);
  auto item = actors::blocking_receive(listener);
  EXPECT_TRUE(item && *item == 2);
  EXPECT_TRUE(actors::blocking_changed(follower));
  EXPECT_EQ(follower.get(), 3);
  auto place = actors::blocking_reserve(in);
  place.send(4);
  EXPECT_EQ(actors::blocking_receive(out), 4);
  other.join();  // and with it the last senders are gone
  item = actors::blocking_receive(listener);
  EXPECT_EQ(item.status, channel_status::closed);
  EXPECT_FALSE(actors::blocking_changed(follower));
}

TEST(blocking_kinds, limits_of_time_end_the_wait_and_never_early) {  // C23, C24
  auto [answer, answered] = actors::oneshot<int>();
  auto [news, listener] = actors::broadcast<int>(4);
  auto [level, follower] = actors::watch(0);
  auto [in, out] = actors::channel<int>(1);
  in.try_send(0);
  const auto begin = clock::now();
  EXPECT_EQ(actors::blocking_receive_for(answered, 1ms).status, channel_status::empty);
  EXPECT_EQ(actors::blocking_receive_for(listener, 1ms).status, channel_status::empty);
  EXPECT_EQ(actors::blocking_changed_for(follower, 1ms), channel_status::empty);
  EXPECT_FALSE(actors::blocking_reserve_for(in, 1ms));
  EXPECT_GE(clock::now() - begin, 4ms);
  answer.send(1);
  news.send(2);
  level.send(3);
  EXPECT_EQ(*actors::blocking_receive_until(answered, begin), 1);
  EXPECT_EQ(*actors::blocking_receive_until(listener, begin), 2);
  EXPECT_EQ(actors::blocking_changed_until(follower, begin), channel_status::ok);
  out.try_receive();
  EXPECT_TRUE(actors::blocking_reserve_until(in, begin));
}

TEST(blocking_kinds, empty_endpoints_are_as_of_closed_channels) {  // C10, C24
  const oneshot_receiver<int> no_answer;
  broadcast_receiver<int> no_news;
  watch_receiver<int> no_level;
  const actors::sender<int> nowhere;
  EXPECT_EQ(actors::blocking_receive(no_answer), std::nullopt);
  EXPECT_EQ(actors::blocking_receive(no_news).status, channel_status::closed);
  EXPECT_FALSE(actors::blocking_changed(no_level));
  EXPECT_THROW(static_cast<void>(actors::blocking_reserve(nowhere)), actors::channel_closed);
  EXPECT_EQ(actors::blocking_receive_for(no_answer, 1h).status, channel_status::closed);
  EXPECT_EQ(actors::blocking_receive_for(no_news, 1h).status, channel_status::closed);
  EXPECT_EQ(actors::blocking_changed_for(no_level, 1h), channel_status::closed);
  EXPECT_THROW(static_cast<void>(actors::blocking_reserve_for(nowhere, 1h)), actors::channel_closed);
}

TEST(blocking_kinds, are_refused_on_a_worker) {  // C24
  actors::run([]() -> task<> {
    auto [answer, answered] = actors::oneshot<int>();
    auto [level, follower] = actors::watch(0);
    auto [in, out] = actors::channel<int>(1);
    answer.send(1);
    level.send(1);
    EXPECT_THROW(actors::blocking_receive(answered), actors::usage_error);
    EXPECT_THROW(actors::blocking_receive_for(answered, 1ms), actors::usage_error);
    EXPECT_THROW(actors::blocking_changed(follower), actors::usage_error);
    EXPECT_THROW(static_cast<void>(actors::blocking_reserve(in)), actors::usage_error);
    const auto still = answered.try_receive().value;
    EXPECT_EQ(still, 1);
    co_return;
  }());
}

TEST(blocking_kinds, stand_in_one_select_of_a_thread) {  // C24, S3
  auto [answer, answered] = actors::oneshot<int>();
  auto [news, listener] = actors::broadcast<int>(4);
  auto [level, follower] = actors::watch(0);
  auto [in, out] = actors::channel<int>(0);
  int seen = 0;
  std::thread other{[to = std::move(answer), all = std::move(news), now = std::move(level)]() mutable {
    to.send(1);
    all.send(2);
    now.send(3);
  }};
  bool answer_open = true;
  bool news_open = true;
  bool level_open = true;
  while (answer_open || news_open || level_open) {
    blocking_select(when(answer_open, on_receive(answered,
                                                 [&](std::optional<int> v) {
                                                   answer_open = false;
                                                   seen += v.value_or(100);
                                                 })),
                    when(news_open, on_receive(listener,
                                               [&](broadcast_received<int> v) {
                                                 news_open = v.status == channel_status::ok;
                                                 if (v) seen += 10 * *v;
                                               })),
                    when(level_open, on_change(follower, [&](bool newer) { level_open = newer; })), after(1h));
  }
  other.join();
  EXPECT_EQ(seen, 21);
  EXPECT_EQ(follower.get(), 3);
}

// ---- select_set ----------------------------------------------------------------------------------------------------

// A oneshot is done with when it has won; the others stay until they are removed.
task<> in_a_set() {
  auto [answer, answered] = actors::oneshot<int>();
  auto [news, listener] = actors::broadcast<int>(4);
  auto [level, follower] = actors::watch(0);
  auto [in, out] = actors::channel<int>(2);
  select_set set;
  std::vector<int> got;
  const auto answer_key = set.add(on_receive(answered, [&](std::optional<int> v) { got.push_back(v.value_or(-1)); }));
  set.add(on_receive(listener, [&](broadcast_received<int> v) {
    if (v)
      got.push_back(*v);
    else
      set.remove(set.current());
  }));
  watch_receiver<int>& following = follower;
  set.add(on_change(follower, [&](bool newer) -> task<> {
    if (newer)
      got.push_back(*following.borrow());
    else
      set.remove(set.current());
    co_await actors::yield();
  }));
  const actors::sender<int>& places = in;
  const auto place_key = set.add(on_reserve(in, [&](send_permit<int> place) {
    place.send(7);
    if (places.size() == 2) set.remove(set.current());
  }));
  EXPECT_EQ(set.size(), 4U);
  for (int i = 0; i != 2; ++i) {
    const auto key = co_await set.next();
    EXPECT_EQ(key, place_key);
  }
  EXPECT_EQ(set.size(), 3U);
  auto sending = spawn([](oneshot_sender<int> one, broadcast_sender<int> all, watch_sender<int> now) -> task<> {
    for (int i = 1; i != 4; ++i) {
      co_await actors::sleep(1ms);
      if (i == 1) one.send(1);
      all.send(10 * i);
      co_await actors::sleep(1ms);
      now.send(100 * i);
    }
  }(std::move(answer), std::move(news), std::move(level)));
  bool answer_gone = false;
  while (set.size() != 0) {
    const auto key = co_await set.next();
    if (key == answer_key) answer_gone = !set.remove(answer_key);
  }
  EXPECT_TRUE(answer_gone);
  co_await sending;
  std::vector<int> sorted = got;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(sorted, (std::vector<int>{1, 10, 20, 30, 100, 200, 300}));
}

TEST(select_set_of_kinds, serves_them_until_they_end) {  // S1, S3, S6, C27
  test::for_seeds(seeds, [] { return in_a_set(); });
}

TEST(select_set_of_kinds, serves_them_on_a_thread) {  // C24, S1
  auto [news, listener] = actors::broadcast<int>(4);
  auto [level, follower] = actors::watch(0);
  std::thread other{[all = std::move(news), now = std::move(level)] {
    for (int i = 1; i != 4; ++i) all.send(i);
    now.send(3);
  }};
  select_set set;
  int sum = 0;
  set.add(on_receive(listener, [&](broadcast_received<int> v) {
    if (v)
      sum += *v;
    else
      set.remove(set.current());
  }));
  set.add(on_change(follower, [&](bool newer) {
    if (!newer) set.remove(set.current());
  }));
  while (set.size() != 0) actors::blocking_next(set);
  other.join();
  EXPECT_EQ(sum, 6);
  EXPECT_EQ(follower.get(), 3);
}

}  // namespace
