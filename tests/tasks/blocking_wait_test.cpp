// wait and as_completed from plain threads, over tasks and over calls of a pool.
#include <actors/actors.hpp>

#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <latch>
#include <stdexcept>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::join_handle;
using actors::return_when;
using actors::task;

task<int> after(actors::event& open, int n) {
  co_await open.wait();
  if (n < 0) throw std::runtime_error{"negative"};
  co_return n;
}

TEST(blocking_wait, tells_what_has_ended) {  // G3
  actors::runtime here{{.workers = 2}};
  actors::event first;
  actors::event second;
  const std::vector<join_handle<int>> handles{here.spawn(after(first, 1)), here.spawn(after(second, 2))};
  auto found = actors::blocking_wait(handles, 1ms);
  EXPECT_TRUE(found.done.empty());
  EXPECT_EQ(found.pending.size(), 2U);
  first.set();
  found = actors::blocking_wait(handles, return_when::first_completed);
  ASSERT_EQ(found.done.size(), 1U);
  EXPECT_EQ(found.done[0].result(), 1);
  second.set();
  found = actors::blocking_wait(handles);
  EXPECT_EQ(found.done.size(), 2U);
  EXPECT_EQ(found.done[1].result(), 2);
}

TEST(blocking_wait, ends_at_the_first_error) {  // G3
  actors::runtime here{{.workers = 2}};
  actors::event never;
  actors::event now;
  const std::vector<join_handle<int>> handles{here.spawn(after(never, 1)), here.spawn(after(now, -1))};
  now.set();
  const auto found = actors::blocking_wait(handles, 1h, return_when::first_exception);
  ASSERT_EQ(found.done.size(), 1U);
  EXPECT_THROW(static_cast<void>(found.done[0].result()), std::runtime_error);
  never.set();
  actors::blocking_wait(handles);
}

TEST(blocking_wait, as_completed_gives_calls_of_a_pool_in_the_order_of_their_ends) {  // G4
  actors::blocking_pool pool{{.max_threads = 3}};
  std::latch opened[3]{std::latch{1}, std::latch{1}, std::latch{1}};
  std::vector<join_handle<int>> calls;
  for (int i = 0; i != 3; ++i) {
    calls.push_back(pool.submit([&opened, i] {
      opened[i].wait();
      return i;
    }));
  }
  auto ends = actors::as_completed(calls);
  for (const int i : {2, 0, 1}) {
    opened[i].count_down();
    const auto next = ends.blocking_next();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->result(), i);
  }
  EXPECT_FALSE(ends.blocking_next());
}

TEST(blocking_wait, is_refused_on_a_worker) {
  actors::run([]() -> task<> {
    const std::vector<join_handle<int>> handles{actors::spawn([]() -> task<int> { co_return 1; }())};
    EXPECT_THROW(actors::blocking_wait(handles), actors::usage_error);
    auto ends = actors::as_completed(handles);
    EXPECT_THROW(ends.blocking_next(), actors::usage_error);
    co_return;
  }());
}

}  // namespace
