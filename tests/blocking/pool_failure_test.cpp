// The pool for blocking calls where the system has no more threads, under many schedules: every call ends, with its
// result or with the error, and nobody waits for a thread that does not come.
#include <actors/actors.hpp>
#include <actors/blocking_pool.hpp>

#include "exploring.hpp"

#include <gtest/gtest.h>

#include <system_error>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::blocking_pool;
using actors::join_handle;
using actors::spawn;
using actors::task;
using actors::detail::refuse_threads;
using test::holds_in_all;
using counter = actors::detail::atomic<int>;

/// Whether the call was made; false where there was no thread for it, or the pool was closed before.
bool was_made(join_handle<>& call) {
  try {
    call.get();
  } catch (const std::system_error&) {
    return false;
  } catch (const actors::pool_closed&) {
    return false;
  }
  return true;
}

TEST(pool_failure, a_call_without_a_thread_ends_with_the_error_and_the_next_one_tries_again) {  // R7
  holds_in_all(
      [] {
        blocking_pool pool{{.max_threads = 1}};
        refuse_threads(0, 2);
        for (int i = 0; i != 2; ++i) {
          auto call = pool.submit([] {});
          EXPECT_FALSE(was_made(call));
          EXPECT_EQ(pool.statistics().threads, 0U);
        }
        auto call = pool.submit([] {});
        EXPECT_TRUE(was_made(call));
        EXPECT_EQ(pool.statistics().done, 1U);
        EXPECT_EQ(pool.statistics().refused, 2U);
      },
      {}, 500);
}

// The thread that there is has gone to sleep, and nobody watches, when a call is queued that counts on the next one.
TEST(pool_failure, a_thread_that_sleeps_makes_the_call_that_counted_on_the_one_that_does_not_come) {  // R7
  holds_in_all([]() -> task<> {
    blocking_pool pool{{.max_threads = 2}};
    refuse_threads(2, 1);
    actors::detail::joining_thread other{[&] {
      auto one = pool.submit([] {});
      auto two = pool.submit([] {});
      EXPECT_TRUE(was_made(one));
      EXPECT_TRUE(was_made(two));
    }};
    co_await actors::sleep(500us);
    auto three = pool.submit([] {});
    co_await three;
    other = {};
    EXPECT_EQ(pool.statistics().done, 3U);
  });
}

TEST(pool_failure, calls_that_counted_on_the_thread_that_does_not_come_are_made_by_others) {  // R7
  holds_in_all([] {
    blocking_pool pool{{.max_threads = 2}};
    refuse_threads(2, 1);
    counter made{0};
    std::vector<join_handle<>> calls;
    actors::detail::joining_thread other{[&] {
      auto one = pool.submit([&made] { made.fetch_add(1); });
      auto two = pool.submit([&made] { made.fetch_add(1); });
      EXPECT_TRUE(was_made(one));
      EXPECT_TRUE(was_made(two));
    }};
    for (int i = 0; i != 2; ++i) calls.push_back(pool.submit([&made] { made.fetch_add(1); }));
    for (auto& each : calls) EXPECT_TRUE(was_made(each));
    other = {};
    EXPECT_EQ(made.load(), 4);
  });
}

TEST(pool_failure, who_waits_for_room_hears_of_it) {  // R7
  counter without{0};
  holds_in_all([&]() -> task<> {
    blocking_pool pool{{.max_threads = 1, .queue_bound = 1}};
    refuse_threads(0, 2);
    const auto submitting = [](blocking_pool& on) -> task<int> {
      auto call = co_await on.submit_async([] {});
      try {
        co_await call;
      } catch (const std::system_error&) {
        co_return 0;
      }
      co_return 1;
    };
    std::vector<join_handle<int>> all;
    for (int i = 0; i != 3; ++i) all.push_back(spawn(submitting(pool)));
    int made = 0;
    for (auto& each : all) made += co_await each;
    EXPECT_LE(made, 2);
    without.fetch_add(3 - made);
  });
  EXPECT_GT(without.load(), 0);
}

TEST(pool_failure, a_pool_is_closed_while_a_thread_fails_to_start) {  // R7
  for (const auto how : {actors::pool_shutdown::drain, actors::pool_shutdown::refuse}) {
    holds_in_all([how] {
      blocking_pool pool{{.max_threads = 3, .at_shutdown = how}};
      refuse_threads(2, 1);
      actors::detail::joining_thread other{[&] {
        try {
          for (int i = 0; i != 3; ++i) {
            auto call = pool.submit([] {});
            was_made(call);
          }
        } catch (const actors::pool_closed&) {
        }
      }};
      auto last = pool.submit([] {});
      pool.close(how);
      EXPECT_TRUE(last.done());
      const auto after = pool.statistics();
      EXPECT_EQ(after.threads, 0U);
      EXPECT_EQ(after.running, 0U);
      EXPECT_EQ(after.queued, 0U);
      const bool made = was_made(last);
      EXPECT_TRUE(made || how == actors::pool_shutdown::refuse);
    });
  }
}

TEST(pool_failure, a_pool_that_cannot_have_its_least_number_of_threads_is_not_made) {
  for (unsigned begun = 0; begun != 3; ++begun)
    holds_in_all(
        [begun] {
          refuse_threads(begun, 1);
          EXPECT_THROW((blocking_pool{{.min_threads = 3}}), std::system_error);
        },
        {}, 200);
  holds_in_all(
      [] {
        refuse_threads(1, 1);
        EXPECT_THROW((blocking_pool{{.min_threads = 1, .warn_after = 1ms}}), std::system_error);
      },
      {}, 200);
}

}  // namespace
