// barrier under many schedules: generations, cancellations, aborts and resets at any moment.
#include <actors/sync/barrier.hpp>

#include "simulation/exploring.hpp"
#include "support/biased_locks.hpp"
#include "trying.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace {

using actors::barrier;
using actors::broken_barrier;
using actors::spawn;
using actors::task;
using test::holds_in_all;

class barrier_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, barrier_interleaving, testing::Values(1U << 20U, 1U));

task<> step(barrier& meeting, std::atomic<int>& arrived, int parties, std::vector<std::size_t>& places) {
  for (std::size_t generation = 0; generation != 2; ++generation) {
    ++arrived;
    const std::size_t place = co_await meeting.arrive_and_wait();
    EXPECT_GE(arrived, static_cast<int>(generation + 1) * parties);
    places.push_back(place);
  }
}

task<> meet_twice() {
  int completions = 0;
  barrier meeting{3, [&] { ++completions; }};
  std::atomic<int> arrived{0};
  std::vector<std::size_t> places[3];
  auto one = spawn(step(meeting, arrived, 3, places[0]));
  auto two = spawn(step(meeting, arrived, 3, places[1]));
  auto three = spawn(step(meeting, arrived, 3, places[2]));
  co_await one;
  co_await two;
  co_await three;
  EXPECT_EQ(completions, 2);
  for (std::size_t generation = 0; generation != 2; ++generation) {
    std::vector<std::size_t> all;
    for (const auto& each : places) all.push_back(each[generation]);
    std::sort(all.begin(), all.end());
    EXPECT_EQ(all, (std::vector<std::size_t>{0, 1, 2}));
  }
}

TEST_P(barrier_interleaving, all_meet_in_each_generation) {  // Q4
  holds_in_all(meet_twice, {.workers = 3});
}

task<> arrive(barrier& meeting, std::atomic<int>& passed) {
  co_await meeting.arrive_and_wait();
  ++passed;
}

// Of three one is cancelled, at any moment: two pass, or none but with another one.
task<> cancel_one() {
  barrier meeting{2};
  std::atomic<int> passed{0};
  auto one = spawn(arrive(meeting, passed));
  auto two = spawn(arrive(meeting, passed));
  auto stop = spawn(test::cancel(one));
  co_await stop;
  const bool both = co_await test::went_through(one);
  if (!both) {
    EXPECT_EQ(passed, 0) << "nobody passes with one that was cancelled";
    auto three = spawn(arrive(meeting, passed));
    co_await three;
  }
  co_await two;
  EXPECT_EQ(passed, 2);
  EXPECT_EQ(meeting.waiting(), 0U);
}

TEST_P(barrier_interleaving, a_cancelled_task_does_not_count) {  // Q4, C18
  holds_in_all(cancel_one, {.workers = 3});
}

task<> arrive_or_break(barrier& meeting, std::atomic<int>& passed, std::atomic<int>& broken) {
  try {
    co_await meeting.arrive_and_wait();
    ++passed;
  } catch (const broken_barrier&) {
    ++broken;
  }
}

task<> abort_it(barrier& meeting) {
  meeting.abort();
  co_return;
}

// A generation that is complete passes, all of it; one that is not breaks, all of it.
task<> abort_beside_arrivals() {
  barrier meeting{2};
  std::atomic<int> passed{0};
  std::atomic<int> broken{0};
  auto one = spawn(arrive_or_break(meeting, passed, broken));
  auto two = spawn(arrive_or_break(meeting, passed, broken));
  auto stop = spawn(abort_it(meeting));
  co_await one;
  co_await two;
  co_await stop;
  EXPECT_EQ(passed + broken, 2);
  EXPECT_TRUE(passed == 0 || passed == 2) << passed;
  EXPECT_TRUE(meeting.broken());
  meeting.reset();
  auto three = spawn(arrive_or_break(meeting, passed, broken));
  auto four = spawn(arrive_or_break(meeting, passed, broken));
  co_await three;
  co_await four;
  EXPECT_GE(passed, 2);
}

TEST_P(barrier_interleaving, an_abort_breaks_a_generation_as_a_whole_or_not_at_all) {  // Q4
  holds_in_all(abort_beside_arrivals, {.workers = 3});
}

task<> arrive_and_destroy(barrier* meeting) {
  const std::size_t place = co_await meeting->arrive_and_wait();
  if (place == 0) delete meeting;
}

task<> destroy_while_the_last_arrives() {
  auto* meeting = new barrier{3};
  auto one = spawn(arrive_and_destroy(meeting));
  auto two = spawn(arrive_and_destroy(meeting));
  auto three = spawn(arrive_and_destroy(meeting));
  co_await one;
  co_await two;
  co_await three;
}

TEST_P(barrier_interleaving, it_may_be_destroyed_while_the_last_arrival_returns) {
  holds_in_all(destroy_while_the_last_arrives, {.workers = 3});
}

void meet_a_thread() {
  barrier meeting{3};
  std::atomic<int> passed{0};
  actors::runtime here{{.workers = 2}};
  auto one = here.spawn(arrive(meeting, passed));
  auto two = here.spawn(arrive(meeting, passed));
  meeting.blocking_arrive_and_wait();
  one.wait();
  two.wait();
  EXPECT_EQ(passed, 2);
}

TEST_P(barrier_interleaving, threads_and_tasks_meet) {  // Q4
  holds_in_all(meet_a_thread);
}

}  // namespace
