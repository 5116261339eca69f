// The cases of a select besides channels: ends of tasks, locks, permits, events and requests to stop.
#include <actors/actors.hpp>
#include <actors/cases.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::after;
using actors::biased;
using actors::join_handle;
using actors::on_acquire;
using actors::on_done;
using actors::on_lock;
using actors::on_receive;
using actors::on_set;
using actors::on_stop;
using actors::otherwise;
using actors::select;
using actors::spawn;
using actors::task;
using actors::when;

template <class F>
void on_one_worker(F main) {
  actors::run(main(), {.workers = 1});
}
template <class F>
void on_workers(F main) {
  for (const unsigned workers : {1U, 2U, 4U}) actors::run(main(), {.workers = workers});
}

task<> others_wait() {
  for (int i = 0; i != 4; ++i) co_await actors::yield();
}

// ---- ends of tasks -------------------------------------------------------------------------------------------------

task<int> gives(int value, bool later) {
  if (later) co_await actors::yield();
  co_return value;
}
task<int> fails(bool later) {
  if (later) co_await actors::yield();
  throw std::out_of_range{"its end"};
}
task<int> sleeps() {
  co_await actors::sleep(1h);
  co_return 0;
}

TEST(on_done, is_ready_when_the_task_ends_in_whatever_way) {  // S3
  on_workers([]() -> task<> {
    for (const bool later : {false, true}) {
      auto well = spawn(gives(5, later));
      auto badly = spawn(fails(later));
      auto stopped = spawn(sleeps());
      const int value = co_await select(on_done(well, [](const join_handle<int>& ended) { return ended.result(); }));
      EXPECT_EQ(value, 5);
      const bool failed =
          co_await select(on_done(badly, [](const join_handle<int>& ended) { return ended.exception() != nullptr; }));
      EXPECT_TRUE(failed);
      auto stopping = spawn([](join_handle<int> which) -> task<> {
        co_await actors::yield();
        which.cancel();
      }(stopped));
      const bool was_cancelled =
          co_await select(on_done(stopped, [](const join_handle<int>& ended) { return ended.was_cancelled(); }));
      EXPECT_TRUE(was_cancelled);
      // For ever.
      for (int i = 0; i != 200; ++i) co_await select(on_done(well));
      co_await stopping;
    }
  });
}

TEST(on_done, of_the_first_of_several) {  // S1, S3
  on_workers([]() -> task<> {
    auto never = spawn(sleeps());
    auto soon = spawn(gives(3, true));
    const int value = co_await select(on_done(never, [](const join_handle<int>&) { return -1; }),
                                      on_done(soon, [](const join_handle<int>& ended) { return ended.result(); }),
                                      on_done(never, [](const join_handle<int>&) { return -2; }));
    EXPECT_EQ(value, 3);
    EXPECT_FALSE(never.done()) << "the losing task was left alone";
    never.cancel();
  });
}

TEST(on_done, leaves_the_task_alone_where_the_select_is_cancelled) {  // S6, T6
  on_one_worker([]() -> task<> {
    auto other = spawn(sleeps());
    auto waiting = spawn([](const join_handle<int>& which) -> task<> { co_await select(on_done(which)); }(other));
    co_await others_wait();
    waiting.cancel();
    co_await others_wait();
    EXPECT_TRUE(waiting.was_cancelled());
    EXPECT_FALSE(other.done());
    other.cancel();
    co_await others_wait();
    EXPECT_TRUE(other.was_cancelled());
  });
}

TEST(on_done, of_ones_own_task_or_of_none_is_an_error) {  // T7
  on_one_worker([]() -> task<> {
    bool refused = false;
    join_handle<int> self;
    const auto main = [&]() -> task<int> {
      try {
        co_await select(on_done(self, [] {}));
      } catch (const actors::usage_error&) {
        refused = true;
      }
      co_await select(when(false, on_done(self, [] {})), after(0ns));
      co_return 1;
    };
    self = spawn(main());
    co_await self;
    EXPECT_TRUE(refused);
    const join_handle<int> none;
    EXPECT_THROW((void)on_done(none), actors::usage_error);
  });
}

// ---- locks and permits ---------------------------------------------------------------------------------------------

TEST(on_lock, gives_the_guard_or_calls_with_it) {  // S3
  on_workers([]() -> task<> {
    actors::mutex one;
    {
      const actors::mutex::guard guard = co_await select(on_lock(one));
      EXPECT_TRUE(guard.holds(one));
      EXPECT_FALSE(one.try_lock());
    }
    const bool held = co_await select(on_lock(one, [&](actors::mutex::guard guard) { return guard.holds(one); }));
    EXPECT_TRUE(held);
    EXPECT_TRUE(one.try_lock()) << "it was unlocked at the end of the handler";
  });
}

