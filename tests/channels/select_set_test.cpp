// select_set: a select that is prepared once, over cases that come and go.
#include <actors/actors.hpp>
#include <actors/select_set.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::on_receive;
using actors::on_send;
using actors::select_key;
using actors::select_set;
using actors::spawn;
using actors::task;

const auto ignore = [](std::optional<int>) {};

// What `next` of the set throws at once, if anything.
template <class Error>
task<bool> refused(select_set& set) {
  try {
    co_await set.next();
  } catch (const Error&) {
    co_return true;
  }
  co_return false;
}

task<> send_all(actors::sender<int> to, int first, int count) {
  for (int i = 0; i != count; ++i) co_await to.send(first + i);
}

task<> add_one(int& to) {
  co_await actors::yield();
  ++to;
}

TEST(select_set, tells_which_case_ran_and_keys_are_never_given_again) {  // S1
  actors::run([]() -> task<> {
    auto [a_in, a] = actors::channel<int>(4);
    auto [b_in, b] = actors::channel<int>(4);
    select_set set;
    int got = 0;
    const auto keep = [&](std::optional<int> value) { got = value.value_or(-1); };
    const select_key of_a = set.add(on_receive(a, keep));
    const select_key of_b = set.add(on_receive(b, keep));
    EXPECT_EQ(set.size(), 2U);
    EXPECT_NE(of_a, of_b);
    co_await b_in.send(7);
    select_key ran = co_await set.next();
    EXPECT_EQ(ran, of_b);
    EXPECT_EQ(got, 7);
    EXPECT_TRUE(set.remove(of_b));
    EXPECT_FALSE(set.remove(of_b));
    EXPECT_EQ(set.size(), 1U);
    const select_key again = set.add(on_receive(b, keep));
    EXPECT_NE(again, of_a);
    EXPECT_NE(again, of_b);
    co_await b_in.send(8);
    ran = co_await set.next();
    EXPECT_EQ(ran, again);
    a_in.close();
    ran = co_await set.next();
    EXPECT_EQ(ran, of_a);
    EXPECT_EQ(got, -1);
    ran = co_await set.next();  // a closed channel is ready again and again, and has no value
    EXPECT_EQ(ran, of_a);
    EXPECT_EQ(got, -1);
  }());
}

TEST(select_set, a_value_is_not_taken_for_the_next_one) {  // C8
  actors::run([]() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    select_set set;
    std::vector<std::optional<int>> got;
    set.add(rx, [&](std::optional<int> value) { got.push_back(value); });
    co_await tx.send(1);
    co_await set.next();
    tx.close();
    co_await set.next();
    EXPECT_EQ(got, (std::vector<std::optional<int>>{1, std::nullopt}));
  }());
}

TEST(select_set, among_ready_cases_each_is_as_likely_and_biased_takes_the_first_added) {  // S2
  actors::run([]() -> task<> {
    auto [a_in, a] = actors::channel<int>(1);
    auto [b_in, b] = actors::channel<int>(1);
    a_in.close();
    b_in.close();
    select_set fair;
    int first = 0;
    const select_key of_a = fair.add(a, ignore);
    fair.add(b, ignore);
    for (int i = 0; i != 200; ++i) {
      const select_key ran = co_await fair.next();
      if (ran == of_a) ++first;
    }
    EXPECT_GT(first, 20);
    EXPECT_LT(first, 180);

    select_set ordered{actors::biased};
    const select_key one = ordered.add(a, ignore);
    const select_key two = ordered.add(b, ignore);
    const select_key three = ordered.add(a, ignore);
    select_key ran = co_await ordered.next();
    EXPECT_EQ(ran, one);
    ordered.remove(one);
    ran = co_await ordered.next();
    EXPECT_EQ(ran, two);
    EXPECT_TRUE(ordered.enable(two, false));
    ran = co_await ordered.next();
    EXPECT_EQ(ran, three);
    EXPECT_TRUE(ordered.enable(two, true));
    ran = co_await ordered.next();
    EXPECT_EQ(ran, two);
    EXPECT_FALSE(ordered.enable(one, true));
  }());
}

