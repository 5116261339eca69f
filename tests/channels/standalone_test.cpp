// Channels without the runtime: a coroutine type and an executor of a few lines are all they need.
#include "support/standalone.hpp"

#include <actors/broadcast.hpp>
#include <actors/channel.hpp>
#include <actors/oneshot.hpp>
#include <actors/select.hpp>
#include <actors/watch.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using test::loop;
using test::strand;

strand send_range(loop&, actors::sender<int> out, int begin, int end) {
  for (int i = begin; i != end; ++i) co_await out.send(i);
}

strand collect(loop&, actors::receiver<int> in, std::vector<int>& into) {
  while (auto value = co_await in.receive()) into.push_back(*value);
}

TEST(standalone, channels_work_on_any_executor) {
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{7}, actors::unbounded}) {
    loop here;
    std::vector<int> got;
    auto [tx, rx] = actors::channel<int>(capacity);
    const strand consumer = collect(here, std::move(rx), got);
    {
      const strand producer = send_range(here, std::move(tx), 0, 1000);
      here.run();
      EXPECT_TRUE(producer.done());
      EXPECT_FALSE(consumer.done());  // the coroutine's parameter still holds the sender
    }
    here.run();
    EXPECT_TRUE(consumer.done());
    ASSERT_EQ(got.size(), 1000U);
    for (int i = 0; i != 1000; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], i);
  }
}

TEST(standalone, a_cancelled_wait_throws) {  // C16
  loop here;
  auto [tx, rx] = actors::channel<int>(0);
  std::vector<int> got;
  const strand consumer = collect(here, rx, got);
  const strand producer_after = send_range(here, tx, 0, 1);
  EXPECT_EQ(got.size(), 0U);
  here.run();
  EXPECT_EQ(got.size(), 1U);
  consumer.party().request_cancel();
  here.run();
  EXPECT_TRUE(consumer.done());
  EXPECT_TRUE(consumer.failed_with<actors::cancelled>());
  EXPECT_EQ(tx.try_send(5), actors::channel_status::full);  // nobody waits any more
}

TEST(standalone, a_send_on_a_closed_channel_throws) {  // C9
  loop here;
  auto [tx, rx] = actors::channel<int>(0);
  const strand waiting = send_range(here, tx, 0, 1);
  EXPECT_FALSE(waiting.done());
  rx.close();
  here.run();
  EXPECT_TRUE(waiting.failed_with<actors::channel_closed>());
  const strand late = send_range(here, tx, 0, 1);
  EXPECT_TRUE(late.failed_with<actors::channel_closed>());
}

strand add_up(loop&, actors::oneshot_receiver<int> one, actors::broadcast_receiver<int> all,
              actors::watch_receiver<int> level, int& sum) {
  auto first = co_await one.receive();
  sum += first.value_or(0);
  while (auto next = co_await all.receive()) sum += *next;
  while (co_await level.changed()) sum += level.get();
}

TEST(standalone, so_do_the_channels_that_are_no_queues) {  // C27
  loop here;
  int sum = 0;
  auto [one, one_end] = actors::oneshot<int>();
  auto [all, all_end] = actors::broadcast<int>(1);
  auto [level, level_end] = actors::watch(0);
  const strand adding = add_up(here, std::move(one_end), std::move(all_end), std::move(level_end), sum);
  one.send(1);
  here.run();
  all.send(10);
  here.run();
  all.close();
  here.run();
  level.send(100);
  here.run();
  EXPECT_FALSE(adding.done());
  level.close();
  here.run();
  EXPECT_TRUE(adding.done());
  EXPECT_EQ(sum, 111);
}

TEST(standalone, plain_calls_need_no_executor_at_all) {
  auto [tx, rx] = actors::channel<std::string>(2);
  EXPECT_EQ(tx.try_send("a"), actors::channel_status::ok);
  EXPECT_EQ(tx.try_send("b"), actors::channel_status::ok);
  EXPECT_EQ(tx.try_send("c"), actors::channel_status::full);
  EXPECT_EQ(*rx.try_receive(), "a");
}

// ---- select --------------------------------------------------------------------------------------------------------

strand send_to_either(loop&, actors::sender<int> a, actors::sender<int> b, int begin, int end) {
  for (int i = begin; i != end; ++i) co_await actors::select(actors::on_send(a, i), actors::on_send(b, i));
}

strand collect_both(loop&, actors::receiver<int> a, actors::receiver<int> b, std::vector<int>& into) {
  for (bool open = true; open;) {
    const auto take = [&](std::optional<int> value) {
      if (value)
        into.push_back(*value);
      else
        open = false;
    };
    co_await actors::select(actors::on_receive(a, take), actors::on_receive(b, take));
  }
}

TEST(standalone, select_works_on_any_executor) {  // S1, S3, S7
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}, std::size_t{7}, actors::unbounded}) {
    loop here;
    std::vector<int> got;
    auto [a_in, a] = actors::channel<int>(capacity);
    auto [b_in, b] = actors::channel<int>(capacity);
    const strand consumer = collect_both(here, a, b, got);
    const strand one = send_to_either(here, a_in, b_in, 0, 1000);
    const strand two = send_to_either(here, b_in, a_in, 1000, 2000);
    here.run();
    EXPECT_TRUE(one.done() && two.done());
    EXPECT_FALSE(consumer.done());
    ASSERT_EQ(got.size(), 2000U);
    std::sort(got.begin(), got.end());
    for (int i = 0; i != 2000; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], i);
    a.close();
    here.run();
    EXPECT_TRUE(consumer.done());
  }
}

TEST(standalone, a_cancelled_select_throws_and_leaves_nothing_behind) {  // S6, C16
  loop here;
  auto [a_in, a] = actors::channel<int>(0);
  auto [b_in, b] = actors::channel<int>(0);
  std::vector<int> got;
  const strand consumer = collect_both(here, a, b, got);
  EXPECT_EQ(b_in.try_send(1), actors::channel_status::ok);
  here.run();
  EXPECT_EQ(got, std::vector<int>{1});
  consumer.party().request_cancel();
  EXPECT_EQ(a_in.try_send(2), actors::channel_status::full);
  here.run();
  EXPECT_TRUE(consumer.failed_with<actors::cancelled>());
  EXPECT_EQ(b_in.try_send(3), actors::channel_status::full);
  EXPECT_EQ(got.size(), 1U);
}

strand polls(loop&, actors::receiver<int> from, int& count) {
  for (bool empty = true; empty; ++count)
    co_await actors::select(actors::on_receive(from, [&](auto&&) { empty = false; }), actors::otherwise());
}

TEST(standalone, a_loop_of_selects_with_otherwise_lets_others_run) {  // S4, S10
  loop here;
  auto [in, out] = actors::channel<int>(1);
  int rounds = 0;
  const strand polling = polls(here, out, rounds);
  EXPECT_FALSE(polling.done());
  EXPECT_EQ(rounds, actors::waiter::turn_budget - 1);
  in.try_send(1);
  here.run();
  EXPECT_TRUE(polling.done());
}

}  // namespace
