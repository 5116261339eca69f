// barrier: generations, their completion, and what breaks them, under virtual time.
#include <actors/actors.hpp>
#include <actors/sync/barrier.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::barrier;
using actors::broken_barrier;
using actors::sleep;
using actors::spawn;
using actors::task;
using actors::usage_error;
using test::for_seeds;

// What became of those who came, by their number: their place, or one of these.
constexpr int broken = -1;
constexpr int threw = -2;
constexpr int nothing = -3;

task<> arrive(barrier& meeting, int at, int& result) {
  co_await sleep(at * 1ms);
  try {
    result = static_cast<int>(co_await meeting.arrive_and_wait());
  } catch (const broken_barrier&) {
    result = broken;
  } catch (const std::runtime_error&) {
    result = threw;
  }
}

TEST(barrier, gives_the_place_in_the_order_of_arrival) {
  for_seeds(20, []() -> task<> {
    barrier meeting{3};
    EXPECT_EQ(meeting.parties(), 3U);
    for (int generation = 0; generation != 2; ++generation) {
      int places[3] = {nothing, nothing, nothing};
      auto one = spawn(arrive(meeting, 3, places[0]));
      auto two = spawn(arrive(meeting, 1, places[1]));
      auto three = spawn(arrive(meeting, 10, places[2]));
      co_await sleep(5ms);
      EXPECT_EQ(meeting.waiting(), 2U);
      EXPECT_EQ(places[0], nothing);
      co_await one;
      co_await two;
      co_await three;
      EXPECT_EQ(places[0], 1);
      EXPECT_EQ(places[1], 0);
      EXPECT_EQ(places[2], 2);
      EXPECT_EQ(meeting.waiting(), 0U);
    }
  });
}

TEST(barrier, one_party_never_waits) {
  for_seeds(1, []() -> task<> {
    barrier meeting{1};
    const std::size_t place = co_await meeting.arrive_and_wait();
    EXPECT_EQ(place, 0U);
    EXPECT_THROW(barrier{0}, usage_error);
  });
}

TEST(barrier, completes_before_anybody_goes_on) {
  for_seeds(20, []() -> task<> {
    int places[2] = {nothing, nothing};
    int completions = 0;
    barrier meeting{2, [&] {
                      EXPECT_EQ(places[0], nothing);
                      EXPECT_EQ(places[1], nothing);
                      ++completions;
                    }};
    auto one = spawn(arrive(meeting, 1, places[0]));
    auto two = spawn(arrive(meeting, 1, places[1]));
    co_await one;
    co_await two;
    EXPECT_EQ(completions, 1);
  });
}

TEST(barrier, a_completion_that_throws_breaks_it) {
  for_seeds(20, []() -> task<> {
    int places[3] = {nothing, nothing, nothing};
    barrier meeting{3, [] { throw std::runtime_error{"no"}; }};
    auto one = spawn(arrive(meeting, 1, places[0]));
    auto two = spawn(arrive(meeting, 2, places[1]));
    auto three = spawn(arrive(meeting, 3, places[2]));
    co_await one;
    co_await two;
    co_await three;
    EXPECT_EQ(places[0], broken);
    EXPECT_EQ(places[1], broken);
    EXPECT_EQ(places[2], threw);
    EXPECT_TRUE(meeting.broken());
  });
}

TEST(barrier, an_abort_breaks_it_until_it_is_reset) {  // Q4
  for_seeds(20, []() -> task<> {
    barrier meeting{2};
    int places[4] = {nothing, nothing, nothing, nothing};
    auto waiting = spawn(arrive(meeting, 0, places[0]));
    co_await sleep(1ms);
    meeting.abort();
    co_await waiting;
    EXPECT_EQ(places[0], broken);
    EXPECT_TRUE(meeting.broken());
    auto later = spawn(arrive(meeting, 0, places[1]));
    co_await later;
    EXPECT_EQ(places[1], broken);
    meeting.reset();
    EXPECT_FALSE(meeting.broken());
    auto one = spawn(arrive(meeting, 1, places[2]));
    auto two = spawn(arrive(meeting, 2, places[3]));
    co_await one;
    co_await two;
    EXPECT_EQ(places[2], 0);
    EXPECT_EQ(places[3], 1);
  });
}

