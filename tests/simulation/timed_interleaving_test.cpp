// Limits of time, plain threads and sets of cases at channels, under many schedules: a time that is over against a
// delivery, a close and a cancellation; sets that change between two waits.
#include <actors/actors.hpp>
#include <actors/blocking_channel.hpp>
#include <actors/blocking_select.hpp>
#include <actors/detail/threads.hpp>
#include <actors/select_set.hpp>
#include <actors/simulate.hpp>
#include <actors/timed_channel.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::after;
using actors::blocking_receive;
using actors::blocking_receive_for;
using actors::blocking_select;
using actors::blocking_send;
using actors::blocking_send_for;
using actors::cancelled;
using actors::channel_status;
using actors::on_receive;
using actors::on_send;
using actors::receive_for;
using actors::receiver;
using actors::select_key;
using actors::select_set;
using actors::send_for;
using actors::sender;
using actors::spawn;
using actors::task;
using actors::detail::joining_thread;
using test::holds_in_all;

// With locks as they begin, and with such as are biased to a worker after two turns.
class timed_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, timed_interleaving, testing::Values(1U << 20U, 1U));

constexpr std::uint64_t many = 5'000;

TEST(simulated_time_limit, of_a_task_is_exact) {  // C23, R6
  actors::simulate({}, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    const auto begin = actors::simulated_time();
    auto none = co_await receive_for(rx, 3s);
    EXPECT_EQ(none.status, channel_status::empty);
    EXPECT_EQ(actors::simulated_time() - begin, 3s);
    int mine = 1;
    const auto status = co_await actors::send_until(tx, mine, begin + 5s);
    EXPECT_EQ(status, channel_status::full);
    EXPECT_EQ(actors::simulated_time() - begin, 5s);
  });
}

TEST(simulated_time_limit, of_a_thread_is_exact) {  // C23, C24, R6
  actors::simulate({}, [] {
    auto [tx, rx] = actors::channel<int>(0);
    const auto begin = actors::simulated_time();
    EXPECT_EQ(blocking_receive_for(rx, 3s).status, channel_status::empty);
    EXPECT_EQ(actors::simulated_time() - begin, 3s);
    EXPECT_EQ(blocking_send_for(tx, 1, 2s), channel_status::full);
    EXPECT_EQ(actors::simulated_time() - begin, 5s);
    EXPECT_EQ(actors::blocking_receive_until(rx, begin).status, channel_status::empty);
    select_set set;
    const select_key late = set.add(after(2h));
    const select_key soon = set.add(after(1h));
    EXPECT_EQ(actors::blocking_next(set), soon);
    set.remove(soon);
    EXPECT_EQ(actors::blocking_next(set), late);
    EXPECT_EQ(actors::simulated_time() - begin, 5s + 3h);
  });
}

// ---- time over against delivery ----

task<> send_then(sender<test::counted> to, test::ledger& books, std::chrono::milliseconds delay, bool& sent) {
  co_await actors::sleep(delay);
  test::counted value{books, 1};
  const auto status = co_await send_for(to, value, 1ms);
  sent = status == channel_status::ok;
  EXPECT_EQ(value.holds(), !sent);
}

// The receive ends when the send begins; then the send ends when the next receive begins.
task<> time_over_against_delivery(std::size_t capacity) {
  test::ledger books;
  {
    auto [tx, rx] = actors::channel<test::counted>(capacity);
    bool sent = false;
    auto sending = spawn(send_then(tx, books, 1ms, sent));
    auto got = co_await receive_for(rx, 1ms);
    const bool first = static_cast<bool>(got);
    if (!first) {
      EXPECT_EQ(got.status, channel_status::empty);
      co_await actors::sleep(1ms);
      got = co_await receive_for(rx, 0ms);
    }
    co_await sending;
    if (!got) got = rx.try_receive();  // it was put there after that
    EXPECT_EQ(static_cast<bool>(got), sent);
    if (got) {
      EXPECT_TRUE(got->holds());
    }
    EXPECT_EQ(rx.size(), 0U);
  }
  books.expect_settled();
}

TEST_P(timed_interleaving, a_value_at_the_end_of_the_time_is_taken_or_stays) {  // C16, C17, C23
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { return time_over_against_delivery(capacity); }, {.workers = 3}, many);
}

// The same with a cancellation at that moment.
task<> receive_once(receiver<int> from, std::vector<int>& got) {
  auto one = co_await receive_for(from, 1ms);
  if (one) got.push_back(*one);
}

