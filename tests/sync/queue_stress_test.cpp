// Queues on real workers and plain threads at once, with cancellations and a shutdown from outside: every value is
// counted in and out.
#include <actors/actors.hpp>

#include "queue_kinds.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <tuple>
#include <vector>

namespace {

using actors::cancelled;
using actors::queue_shut_down;
using actors::queue_shutdown;
using actors::task;
using test::counted_unique;

// After how many turns locks are biased, the size of the queue, and how many workers there are.
class queue_stress : public testing::TestWithParam<std::tuple<std::uint32_t, int, unsigned>> {
 protected:
  static int size() { return std::get<1>(GetParam()); }
  static unsigned workers() { return std::get<2>(GetParam()); }

 private:
  test::biased_after few_{std::get<0>(GetParam())};
};
INSTANTIATE_TEST_SUITE_P(biased_after, queue_stress,
                         testing::Combine(testing::Values(1024U, 2U), testing::Values(1, 2, 64, 0),
                                          testing::Values(1U, 2U, 4U)));

constexpr int parties = 4;
constexpr int each = 1500 / test::slowness;

// What became of each number: put (its put returned) and taken, how often.
struct fates {
  std::vector<std::atomic<int>> put = std::vector<std::atomic<int>>((parties + 1) * each);
  std::vector<std::atomic<int>> taken = std::vector<std::atomic<int>>((parties + 1) * each);
  std::atomic<int> started{0};
  test::ledger books;

  /// Of those that were put, so many are missing.
  int lost() const {
    int missing = 0;
    for (std::size_t i = 0; i != put.size(); ++i) {
      EXPECT_LE(put[i], 1);
      EXPECT_LE(taken[i], put[i].load()) << "value " << i;
      missing += put[i] - taken[i];
    }
    return missing;
  }
};

// Each cancellation ends one put, whose value was not queued then; it goes on with the next.
template <class Queue>
task<> produce(Queue& queue, fates& all, int begin) {
  ++all.started;
  for (int i = begin; i != begin + each; ++i) {
    try {
      if (i % 16 == 0) co_await actors::yield();
      co_await queue.put(counted_unique{all.books, i});
      ++all.put[static_cast<std::size_t>(i)];
    } catch (const cancelled&) {
    } catch (const queue_shut_down&) {
      co_return;
    }
  }
}

template <class Queue>
task<> consume(Queue& queue, fates& all) {
  ++all.started;
  for (;;) {
    try {
      const counted_unique value = co_await queue.get();
      EXPECT_TRUE(value.holds());
      ++all.taken[static_cast<std::size_t>(value.number())];
      queue.task_done();
    } catch (const cancelled&) {
    } catch (const queue_shut_down&) {
      co_return;
    }
  }
}

template <class Queue>
void use_with_cancellations(Queue& queue, fates& all, bool drop, unsigned workers) {
  actors::runtime here{{.workers = workers}};
  std::vector<actors::join_handle<>> producers;
  std::vector<actors::join_handle<>> consumers;
  for (int k = 0; k != parties; ++k) {
    producers.push_back(here.spawn(produce(queue, all, k * each)));
    consumers.push_back(here.spawn(consume(queue, all)));
  }
  std::thread other{[&] {
    try {
      for (int i = parties * each; i != (parties + 1) * each; ++i) {
        queue.blocking_put(counted_unique{all.books, i});
        ++all.put[static_cast<std::size_t>(i)];
      }
    } catch (const queue_shut_down&) {
    }
  }};
  while (all.started != 2 * parties) std::this_thread::yield();
  for (int i = 0; i != 200; ++i) {
    producers[static_cast<std::size_t>(i % parties)].cancel();
    consumers[static_cast<std::size_t>(i / parties % parties)].cancel();
    std::this_thread::yield();
  }
  if (drop) {
    queue.shutdown(queue_shutdown::immediate);
  } else {
    for (auto& producer : producers) producer.wait();
    other.join();
    queue.blocking_join();
    EXPECT_TRUE(queue.empty()) << "all of it was taken, and is done";
    queue.shutdown();
  }
  for (auto& producer : producers) producer.wait();
  if (drop) other.join();
  for (auto& consumer : consumers) consumer.wait();
  queue.blocking_join();
  EXPECT_EQ(queue.unfinished(), 0U);
}

TEST_P(queue_stress, every_value_that_was_put_is_taken_once) {  // Q2, Q3, C5, C16, C17
  for (const test::queue_order order : test::all_orders) {
    fates all;
    test::with_queue<counted_unique>({.order = order, .size = size()},
                                     [&](auto& queue) { use_with_cancellations(queue, all, false, workers()); });
    EXPECT_EQ(all.lost(), 0);
    all.books.expect_settled();
  }
}

TEST_P(queue_stress, a_shutdown_at_once_drops_no_more_than_was_queued) {  // Q3, C12
  for (const test::queue_order order : test::all_orders) {
    fates all;
    test::with_queue<counted_unique>({.order = order, .size = size()},
                                     [&](auto& queue) { use_with_cancellations(queue, all, true, workers()); });
    const int lost = all.lost();
    EXPECT_TRUE(size() == 0 || lost <= size()) << lost;
    all.books.expect_settled();
  }
}

}  // namespace
