// The end of a run: what is left is cancelled and waited for, whatever the tasks do meanwhile.
#include <actors/actors.hpp>

#include "support/counted.hpp"
#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::spawn;
using actors::task;

class shutdown : public ::testing::TestWithParam<unsigned> {
 protected:
  template <class T>
  static T run(task<T> main) {
    return actors::run(std::move(main), {.workers = GetParam()});
  }
};
INSTANTIATE_TEST_SUITE_P(workers, shutdown, ::testing::Values(1U, 2U, 4U));

TEST_P(shutdown, what_is_left_is_cancelled_and_waited_for) {  // T2
  test::ledger books;
  std::atomic<int> cancellations = 0;
  const auto [sender, receiver_end] =
      actors::channel<int>(0);  // outlives the tasks: only cancellations end their waits
  const auto& receiver = receiver_end;
  run([&]() -> task<> {
    for (int i = 0; i != 50; ++i) {
      spawn([](auto in, test::counted, auto& count) -> task<> {
        try {
          co_await in.receive();
        } catch (const cancelled&) {
          ++count;
          throw;
        }
      }(receiver, test::counted{books, i}, cancellations));
      spawn([](test::counted, auto& count) -> task<> {
        try {
          co_await actors::sleep(1h);
        } catch (const cancelled&) {
          ++count;
          throw;
        }
      }(test::counted{books, i}, cancellations));
    }
    co_await actors::sleep(5ms);
  }());
  EXPECT_EQ(cancellations, 100);
  books.expect_settled();
}

TEST_P(shutdown, tasks_that_hardly_started_are_ended_too) {  // T2
  test::ledger books;
  for (int round = 0; round != 100; ++round) {
    run([&]() -> task<> {
      for (int i = 0; i != 100; ++i)
        spawn([](test::counted) -> task<> { co_await actors::yield(); }(test::counted{books, i}));
      co_return;
    }());
    ASSERT_EQ(books.alive(), 0);
  }
  books.expect_settled();
}

TEST_P(shutdown, a_task_that_cleans_up_with_waits_is_waited_for) {  // T2, T5
  std::atomic<bool> clean = false;
  run([&]() -> task<> {
    spawn([](auto& flag) -> task<> {
      bool asked = false;
      try {
        co_await actors::sleep(1h);
      } catch (const cancelled&) {
        asked = true;
      }
      EXPECT_TRUE(asked);
      for (int i = 0; i != 5; ++i) co_await actors::sleep(1ms);
      flag = true;
    }(clean));
    co_await actors::sleep(1ms);
  }());
  EXPECT_TRUE(clean);
}

TEST_P(shutdown, tasks_spawned_meanwhile_are_refused_or_run_but_never_lost) {  // R3
  test::ledger books;
  for (int round = 0; round != 200; ++round) {
    run([&]() -> task<> {
      for (int i = 0; i != 20; ++i) {
        spawn([](test::counted value, test::ledger& ledger) -> task<> {
          try {
            co_await actors::sleep(1h);
          } catch (const cancelled&) {
          }
          // The parent ends while its children begin, on whichever workers.
          for (int k = 0; k != 3; ++k)
            spawn([](test::counted) -> task<> { co_return; }(test::counted{ledger, value.number()}));
        }(test::counted{books, i}, books));
      }
      co_await actors::yield();
    }());
    ASSERT_EQ(books.alive(), 0);
  }
  books.expect_settled();
}

TEST_P(shutdown, another_thread_spawns_until_the_end) {  // R3
  test::ledger books;
  for (int round = 0; round != 20; ++round) {
    actors::runtime here{{.workers = GetParam()}};
    std::atomic<bool> stop = false;
    std::jthread other{[&] {
      while (!stop) {
        auto handle = here.spawn([](test::counted) -> task<> { co_await actors::yield(); }(test::counted{books, 1}));
        handle.wait();
      }
    }};
    for (int i = 0; i != 20; ++i) here.run([]() -> task<> { co_await actors::yield(); }());
    stop = true;
  }
  books.expect_settled();
}

