// event and latch under many schedules: nobody sleeps through a set, and who goes on may destroy them.
#include <actors/sync/event.hpp>
#include <actors/sync/latch.hpp>

#include "simulation/exploring.hpp"
#include "support/biased_locks.hpp"
#include "trying.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace {

using actors::event;
using actors::latch;
using actors::spawn;
using actors::task;
using test::holds_in_all;

class event_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, event_interleaving, testing::Values(1U << 20U, 1U));

task<> wait_for_it(event& ready, const int& value) {
  co_await ready.wait();
  EXPECT_EQ(value, 7);  // what was written before the set
}

task<> set_it(event& ready, int& value) {
  value = 7;
  ready.set();
  co_return;
}

task<> set_beside_waits() {
  event ready;
  int value = 0;
  auto one = spawn(wait_for_it(ready, value));
  auto two = spawn(wait_for_it(ready, value));
  auto three = spawn(wait_for_it(ready, value));
  auto stop = spawn(test::cancel(two));
  auto setting = spawn(set_it(ready, value));
  co_await one;
  co_await test::went_through(two);
  co_await three;
  co_await stop;
  co_await setting;
  EXPECT_TRUE(ready.is_set());
}

TEST_P(event_interleaving, nobody_sleeps_through_a_set) {  // Q4, C18
  holds_in_all(set_beside_waits, {.workers = 3});
}

task<> wait_without_more(event& ready) { co_await ready.wait(); }

// A clear right after the set takes it back from nobody who waited.
task<> set_and_clear() {
  event ready;
  auto waiting = spawn(wait_without_more(ready));
  while (!waiting.done()) {
    ready.set();
    ready.clear();
    co_await actors::yield();
  }
  EXPECT_FALSE(ready.is_set());
}

TEST_P(event_interleaving, a_pulse_wakes_who_waits) {  // Q4
  holds_in_all(set_and_clear);
}

task<> wait_and_destroy(event* ready) {
  co_await ready->wait();
  delete ready;
}

task<> set_by_pointer(event* ready) {
  ready->set();
  co_return;
}

// Another one waits, is cancelled and has left before: the set may have seen that somebody waits.
task<> destroy_while_it_is_set() {
  auto* ready = new event;
  auto leaving = spawn(wait_without_more(*ready));
  co_await actors::yield();
  leaving.cancel();
  auto setting = spawn(set_by_pointer(ready));
  co_await test::went_through(leaving);
  auto ending = spawn(wait_and_destroy(ready));
  co_await ending;
  co_await setting;
}

TEST_P(event_interleaving, it_may_be_destroyed_while_the_set_returns) {
  holds_in_all(destroy_while_it_is_set, {.workers = 3});
}

// ---- latch ---------------------------------------------------------------------------------------------------------

task<> count(latch* gate, int& written) {
  written = 1;
  gate->count_down();
  co_return;
}

task<> wait_and_destroy(latch* gate, const int& first, const int& second) {
  co_await gate->wait();
  EXPECT_EQ(first + second, 2);
  delete gate;
}

task<> wait_in_vain(latch* gate) { co_await gate->wait(); }

task<> count_down_and_destroy() {
  auto* gate = new latch{2};
  int first = 0;
  int second = 0;
  auto leaving = spawn(wait_in_vain(gate));
  co_await actors::yield();
  leaving.cancel();
  auto one = spawn(count(gate, first));
  auto two = spawn(count(gate, second));
  co_await test::went_through(leaving);
  auto ending = spawn(wait_and_destroy(gate, first, second));
  co_await ending;
  co_await one;
  co_await two;
}

TEST_P(event_interleaving, a_latch_opens_once_and_may_be_destroyed_then) {  // Q4, C18
  holds_in_all(count_down_and_destroy, {.workers = 3});
}

void open_for_a_thread() {
  latch gate{3};
  actors::runtime here{{.workers = 2}};
  const auto arrive = [](latch& at) -> task<> { co_await at.arrive_and_wait(); };
  auto one = here.spawn(arrive(gate));
  auto two = here.spawn(arrive(gate));
  gate.blocking_arrive_and_wait();
  EXPECT_TRUE(gate.try_wait());
  one.wait();
  two.wait();
}

TEST_P(event_interleaving, a_latch_opens_for_threads_and_tasks) {  // Q4
  holds_in_all(open_for_a_thread);
}

}  // namespace