TEST(select_set, sends_what_is_there_and_an_own_value_once) {  // C17
  actors::run([]() -> task<> {
    auto [tx, rx] = actors::channel<std::unique_ptr<int>>(1);
    select_set set;
    auto mine = std::make_unique<int>(1);
    int sent = 0;
    const select_key stays = set.add(tx, mine, [&] { mine = std::make_unique<int>(++sent + 1); });
    for (int i = 1; i != 4; ++i) {
      const select_key ran = co_await set.next();
      EXPECT_EQ(ran, stays);
      EXPECT_EQ(**rx.try_receive(), i);
    }
    set.enable(stays, false);
    const select_key once = set.add(tx, std::make_unique<int>(9), [&] { EXPECT_EQ(set.size(), 1U); });
    EXPECT_EQ(set.size(), 2U);
    select_key ran = co_await set.next();
    EXPECT_EQ(ran, once);
    EXPECT_EQ(set.size(), 1U);
    EXPECT_EQ(**rx.try_receive(), 9);
    EXPECT_FALSE(set.remove(once));

    tx.close();
    set.add(on_send(tx, std::make_unique<int>(9)));
    const bool thrown = co_await refused<actors::channel_closed>(set);
    EXPECT_TRUE(thrown);
    EXPECT_EQ(set.size(), 1U);
    set.enable(stays, true);
    const bool again = co_await refused<actors::channel_closed>(set);
    EXPECT_TRUE(again);
    EXPECT_EQ(*mine, 4);
    EXPECT_EQ(set.size(), 1U);
  }());
}

TEST(select_set, keeps_endpoints_that_it_is_given) {  // C11
  select_set set;
  auto [tx, rx] = actors::channel<int>(1);
  const select_key key = set.add(std::move(rx), ignore);
  EXPECT_EQ(tx.try_send(1), actors::channel_status::ok);
  EXPECT_FALSE(tx.closed());
  EXPECT_TRUE(set.remove(key));
  EXPECT_TRUE(tx.closed());
}

TEST(select_set, waits_for_time_tasks_and_locks) {  // S3
  test::for_seeds(20, []() -> task<> {
    const auto now = [] { return test::simulation().now(); };
    const auto begin = now();
    select_set set;
    const select_key often = set.add(actors::after(10ms));
    const select_key then = set.add(actors::at(begin + 25ms));
    auto ending = spawn([]() -> task<> { co_await actors::sleep(35ms); }());
    const select_key ended = set.add(actors::on_done(ending));
    actors::mutex lock;
    auto held = co_await lock.lock();
    const select_key locked = set.add(on_lock(lock, [](actors::mutex::guard) {}));
    const select_key keys[]{often, often, then};
    const std::chrono::milliseconds times[]{10ms, 20ms, 25ms};
    for (int i = 0; i != 3; ++i) {
      const select_key won = co_await set.next();
      EXPECT_EQ(won, keys[i]);
      EXPECT_EQ(now() - begin, times[i]);
    }
    set.remove(then);
    set.remove(often);
    select_key ran = co_await set.next();
    EXPECT_EQ(ran, ended);
    EXPECT_EQ(now() - begin, 35ms);
    set.remove(ended);
    held.unlock();
    for (int i = 0; i != 3; ++i) {
      ran = co_await set.next();
      EXPECT_EQ(ran, locked);
      EXPECT_FALSE(lock.locked());
    }
    co_await ending;
  });
}

TEST(select_set, handlers_add_and_remove_cases) {  // S1
  actors::run([]() -> task<> {
    auto [tx, rx] = actors::channel<int>(8);
    for (int i = 0; i != 5; ++i) co_await tx.send(i);
    select_set set;
    std::vector<int> got;
    select_key first{};
    const auto last = [&](std::optional<int> value) { got.push_back(100 + *value); };
    first = set.add(rx, [&, last, from = rx](std::optional<int> value) {
      got.push_back(*value);
      for (int i = 0; i != 50; ++i) set.add(from, last);
      EXPECT_EQ(set.current(), first);
      EXPECT_TRUE(set.remove(set.current()));
      EXPECT_FALSE(set.remove(first));
      EXPECT_EQ(set.current(), first);
      got.push_back(*value);  // what it captured is still there
    });
    for (int i = 0; i != 3; ++i) co_await set.next();
    EXPECT_EQ(got, (std::vector<int>{0, 0, 101, 102}));
    EXPECT_EQ(set.size(), 50U);
    EXPECT_THROW(static_cast<void>(set.current()), actors::usage_error);
  }());
}

