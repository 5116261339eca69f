// The timing wheel by itself: the borders of its slots and levels, and random histories against a model.
#include "timer_wheel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

namespace {

using actors::detail::callback_timer;
using actors::detail::steady_time;
using actors::detail::timer;
using actors::detail::timer_wheel;

constexpr std::int64_t latest = INT64_MAX - 1;  // INT64_MAX itself stands for `never`

// It owns no memory: after a burst there is nothing to give back.
static_assert(std::is_trivially_destructible_v<timer_wheel>);  // C21

struct alarm : callback_timer {
  explicit alarm(std::int64_t when) { deadline = steady_time{std::chrono::nanoseconds{when}}; }
  std::int64_t when() const { return deadline.time_since_epoch().count(); }
};

/// Advances until a timer was taken; null when nothing is due.
alarm* take(timer_wheel& wheel, std::int64_t now) {
  for (;;) {
    timer* taken = nullptr;
    const auto step = wheel.advance(now, taken);
    if (step == timer_wheel::step::nothing_due) return nullptr;
    if (step == timer_wheel::step::taken) return static_cast<alarm*>(taken);
  }
}

std::vector<std::int64_t> around(std::int64_t time) {
  std::vector<std::int64_t> all;
  for (std::int64_t offset = -2; offset <= 2; ++offset)
    if (offset <= 0 || time <= latest - offset) all.push_back(time + offset);
  return all;
}

/// The times at which a slot of some level begins, one with a long carry, and the ends of the range.
std::vector<std::int64_t> borders() {
  std::vector<std::int64_t> all{2, latest};
  for (unsigned level = 1; level <= 10; ++level) {
    const std::int64_t width = std::int64_t{1} << 6 * level;
    all.push_back(width);
    if (width <= latest / 63) all.push_back(63 * width);
    if (width <= latest / 65) all.push_back(65 * width);
  }
  return all;
}

TEST(timer_wheel, each_border_of_slots_and_levels_is_kept_to_the_nanosecond) {  // R6
  for (const std::int64_t border : borders()) {
    for (const std::int64_t start : around(border)) {
      for (const std::int64_t other : borders()) {
        for (const std::int64_t deadline : around(other)) {
          if (deadline <= start) continue;
          timer_wheel wheel;
          alarm first{start};
          alarm second{deadline};
          alarm third{deadline};
          wheel.insert(second);
          wheel.insert(first);
          ASSERT_EQ(wheel.next(), start);
          ASSERT_EQ(take(wheel, start - 1), nullptr);
          ASSERT_EQ(take(wheel, start), &first);
          wheel.insert(third);
          ASSERT_EQ(wheel.next(), deadline);
          ASSERT_EQ(take(wheel, deadline - 1), nullptr) << start << ' ' << deadline;
          ASSERT_EQ(take(wheel, deadline), &second) << start << ' ' << deadline;
          ASSERT_EQ(take(wheel, deadline), &third) << start << ' ' << deadline;
          ASSERT_EQ(wheel.next(), timer_wheel::never);
        }
      }
    }
  }
}

TEST(timer_wheel, a_jump_over_everything_gives_all_in_order) {  // R6
  timer_wheel wheel;
  std::vector<std::unique_ptr<alarm>> alarms;
  for (const std::int64_t border : borders())
    for (const std::int64_t when : around(border)) alarms.push_back(std::make_unique<alarm>(when));
  std::shuffle(alarms.begin(), alarms.end(), std::mt19937{1});
  for (auto& each : alarms) wheel.insert(*each);
  std::int64_t before = 0;
  for (std::size_t i = 0; i != alarms.size(); ++i) {
    const alarm* due = take(wheel, INT64_MAX);
    ASSERT_NE(due, nullptr);
    EXPECT_GE(due->when(), before);
    before = due->when();
  }
  EXPECT_EQ(take(wheel, INT64_MAX), nullptr);
}

TEST(timer_wheel, times_before_the_present_and_before_the_epoch_are_due_at_once) {  // R6
  timer_wheel wheel;
  alarm first{1000};
  wheel.insert(first);
  ASSERT_EQ(take(wheel, 1000), &first);
  alarm passed{999};
  alarm before_the_epoch{INT64_MIN};
  wheel.insert(passed);
  wheel.insert(before_the_epoch);
  EXPECT_LE(wheel.next(), 1000);
  EXPECT_NE(take(wheel, 1000), nullptr);
  EXPECT_NE(take(wheel, 1000), nullptr);
  EXPECT_EQ(wheel.next(), timer_wheel::never);
}

TEST(timer_wheel, the_latest_time_there_is_can_be_stopped) {  // T12
  timer_wheel wheel;
  alarm last{INT64_MAX};
  alarm soon{5};
  wheel.insert(last);
  wheel.insert(soon);
  EXPECT_EQ(take(wheel, INT64_MAX - 1), &soon);
  EXPECT_EQ(take(wheel, INT64_MAX - 1), nullptr);
  wheel.remove(last);
  wheel.remove(last);  // twice does nothing
  EXPECT_EQ(take(wheel, INT64_MAX), nullptr);
}

TEST(timer_wheel, equal_deadlines_fire_in_the_order_of_their_insertion) {  // R6
  for (const std::int64_t when : {std::int64_t{40}, std::int64_t{1} << 40}) {
    timer_wheel wheel;
    std::vector<std::unique_ptr<alarm>> alarms;
    for (int i = 0; i != 1000; ++i) {
      alarms.push_back(std::make_unique<alarm>(when));
      wheel.insert(*alarms.back());
    }
    for (auto& each : alarms) ASSERT_EQ(take(wheel, when), each.get());
  }
}

// How often a runtime wakes that has nothing else to do: it sleeps until `next`.
int wakes_until_empty(timer_wheel& wheel) {
  int wakes = 0;
  for (std::int64_t now = wheel.next(); now != timer_wheel::never; now = wheel.next(), ++wakes)
    while (alarm* due = take(wheel, now)) EXPECT_EQ(due->when(), now);
  return wakes;
}

TEST(timer_wheel, a_lone_timer_wakes_its_worker_once_and_stopped_ones_at_most_once_more) {  // R4
  constexpr std::int64_t hour = 3'600'000'000'000;
  timer_wheel wheel;
  alarm lone{hour};
  wheel.insert(lone);
  EXPECT_EQ(wakes_until_empty(wheel), 1);

  alarm far{2 * hour};
  wheel.insert(far);
  std::mt19937_64 random{2};
  std::vector<std::unique_ptr<alarm>> stopped;
  for (int i = 0; i != 10'000; ++i) {
    stopped.push_back(std::make_unique<alarm>(hour + 1 + static_cast<std::int64_t>(random() % hour)));
    wheel.insert(*stopped.back());
  }
  for (auto& each : stopped) wheel.remove(*each);
  EXPECT_LE(wakes_until_empty(wheel), 2);
}

TEST(timer_wheel, one_step_does_little_however_many_timers_are_due) {  // R6: what is not due may be looked at, too
  timer_wheel wheel;
  std::mt19937_64 random{3};
  constexpr std::size_t count = 20'000;
  std::vector<std::unique_ptr<alarm>> alarms;
  for (std::size_t i = 0; i != count; ++i) {
    alarms.push_back(std::make_unique<alarm>(1 + static_cast<std::int64_t>(random() >> 1)));
    wheel.insert(*alarms.back());
  }
  std::size_t steps = 0;
  std::size_t taken_so_far = 0;
  for (timer* taken = nullptr;; ++steps) {
    const auto step = wheel.advance(INT64_MAX, taken);
    if (step == timer_wheel::step::nothing_due) break;
    taken_so_far += step == timer_wheel::step::taken ? 1U : 0U;
  }
  EXPECT_EQ(taken_so_far, count);
  EXPECT_LE(steps, count * 12);
}

/// A random history. What was inserted late, when its time was over, may fire in any order.
void compare_with_model(std::uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random{seed};
  const auto below = [&](std::uint64_t end) { return random() % end; };
  timer_wheel wheel;
  std::vector<std::unique_ptr<alarm>> alarms;
  struct known {
    std::multimap<std::int64_t, alarm*>::iterator place;
    bool late = false;
  };
  std::multimap<std::int64_t, alarm*> model;
  std::map<const alarm*, known> queued;
  std::vector<alarm*> late;
  std::int64_t now = static_cast<std::int64_t>(below(std::uint64_t{1} << (1 + below(61))));
  const unsigned spread = 1 + static_cast<unsigned>(below(45));  // of deadlines: 2^spread ns

  const auto insert = [&] {
    const std::int64_t base = now - static_cast<std::int64_t>(below(10) == 0 ? below(1000) : 0);
    std::int64_t when = base + static_cast<std::int64_t>(below(std::uint64_t{1} << (1 + below(spread))));
    if (!model.empty() && below(4) == 0) when = std::prev(model.end())->first;  // the same again
    alarms.push_back(std::make_unique<alarm>(when));
    alarm& added = *alarms.back();
    wheel.insert(added);
    queued[&added] = {when < now ? model.end() : model.emplace(when, &added), when < now};
    if (when < now) late.push_back(&added);
  };
  const auto forget = [&](alarm& gone) {
    const known& was = queued.at(&gone);
    if (was.late)
      late.erase(std::find(late.begin(), late.end(), &gone));
    else
      model.erase(was.place);
    queued.erase(&gone);
  };
  const auto remove = [&] {
    if (queued.empty()) return;
    auto victim = queued.lower_bound(alarms[below(alarms.size())].get());
    if (victim == queued.end()) victim = queued.begin();
    auto& gone = const_cast<alarm&>(*victim->first);
    wheel.remove(gone);
    forget(gone);
  };
  const auto advance = [&](std::uint64_t most_steps) {
    for (; most_steps != 0; --most_steps) {
      timer* taken = nullptr;
      const auto step = wheel.advance(now, taken);
      if (step == timer_wheel::step::nothing_due) {
        ASSERT_TRUE(late.empty());
        ASSERT_TRUE(model.empty() || model.begin()->first > now);
        break;
      }
      if (step == timer_wheel::step::moved) continue;
      auto& due = static_cast<alarm&>(*taken);
      ASSERT_TRUE(queued.contains(&due));
      ASSERT_LE(due.when(), now);
      if (!queued.at(&due).late) {
        ASSERT_EQ(model.begin()->second, &due);
      }
      forget(due);
    }
    if (!model.empty()) {
      ASSERT_LE(wheel.next(), model.begin()->first);
    }
    ASSERT_EQ(queued.empty(), wheel.next() == timer_wheel::never);
  };

  for (int round = 0; round != 60 && !::testing::Test::HasFailure(); ++round) {
    for (std::uint64_t i = below(80); i != 0; --i) insert();
    for (std::uint64_t i = below(40); i != 0; --i) remove();
    if (below(3) != 0) now += static_cast<std::int64_t>(below(std::uint64_t{1} << (1 + below(spread))));
    advance(below(4) == 0 ? UINT64_MAX : below(100));
  }
  now = latest;
  if (!::testing::Test::HasFailure()) advance(UINT64_MAX);
  EXPECT_TRUE(queued.empty());
}

TEST(timer_wheel, random_histories_agree_with_a_model) {  // R6, T12
  for (std::uint64_t seed = 1; seed <= 400 && !HasFailure(); ++seed) compare_with_model(seed);
  for (const std::uint64_t seed : {std::random_device{}(), std::random_device{}(), std::random_device{}()})
    if (!HasFailure()) compare_with_model(seed);
}

}  // namespace
