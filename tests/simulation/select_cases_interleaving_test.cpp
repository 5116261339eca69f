// The cases of a select besides channels, under many schedules: each decides the wait once, and leaves nothing behind.
#include <actors/actors.hpp>
#include <actors/cases.hpp>
#include <actors/select.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/ending.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <tuple>
#include <utility>

namespace {

using namespace std::chrono_literals;
using actors::after;
using actors::join_handle;
using actors::on_acquire;
using actors::on_done;
using actors::on_lock;
using actors::on_receive;
using actors::on_send;
using actors::on_set;
using actors::on_stop;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;
using test::cancels;
using test::ended;
using test::holds_in_all;

class cases_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, cases_interleaving, testing::Values(1U << 20U, 1U));

constexpr std::uint64_t many = 10'000;

// ---- time ----------------------------------------------------------------------------------------------------------

// The value comes at the time when the timer fires. Whichever wins, the value is had once.
task<> delivery_at_the_deadline() {
  auto [tx, rx] = actors::channel<int>(0);
  auto sending = spawn([](sender<int> to) -> task<> {
    co_await actors::sleep(5ms);
    co_await to.send(7);
  }(std::move(tx)));
  const auto begin = actors::simulated_time();
  bool fired = false;
  int got = 0;
  co_await select(on_receive(rx, [&](auto v) { got = *v; }), after(5ms, [&] { fired = true; }), after(1h));
  EXPECT_EQ(actors::simulated_time() - begin, 5ms);
  EXPECT_NE(fired, got == 7);
  if (fired) {
    const std::optional<int> late =
        co_await select(on_receive(rx), actors::at(begin + 1h, []() -> std::optional<int> { return std::nullopt; }));
    EXPECT_EQ(late, 7);
  }
  co_await sending;
  EXPECT_EQ(actors::simulated_time() - begin, 5ms) << "a timer that lost was left";
}

TEST_P(cases_interleaving, a_timer_and_a_delivery_at_one_time) {  // S1, S3, S6, R6
  holds_in_all([] { return delivery_at_the_deadline(); }, {.workers = 2}, many);
}

task<> timer_and_cancellation() {
  int ways = 0;
  auto waiting = spawn([](int& count) -> task<> {
    try {
      co_await select(after(1ms, [&] { ++count; }), after(1ms, [&] { ++count; }));
    } catch (const actors::cancelled&) {
      ++count;
    }
  }(ways));
  co_await actors::sleep(1ms);
  waiting.cancel();
  co_await ended(waiting);
  EXPECT_EQ(ways, 1);
}

TEST_P(cases_interleaving, timers_and_a_cancellation_at_one_time) {  // S1, S6, C16
  holds_in_all([] { return timer_and_cancellation(); }, {.workers = 2}, many);
}

// The party is served, or cancelled, by another worker while it still enters cases: nothing of these is left, and the
// wait that comes next is ended by nobody else.
task<> served_while_it_enters(bool is_cancelled) {
  actors::sender<int> tx;
  actors::receiver<int> rx;
  std::tie(tx, rx) = actors::channel<int>(0);
  std::stop_source stop;
  bool began = false;
  bool went_through = false;
  auto selecting = spawn([](receiver<int> from, std::stop_token token, bool& in, bool& out) -> task<> {
    in = true;
    try {
      co_await select(on_receive(from, [](auto&&) {}), after(1ms, [] { ADD_FAILURE(); }), on_stop(token),
                      after(2ms, [] { ADD_FAILURE(); }));
    } catch (const actors::cancelled&) {
    }
    const auto begin = actors::simulated_time();
    co_await actors::sleep(5ms);
    EXPECT_EQ(actors::simulated_time() - begin, 5ms);
    out = true;
  }(std::move(rx), stop.get_token(), began, went_through));
  join_handle<> cancelling;
  if (is_cancelled) cancelling = spawn(cancels(selecting));
  if (!is_cancelled) co_await tx.send(1);
  co_await ended(selecting);
  if (is_cancelled) co_await cancelling;
  stop.request_stop();
  EXPECT_EQ(began, went_through) << "the wait after the select was ended by what was left of it";
}

TEST_P(cases_interleaving, what_is_served_while_it_enters_leaves_nothing_behind) {  // S1, S6, R1
  for (const bool is_cancelled : {false, true})
    holds_in_all([=] { return served_while_it_enters(is_cancelled); }, {.workers = 2}, many);
}

// ---- ends of tasks -------------------------------------------------------------------------------------------------

task<int> gives(int value) { co_return value; }

task<> ends_while_selected() {
  auto [tx, rx] = actors::channel<int>(0);
  auto ending = spawn(gives(3));
  auto other = spawn(gives(4));
  auto sending = spawn([](sender<int> to) -> task<> { co_await to.send(5); }(tx));
  const int first = co_await select(on_receive(rx, [](auto v) { return *v; }),
                                    on_done(ending, [](const join_handle<int>& h) { return h.result(); }),
                                    on_done(other, [](const join_handle<int>& h) { return h.result(); }));
  EXPECT_TRUE(first >= 3 && first <= 5);
  if (first != 5) {
    const std::optional<int> value = co_await rx.receive();
    EXPECT_EQ(value, 5);
  }
  co_await sending;
  // Both at once, on another task that ends, and the handle's last owner goes at once.
  const int second = co_await select(on_done(other, [](const join_handle<int>& h) { return h.result(); }),
                                     on_done(ending, [](const join_handle<int>& h) { return h.result(); }));
  EXPECT_TRUE(second == 3 || second == 4);
}

