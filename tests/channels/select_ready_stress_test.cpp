// Selects that need not wait, on real threads: `otherwise` runs only where nothing was ready, and loops of selects that
// are always ready let everybody else run. What they send is counted in and out.
#include <actors/actors.hpp>
#include <actors/select.hpp>

#include "support/biased_locks.hpp"
#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/ending.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_status;
using actors::on_receive;
using actors::on_send;
using actors::otherwise;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;
using test::counted;

class select_ready : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(select_ready);

struct tally {
  test::ledger values;
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> received{0};
  std::atomic<bool> ended{false};

  bool try_send(const sender<counted>& to, counted value) {
    if (to.try_send(std::move(value)) != channel_status::ok) return false;
    ++sent;
    return true;
  }
  bool try_receive(const receiver<counted>& from) {
    if (!from.try_receive()) return false;
    ++received;
    return true;
  }
};

// ---- otherwise -----------------------------------------------------------------------------------------------------

struct pair_of_channels {
  sender<counted> a_in;
  receiver<counted> a;
  sender<counted> b_in;
  receiver<counted> b;
};

// A value is put into the one before the other one is emptied: at each moment one has a value, or it is in the hand of
// the task that selects, which alone looks.
task<> moves(pair_of_channels ends, tally& all, int times) {
  for (int i = 0; i != times; ++i) {
    all.try_send(ends.b_in, counted{all.values, i});  // refused where it has one
    while (all.try_receive(ends.a)) continue;
    all.try_send(ends.a_in, counted{all.values, i});
    while (all.try_receive(ends.b)) continue;
    if (i % 64 == 0) co_await actors::yield();
  }
  all.ended = true;
}

task<int> selects_until_the_end(pair_of_channels ends, tally& all) {
  int empty = 0;
  const auto put_back = [&](const sender<counted>& to) {
    return [&all, &to](std::optional<counted> value) {
      ++all.received;
      all.try_send(to, std::move(*value));
    };
  };
  const auto into_a = put_back(ends.a_in);
  const auto into_b = put_back(ends.b_in);
  const auto nothing = [&] { ++empty; };
  while (!all.ended) co_await select(on_receive(ends.b, into_b), on_receive(ends.a, into_a), otherwise(nothing));
  co_return empty;
}

TEST_P(select_ready, otherwise_does_not_run_where_one_of_two_is_ready_at_each_moment) {  // S4, C12
  if (GetParam().capacity == 0) return;  // a rendezvous has a value only while somebody waits
  const int times = 20'000 / test::slowness;
  for (const std::uint32_t turns : {2U, 1U << 20U}) {
    const test::biased_after few{turns};
    tally all;
    const auto main = [&]() -> task<> {
      auto [a_in, a] = make_channel<counted>();
      auto [b_in, b] = make_channel<counted>();
      all.try_send(a_in, counted{all.values, 0});
      const pair_of_channels ends{a_in, a, b_in, b};
      auto selecting = spawn(selects_until_the_end(ends, all));
      auto moving = spawn(moves(ends, all, times));
      co_await moving;
      const int empty = co_await selecting;
      EXPECT_EQ(empty, 0) << "one of the two had a value at each moment";
      while (all.try_receive(a) || all.try_receive(b)) continue;
    };
    run(main());
    EXPECT_EQ(all.sent, all.received);
    all.values.expect_settled();
  }
}

task<> sends_or_goes_on(sender<counted> a, sender<counted> b, tally& all, int count) {
  for (int i = 0; i != count;) {
    counted value{all.values, i};
    bool sent = false;
    const auto told = [&] { sent = true; };
    co_await select(on_send(a, value, told), on_send(b, value, told), otherwise());
    EXPECT_NE(value.holds(), sent) << "what was not sent stays with its owner";
    if (sent) {
      ++all.sent;
      ++i;
    } else {
      co_await actors::yield();
    }
  }
}

task<> receives_all(receiver<counted> from, tally& all) {
  while (auto value = co_await from.receive()) all.received += value->holds() ? 1 : 1000;
}

TEST_P(select_ready, a_send_that_gave_way_to_otherwise_was_not_sent) {  // S4, C5, C17
  const int each = 2'000 / test::slowness;
  tally all;
  const auto main = [&]() -> task<> {
    auto [a_in, a] = make_channel<counted>();
    auto [b_in, b] = make_channel<counted>();
    std::vector<actors::join_handle<>> tasks;
    for (int i = 0; i != 3; ++i) tasks.push_back(spawn(sends_or_goes_on(a_in, b_in, all, each)));
    for (const auto& from : {a, b, a}) tasks.push_back(spawn(receives_all(from, all)));
    a_in = sender<counted>{};
    b_in = sender<counted>{};
    for (auto& one : tasks) co_await one;
  };
  run(main());
  EXPECT_EQ(all.sent, static_cast<std::uint64_t>(3 * each));
  EXPECT_EQ(all.sent, all.received);
  all.values.expect_settled();
}

// ---- always ready --------------------------------------------------------------------------------------------------

// A channel with a buffer can always be sent to, or received from; of a rendezvous that was closed the end is received.
task<> selects_for_ever(sender<counted> to, receiver<counted> from, tally& all) {
  counted value{all.values, 0};
  const auto sent = [&] {
    ++all.sent;
    value = counted{all.values, 0};
  };
  const auto got = [&](const std::optional<counted>& next) {
    if (next) ++all.received;
  };
  for (;;) {
    if (to.capacity() == 0)
      co_await select(on_receive(from, got), on_receive(from, got));
    else
      co_await select(on_send(to, value, sent), on_receive(from, got));
  }
}

task<> steps(int count) {
  for (int i = 0; i != count; ++i) co_await actors::yield();
}
task<> ticks(int count) {
  for (int i = 0; i != count; ++i) co_await actors::sleep(100us);
}
task<> exchanges(int count) {
  auto [tx, rx] = actors::channel<int>(0);
  auto sending = spawn([](sender<int> to, int last) -> task<> {
    for (int i = 0; i != last; ++i) co_await to.send(i);
  }(std::move(tx), count));
  int next = 0;
  while (auto value = co_await rx.receive()) EXPECT_EQ(*value, next++);
  EXPECT_EQ(next, count);
  co_await sending;
}

// More loops than there are workers; beside them tasks that step back, timers, channels and calls in the pool.
TEST_P(select_ready, loops_that_are_always_ready_let_all_others_run) {  // S10, R2, R11, T4
  tally all;
  const auto main = [&]() -> task<> {
    auto [tx, rx] = make_channel<counted>();
    if (tx.capacity() == 0) tx.close();
    std::vector<actors::join_handle<>> loops;
    for (unsigned i = 0; i != GetParam().workers + 2; ++i) loops.push_back(spawn(selects_for_ever(tx, rx, all)));
    std::vector<actors::join_handle<>> others;
    others.push_back(spawn(steps(200)));
    others.push_back(spawn(ticks(20)));
    others.push_back(spawn(exchanges(100)));
    for (auto& one : others) co_await one;
    const int answer = co_await actors::blocking([] { return 42; });
    EXPECT_EQ(answer, 42);
    for (auto& one : loops) {
      EXPECT_FALSE(one.done());
      auto ending = test::end(one);  // it is cancelled though it never waits
      co_await std::move(ending);
    }
    while (all.try_receive(rx)) continue;
  };
  run(main());
  EXPECT_EQ(all.sent, all.received);
  all.values.expect_settled();
}

}  // namespace