TEST(select_set, is_refused_where_it_is_empty_or_in_use) {
  test::for_seeds(20, []() -> task<> {
    select_set set;
    EXPECT_THROW(static_cast<void>(set.next()), actors::usage_error);
    auto [tx, rx] = actors::channel<int>(0);
    const select_key key = set.add(rx, ignore);
    auto waiting = spawn([](select_set& in) -> task<> { co_await in.next(); }(set));
    co_await actors::sleep(1ms);
    const bool second = co_await refused<actors::usage_error>(set);
    EXPECT_TRUE(second);
    EXPECT_THROW(set.add(rx, ignore), actors::usage_error);
    EXPECT_THROW(set.remove(key), actors::usage_error);
    EXPECT_THROW(set.enable(key, false), actors::usage_error);
    co_await tx.send(1);
    co_await waiting;
    EXPECT_TRUE(set.remove(key));

    bool inside = false;
    const auto nested = [&](std::optional<int>) -> task<> { inside = co_await refused<actors::usage_error>(set); };
    set.add(rx, nested);
    auto sending = spawn(send_all(tx, 1, 1));
    co_await set.next();
    EXPECT_TRUE(inside);
    co_await sending;
  });
}

TEST(select_set, has_a_limit_that_is_told) {
  select_set set;
  auto [tx, rx] = actors::channel<int>(0);
  for (int i = 0; i != 65535; ++i) set.add(on_receive(rx, ignore));
  EXPECT_THROW(set.add(on_receive(rx, ignore)), actors::usage_error);
  EXPECT_EQ(set.size(), 65535U);
}

TEST(select_set, a_cancellation_ends_the_wait_and_the_set_goes_on) {  // C16, C18, S6
  test::for_seeds(100, []() -> task<> {
    auto [a_in, a] = actors::channel<int>(0);
    auto [b_in, b] = actors::channel<int>(0);
    select_set set;
    int sum = 0;
    const auto add = [&](std::optional<int> value) { sum += value.value_or(0); };
    set.add(a, add);
    set.add(b, add);
    auto waiting = spawn([](select_set& in) -> task<> { co_await in.next(); }(set));
    co_await actors::sleep(1ms);
    waiting.cancel();
    EXPECT_EQ(a_in.try_send(1), actors::channel_status::full);
    co_await actors::sleep(1ms);
    EXPECT_TRUE(waiting.was_cancelled());
    EXPECT_EQ(b_in.try_send(1), actors::channel_status::full);  // nothing is left behind
    auto sending = spawn(send_all(b_in, 4, 1));
    co_await set.next();
    co_await sending;
    EXPECT_EQ(sum, 4);
  });
}

TEST(select_set, a_cancellation_that_is_pending_ends_a_loop_of_ready_cases) {  // T4, S10
  test::for_seeds(20, []() -> task<> {
    auto [tx, rx] = actors::channel<int>(1);
    tx.close();
    int rounds = 0;
    auto looping = spawn([](auto in, int& count) -> task<> {
      select_set set;
      set.add(in, [&](std::optional<int>) { ++count; });
      for (;;) co_await set.next();
    }(rx, rounds));
    while (rounds == 0) co_await actors::yield();
    looping.cancel();
    const int before = rounds;
    while (!looping.done()) co_await actors::yield();
    EXPECT_LE(rounds - before, 256);
    EXPECT_TRUE(looping.was_cancelled());
  });
}

task<> send_after_a_while(actors::sender<int> to) {
  co_await actors::sleep(1ms);
  co_await to.send(1);
}

TEST(select_set, errors_of_cases_and_handlers_leave_it_usable) {  // C28, S7
  test::for_seeds(50, []() -> task<> {
    auto [a_in, a] = actors::channel<int>(1);
    auto [b_in, b] = actors::channel<int>(1);
    select_set set;
    const auto plain = [](std::optional<int>) { throw std::range_error{"plain"}; };
    int spare = 0;
    const auto at_once = [&](const std::optional<int>& value) -> task<> {
      if (value) throw std::range_error{"before it is a task"};
      return add_one(spare);
    };
    const auto later = [](std::optional<int>) -> task<> {
      co_await actors::yield();
      throw std::range_error{"in a task"};
    };
    for (const int how : {0, 1, 2}) {
      const select_key key = how == 0 ? set.add(a, plain) : how == 1 ? set.add(a, at_once) : set.add(a, later);
      co_await a_in.send(1);  // ready
      bool thrown = co_await refused<std::range_error>(set);
      EXPECT_TRUE(thrown);
      auto sending = spawn(send_after_a_while(a_in));
      thrown = co_await refused<std::range_error>(set);  // waited for
      EXPECT_TRUE(thrown);
      co_await sending;
      EXPECT_TRUE(set.remove(key));
    }
    set.add(b, ignore);
    b_in.poison(std::make_exception_ptr(std::domain_error{"broken"}));
    const bool thrown = co_await refused<std::domain_error>(set);
    EXPECT_TRUE(thrown);
    EXPECT_EQ(set.size(), 1U);
  });
}

}  // namespace