TEST_P(cases_interleaving, the_end_of_a_task_and_a_delivery) {  // S1, S3, S6
  holds_in_all([] { return ends_while_selected(); }, {.workers = 3}, many);
}

task<> end_and_cancellation() {
  auto ending = spawn(gives(3));
  auto waiting = spawn(
      [](join_handle<int> which) -> task<> { co_await select(on_done(which), on_done(which)); }(std::move(ending)));
  auto cancelling = spawn(cancels(waiting));
  co_await ended(waiting);
  co_await cancelling;
}

TEST_P(cases_interleaving, the_end_of_a_task_and_a_cancellation) {  // S6, C16
  holds_in_all([] { return end_and_cancellation(); }, {.workers = 3}, many);
}

// ---- locks and permits ---------------------------------------------------------------------------------------------

task<> uses_lock(actors::mutex& one, int& inside, int& done) {
  co_await select(on_lock(one, [&](actors::mutex::guard guard) -> task<> {
    EXPECT_TRUE(guard.holds(one));
    EXPECT_EQ(++inside, 1);
    try {
      co_await actors::yield();
    } catch (const actors::cancelled&) {
      --inside;
      throw;
    }
    --inside;
    ++done;
  }));
}

task<> lock_unlock_and_cancel() {
  actors::mutex one;
  int inside = 0;
  int done = 0;
  auto first = spawn(uses_lock(one, inside, done));
  auto second = spawn(uses_lock(one, inside, done));
  auto third = spawn([](actors::mutex& m, int& in, int& count) -> task<> {
    auto guard = co_await m.lock();
    EXPECT_EQ(++in, 1);
    co_await actors::yield();
    --in;
    ++count;
  }(one, inside, done));
  auto cancelling = spawn(cancels(first));
  co_await ended(first);
  co_await second;
  co_await third;
  co_await cancelling;
  EXPECT_GE(done, 2);
  EXPECT_FALSE(one.locked());
  EXPECT_TRUE(one.try_lock());
}

TEST_P(cases_interleaving, locks_unlocks_and_a_cancellation) {  // S3, S6, Q4
  holds_in_all([] { return lock_unlock_and_cancel(); }, {.workers = 3}, many);
}

// Two mutexes from both sides: a select takes one of them, never none, and never keeps both.
task<> takes_either(actors::mutex& a, actors::mutex& b, int& times) {
  for (int i = 0; i != 2; ++i) {
    co_await select(on_lock(a, [&](actors::mutex::guard) { ++times; }),
                    on_lock(b, [&](actors::mutex::guard) { ++times; }));
  }
}

task<> two_mutexes() {
  actors::mutex a;
  actors::mutex b;
  int times = 0;
  auto held = a.try_lock();
  auto one = spawn(takes_either(a, b, times));
  auto two = spawn(takes_either(b, a, times));
  auto leaving = spawn([](actors::mutex::guard guard) -> task<> {
    guard.unlock();
    co_return;
  }(std::move(held)));
  co_await one;
  co_await two;
  co_await leaving;
  EXPECT_EQ(times, 4);
  EXPECT_TRUE(!a.locked() && !b.locked());
}

TEST_P(cases_interleaving, one_of_two_mutexes) {  // S1, S6, S9
  holds_in_all([] { return two_mutexes(); }, {.workers = 3}, many);
}

task<> uses_permits(actors::semaphore& permits, std::size_t count, actors::event& other, std::size_t& in_use) {
  bool acquired = false;
  co_await select(on_acquire(permits, count,
                             [&](actors::semaphore::permit permit) -> task<> {
                               acquired = true;
                               in_use += permit.count();
                               EXPECT_LE(in_use, 2U);
                               const std::size_t mine = permit.count();
                               try {
                                 co_await actors::yield();
                               } catch (const actors::cancelled&) {
                                 in_use -= mine;
                                 throw;
                               }
                               in_use -= mine;
                             }),
                  on_set(other, []() -> task<> { co_return; }));
}

task<> permits_events_and_cancellation() {
  actors::semaphore permits{2, 2};
  actors::event other;
  actors::event never;
  std::size_t in_use = 0;
  auto held = permits.try_acquire();
  auto large = spawn(uses_permits(permits, 2, other, in_use));
  auto small = spawn(uses_permits(permits, 1, never, in_use));
  auto second = spawn(uses_permits(permits, 2, other, in_use));
  auto setting = spawn([](actors::event& e) -> task<> {
    e.set();
    e.clear();
    e.set();
    co_return;
  }(other));
  auto cancelling = spawn(cancels(second));
  held.release();
  co_await large;
  co_await small;  // it always has its turn
  co_await ended(second);
  co_await setting;
  co_await cancelling;
  EXPECT_EQ(permits.available(), 2U) << "a permit was lost, or doubled";
}

