// blocking_pool::map: a function over a range, results in the order of the arguments.
#include <actors/actors.hpp>
#include <actors/blocking_pool.hpp>

#include "support/waiting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <list>
#include <memory>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using actors::blocking_pool;
using actors::task;

TEST(map, gives_the_results_in_the_order_of_the_arguments) {
  blocking_pool pool{{.max_threads = 4}};
  std::atomic<bool> second = false;
  const auto results = pool.map(
      [&](int n) {
        if (n == 1) test::spin_until([&] { return second.load(); });  // the first ends after the second
        if (n == 2) second = true;
        return std::to_string(n);
      },
      std::vector{1, 2, 3});
  EXPECT_EQ(results, (std::vector<std::string>{"1", "2", "3"}));
  EXPECT_EQ(pool.map([](const std::string& s) { return s.size(); }, std::list<std::string>{"a", "bb"}),
            (std::vector<std::size_t>{1, 2}));
  EXPECT_TRUE(pool.map([](int) { return 1; }, std::vector<int>{}).empty());
}

TEST(map, of_a_function_without_a_result_and_of_bools) {
  blocking_pool pool{{.max_threads = 2, .queue_bound = 1}};
  std::atomic<int> sum = 0;
  pool.map([&](int n) { sum += n; }, std::vector{1, 2, 3, 4});
  EXPECT_EQ(sum, 10);
  EXPECT_EQ(pool.map([](int n) { return n > 1; }, std::vector{1, 2}), (std::vector<bool>{false, true}));
}

TEST(map, throws_the_first_error_and_takes_back_what_is_queued) {  // G2
  blocking_pool pool{{.max_threads = 1}};
  std::atomic<int> made = 0;
  std::vector<int> numbers(1000);
  for (int i = 0; i != 1000; ++i) numbers[static_cast<std::size_t>(i)] = i;
  std::binary_semaphore gate{0};
  EXPECT_THROW(pool.map(
                   [&](int n) {
                     ++made;
                     if (n == 0) throw std::out_of_range{"zero"};
                     if (n == 1) gate.try_acquire_for(std::chrono::milliseconds{50});  // the map sees the error
                     if (n == 2) throw std::runtime_error{"two"};
                   },
                   numbers),
               std::out_of_range);
  EXPECT_LT(made, 1000);
  EXPECT_EQ(pool.statistics().done + pool.statistics().cancelled, 1000U);
}

TEST(map, in_a_task) {
  blocking_pool pool{{.max_threads = 3, .queue_bound = 2}};
  actors::run([](blocking_pool& mine) -> task<> {
    std::vector<int> numbers(100, 2);
    const std::vector<int> doubled = co_await mine.map_async([](int n) { return 2 * n; }, std::move(numbers));
    EXPECT_EQ(doubled, std::vector<int>(100, 4));
    bool thrown = false;
    std::vector<int> few{1, 2, 3};
    try {
      co_await mine.map_async([](int) { throw std::runtime_error{"no"}; }, std::move(few));
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
  }(pool));
}

TEST(map, in_a_task_hands_a_cancellation_on) {  // T6
  blocking_pool pool{{.max_threads = 1}};
  actors::run([](blocking_pool& mine) -> task<> {
    std::atomic<int> made = 0;
    std::counting_semaphore<> gate{0};
    auto mapping = actors::spawn([](blocking_pool& on, auto& count, auto& opens) -> task<> {
      std::vector<int> numbers(50, 1);
      co_await on.map_async(
          [&](int) {
            ++count;
            opens.acquire();
          },
          std::move(numbers));
    }(mine, made, gate));
    while (made == 0) co_await actors::yield();
    mapping.cancel();
    gate.release(1);
    while (mine.statistics().cancelled < 48) co_await actors::yield();
    gate.release(50);
    bool thrown = false;
    try {
      co_await mapping;
    } catch (const actors::cancelled&) {
      thrown = true;
    }
    EXPECT_TRUE(thrown);
    EXPECT_LE(made, 2);  // the second may have begun when the first ended
  }(pool));
}

TEST(map, is_refused_where_it_would_block_a_worker) {  // C24
  blocking_pool pool{{.queue_bound = 3}};
  actors::run([](blocking_pool& mine) -> task<> {
    EXPECT_THROW(mine.map([](int n) { return n; }, std::vector{1}), actors::usage_error);
    EXPECT_THROW(mine.submit([] {}), actors::usage_error);
    auto call = co_await mine.submit_async([](int n) { return n; }, 3);
    const int three = co_await call;
    EXPECT_EQ(three, 3);
  }(pool));
}

// The first call fails and cancels who waits for all: the error is thrown, and the cancellation is not forgotten,
// however many calls are waited for meanwhile.
TEST(map_async, forgets_no_cancellation_behind_an_error) {  // T5, T4
  for (const int count : {50, 300}) {
    actors::run([](int calls) -> task<> {
      actors::blocking_pool pool{{.max_threads = 2}};
      bool cancelled_later = false;
      auto mapping = actors::spawn([](actors::blocking_pool& on, int many, bool& later) -> task<> {
        std::vector<int> numbers(static_cast<std::size_t>(many));
        const actors::task_ref self = actors::current_task();
        const auto fails_first = [&self, first = std::make_shared<std::atomic<bool>>(true)](int) {
          if (!first->exchange(false)) return;
          self.cancel();
          throw std::runtime_error{"the first one"};
        };
        try {
          co_await on.map_async(fails_first, std::move(numbers));
        } catch (const std::runtime_error&) {
        } catch (const actors::cancelled&) {
          later = true;  // it came first
        }
        if (later) co_return;
        try {
          co_await actors::yield();
        } catch (const actors::cancelled&) {
          later = true;
        }
      }(pool, calls, cancelled_later));
      co_await mapping;
      EXPECT_TRUE(cancelled_later) << calls;
    }(count));
  }
}

}  // namespace