TEST(barrier, a_reset_sends_those_away_who_wait) {  // Q4
  for_seeds(20, []() -> task<> {
    barrier meeting{2};
    int place = nothing;
    auto waiting = spawn(arrive(meeting, 0, place));
    co_await sleep(1ms);
    meeting.reset();
    co_await waiting;
    EXPECT_EQ(place, broken);
    EXPECT_FALSE(meeting.broken());
    EXPECT_EQ(meeting.waiting(), 0U);
  });
}

// Those of a complete generation have not gone on yet when it is aborted: they pass, those who come then do not.
TEST(barrier, an_abort_while_a_generation_leaves_does_not_break_that) {  // Q4
  for_seeds(20, []() -> task<> {
    barrier meeting{3};
    int places[3] = {nothing, nothing, nothing};
    auto one = spawn(arrive(meeting, 1, places[0]));
    auto two = spawn(arrive(meeting, 2, places[1]));
    co_await sleep(10ms);
    const std::size_t place = co_await meeting.arrive_and_wait();
    EXPECT_EQ(place, 2U);
    meeting.abort();
    auto late = spawn(arrive(meeting, 0, places[2]));
    co_await one;
    co_await two;
    co_await late;
    EXPECT_EQ(places[0], 0);
    EXPECT_EQ(places[1], 1);
    EXPECT_EQ(places[2], broken);
  });
}

TEST(barrier, one_that_is_cancelled_does_not_count) {  // Q4, T6, C18
  for_seeds(20, []() -> task<> {
    barrier meeting{2};
    int places[3] = {nothing, nothing, nothing};
    auto cancelled = spawn(arrive(meeting, 0, places[0]));
    co_await sleep(1ms);
    cancelled.cancel();  // it has not run since: the next one meets nobody all the same
    auto one = spawn(arrive(meeting, 0, places[1]));
    co_await sleep(1ms);
    EXPECT_TRUE(cancelled.was_cancelled());
    EXPECT_FALSE(one.done());
    auto two = spawn(arrive(meeting, 0, places[2]));
    co_await one;
    co_await two;
    EXPECT_EQ(places[1], 0);
    EXPECT_EQ(places[2], 1);
  });
}

task<> cancel_and_arrive(barrier& meeting, const actors::join_handle<>& other, int& result) {
  other.cancel();
  result = static_cast<int>(co_await meeting.arrive_and_wait());
}

// The cancelled one is still listed when the last one arrives.
TEST(barrier, one_that_is_cancelled_a_moment_before_does_not_count) {  // Q4
  for_seeds(20, []() -> task<> {
    barrier meeting{2};
    int places[3] = {nothing, nothing, nothing};
    auto cancelled = spawn(arrive(meeting, 0, places[0]));
    co_await sleep(1ms);
    auto one = spawn(cancel_and_arrive(meeting, cancelled, places[1]));
    co_await sleep(1ms);
    EXPECT_EQ(places[1], nothing);
    EXPECT_EQ(meeting.waiting(), 1U);
    auto two = spawn(arrive(meeting, 0, places[2]));
    co_await one;
    co_await two;
    EXPECT_EQ(places[1], 0);
    EXPECT_EQ(places[2], 1);
  });
}

TEST(barrier, a_thread_may_arrive_but_no_worker) {
  barrier meeting{2};
  std::size_t sum = 0;
  std::thread other{[&] { sum += meeting.blocking_arrive_and_wait(); }};
  const std::size_t mine = meeting.blocking_arrive_and_wait();
  other.join();
  EXPECT_EQ(sum + mine, 1U);
  std::thread waiting{[&] { EXPECT_THROW(meeting.blocking_arrive_and_wait(), broken_barrier); }};
  meeting.abort();
  waiting.join();
  const auto block_a_worker = [](barrier& which) -> task<> {
    EXPECT_THROW(which.blocking_arrive_and_wait(), usage_error);
    co_return;
  };
  actors::run(block_a_worker(meeting));
}

}  // namespace