task<> locks_after(actors::mutex& one, std::vector<int>& order, int number, bool by_select) {
  if (by_select) {
    co_await select(on_lock(one, [&](auto&&) { order.push_back(number); }));
  } else {
    auto guard = co_await one.lock();
    order.push_back(number);
  }
}

TEST(on_lock, is_served_in_order_of_arrival_among_others) {  // Q4
  on_one_worker([]() -> task<> {
    actors::mutex one;
    std::vector<int> order;
    std::vector<join_handle<>> all;
    {
      auto guard = co_await one.lock();
      for (int i = 0; i != 10; ++i) {
        all.push_back(spawn(locks_after(one, order, i, i % 2 == 0)));
        co_await others_wait();
      }
    }
    for (auto& each : all) co_await each;
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  });
}

TEST(on_lock, that_lost_leaves_no_place_in_the_queue) {  // S6, Q4
  on_one_worker([]() -> task<> {
    actors::mutex one;
    actors::event other;
    bool had_lock = false;
    auto guard = co_await one.lock();
    auto waiting = spawn([](actors::mutex& m, actors::event& e, bool& had) -> task<> {
      co_await select(on_lock(m, [&](auto&&) { had = true; }), on_set(e));
    }(one, other, had_lock));
    co_await others_wait();
    other.set();
    guard.unlock();  // the waiting one is decided, and has not run yet
    EXPECT_TRUE(one.try_lock());
    co_await waiting;
    EXPECT_FALSE(had_lock);
    EXPECT_TRUE(one.try_lock());
  });
}

TEST(on_acquire, gives_as_many_as_it_asks_for) {  // S3
  on_workers([]() -> task<> {
    actors::semaphore permits{3, 3};
    {
      const actors::semaphore::permit two = co_await select(on_acquire(permits, 2));
      EXPECT_EQ(two.count(), 2U);
      EXPECT_EQ(permits.available(), 1U);
      const std::size_t one = co_await select(on_acquire(permits, [](auto permit) { return permit.count(); }));
      EXPECT_EQ(one, 1U);
    }
    EXPECT_EQ(permits.available(), 3U);
    EXPECT_THROW((void)on_acquire(permits, 4), actors::usage_error);
  });
}

TEST(on_acquire, that_lost_takes_no_permit_and_keeps_nobody_back) {  // S6, Q4
  on_one_worker([]() -> task<> {
    actors::semaphore permits{1, 3};
    actors::event other;
    auto large = spawn([](actors::semaphore& s, actors::event& e) -> task<> {
      co_await select(on_acquire(s, 3, [](auto&&) { ADD_FAILURE(); }), on_set(e));
    }(permits, other));
    co_await others_wait();
    EXPECT_FALSE(permits.try_acquire()) << "the large request is first";
    int served = 0;
    auto small = spawn([](actors::semaphore& s, int& count) -> task<> {
      auto permit = co_await s.acquire();
      ++count;
    }(permits, served));
    co_await others_wait();
    EXPECT_EQ(served, 0);
    other.set();
    co_await large;
    co_await small;
    EXPECT_EQ(served, 1);
    EXPECT_EQ(permits.available(), 1U);
  });
}

// What was decided elsewhere does not wait any more, though its task has not run yet.
TEST(on_acquire, is_ready_behind_a_request_that_was_decided_elsewhere) {  // S4, S6
  on_one_worker([]() -> task<> {
    actors::semaphore permits{1, 3};
    actors::event other;
    const auto waits_for = [](actors::semaphore& s, std::size_t count, actors::event& e) -> task<> {
      co_await select(on_acquire(s, count, [](auto&&) {}), on_set(e));
    };
    auto large = spawn(waits_for(permits, 3, other));
    co_await others_wait();
    other.set();
    const bool acquired =
        co_await select(on_acquire(permits, [](auto&&) { return true; }), otherwise([] { return false; }));
    EXPECT_TRUE(acquired);
    co_await large;
    // With a live one between them it is not its turn; and that one is served.
    other.clear();
    actors::event never;
    auto first = spawn(waits_for(permits, 3, other));
    co_await others_wait();
    auto second = spawn(waits_for(permits, 1, never));
    co_await others_wait();
    EXPECT_FALSE(second.done());
    other.set();
    (void)permits.try_acquire();
    co_await first;
    co_await second;
    EXPECT_EQ(permits.available(), 1U);
  });
}

// ---- events --------------------------------------------------------------------------------------------------------

TEST(on_set, is_ready_while_the_event_is_set) {  // S3
  on_workers([]() -> task<> {
    actors::event flag;
    const auto is_ready = [&] {
      return actors::choice{on_set(flag, [] { return true; }), otherwise([] { return false; })};
    };
    const bool before = co_await is_ready();
    EXPECT_FALSE(before);
    flag.set();
    const bool while_set = co_await is_ready();
    EXPECT_TRUE(while_set);
    flag.clear();
    const bool afterwards = co_await is_ready();
    EXPECT_FALSE(afterwards);
    EXPECT_FALSE(flag.is_set());
    auto setting = spawn([](actors::event& e) -> task<> {
      e.set();
      e.clear();
      co_return;
    }(flag));
    const bool woken = co_await select(on_set(flag, [] { return true; }));
    EXPECT_TRUE(woken) << "a clear that follows takes it back from nobody who waited";
    co_await setting;
  });
}