task<> time_over_delivery_and_cancellation() {
  auto [tx, rx] = actors::channel<int>(0);
  std::vector<int> got;
  auto receiving = spawn(receive_once(rx, got));
  auto cancelling = spawn([](auto which) -> task<> {
    co_await actors::sleep(1ms);
    which.cancel();
  }(receiving));
  co_await actors::sleep(1ms);
  const channel_status status = tx.try_send(7);
  co_await cancelling;
  bool stopped = false;
  try {
    co_await receiving;
  } catch (const cancelled&) {
    stopped = true;
  }
  EXPECT_EQ(got.size(), status == channel_status::ok ? 1U : 0U);
  if (stopped) {
    EXPECT_TRUE(got.empty());
  }
  EXPECT_EQ(rx.try_receive().status, channel_status::empty);
}

TEST_P(timed_interleaving, of_a_delivery_a_time_limit_and_a_cancellation_one_wins) {  // C16, C18
  holds_in_all(time_over_delivery_and_cancellation, {.workers = 3}, many);
}

// ---- plain threads ----

void threads_meet_at_the_end_of_the_time(std::size_t capacity) {
  test::ledger books;
  {
    auto [tx, rx] = actors::channel<test::counted>(capacity);
    bool sent = false;
    joining_thread other{[&, to = tx] {
      actors::select_set pause;
      pause.add(after(1ms));
      actors::blocking_next(pause);
      test::counted value{books, 1};
      sent = blocking_send_for(to, value, 1ms) == channel_status::ok;
      EXPECT_EQ(value.holds(), !sent);
    }};
    auto got = blocking_receive_for(rx, 1ms);
    if (!got) got = blocking_receive_for(rx, 1ms);
    other.join();
    if (!got) got = rx.try_receive();
    EXPECT_EQ(static_cast<bool>(got), sent);
    EXPECT_EQ(rx.size(), 0U);
  }
  books.expect_settled();
}

TEST_P(timed_interleaving, a_value_between_threads_at_the_end_of_the_time_is_taken_or_stays) {  // C16, C24
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{1}})
    holds_in_all([=] { threads_meet_at_the_end_of_the_time(capacity); }, {}, many);
}

void threads_against_close() {
  auto [tx, rx] = actors::channel<int>(0);
  std::optional<int> got;
  bool refused = false;
  joining_thread receiving{[&, from = rx] { got = blocking_receive(from); }};
  joining_thread sending{[&, to = tx] {
    try {
      blocking_send(to, 1);
    } catch (const actors::channel_closed&) {
      refused = true;
    }
  }};
  tx.close();
  receiving.join();
  sending.join();
  EXPECT_EQ(got.has_value(), !refused);
  EXPECT_EQ(blocking_receive(rx), std::nullopt);
}

TEST_P(timed_interleaving, a_close_wakes_threads_that_block) {  // C7, C9, C24
  holds_in_all(threads_against_close, {}, many);
}

// A thread that selects, two tasks that send, of which one is cancelled at some time.
task<> send_to(sender<int> to, int first, int count, int& sent) {
  for (int i = 0; i != count; ++i) {
    co_await to.send(first + i);
    ++sent;
  }
}

void a_thread_against_cancelled_tasks() {
  int sent = 0;
  int also_sent = 0;
  std::vector<int> got;
  {
    actors::runtime here{{.workers = 2}};
    auto [a_in, a] = actors::channel<int>(0);
    auto [b_in, b] = actors::channel<int>(1);
    auto one = here.spawn(send_to(std::move(a_in), 10, 2, sent));
    auto two = here.spawn(send_to(std::move(b_in), 20, 2, also_sent));
    joining_thread stopping{[&] { one.cancel(); }};
    bool a_open = true;
    bool b_open = true;
    const auto take = [&](bool& open) {
      return [&](std::optional<int> value) {
        if (value)
          got.push_back(*value);
        else
          open = false;
      };
    };
    while (a_open || b_open) {
      blocking_select(actors::when(a_open, on_receive(a, take(a_open))),
                      actors::when(b_open, on_receive(b, take(b_open))), after(1s, [] { ADD_FAILURE(); }));
    }
    stopping.join();
    one.wait();
    two.wait();
  }
  EXPECT_EQ(also_sent, 2);
  EXPECT_EQ(got.size(), static_cast<std::size_t>(sent + also_sent));
}

TEST_P(timed_interleaving, a_thread_that_selects_gets_what_was_sent) {  // C5, C17, C24, S1
  holds_in_all(a_thread_against_cancelled_tasks, {}, many / 2);
}

