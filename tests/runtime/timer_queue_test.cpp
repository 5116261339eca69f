// The timer queue of a worker by itself. (The wheel in it: timer_wheel_test.)
#include "timer_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <random>
#include <thread>
#include <vector>

namespace {

using actors::detail::callback_timer;
using actors::detail::saturating_add;
using actors::detail::steady_time;
using actors::detail::timer_queue;
using actors::detail::to_nanoseconds;
using namespace std::chrono_literals;

struct alarm : callback_timer {
  std::atomic<int> fired = 0;
  std::vector<alarm*>* order = nullptr;
  alarm() {
    fire = [](callback_timer& self) noexcept {
      auto& me = static_cast<alarm&>(self);
      ++me.fired;
      if (me.order != nullptr) me.order->push_back(&me);
    };
  }
};

/// A call fires a part of what is due.
void fire_all(timer_queue& queue, steady_time now) {
  while (queue.next() <= now.time_since_epoch().count()) queue.fire_due(now);
}

steady_time at(std::int64_t nanoseconds) { return steady_time{std::chrono::nanoseconds{nanoseconds}}; }

TEST(timer_queue, fires_what_is_due_in_order_and_nothing_early) {  // R6
  timer_queue queue;
  std::vector<alarm*> order;
  std::vector<std::unique_ptr<alarm>> alarms;
  std::mt19937 random{1};
  for (int i = 0; i != 5000; ++i) {
    alarms.push_back(std::make_unique<alarm>());
    alarms.back()->order = &order;
    alarms.back()->deadline = at(random() % 1000);
    queue.insert(*alarms.back(), nullptr);
  }
  std::size_t before = 0;
  for (std::int64_t now = 0; now < 1000; now += 7) {
    fire_all(queue, at(now));
    for (; before != order.size(); ++before) EXPECT_LE(order[before]->deadline, at(now));
    const auto due = std::count_if(alarms.begin(), alarms.end(), [&](auto& each) { return each->deadline <= at(now); });
    EXPECT_EQ(order.size(), static_cast<std::size_t>(due));
  }
  fire_all(queue, at(1000));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end(), [](auto* a, auto* b) { return a->deadline < b->deadline; }));
  EXPECT_TRUE(std::all_of(alarms.begin(), alarms.end(), [](auto& each) { return each->fired == 1; }));
  EXPECT_EQ(queue.next(), timer_queue::never);
}

TEST(timer_queue, a_removed_timer_is_not_touched_while_others_fire) {  // R6: stopping while it fires
  timer_queue queue;
  std::atomic<bool> stop = false;
  std::jthread firing{[&] {
    while (!stop) queue.fire_due(std::chrono::steady_clock::now());
  }};
  long fired = 0;
  for (int i = 0; i < 4000 || fired == 0; ++i) {
    auto short_lived = std::make_unique<alarm>();
    short_lived->deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds{i % 2000};
    queue.insert(*short_lived, nullptr);
    if (i % 16 == 0) std::this_thread::yield();
    queue.remove(*short_lived);
    EXPECT_LE(short_lived->fired, 1);
    fired += short_lived->fired;
  }
  stop = true;
  firing.join();
  EXPECT_GT(fired, 0);
}

TEST(timer_queue, a_call_fires_a_part_of_a_crowd_and_the_rest_stays_due) {  // R2: others run in between
  timer_queue queue;
  std::vector<std::unique_ptr<alarm>> alarms;
  std::vector<alarm*> order;
  for (int i = 0; i != 1000; ++i) {
    alarms.push_back(std::make_unique<alarm>());
    alarms.back()->order = &order;
    alarms.back()->deadline = at(1'000'000 + i * 37 % 1000);
    queue.insert(*alarms.back(), nullptr);
  }
  std::size_t before = 0;
  while (queue.next() != timer_queue::never) {
    EXPECT_LE(queue.next(), 1'001'000);
    queue.fire_due(at(1'001'000));
    EXPECT_GT(order.size(), before);
    EXPECT_LE(order.size(), before + timer_queue::most_at_once);
    before = order.size();
  }
  EXPECT_EQ(order.size(), alarms.size());
}

TEST(timer_queue, a_timer_may_be_gone_when_its_call_returns) {  // R6
  struct short_lived : callback_timer {
    explicit short_lived(int& count) : fired{count} {
      fire = [](callback_timer& self) noexcept {
        auto& me = static_cast<short_lived&>(self);
        ++me.fired;
        delete &me;
      };
    }
    int& fired;
  };
  timer_queue queue;
  int fired = 0;
  for (int i = 0; i != 500; ++i) {
    auto* added = new short_lived{fired};
    added->deadline = at(i % 7);
    queue.insert(*added, nullptr);
  }
  fire_all(queue, at(7));
  EXPECT_EQ(fired, 500);
}