TEST_P(cases_interleaving, permits_events_and_a_cancellation) {  // S3, S6, Q4
  holds_in_all([] { return permits_events_and_cancellation(); }, {.workers = 3}, many);
}

// ---- events and otherwise ------------------------------------------------------------------------------------------

task<> set_and_cleared_while_selected() {
  actors::event flag;
  auto [tx, rx] = actors::channel<int>(0);
  int woken = 0;
  const auto waits = [](actors::event& e, receiver<int> from, int& count) -> task<> {
    co_await select(on_set(e, [&] { ++count; }), on_receive(from, [&](auto v) { count += v ? 1 : 0; }));
  };
  auto one = spawn(waits(flag, rx, woken));
  auto two = spawn(waits(flag, rx, woken));
  auto sending = spawn([](sender<int> to, receiver<int> from) -> task<> {
    co_await select(on_send(to, 1), on_receive(from, [](auto&&) {}));
  }(tx, rx));
  auto setting = spawn([](actors::event& e) -> task<> {
    e.set();
    e.clear();
    co_return;
  }(flag));
  co_await setting;
  flag.set();  // those who came late
  co_await one;
  co_await two;
  EXPECT_EQ(woken, 2);
  tx.close();
  try {
    co_await sending;
  } catch (const actors::channel_closed&) {
  }
}

TEST_P(cases_interleaving, an_event_that_is_set_and_cleared) {  // S1, S6
  holds_in_all([] { return set_and_cleared_while_selected(); }, {.workers = 3}, many);
}

// One of the two is set at each moment.
task<> one_of_two_is_set() {
  actors::event a;
  actors::event b;
  a.set();
  auto moving = spawn([](actors::event& x, actors::event& y) -> task<> {
    for (int i = 0; i != 2; ++i) {
      y.set();
      x.clear();
      x.set();
      y.clear();
    }
    co_return;
  }(a, b));
  for (int i = 0; i != 3; ++i) {
    const int which =
        co_await select(on_set(b, [] { return 1; }), on_set(a, [] { return 2; }), actors::otherwise([] { return 0; }));
    EXPECT_NE(which, 0) << "one of the two was set at each moment";
  }
  co_await moving;
}

TEST_P(cases_interleaving, otherwise_is_not_taken_where_one_event_is_set_at_each_moment) {  // S4
  holds_in_all([] { return one_of_two_is_set(); }, {.workers = 2}, many);
}

// The same of an event and a channel, and of permits.
task<> one_of_different_kinds_is_ready() {
  actors::event flag;
  actors::semaphore permits{0};
  sender<int> tx;
  receiver<int> rx;
  std::tie(tx, rx) = actors::channel<int>(4);
  tx.try_send(0);
  auto moving = spawn([](actors::event& e, actors::semaphore& s, sender<int> to, receiver<int> from) -> task<> {
    for (int i = 0; i != 2; ++i) {
      e.set();
      from.try_receive();
      s.release();
      e.clear();
      to.try_send(1);
      auto permit = s.try_acquire();
      permit.forget();
    }
    co_return;
  }(flag, permits, tx, rx));
  for (int i = 0; i != 3; ++i) {
    const int which = co_await select(
        on_set(flag, [] { return 1; }), on_receive(rx, [&](auto v) { return tx.try_send(int{*v}), 2; }),
        on_acquire(permits, [](actors::semaphore::permit) { return 3; }), actors::otherwise([] { return 0; }));
    EXPECT_NE(which, 0) << "one of the three was ready at each moment";
    if (which == 2 || which == 3) break;  // the mover may have missed it meanwhile
  }
  co_await moving;
}

TEST_P(cases_interleaving, otherwise_is_not_taken_where_one_source_is_ready_at_each_moment) {  // S4
  holds_in_all([] { return one_of_different_kinds_is_ready(); }, {.workers = 2}, many);
}

// ---- requests to stop ----------------------------------------------------------------------------------------------

task<> stopped_while_selected() {
  std::stop_source stop;
  auto [tx, rx] = actors::channel<int>(1);
  auto stopping = spawn([](std::stop_source& from) -> task<> {
    from.request_stop();
    co_return;
  }(stop));
  auto sending = spawn([](sender<int> to) -> task<> {
    to.try_send(1);
    co_return;
  }(tx));
  int calls = 0;
  auto waiting = spawn([](std::stop_token token, receiver<int> from, int& count) -> task<> {
    co_await select(on_stop(std::move(token), [&] { ++count; }), on_receive(from, [&](auto&&) { ++count; }));
  }(stop.get_token(), rx, calls));
  auto cancelling = spawn(cancels(waiting));
  co_await ended(waiting);
  co_await stopping;
  co_await sending;
  co_await cancelling;
  EXPECT_LE(calls, 1);
}

TEST_P(cases_interleaving, a_stop_a_delivery_and_a_cancellation) {  // S1, S6
  holds_in_all([] { return stopped_while_selected(); }, {.workers = 3}, many);
}

}  // namespace
