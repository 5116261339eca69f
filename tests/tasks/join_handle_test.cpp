// Handles of spawned tasks: joining, cancelling, results.
#include <actors/actors.hpp>

#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::join_handle;
using actors::spawn;
using actors::task;
using actors::usage_error;

task<int> number(int n) {
  co_await actors::yield();
  co_return n;
}
task<int> failing() {
  co_await actors::yield();
  throw std::runtime_error{"broken"};
}
task<> wait_long() { co_await actors::sleep(1h); }

TEST(join_handle, gives_a_reference_or_moves_the_result_out) {
  test::for_seeds(50, []() -> task<> {
    auto handle = spawn([]() -> task<std::vector<int>> { co_return std::vector<int>{1, 2, 3}; }());
    auto& kept = co_await handle;
    EXPECT_EQ(kept.size(), 3U);
    auto& again = co_await handle;
    EXPECT_EQ(&kept, &again);
    EXPECT_EQ(&handle.result(), &kept);
    const auto moved = co_await std::move(handle);
    EXPECT_EQ(moved.size(), 3U);
  });
}

TEST(join_handle, every_waiter_gets_the_result) {
  test::for_seeds(100, []() -> task<> {
    auto handle = spawn(number(5));
    std::vector<task<int>> waiters;
    for (int i = 0; i != 5; ++i) {
      waiters.push_back([](auto other) -> task<int> {
        const int got = co_await other;
        co_return got;
      }(handle));
    }
    for (const int got : co_await actors::gather(std::move(waiters))) EXPECT_EQ(got, 5);
  });
}

TEST(join_handle, every_waiter_gets_the_error) {  // R5
  test::for_seeds(50, []() -> task<> {
    auto handle = spawn(failing());
    for (int i = 0; i != 3; ++i) {
      bool thrown = false;
      try {
        co_await handle;
      } catch (const std::runtime_error&) {
        thrown = true;
      }
      EXPECT_TRUE(thrown);
    }
    EXPECT_THROW(handle.result(), std::runtime_error);
    EXPECT_FALSE(handle.was_cancelled());
  });
}

TEST(join_handle, empty_ones_and_results_too_early_are_errors) {  // T13
  test::run_simulated(1, []() -> task<> {
    join_handle<int> empty;
    EXPECT_FALSE(empty);
    EXPECT_THROW(empty.cancel(), usage_error);
    EXPECT_THROW(empty.done(), usage_error);
    EXPECT_THROW(empty.result(), usage_error);
    bool refused = false;
    try {
      co_await empty;
    } catch (const usage_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);

    auto running = spawn(number(1));
    EXPECT_FALSE(running.done());
    EXPECT_THROW(running.result(), usage_error);
    co_await running;
  }());
}

TEST(join_handle, awaiting_oneself_is_an_error) {  // T7
  test::run_simulated(1, []() -> task<> {
    join_handle<bool> self;
    self = spawn([](join_handle<bool>& me) -> task<bool> {
      bool refused = false;
      try {
        co_await me;
      } catch (const usage_error&) {
        refused = true;
      }
      co_return refused;
    }(self));
    const bool refused = co_await self;
    EXPECT_TRUE(refused);
    self = {};
  }());
}