// Selects of threads that cross: each sends to the other, or receives.
void crossing_threads() {
  auto [a_in, a] = actors::channel<int>(0);
  auto [b_in, b] = actors::channel<int>(0);
  int sums[2]{};
  const auto exchange = [](int& sum, const auto& to, const auto& from) {
    int out = 1;
    bool sent = false;
    bool received = false;
    while (!sent || !received) {
      blocking_select(actors::when(!sent, on_send(to, out, [&] { sent = true; })),
                      actors::when(!received, on_receive(from, [&](std::optional<int> value) {
                        received = true;
                        sum += value.value_or(100);
                      })));
    }
  };
  joining_thread one{[&, to = a_in, from = b] { exchange(sums[0], to, from); }};
  exchange(sums[1], b_in, a);
  one.join();
  EXPECT_EQ(sums[0], 1);
  EXPECT_EQ(sums[1], 1);
}

TEST_P(timed_interleaving, selects_of_threads_that_cross_do_not_block_each_other) {  // S9, C24
  holds_in_all(crossing_threads, {}, many);
}

// ---- sets ----

// Takes from `first`, which brings the second channel, until both are closed; removes and adds between the waits.
task<> serve(receiver<receiver<int>> first, std::vector<int>& got) {
  select_set set;
  set.add(std::move(first), [&](std::optional<receiver<int>> next) {
    if (!next) {
      set.remove(set.current());
      return;
    }
    set.add(*std::move(next), [&](std::optional<int> value) -> task<> {
      if (value) got.push_back(*value);
      co_await actors::yield();
      if (!value) set.remove(set.current());
    });
  });
  while (set.size() != 0) {
    try {
      co_await set.next();
    } catch (const cancelled&) {
      const select_key spare = set.add(after(1h));
      EXPECT_TRUE(set.remove(spare));
    }
  }
}

task<> bring(sender<receiver<int>> to, int first) {
  auto [tx, rx] = actors::channel<int>(first == 10 ? 0 : 1);
  co_await to.send(std::move(rx));
  for (int i = 0; i != 2; ++i) co_await tx.send(first + i);
}

task<> channels_that_come_and_go() {
  std::vector<int> got;
  auto [to, from] = actors::channel<receiver<int>>(0);
  auto serving = spawn(serve(std::move(from), got));
  auto one = spawn(bring(to, 10));
  auto two = spawn(bring(std::move(to), 20));
  auto stopping = spawn([](auto which) -> task<> {
    co_await actors::yield();
    which.cancel();
  }(serving));
  bool never_ran = false;
  try {
    co_await serving;
  } catch (const cancelled&) {  // in a handler, or before its first turn
    never_ran = true;
  }
  co_await stopping;
  for (auto* each : {&one, &two}) {
    try {
      co_await *each;
    } catch (const actors::channel_closed&) {
      EXPECT_TRUE(never_ran);
    }
  }
  if (never_ran) co_return;
  std::sort(got.begin(), got.end());
  EXPECT_EQ(got, (std::vector<int>{10, 11, 20, 21}));
}

TEST_P(timed_interleaving, a_set_serves_channels_that_come_and_go) {  // S1, S6, C5, C16
  holds_in_all(channels_that_come_and_go, {.workers = 3}, many);
}

// Of two that wait in one set one is told, whoever comes first; the other is served.
task<> wait_in(select_set& set, int& served, int& refused) {
  try {
    co_await set.next();
    ++served;
  } catch (const actors::usage_error&) {
    ++refused;
  }
}

task<> two_in_one_set() {
  auto [tx, rx] = actors::channel<int>(2);
  select_set set;
  set.add(rx, [](std::optional<int> value) { EXPECT_TRUE(value.has_value()); });
  int counts[4]{};
  auto one = spawn(wait_in(set, counts[0], counts[1]));
  auto two = spawn(wait_in(set, counts[2], counts[3]));
  co_await tx.send(1);
  co_await tx.send(2);
  co_await one;
  co_await two;
  const int served = counts[0] + counts[2];
  EXPECT_EQ(served + counts[1] + counts[3], 2);
  EXPECT_GE(served, 1);
  EXPECT_EQ(rx.size(), static_cast<std::size_t>(2 - served));
}

TEST_P(timed_interleaving, a_second_party_in_a_set_is_told) {  // S1
  holds_in_all(two_in_one_set, {.workers = 3}, many);
}

}  // namespace
