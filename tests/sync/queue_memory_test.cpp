// The memory of queues: it is given back, and where there is none nothing is lost.
#include <actors/actors.hpp>

#include "queue_kinds.hpp"
#include "support/counted.hpp"
#include "support/short_of_memory.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <array>
#include <cstdint>
#include <new>
#include <thread>
#include <vector>

namespace {

using actors::channel_status;
using actors::task;
using test::counted_unique;
using test::short_of_memory;
using test::with_queue;

/// Puts `value` where memory is short; false where that could not be done.
template <class Queue>
bool try_to_put(Queue& queue, counted_unique&& value) {
  const short_of_memory now;
  try {
    return queue.try_put(std::move(value)) == channel_status::ok;
  } catch (const std::bad_alloc&) {
    return false;
  }
}

// Every put is tried without memory first.
TEST(queue_memory, that_is_short_changes_nothing) {  // Q1, C12
  for (const test::queue_order order : test::all_orders) {
    const test::queue_kind kind{.order = order};
    SCOPED_TRACE(kind.name());
    test::ledger books;
    std::vector<int> numbers;
    with_queue<counted_unique>(kind, [&](auto& queue) {
      int failed = 0;
      for (int i = 0; i != 1000; ++i) {
        numbers.push_back(i * 7919 % 1000);
        counted_unique value{books, numbers.back()};
        if (try_to_put(queue, std::move(value))) continue;
        ++failed;
        ASSERT_TRUE(value.holds()) << "it stays with its owner";  // NOLINT(bugprone-use-after-move)
        ASSERT_EQ(queue.size(), static_cast<std::size_t>(i));
        ASSERT_EQ(queue.unfinished(), static_cast<std::size_t>(i));
        ASSERT_EQ(queue.try_put(std::move(value)), channel_status::ok);
      }
      EXPECT_GE(failed, 8) << "it grew without memory?";
      EXPECT_LE(failed, 12);
      for (const int expected : kind.taken(numbers)) {
        const short_of_memory now;  // taking needs none
        auto taken = queue.try_get();
        if (!taken || taken->number() != expected) {
          ADD_FAILURE() << "expected " << expected;
          return;
        }
      }
      EXPECT_TRUE(queue.empty());
    });
    books.expect_settled();
    EXPECT_EQ(books.values_destroyed, 1000);
  }
}

template <class Queue>
task<> put_without_memory(Queue& queue, test::ledger& books) {
  counted_unique value{books, 1};
  auto putting = queue.put(std::move(value));
  bool failed = false;
  try {
    const short_of_memory now;
    co_await putting;
  } catch (const std::bad_alloc&) {
    failed = true;
  }
  EXPECT_TRUE(failed);
  EXPECT_EQ(queue.size(), 0U);
  co_await queue.put(counted_unique{books, 2});
  const counted_unique taken = co_await queue.get();
  EXPECT_EQ(taken.number(), 2);
}

TEST(queue_memory, that_is_short_is_told_to_who_puts) {
  for (const test::queue_order order : test::all_orders) {
    test::ledger books;
    with_queue<counted_unique>({.order = order, .size = 3}, [&](auto& queue) {
      actors::run(put_without_memory(queue, books), {.workers = 1});
      counted_unique value{books, 3};
      EXPECT_EQ(queue.size(), 0U);
    });
    books.expect_settled();
  }
}

// What waits is admitted by the one who gets, which cannot fail.
TEST(queue_memory, is_not_needed_to_admit_what_waits) {
  for (const test::queue_order order : test::all_orders) {
    for (const int size : {1, 2, 4, 64}) {
      const test::queue_kind kind{.order = order, .size = size};
      SCOPED_TRACE(kind.name());
      with_queue<int>(kind, [&](auto& queue) {
        for (int i = 0; i != size; ++i) queue.try_put(i);
        std::thread producer{[&] {
          for (int i = size; i != 4 * size; ++i) queue.blocking_put(i);
        }};
        for (int i = 0; i != 4 * size; ++i) {
          while (queue.empty()) std::this_thread::yield();
          const short_of_memory now;
          EXPECT_TRUE(queue.try_get());
        }
        producer.join();
        EXPECT_TRUE(queue.empty());
      });
    }
  }
}

std::size_t memory_in_use() {
  const struct mallinfo2 now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

template <class T>
void burst(int count, std::size_t allowed) {
  for (const test::queue_order order : test::all_orders) {
    const test::queue_kind kind{.order = order};
    SCOPED_TRACE(kind.name());
    const auto as_they_come = [](const T&, const T&) { return false; };
    const auto use = [&](auto& queue) {
      const std::size_t before = memory_in_use();
      for (int repeated = 0; repeated != 3; ++repeated) {
        for (int i = 0; i != count; ++i) queue.try_put(T{});
        EXPECT_GT(memory_in_use(), before + static_cast<std::size_t>(count) * sizeof(T));
        for (int i = 0; i != count; ++i) queue.try_get();
        EXPECT_LT(memory_in_use(), before + allowed);
      }
      for (int i = 0; i != count; ++i) queue.try_put(T{});
      queue.shutdown(actors::queue_shutdown::immediate);
      EXPECT_LT(memory_in_use(), before + allowed);
    };
    if (order == test::queue_order::first) {
      actors::queue<T> queue;
      use(queue);
    } else if (order == test::queue_order::last) {
      actors::lifo_queue<T> queue;
      use(queue);
    } else {
      actors::priority_queue<T, decltype(as_they_come)> queue;
      use(queue);
    }
  }
}

TEST(queue_memory, of_a_burst_is_given_back) {  // C21
  burst<std::array<std::uint64_t, 8>>(100'000, 256 * 1024);
  burst<std::array<unsigned char, 32 * 1024>>(500, 1024 * 1024);
}

}  // namespace