TEST(on_set, that_lost_leaves_nothing_behind) {  // S6
  on_one_worker([]() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    {
      actors::event flag;
      auto waiting = spawn([](actors::event& e, actors::receiver<int> from) -> task<> {
        co_await select(on_set(e, [] { ADD_FAILURE(); }), on_receive(from, [](auto&&) {}));
      }(flag, rx));
      co_await others_wait();
      EXPECT_EQ(tx.try_send(1), actors::channel_status::ok);
      flag.set();
      co_await waiting;
    }  // an event that is destroyed while somebody is listed ends the program
  });
}

// ---- requests to stop ----------------------------------------------------------------------------------------------

TEST(on_stop, is_ready_when_asked_before_or_while_it_waits) {  // S3
  on_workers([]() -> task<> {
    std::stop_source source;
    auto [tx, rx] = actors::channel<int>(0);
    auto asking = spawn([](std::stop_source& from) -> task<> {
      from.request_stop();
      co_return;
    }(source));
    const bool stopped =
        co_await select(on_stop(source.get_token(), [] { return true; }), on_receive(rx, [](auto&&) { return false; }));
    EXPECT_TRUE(stopped);
    const bool again =
        co_await select(on_stop(source.get_token(), [] { return true; }), otherwise([] { return false; }));
    EXPECT_TRUE(again);
    const bool nobody =
        co_await select(on_stop(std::stop_token{}, [] { return true; }), otherwise([] { return false; }));
    EXPECT_FALSE(nobody);
    co_await asking;
  });
}

TEST(on_stop, that_lost_is_not_called_any_more) {  // S6
  on_one_worker([]() -> task<> {
    std::stop_source source;
    auto [tx, rx] = actors::channel<int>(0);
    auto waiting = spawn([](std::stop_token token, actors::receiver<int> from) -> task<> {
      co_await select(on_stop(std::move(token), [] { ADD_FAILURE(); }), on_receive(from, [](auto&&) {}));
      co_await actors::yield();
    }(source.get_token(), rx));
    co_await others_wait();
    EXPECT_EQ(tx.try_send(1), actors::channel_status::ok);
    source.request_stop();
    co_await waiting;
  });
}

// ---- timers --------------------------------------------------------------------------------------------------------

TEST(time_case, of_no_time_or_a_time_that_has_passed_is_ready_at_once) {  // S3, T12
  on_workers([]() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    const auto now = std::chrono::steady_clock::now();
    using seconds = std::chrono::duration<double>;
    for (const seconds delay : {seconds{0}, seconds{-1}, seconds{std::numeric_limits<double>::quiet_NaN()},
                                seconds{-std::numeric_limits<double>::infinity()}}) {
      const bool in_time = co_await select(after(delay, [] { return true; }), otherwise([] { return false; }));
      EXPECT_TRUE(in_time) << delay.count();
    }
    for (const auto time : {now, now - 1h, std::chrono::steady_clock::time_point::min()}) {
      const bool passed = co_await select(actors::at(time, [] { return true; }), otherwise([] { return false; }));
      EXPECT_TRUE(passed);
    }
    for (const seconds delay : {seconds{1e-3}, seconds{1e30}, seconds{std::numeric_limits<double>::infinity()}}) {
      const bool in_time = co_await select(after(delay, [] { return true; }), otherwise([] { return false; }));
      EXPECT_FALSE(in_time) << delay.count();
    }
  });
}

TEST(time_case, fires_after_its_time_and_not_for_one_that_lost) {  // S3, S6, R6
  on_workers([]() -> task<> {
    auto [tx, rx] = actors::channel<int>(0);
    const auto begin = std::chrono::steady_clock::now();
    const int which = co_await select(on_receive(rx, [](auto&&) { return 1; }), after(2ms, [] { return 2; }),
                                      after(1h, [] { return 3; }), after(std::chrono::hours::max(), [] { return 4; }));
    EXPECT_EQ(which, 2);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 2ms);
    const int reached = co_await select(actors::at(begin + 4ms, [] { return 1; }),
                                        actors::at(std::chrono::steady_clock::time_point::max(), [] { return 2; }));
    EXPECT_EQ(reached, 1);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 4ms);
    auto sending = spawn([](actors::sender<int> to) -> task<> { co_await to.send(1); }(tx));
    const int received = co_await select(on_receive(rx, [](auto&&) { return 1; }), after(1h, [] { return 2; }));
    EXPECT_EQ(received, 1);
    co_await sending;
  });
}

}  // namespace
