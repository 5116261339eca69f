// The pool for blocking calls under many schedules: cancellation against the thread that takes the call, threads that
// leave, shutdown with calls queued, room.
#include <actors/actors.hpp>
#include <actors/blocking_pool.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::blocking;
using actors::blocking_pool;
using actors::cancelled;
using actors::join_handle;
using actors::pool_closed;
using actors::pool_shutdown;
using actors::spawn;
using actors::task;
using test::holds_in_all;
using counter = actors::detail::atomic<int>;

/// Ends of a call: its result, or why there is none.
int value_or(join_handle<int>& call, int if_cancelled, int if_refused) {
  try {
    return call.get();
  } catch (const cancelled&) {
    return if_cancelled;
  } catch (const pool_closed&) {
    return if_refused;
  }
}

TEST(pool_interleaving, a_call_submitted_by_a_plain_thread_ends) {  // R7
  holds_in_all([] {
    blocking_pool pool{{.max_threads = 1}};
    EXPECT_EQ(pool.submit([] { return 7; }).get(), 7);
    EXPECT_EQ(pool.submit([](int a) { return a + 1; }, 7).get(), 8);
  });
}

TEST(pool_interleaving, the_limit_holds_and_all_calls_are_made) {  // R7
  for (const std::size_t limit : {1U, 2U}) {
    holds_in_all(
        [limit] {
          blocking_pool pool{{.max_threads = limit}};
          counter inside{0};
          std::vector<join_handle<>> calls;
          for (int i = 0; i != 4; ++i)
            calls.push_back(pool.submit([&] {
              EXPECT_LE(inside.fetch_add(1), static_cast<int>(limit) - 1);
              inside.fetch_sub(1);
            }));
          for (auto& each : calls) each.get();
          EXPECT_EQ(pool.statistics().done, 4U);
          EXPECT_EQ(pool.statistics().running, 0U);
        },
        {}, 1'000);
  }
}

TEST(pool_interleaving, a_thread_that_is_about_to_leave_drops_no_call) {  // R7
  for (const auto keep_alive : {0ms, 1ms}) {
    holds_in_all(
        [keep_alive]() -> task<> {
          blocking_pool pool{{.max_threads = 2, .keep_alive = keep_alive}};
          for (int i = 0; i != 3; ++i) {
            co_await blocking(pool, [] {});
            if (i != 1) co_await actors::sleep(1ms);
          }
          auto one = pool.submit([] { return 1; });
          auto two = pool.submit([] { return 2; });
          const int first = co_await one;
          const int second = co_await two;
          EXPECT_EQ(first + second, 3);
        },
        {}, 1'500);
  }
}

TEST(pool_interleaving, the_least_number_of_threads_stays_and_others_leave) {  // R7
  holds_in_all(
      []() -> task<> {
        blocking_pool pool{{.min_threads = 1, .max_threads = 3, .keep_alive = 5ms}};
        auto one = pool.submit([] {});
        auto two = pool.submit([] {});
        co_await one;
        co_await two;
        co_await actors::sleep(1h);
        EXPECT_EQ(pool.statistics().threads, 1U);
        EXPECT_EQ(pool.statistics().idle, 1U);
        EXPECT_EQ(pool.statistics().done, 2U);
      },
      {}, 500);
}

TEST(pool_interleaving, a_cancellation_races_with_the_thread_that_takes_the_call) {  // T6
  counter backs{0};
  counter gone{0};
  holds_in_all([&] {
    blocking_pool pool{{.max_threads = 1}};
    int made = 0;
    auto call = pool.submit([&made] { return ++made; });
    call.cancel();
    call.cancel();
    const int result = value_or(call, 0, -1);
    EXPECT_TRUE(call.done());
    pool.close(pool_shutdown::drain);
    EXPECT_EQ(result, made);
    (result == 0 ? backs : gone).fetch_add(1);
  });
  EXPECT_GT(backs.load(), 0);
  EXPECT_GT(gone.load(), 0);
}

TEST(pool_interleaving, a_cancellation_by_another_thread_ends_the_wait) {  // T6
  holds_in_all([] {
    blocking_pool pool{{.max_threads = 1}};
    int made = 0;
    auto first = pool.submit([] {});
    auto call = pool.submit([&made] { return ++made; });
    actors::detail::joining_thread other{[call] { call.cancel(); }};
    const int result = value_or(call, 0, -1);
    first.get();
    pool.close(pool_shutdown::drain);
    EXPECT_EQ(result, made);
  });
}

TEST(pool_interleaving, an_awaited_call_is_cancelled_at_any_moment) {  // T6, C16
  holds_in_all([]() -> task<> {
    int made = 0;
    int result = 0;
    {
      blocking_pool pool{{.max_threads = 1}};
      auto calling = spawn([](blocking_pool& on, int& count) -> task<int> {
        const int value = co_await blocking(on, [&count] { return ++count; });
        co_return value;
      }(pool, made));
      co_await actors::yield();
      calling.cancel();
      try {
        result = co_await calling;
      } catch (const cancelled&) {
      }
    }
    EXPECT_EQ(result, made);
  });
}

TEST(pool_interleaving, what_runs_is_asked_to_stop_however_the_two_meet) {  // T6
  counter stopped{0};
  holds_in_all([&] {
    blocking_pool pool{{.max_threads = 1}};
    counter begun{0};
    auto call = pool.submit([&](std::stop_token stop) {
      begun.store(1);
      begun.notify_all();
      while (!stop.stop_requested()) actors::detail::give_way(0);
      return 3;
    });
    begun.wait(0);
    call.cancel();
    EXPECT_EQ(call.get(), 3);
    auto second = pool.submit([](std::stop_token stop) {
      for (int i = 0; i != 3 && !stop.stop_requested(); ++i) actors::detail::give_way(0);
      return stop.stop_requested() ? 1 : 0;
    });
    second.cancel();
    if (value_or(second, -1, -2) == 1) stopped.fetch_add(1);
  });
  EXPECT_GT(stopped.load(), 0);
}

TEST(pool_interleaving, at_its_end_a_pool_drains_its_queue) {  // R7
  holds_in_all([] {
    counter made{0};
    std::vector<join_handle<>> calls;
    {
      blocking_pool pool{{.max_threads = 2, .at_shutdown = pool_shutdown::drain}};
      for (int i = 0; i != 4; ++i) calls.push_back(pool.submit([&made] { made.fetch_add(1); }));
    }
    EXPECT_EQ(made.load(), 4);
    for (auto& each : calls) {
      EXPECT_TRUE(each.done());
      each.get();
    }
  });
}

// Whoever closes it looks for threads: the one that is being started is in no list yet, and is then.
TEST(pool_interleaving, a_pool_is_closed_while_another_thread_starts_one) {  // R7
  holds_in_all([] {
    blocking_pool pool{{.max_threads = 2}};
    actors::detail::joining_thread other{[&pool] {
      try {
        pool.submit([] {}).wait();
      } catch (const pool_closed&) {
      }
    }};
    auto call = pool.submit([] {});
    pool.close(pool_shutdown::drain);
    EXPECT_TRUE(call.done());
    EXPECT_EQ(pool.statistics().threads, 0U);
  });
}

TEST(pool_interleaving, or_refuses_it_and_a_cancellation_may_come_between) {  // R7
  counter refused{0};
  counter taken_back{0};
  holds_in_all([&] {
    int made = 0;
    int values = 0;
    std::vector<join_handle<int>> calls;
    {
      auto pool = std::make_unique<blocking_pool>(
          actors::blocking_pool_options{.max_threads = 1, .at_shutdown = pool_shutdown::refuse});
      for (int i = 0; i != 3; ++i) calls.push_back(pool->submit([&made] { return ++made != 0 ? 1 : 0; }));
      actors::detail::joining_thread other{[call = calls[1]] { call.cancel(); }};
      pool.reset();
    }
    for (auto& each : calls) {
      const int found = value_or(each, 10, 100);
      if (found == 1) ++values;
      if (found == 10) taken_back.fetch_add(1);
      if (found == 100) refused.fetch_add(1);
    }
    EXPECT_EQ(values, made);
  });
  EXPECT_GT(refused.load(), 0);
  EXPECT_GT(taken_back.load(), 0);
}

TEST(pool_interleaving, tasks_whose_calls_are_refused_go_on) {  // R7
  holds_in_all([]() -> task<> {
    auto pool = std::make_unique<blocking_pool>(
        actors::blocking_pool_options{.max_threads = 1, .at_shutdown = pool_shutdown::refuse});
    counter made{0};
    const auto calling = [](blocking_pool& on, counter& count) -> task<int> {
      try {
        co_await blocking(on, [&count] { count.fetch_add(1); });
      } catch (const pool_closed&) {
        co_return 0;
      }
      co_return 1;
    };
    auto first = spawn(calling(*pool, made));
    auto second = spawn(calling(*pool, made));
    co_await blocking([&pool] { pool->close(pool_shutdown::refuse); });
    const int one = co_await first;
    const int two = co_await second;
    EXPECT_EQ(one + two, made.load());
    pool.reset();
  });
}

// Who refuses them walks through calls of which one is being taken back: its frame goes at that moment. Nobody waits
// for those tasks, which may begin when the others have ended: they keep the pool.
TEST(pool_interleaving, tasks_are_cancelled_while_their_calls_are_refused) {  // R7, T6
  holds_in_all([]() -> task<> {
    auto pool = std::make_shared<blocking_pool>(
        actors::blocking_pool_options{.max_threads = 1, .at_shutdown = pool_shutdown::refuse});
    const auto calling = [](std::shared_ptr<blocking_pool> on) -> task<> {
      try {
        co_await blocking(*on, [] {});
      } catch (const pool_closed&) {
      }
    };
    std::vector<join_handle<>> all;
    for (int i = 0; i != 4; ++i) all.push_back(spawn(calling(pool)));
    co_await actors::yield();
    const auto cancelling = [](join_handle<> second, join_handle<> third) -> task<> {
      second.cancel();
      third.cancel();
      co_return;
    };
    auto canceller = spawn(cancelling(std::move(all[1]), std::move(all[2])));
    co_await blocking([&pool] { pool->close(pool_shutdown::refuse); });
    co_await canceller;
    co_await all[0];
    co_await all[3];
  });
}

TEST(pool_interleaving, a_plain_thread_waits_for_room) {
  holds_in_all([] {
    blocking_pool pool{{.max_threads = 1, .queue_bound = 1}};
    counter made{0};
    std::vector<join_handle<>> calls;
    actors::detail::joining_thread other{[&] { pool.submit([&made] { made.fetch_add(1); }).get(); }};
    for (int i = 0; i != 3; ++i) calls.push_back(pool.submit([&made] { made.fetch_add(1); }));
    EXPECT_LE(pool.statistics().queued, 1U);
    for (auto& each : calls) each.get();
    other = {};
    EXPECT_EQ(made.load(), 4);
  });
}

TEST(pool_interleaving, a_task_waits_for_room_and_can_be_cancelled_there) {  // T6
  holds_in_all([]() -> task<> {
    blocking_pool pool{{.max_threads = 1, .queue_bound = 1}};
    counter made{0};
    const auto submitting = [](blocking_pool& on, counter& count) -> task<int> {
      auto call = co_await on.submit_async([&count] { count.fetch_add(1); });
      co_await call;
      co_return 1;
    };
    std::vector<join_handle<int>> all;
    for (int i = 0; i != 4; ++i) all.push_back(spawn(submitting(pool, made)));
    co_await actors::yield();
    all[2].cancel();
    int ended = 0;
    for (auto& each : all) {
      try {
        ended += co_await each;
      } catch (const cancelled&) {
      }
    }
    EXPECT_GE(ended, 3);
    EXPECT_GE(made.load(), ended);
    EXPECT_LE(made.load(), 4);
  });
}

TEST(pool_interleaving, those_who_wait_for_room_are_refused_at_the_end) {  // R7
  holds_in_all([]() -> task<> {
    auto pool = std::make_unique<blocking_pool>(
        actors::blocking_pool_options{.max_threads = 1, .queue_bound = 1, .at_shutdown = pool_shutdown::refuse});
    const auto submitting = [](blocking_pool& on) -> task<int> {
      try {
        auto call = co_await on.submit_async([] {});
        co_await call;
      } catch (const pool_closed&) {
        co_return 0;
      }
      co_return 1;
    };
    std::vector<join_handle<int>> all;
    for (int i = 0; i != 3; ++i) all.push_back(spawn(submitting(*pool)));
    co_await actors::yield();
    co_await blocking([&pool] { pool->close(pool_shutdown::refuse); });
    for (auto& each : all) co_await each;
  });
}

TEST(pool_interleaving, a_run_that_ends_takes_back_what_was_submitted) {  // T2
  holds_in_all([]() -> task<> {
    for (int i = 0; i != 3; ++i) actors::submit([] {});
    co_return;
  });
}

TEST(pool_interleaving, a_runtime_drains_its_pool_if_asked) {  // T2, R7
  holds_in_all(
      [] {
        counter made{0};
        {
          actors::runtime here{{.workers = 1, .blocking_threads = 1, .blocking_at_shutdown = pool_shutdown::drain}};
          here.run([](counter& count) -> task<> {
            for (int i = 0; i != 3; ++i) actors::submit([&count] { count.fetch_add(1); });
            co_return;
          }(made));
          EXPECT_EQ(made.load(), 3);
        }
      },
      {}, 1'000);
}

TEST(pool_interleaving, a_map_gives_its_results_in_order) {
  holds_in_all(
      []() -> task<> {
        blocking_pool pool{{.max_threads = 2, .queue_bound = 2}};
        std::vector numbers{1, 2, 3, 4};
        const std::vector<int> squares = co_await pool.map_async([](int n) { return n * n; }, std::move(numbers));
        EXPECT_EQ(squares, (std::vector{1, 4, 9, 16}));
      },
      {}, 1'000);
}

}  // namespace
