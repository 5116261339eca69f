// Queues of all kinds and sizes: order, the turns of those who wait, and cancellation, under virtual time.
#include <actors/actors.hpp>

#include "queue_kinds.hpp"
#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_status;
using actors::join_handle;
using actors::queue_shut_down;
using actors::sleep;
using actors::spawn;
using actors::task;
using actors::usage_error;
using test::for_seeds;
using test::get_one;
using test::put_one;
using test::queue_order;
using test::with_each_order;
using test::with_queue;

class queue_of_each_kind : public test::over_queue_kinds {};
ACTORS_OVER_QUEUE_KINDS(queue_of_each_kind);

// ---- order and size ------------------------------------------------------------------------------------------------

template <class Queue>
task<> fill_and_empty(Queue& queue, std::vector<int> values, std::vector<int> expected) {
  for (const int value : values) co_await queue.put(value);
  EXPECT_EQ(queue.size(), values.size());
  EXPECT_FALSE(queue.empty());
  EXPECT_EQ(queue.full(), queue.capacity() == values.size());
  std::vector<int> taken;
  while (!queue.empty()) taken.push_back(co_await queue.get());
  EXPECT_EQ(taken, expected);
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_FALSE(queue.full());
  EXPECT_EQ(queue.unfinished(), values.size());
}

TEST_P(queue_of_each_kind, gives_values_in_its_order) {  // Q1
  std::vector<int> values{5, 3, 9, 3, 1, 7, 2, 8, 1, 4};
  if (GetParam().size != 0 && GetParam().size < 10) values.resize(static_cast<std::size_t>(GetParam().size));
  run_with_queue<int>([&](auto& queue) { return fill_and_empty(queue, values, GetParam().taken(values)); });
}

