// The queues of a worker by themselves: nothing is lost, nothing is run twice, under stealing and overflow.
#include "local_queue.hpp"

#include "injector.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace {

using actors::runnable;
using actors::detail::injector;
using actors::detail::local_queue;

struct item : runnable {
  std::atomic<int> taken = 0;
};

TEST(local_queue, is_first_in_first_out_and_bounded) {
  local_queue queue;
  std::vector<item> items(local_queue::capacity + 1);
  for (int round = 0; round != 5; ++round) {
    for (std::size_t i = 0; i != local_queue::capacity; ++i) EXPECT_TRUE(queue.push(items[i]));
    EXPECT_FALSE(queue.push(items.back()));
    for (std::size_t i = 0; i != local_queue::capacity; ++i) EXPECT_EQ(queue.pop(), &items[i]);
    EXPECT_EQ(queue.pop(), nullptr);
    EXPECT_TRUE(queue.empty());
  }
}

TEST(local_queue, half_of_a_full_one_comes_out_as_a_chain) {  // R3: overflow
  local_queue queue;
  std::vector<item> items(local_queue::capacity);
  for (item& each : items) queue.push(each);
  std::size_t count = 0;
  runnable* chain = queue.pop_half(count);
  EXPECT_EQ(count, items.size() / 2);
  for (std::size_t i = 0; i != count; ++i, chain = chain->next) EXPECT_EQ(chain, &items[i]);
  EXPECT_EQ(chain, nullptr);
  for (std::size_t i = count; i != items.size(); ++i) EXPECT_EQ(queue.pop(), &items[i]);
}

TEST(local_queue, the_newest_comes_out_at_the_other_end) {
  local_queue queue;
  std::vector<item> items(10);
  EXPECT_EQ(queue.pop_newest(), nullptr);
  for (int round = 0; round != 1000; ++round) {
    for (item& each : items) queue.push(each);
    EXPECT_EQ(queue.pop_newest(), &items[9]);
    EXPECT_EQ(queue.pop(), &items[0]);
    EXPECT_EQ(queue.pop_newest(), &items[8]);
    queue.push(items[9]);
    EXPECT_EQ(queue.pop_newest(), &items[9]);
    for (std::size_t i = 1; i != 7; ++i) EXPECT_EQ(queue.pop(), &items[i]);
    EXPECT_EQ(queue.pop_newest(), &items[7]);
    EXPECT_EQ(queue.pop_newest(), nullptr);
    EXPECT_EQ(queue.pop(), nullptr);
    EXPECT_TRUE(queue.empty());
  }
}

TEST(local_queue, a_thief_takes_half) {
  for (std::size_t filled = 0; filled <= local_queue::capacity; ++filled) {
    local_queue from;
    local_queue into;
    std::vector<item> items(filled);
    for (item& each : items) from.push(each);
    std::size_t stolen = 0;
    if (auto* one = from.steal_into(into)) {
      static_cast<item*>(one)->taken = 1;
      ++stolen;
      while (auto* more = into.pop()) {
        ++static_cast<item*>(more)->taken;
        ++stolen;
      }
    }
    EXPECT_EQ(stolen, (filled + 1) / 2);
    while (auto* rest = from.pop()) ++static_cast<item*>(rest)->taken;
    for (item& each : items) EXPECT_EQ(each.taken, 1);
  }
}

TEST(local_queue, under_thieves_everything_is_taken_once) {  // R3
  constexpr std::size_t count = 100'000;
  local_queue owned;
  injector overflow;
  std::vector<item> items(count);
  std::atomic<std::size_t> taken = 0;
  const auto take = [&](runnable* work) {
    ++static_cast<item*>(work)->taken;
    ++taken;
  };
  std::vector<std::jthread> thieves;
  for (int i = 0; i != 3; ++i) {
    thieves.emplace_back([&] {
      local_queue mine;
      while (taken != count) {
        if (auto* work = owned.steal_into(mine)) {
          take(work);
          while (auto* more = mine.pop()) take(more);
        } else if (auto* chain = overflow.pop_share(4, 16)) {
          while (chain != nullptr) {
            runnable* after = chain->next;
            take(chain);
            chain = after;
          }
        } else {
          std::this_thread::yield();
        }
      }
    });
  }
  for (std::size_t i = 0; i != count; ++i) {
    while (!owned.push(items[i])) {
      std::size_t half = 0;
      if (runnable* chain = owned.pop_half(half)) {
        runnable* last = chain;
        while (last->next != nullptr) last = last->next;
        overflow.push_chain(*chain, *last, half);
      }
    }
    if (i % 5 == 0) {
      if (auto* work = owned.pop()) take(work);
    }
    // Bursts at the newest end: a thief may have read all of them before.
    if (i % 16 == 0) {
      for (std::size_t n = 0; n != i % 7; ++n) {
        if (auto* work = owned.pop_newest()) take(work);
      }
    }
  }
  while (auto* work = owned.pop()) take(work);
  thieves.clear();
  for (item& each : items) ASSERT_EQ(each.taken, 1);
}

TEST(injector, shares_are_chains_and_the_order_is_kept) {
  injector queue;
  std::vector<item> items(100);
  for (item& each : items) queue.push(each);
  EXPECT_FALSE(queue.empty());
  std::size_t next = 0;
  EXPECT_EQ(queue.pop(), &items[next++]);
  while (runnable* chain = queue.pop_share(4, 10)) {
    std::size_t length = 0;
    for (; chain != nullptr; chain = chain->next, ++length) EXPECT_EQ(chain, &items[next++]);
    EXPECT_LE(length, 10U);
    EXPECT_GE(length, 1U);
  }
  EXPECT_EQ(next, items.size());
  EXPECT_TRUE(queue.empty());
  EXPECT_EQ(queue.pop(), nullptr);
}

}  // namespace
