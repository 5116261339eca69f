// The timer queue of a worker by itself, against a model.
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

using actors::detail::saturating_add;
using actors::detail::steady_time;
using actors::detail::timer;
using actors::detail::timer_queue;
using actors::detail::to_nanoseconds;
using namespace std::chrono_literals;

struct alarm : timer {
  std::atomic<int> fired = 0;
  std::vector<alarm*>* order = nullptr;
  alarm() {
    fire = [](timer& self) noexcept {
      auto& me = static_cast<alarm&>(self);
      ++me.fired;
      if (me.order != nullptr) me.order->push_back(&me);
    };
  }
};

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
    queue.fire_due(at(now));
    for (; before != order.size(); ++before) EXPECT_LE(order[before]->deadline, at(now));
    const auto due = std::count_if(alarms.begin(), alarms.end(), [&](auto& each) { return each->deadline <= at(now); });
    EXPECT_EQ(order.size(), static_cast<std::size_t>(due));
  }
  queue.fire_due(at(1000));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end(), [](auto* a, auto* b) { return a->deadline < b->deadline; }));
  EXPECT_TRUE(std::all_of(alarms.begin(), alarms.end(), [](auto& each) { return each->fired == 1; }));
  EXPECT_EQ(queue.next(), timer_queue::never);
}

TEST(timer_queue, random_inserts_and_removals_agree_with_a_model) {  // R6, T12
  timer_queue queue;
  std::mt19937 random{2};
  std::vector<std::unique_ptr<alarm>> alarms(100);
  for (auto& each : alarms) each = std::make_unique<alarm>();
  std::vector<bool> queued(alarms.size());
  std::int64_t now = 0;
  for (int step = 0; step != 30'000; ++step) {
    const std::size_t i = random() % alarms.size();
    if (!queued[i]) {
      alarms[i]->deadline = at(now + 1 + static_cast<std::int64_t>(random() % 500));
      alarms[i]->fired = 0;
      queue.insert(*alarms[i], nullptr);
      queued[i] = true;
    } else if (random() % 2 == 0) {
      queue.remove(*alarms[i]);
      queue.remove(*alarms[i]);  // twice does nothing
      EXPECT_EQ(alarms[i]->fired, 0);
      queued[i] = false;
    }
    if (step % 10 == 0) queue.fire_due(at(++now));
    std::int64_t soonest = timer_queue::never;
    for (std::size_t k = 0; k != alarms.size(); ++k) {
      if (queued[k] && alarms[k]->deadline <= at(now)) {
        ASSERT_EQ(alarms[k]->fired, 1);
        queued[k] = false;
      }
      if (queued[k]) {
        ASSERT_EQ(alarms[k]->fired, 0);
        soonest = std::min<std::int64_t>(soonest, alarms[k]->deadline.time_since_epoch().count());
      }
    }
    ASSERT_EQ(queue.next(), soonest);
  }
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