TEST(queue, of_size_0_or_less_has_no_limit) {  // Q1
  with_each_order<int>(0, [](auto& queue) { EXPECT_EQ(queue.capacity(), actors::unbounded); });
  with_each_order<int>(-5, [](auto& queue) {
    EXPECT_EQ(queue.capacity(), actors::unbounded);
    for (int i = 0; i != 10'000; ++i) EXPECT_EQ(queue.try_put(i), channel_status::ok);
    EXPECT_FALSE(queue.full());
    EXPECT_EQ(queue.size(), 10'000U);
  });
  EXPECT_EQ(actors::queue<int>{}.capacity(), actors::unbounded);
  EXPECT_EQ(actors::lifo_queue<int>{}.capacity(), actors::unbounded);
  EXPECT_EQ(actors::priority_queue<int>{}.capacity(), actors::unbounded);
  EXPECT_EQ(actors::queue<int>{actors::unbounded}.capacity(), actors::unbounded);
  EXPECT_EQ(actors::queue<int>{std::size_t{7}}.capacity(), 7U);
  EXPECT_EQ(actors::queue<int>{-1LL}.capacity(), actors::unbounded);
}

TEST(queue, of_equal_priorities_gives_the_first_that_came) {  // Q1
  struct job {
    int priority;
    std::string name;
  };
  const auto order = [](const job& a, const job& b) { return a.priority < b.priority; };
  actors::priority_queue<job, decltype(order)> jobs{0, order};
  std::mt19937 random{7};
  for (int round = 0; round != 20; ++round) {
    std::vector<job> model;
    for (int i = 0; i != 300; ++i) {
      job made{static_cast<int>(random() % 5), std::to_string(i)};
      model.push_back(made);
      ASSERT_EQ(jobs.try_put(std::move(made)), channel_status::ok);
      if (random() % 3 != 0) continue;
      const auto first = std::min_element(model.begin(), model.end(), order);  // of equal ones the first
      auto taken = jobs.try_get();
      ASSERT_EQ(taken->name, first->name);
      ASSERT_EQ(taken->priority, first->priority);
      model.erase(first);
    }
    std::stable_sort(model.begin(), model.end(), order);
    for (const job& each : model) ASSERT_EQ(jobs.try_get()->name, each.name);
    ASSERT_TRUE(jobs.empty());
  }
}

// Such values have no assignment, and no default constructor.
TEST(queue, orders_values_that_can_only_be_moved) {  // Q1, C15
  struct fixed {
    explicit fixed(int n) noexcept : number_{n}, owned{std::make_unique<int>(n)} {}
    int number() const noexcept { return number_; }
    const int number_;
    std::unique_ptr<int> owned;
  };
  for (const queue_order order : test::all_orders) {
    const test::queue_kind kind{.order = order};
    std::vector<int> numbers;
    for (int i = 0; i != 1000; ++i) numbers.push_back(i * 7919 % 1000);
    with_queue<fixed>(kind, [&](auto& queue) {
      for (const int each : numbers) queue.try_put(fixed{each});
      for (const int each : kind.taken(numbers)) {
        auto taken = queue.try_get();
        ASSERT_EQ(taken->number(), each);
        ASSERT_EQ(*taken->owned, each);
      }
    });
  }
}

TEST(queue, that_is_full_lets_puts_wait) {  // C2
  for_seeds(20, []() -> task<> {
    actors::queue<std::unique_ptr<int>> queue{2};
    co_await queue.put(std::make_unique<int>(1));
    co_await queue.put(std::make_unique<int>(2));
    EXPECT_TRUE(queue.full());
    auto refused = std::make_unique<int>(3);
    EXPECT_EQ(queue.try_put(std::move(refused)), channel_status::full);
    EXPECT_NE(refused, nullptr);  // NOLINT(bugprone-use-after-move): it was not taken
    const auto put = [](auto& into) -> task<> { co_await into.put(std::make_unique<int>(4)); };
    auto waiting = spawn(put(queue));
    co_await sleep(1ms);
    EXPECT_FALSE(waiting.done());
    EXPECT_EQ(queue.size(), 2U);
    EXPECT_EQ(queue.unfinished(), 2U);
    EXPECT_EQ(**queue.try_get(), 1);
    EXPECT_EQ(queue.size(), 2U) << "the value that waited has taken the place";
    EXPECT_EQ(queue.unfinished(), 3U);
    EXPECT_EQ(queue.try_put(std::move(refused)), channel_status::full) << "nobody gets in between";
    co_await waiting;
    EXPECT_EQ(*co_await queue.get(), 2);
    EXPECT_EQ(*co_await queue.get(), 4);
    EXPECT_EQ(queue.try_get().status, channel_status::empty);
  });
}

// The order of the queue is one of values that are in it.
TEST(queue, orders_a_value_once_it_is_admitted) {  // Q1, C6
  for (const queue_order order : test::all_orders) {
    for_seeds(20, [order]() -> task<> {
      const auto use = [](auto& queue) -> task<> {
        co_await queue.put(5);
        std::vector<join_handle<>> waiting;
        for (const int value : {7, 1, 3}) {
          waiting.push_back(spawn(put_one(queue, value)));
          co_await sleep(1ms);
        }
        for (const int expected : {5, 7, 1, 3}) EXPECT_EQ(co_await queue.get(), expected);
        for (auto& each : waiting) co_await each;
      };
      if (order == queue_order::first) {
        actors::queue<int> queue{1};
        co_await use(queue);
      } else if (order == queue_order::last) {
        actors::lifo_queue<int> queue{1};
        co_await use(queue);
      } else {
        actors::priority_queue<int> queue{1};
        co_await use(queue);
      }
    });
  }
}

// Two values are in a queue that a third waits for; whatever is taken, the third is in its place then.
TEST(queue, admits_one_that_goes_before_those_that_are_there) {  // Q1
  for_seeds(20, []() -> task<> {
    actors::priority_queue<int> urgent{2};
    actors::lifo_queue<int> last{2};
    for (const int value : {4, 6}) {
      co_await urgent.put(value);
      co_await last.put(value);
    }
    auto one = spawn(put_one(urgent, 1));
    auto other = spawn(put_one(last, 1));
    co_await sleep(1ms);
    for (const int expected : {4, 1, 6}) EXPECT_EQ(co_await urgent.get(), expected);
    for (const int expected : {6, 1, 4}) EXPECT_EQ(co_await last.get(), expected);
    co_await one;
    co_await other;
  });
}

TEST(queue, hands_values_to_those_who_wait_in_order_of_arrival) {  // C6
  for_seeds(20, []() -> task<> {
    actors::lifo_queue<int> queue{1};
    int found[3] = {};
    std::vector<join_handle<>> waiting;
    for (int& each : found) {
      waiting.push_back(spawn(get_one(queue, each)));
      co_await sleep(1ms);
    }
    for (const int value : {1, 2, 3}) {
      EXPECT_EQ(queue.try_put(value), channel_status::ok) << "it is handed over: the queue stays empty";
      EXPECT_EQ(queue.try_get().status, channel_status::empty) << "nobody gets in between";
      EXPECT_EQ(queue.size(), 0U);
    }
    EXPECT_EQ(queue.unfinished(), 3U);
    for (auto& each : waiting) co_await each;
    EXPECT_EQ(found[0], 1);
    EXPECT_EQ(found[1], 2);
    EXPECT_EQ(found[2], 3);
  });
}

// ---- cancellation --------------------------------------------------------------------------------------------------

template <class Queue>
task<bool> get_then_wait(Queue& queue, int& into) {
  into = co_await queue.get();
  try {
    co_await sleep(1h);
  } catch (const actors::cancelled&) {
    co_return true;
  }
  co_return false;
}

TEST(queue, keeps_a_value_that_was_handed_over_before_the_cancellation) {  // C16
  for_seeds(20, []() -> task<> {
    actors::queue<int> queue;
    int found = 0;
    auto getting = spawn(get_then_wait(queue, found));
    co_await sleep(1ms);
    queue.try_put(7);
    getting.cancel();
    EXPECT_TRUE(co_await getting) << "the cancellation stays pending";
    EXPECT_EQ(found, 7);
  });
}

TEST(queue, passes_over_those_who_were_cancelled) {  // C16, C17, C18
  for_seeds(20, []() -> task<> {
    actors::queue<int> queue{1};
    int found[2] = {};
    auto first = spawn(get_one(queue, found[0]));
    co_await sleep(1ms);
    auto second = spawn(get_one(queue, found[1]));
    co_await sleep(1ms);
    first.cancel();
    queue.try_put(7);
    co_await second;
    EXPECT_EQ(found[1], 7);
    EXPECT_THROW(co_await first, actors::cancelled);

    co_await queue.put(1);
    auto third = spawn(put_one(queue, 2));
    co_await sleep(1ms);
    auto fourth = spawn(put_one(queue, 3));
    co_await sleep(1ms);
    third.cancel();
    EXPECT_EQ(co_await queue.get(), 1);
    co_await fourth;
    EXPECT_EQ(co_await queue.get(), 3) << "what the third one wanted to put was not queued";
    EXPECT_THROW(co_await third, actors::cancelled);
    EXPECT_EQ(queue.unfinished(), 3U);
  });
}

TEST(queue, may_be_waited_for_with_a_limit_of_time) {  // C16, C23
  for_seeds(20, []() -> task<> {
    actors::queue<int> queue{1};
    const auto get = [](auto& from) -> task<int> { co_return co_await from.get(); };
    EXPECT_THROW(co_await actors::wait_for(get(queue), 10ms), actors::timed_out);
    co_await queue.put(1);
    EXPECT_THROW(co_await actors::wait_for(put_one(queue, 2), 10ms), actors::timed_out);
    EXPECT_EQ(queue.size(), 1U);
    EXPECT_EQ(co_await actors::wait_for(get(queue), 10ms), 1);
    EXPECT_TRUE(queue.empty());
  });
}

TEST(queue, a_loop_that_never_waits_can_be_cancelled) {  // T4
  for_seeds(3, []() -> task<> {
    actors::queue<int> queue;
    const auto forever = [](auto& with) -> task<> {
      for (;;) {
        co_await with.put(1);
        co_await with.get();
      }
    };
    auto looping = spawn(forever(queue));
    co_await actors::yield();
    looping.cancel();
    EXPECT_THROW(co_await looping, actors::cancelled);
    EXPECT_LE(queue.size(), 1U);
  });
}

TEST(queue, takes_copies_of_values_that_stay) {
  for_seeds(1, []() -> task<> {
    actors::queue<std::string> queue;
    const std::string text = "a text that does not fit into the string itself";
    co_await queue.put(text);
    EXPECT_EQ(queue.try_put(text), channel_status::ok);
    EXPECT_EQ(co_await queue.get(), text);
    EXPECT_EQ(*queue.try_get(), text);
  });
}

// ---- many workers and threads --------------------------------------------------------------------------------------

// What has been taken how often.
using tally = std::vector<std::atomic<int>>;

template <class Queue>
task<> produce(Queue& queue, test::ledger& books, int begin, int end) {
  for (int i = begin; i != end; ++i) co_await queue.put(test::counted_unique{books, i});
}

template <class Queue>
task<> consume(Queue& queue, tally& taken) {
  try {
    for (;;) {
      const test::counted_unique value = co_await queue.get();
      ++taken[static_cast<std::size_t>(value.number())];
      queue.task_done();
    }
  } catch (const queue_shut_down&) {
  }
}

template <class Queue>
task<> produce_and_consume(Queue& queue, test::ledger& books, tally& taken) {
  constexpr int parties = 4;
  const int each = static_cast<int>(taken.size()) / parties;
  std::vector<join_handle<>> consumers;
  std::vector<task<>> producers;
  for (int k = 0; k != parties; ++k) {
    consumers.push_back(spawn(consume(queue, taken)));
    producers.push_back(produce(queue, books, k * each, (k + 1) * each));
  }
  co_await actors::gather(std::move(producers));
  co_await queue.join();
  for (const auto& count : taken) EXPECT_EQ(count, 1);
  queue.shutdown();
  for (auto& consumer : consumers) co_await consumer;
}

TEST_P(queue_of_each_kind, gives_each_value_once_and_joins_after_all) {  // C5, Q2
  test::ledger books;
  tally taken(2000);
  run_with_queue<test::counted_unique>([&](auto& queue) { return produce_and_consume(queue, books, taken); });
  books.expect_settled();
  EXPECT_EQ(books.values_destroyed, 2000);
}

TEST(queue, threads_may_wait_at_it_but_no_worker) {  // C24
  with_each_order<int>(1, [](auto& queue) {
    std::thread consumer{[&] {
      int sum = 0;
      for (int i = 0; i != 100; ++i) {
        sum += queue.blocking_get();
        queue.task_done();
      }
      EXPECT_EQ(sum, 4950);
    }};
    for (int i = 0; i != 100; ++i) queue.blocking_put(i);
    queue.blocking_join();
    EXPECT_EQ(queue.unfinished(), 0U);
    consumer.join();
    queue.shutdown();
    EXPECT_THROW(queue.blocking_put(1), queue_shut_down);
    EXPECT_THROW(queue.blocking_get(), queue_shut_down);
    const auto block_a_worker = [](auto& which) -> task<> {
      EXPECT_THROW(which.blocking_put(1), usage_error);
      EXPECT_THROW(which.blocking_get(), usage_error);
      EXPECT_THROW(which.blocking_join(), usage_error);
      co_return;
    };
    actors::run(block_a_worker(queue));
  });
}

}  // namespace