TEST(join_handle, a_task_that_is_cancelled_before_it_started_never_runs) {  // T4
  test::for_seeds(50, []() -> task<> {
    bool ran = false;
    test::ledger books;
    auto handle = spawn([](bool& flag, test::counted) -> task<> {
      flag = true;
      co_return;
    }(ran, test::counted{books, 1}));
    EXPECT_TRUE(handle.cancel());
    bool thrown = false;
    try {
      co_await handle;
    } catch (const cancelled&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_FALSE(ran);
    EXPECT_EQ(books.alive(), 0);
  });
}

TEST(join_handle, cancel_says_false_once_the_task_is_done) {  // T4
  test::run_simulated(1, []() -> task<> {
    auto handle = spawn(number(1));
    co_await handle;
    EXPECT_FALSE(handle.cancel());
    EXPECT_FALSE(handle.was_cancelled());
  }());
}

TEST(join_handle, a_task_may_catch_a_cancellation_and_go_on) {  // T5
  test::for_seeds(50, []() -> task<> {
    auto handle = spawn([]() -> task<int> {
      int caught = 0;
      for (int i = 0; i != 3; ++i) {
        try {
          co_await actors::sleep(1h);
        } catch (const cancelled&) {
          ++caught;
        }
        co_await actors::sleep(1s);  // cleaning up, undisturbed
      }
      co_return caught;
    }());
    for (int i = 0; i != 3; ++i) {
      co_await actors::sleep(10s);
      handle.cancel();
    }
    const int caught = co_await handle;
    EXPECT_EQ(caught, 3);
    EXPECT_FALSE(handle.was_cancelled());
  });
}

TEST(join_handle, cancelling_the_waiting_task_cancels_the_one_it_waits_for) {  // T6
  test::for_seeds(100, []() -> task<> {
    auto inner = spawn(wait_long());
    auto middle = spawn([](auto next) -> task<> { co_await next; }(inner));
    auto outer = spawn([](auto next) -> task<> { co_await next; }(middle));
    co_await actors::sleep(1s);
    outer.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(inner.was_cancelled());
    EXPECT_TRUE(middle.was_cancelled());
    EXPECT_TRUE(outer.was_cancelled());
  });
}

TEST(join_handle, a_cancelled_waiter_waits_until_the_other_has_really_ended) {  // T6
  test::for_seeds(100, []() -> task<> {
    bool clean = false;
    auto inner = spawn([](bool& flag) -> task<> {
      bool asked = false;
      try {
        co_await actors::sleep(1h);
      } catch (const cancelled&) {
        asked = true;
      }
      co_await actors::sleep(5s);
      flag = asked;
    }(clean));
    auto outer = spawn([](auto next, const bool& flag) -> task<bool> {
      co_await next;  // ends with a value: the cancellation stays pending
      const bool was_clean = flag;
      bool pending = false;
      try {
        co_await actors::yield();
      } catch (const cancelled&) {
        pending = true;
      }
      const bool both = was_clean && pending;
      co_return both;
    }(inner, clean));
    co_await actors::sleep(1s);
    outer.cancel();
    const bool right = co_await outer;
    EXPECT_TRUE(right);
  });
}

TEST(join_handle, a_waiter_that_is_cancelled_before_it_waits_hands_that_on) {  // T6
  test::for_seeds(100, []() -> task<> {
    auto inner = spawn(wait_long());
    auto [go, gone] = actors::channel<int>(0);
    auto outer = spawn([](auto start, auto next) -> task<> {
      co_await start.receive();  // delivered first, then cancelled
      co_await next;
    }(std::move(gone), inner));
    co_await actors::sleep(1s);
    go.try_send(1);
    outer.cancel();
    co_await actors::sleep(1s);
    EXPECT_TRUE(inner.was_cancelled());
    EXPECT_TRUE(outer.was_cancelled());
  });
}

TEST(join_handle, the_end_of_a_task_that_somebody_else_cancelled_is_thrown_to_its_waiter) {
  test::for_seeds(100, []() -> task<> {
    auto inner = spawn(wait_long());
    auto outer = spawn([](auto next) -> task<bool> {
      bool thrown = false;
      try {
        co_await next;
      } catch (const cancelled&) {
        thrown = true;
      }
      co_await actors::sleep(1s);  // this task itself was not asked to stop
      co_return thrown;
    }(inner));
    co_await actors::sleep(1s);
    inner.cancel();
    const bool thrown = co_await outer;
    EXPECT_TRUE(thrown);
  });
}

TEST(join_handle, a_dropped_handle_leaves_the_task_running) {  // T11
  test::for_seeds(50, []() -> task<> {
    bool ended = false;
    spawn([](bool& flag) -> task<> {
      co_await actors::sleep(1s);
      flag = true;
    }(ended));
    co_await actors::sleep(2s);
    EXPECT_TRUE(ended);
  });
}

TEST(join_handle, plain_threads_wait_and_are_refused_on_a_worker) {  // C24
  actors::runtime here{{.workers = 2}};
  std::vector<std::jthread> threads;
  std::atomic<int> sum = 0;
  for (int i = 0; i != 200; ++i) {
    auto handle = here.spawn(number(i));
    handle.wait();
    EXPECT_TRUE(handle.done());
    EXPECT_EQ(handle.get(), i);
  }
  auto shared = here.spawn(number(3));
  for (int i = 0; i != 4; ++i) {
    threads.emplace_back([&sum, shared] {
      shared.wait();
      sum += shared.result();
    });
  }
  threads.clear();
  EXPECT_EQ(sum, 12);
  EXPECT_THROW(here.spawn(failing()).get(), std::runtime_error);
  const bool refused = here.run([]() -> task<bool> {
    auto handle = spawn(number(1));
    try {
      handle.get();
    } catch (const usage_error&) {
      co_return true;
    }
    co_return false;
  }());
  EXPECT_TRUE(refused);
}

TEST(join_handle, joining_races_with_the_end) {  // R1
  for (const unsigned workers : {2U, 4U}) {
    actors::runtime here{{.workers = workers}};
    here.run([]() -> task<> {
      for (int i = 0; i != 3000; ++i) {
        auto handle = spawn(number(i));
        auto other = spawn([](auto joined) -> task<int> { co_return co_await joined; }(handle));
        const int mine = co_await handle;
        const int theirs = co_await other;
        EXPECT_EQ(mine, i);
        EXPECT_EQ(theirs, i);
      }
    }());
  }
}

}  // namespace