struct party : actors::waiter {};

/// Counts what is posted, and hands nothing on.
struct counting final : actors::executor {
  void post(actors::runnable&) noexcept override { ++posted; }
  std::atomic<int> posted = 0;
};

TEST(timer_queue, a_wait_is_ended_by_its_timer_or_by_its_cancellation) {  // C16, R6: two threads fire, one cancels
  timer_queue queue;
  counting home;
  std::atomic<bool> stop = false;
  const auto fire = [&] {
    while (!stop) queue.fire_due(std::chrono::steady_clock::now());
  };
  int over = 0;
  int cancelled = 0;
  {
    std::jthread first{fire};
    std::jthread second{fire};
    std::mt19937 random{4};
    for (int round = 1; round <= 400 || over == 0 || cancelled == 0; ++round) {
      constexpr int crowd = 20;
      auto waiters = std::make_unique<party[]>(crowd);
      auto waits = std::make_unique<actors::detail::wake_timer[]>(crowd);
      home.posted = 0;
      for (int i = 0; i != crowd; ++i) {
        waiters[i].home = &home;
        waits[i].who = &waiters[i];
        waits[i].deadline = std::chrono::steady_clock::now() + std::chrono::nanoseconds{random() % 4000};
        ASSERT_TRUE(queue.insert(waits[i], &waiters[i]));
      }
      for (int i = 0; i != crowd; ++i)
        if (random() % 2 == 0) waiters[i].request_cancel();
      while (home.posted != crowd) std::this_thread::yield();  // each was decided, and posted once
      for (int i = 0; i != crowd; ++i) {
        if (!waits[i].over) queue.remove(waits[i]);
        ++(waits[i].over ? over : cancelled);
      }
      ASSERT_EQ(home.posted, crowd);
    }
    stop = true;
  }
}

TEST(timer_queue, threads_start_and_stop_timers_while_others_fire) {  // R6
  timer_queue queue;
  std::atomic<bool> stop = false;
  std::vector<std::jthread> threads;
  for (int i = 0; i != 2; ++i)
    threads.emplace_back([&] {
      while (!stop) queue.fire_due(std::chrono::steady_clock::now());
    });
  {
    std::vector<std::jthread> users;
    for (unsigned user = 0; user != 3; ++user)
      users.emplace_back([&queue, user] {
        std::mt19937 random{user};
        std::vector<std::unique_ptr<alarm>> mine(50);
        for (int i = 0; i != 20'000; ++i) {
          auto& one = mine[random() % mine.size()];
          if (one != nullptr) {
            queue.remove(*one);
            EXPECT_LE(one->fired, 1);
          }
          one = std::make_unique<alarm>();
          const auto delay = std::chrono::nanoseconds{random() % (1U << random() % 24)};
          one->deadline = std::chrono::steady_clock::now() + delay;
          queue.insert(*one, nullptr);
        }
        for (auto& each : mine)
          if (each != nullptr) queue.remove(*each);
      });
  }
  stop = true;
  threads.clear();
  EXPECT_EQ(queue.next(), timer_queue::never);
}

TEST(timer, durations_are_rounded_up_and_saturated) {  // T12
  EXPECT_EQ(to_nanoseconds(0s).count(), 0);
  EXPECT_EQ(to_nanoseconds(-5s).count(), 0);
  EXPECT_EQ(to_nanoseconds(std::chrono::duration<double>{std::numeric_limits<double>::quiet_NaN()}).count(), 0);
  EXPECT_EQ(to_nanoseconds(3ns).count(), 3);
  EXPECT_EQ(to_nanoseconds(std::chrono::duration<double, std::nano>{1.25}).count(), 2);
  EXPECT_EQ(to_nanoseconds(std::chrono::duration<std::int64_t, std::pico>{1}).count(), 1);
  EXPECT_EQ(to_nanoseconds(std::chrono::hours::max()), std::chrono::nanoseconds::max());
  EXPECT_EQ(to_nanoseconds(std::chrono::duration<double>{1e30}), std::chrono::nanoseconds::max());
  EXPECT_EQ(to_nanoseconds(std::chrono::duration<double>{std::numeric_limits<double>::infinity()}),
            std::chrono::nanoseconds::max());
  EXPECT_EQ(saturating_add(at(5), std::chrono::nanoseconds::max()), steady_time::max());
  EXPECT_EQ(saturating_add(at(5), 7ns), at(12));
}

}  // namespace