TEST_P(shutdown, a_channel_with_waiting_tasks_on_both_ends_of_a_cycle_is_taken_apart) {  // T2
  test::ledger books;
  run([&]() -> task<> {
    auto [tx, rx] = actors::channel<test::counted>(1);
    for (int i = 0; i != 10; ++i) {
      spawn([](auto out, auto in, test::ledger& ledger) -> task<> {  // holds both ends: nobody else closes it
        for (;;) {
          co_await out.send(test::counted{ledger, 1});
          co_await out.send(test::counted{ledger, 2});
          co_await in.receive();
        }
      }(tx, rx, books));
    }
    co_await actors::sleep(1ms);
  }());
  books.expect_settled();
}

TEST_P(shutdown, a_blocking_call_that_runs_is_waited_for) {  // T2, R7
  std::atomic<bool> ended = false;
  run([&]() -> task<> {
    std::atomic<bool> begun = false;
    spawn([](auto& begin, auto& end) -> task<> {
      co_await actors::blocking([&] {
        begin = true;
        for (int i = 0; i != 1000; ++i) std::this_thread::yield();
        end = true;
      });
    }(begun, ended));
    while (!begun) co_await actors::yield();
  }());
  EXPECT_TRUE(ended);
}

TEST(shutdown_race, another_thread_sends_the_last_value_and_the_runtime_ends_at_once) {
  // Whoever posts from outside is done with the runtime when the runtime is gone.
  for (int round = 0; round != 500; ++round) {
    auto [tx, rx] = actors::channel<int>(1);
    std::atomic<bool> waiting = false;
    std::jthread other{[out = std::move(tx), &waiting] {
      test::spin_until([&] { return waiting.load(); });
      out.try_send(1);
    }};
    actors::run(
        [](auto in, auto& flag) -> task<> {
          flag = true;
          co_await in.receive();
        }(std::move(rx), waiting),
        {.workers = 1});
  }
}

TEST(shutdown_race, another_thread_posts_to_a_busy_runtime_that_ends_at_once) {
  for (int round = 0; round != 100; ++round) {
    auto [tx, rx] = actors::channel<int>(1);
    std::atomic<bool> waiting = false;
    std::jthread other{[out = std::move(tx), &waiting] {
      test::spin_until([&] { return waiting.load(); });
      out.try_send(1);
    }};
    actors::run(
        [](auto in, auto& flag) -> task<> {
          auto receiving = spawn([](auto from) -> task<> { co_await from.receive(); }(std::move(in)));
          co_await actors::yield();
          flag = true;
          while (!receiving.done()) co_await actors::yield();  // the worker is awake when the value comes
        }(std::move(rx), waiting),
        {.workers = 1});
  }
}

TEST(shutdown_race, a_blocking_call_ends_the_last_task_and_the_runtime_ends_at_once) {
  for (int round = 0; round != 500; ++round)
    actors::run([]() -> task<> { co_await actors::blocking([] {}); }(), {.workers = 1});
}

TEST(shutdown_race, another_thread_cancels_while_the_runtime_ends) {
  for (int round = 0; round != 500; ++round) {
    actors::join_handle<> handle;
    std::jthread other;
    {
      actors::runtime here{{.workers = 1}};
      handle = here.spawn([]() -> task<> { co_await actors::sleep(1h); }());
      other = std::jthread{[&handle] { handle.cancel(); }};
      EXPECT_THROW(handle.get(), cancelled);
    }
    other.join();
  }
}

TEST(shutdown_race, a_handle_outlives_its_runtime) {  // T9: also with an error that nobody looked at
  actors::join_handle<> failed;
  actors::join_handle<int> good;
  {
    actors::runtime here{{.workers = 1}};
    failed = here.spawn([]() -> task<> {
      throw std::runtime_error{"seen late"};
      co_return;
    }());
    good = here.spawn([]() -> task<int> { co_return 5; }());
    failed.wait();
    good.wait();
  }
  EXPECT_TRUE(good.done());
  EXPECT_EQ(good.result(), 5);
  EXPECT_FALSE(good.cancel());
  ::testing::internal::CaptureStderr();
  failed = {};
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("seen late"), std::string::npos);
}

}  // namespace
