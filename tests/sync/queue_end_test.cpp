// The end of the work in a queue, and of the queue: join, task_done, shutdown; what becomes of the values.
#include <actors/actors.hpp>

#include "queue_kinds.hpp"
#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::channel_status;
using actors::join_handle;
using actors::queue_shut_down;
using actors::queue_shutdown;
using actors::sleep;
using actors::spawn;
using actors::task;
using actors::usage_error;
using test::for_seeds;
using test::join_queue;
using test::put_one;
using test::with_each_order;

class queue_end_of_each_kind : public test::over_queue_kinds {};
ACTORS_OVER_QUEUE_KINDS(queue_end_of_each_kind);

// ---- join ----------------------------------------------------------------------------------------------------------

TEST(queue_end, that_is_finished_is_joined_at_once) {  // Q2
  for_seeds(1, []() -> task<> {
    actors::queue<int> queue;
    co_await queue.join();
    co_await queue.put(1);
    co_await queue.get();
    queue.task_done();
    co_await queue.join();
    EXPECT_EQ(queue.unfinished(), 0U);
  });
}

TEST(queue_end, is_joined_when_all_is_done) {  // Q2
  for_seeds(20, []() -> task<> {
    actors::priority_queue<int> queue{2};
    co_await queue.put(1);
    co_await queue.put(2);
    auto one = spawn(join_queue(queue));
    auto other = spawn(join_queue(queue));
    auto leaving = spawn(join_queue(queue));
    auto waiting = spawn(put_one(queue, 3));
    co_await sleep(1ms);
    leaving.cancel();
    EXPECT_THROW(co_await leaving, actors::cancelled);
    for (int i = 0; i != 3; ++i) {
      co_await queue.get();
      co_await sleep(1ms);
      EXPECT_FALSE(one.done()) << "it was taken, and is not done";
      queue.task_done();
      co_await sleep(1ms);
      EXPECT_EQ(one.done(), i == 2) << "what was put meanwhile counts, too";
      EXPECT_EQ(other.done(), i == 2);
    }
    co_await waiting;
  });
}

// A queue that somebody is still listed in would end the program where it is destroyed.
TEST(queue_end, keeps_nothing_of_a_wait_that_was_cancelled) {  // C18
  for_seeds(20, []() -> task<> {
    actors::queue<int> full{1};
    actors::queue<int> empty;
    co_await full.put(1);
    int never = 0;
    std::vector<join_handle<>> waiting;
    waiting.push_back(spawn(join_queue(full)));
    waiting.push_back(spawn(put_one(full, 2)));
    waiting.push_back(spawn(test::get_one(empty, never)));
    co_await sleep(1ms);
    for (auto& each : waiting) each.cancel();
    for (auto& each : waiting) EXPECT_THROW(co_await each, actors::cancelled);
  });
}

TEST(queue_end, refuses_more_ends_than_there_was_work) {  // Q2
  with_each_order<int>(2, [](auto& queue) {
    EXPECT_THROW(queue.task_done(), usage_error);
    queue.try_put(1);
    queue.task_done();
    EXPECT_THROW(queue.task_done(), usage_error);
    try {
      queue.task_done();
    } catch (const usage_error& error) {
      EXPECT_NE(std::string{error.what()}.find("one call for each value that was put"), std::string::npos);
    }
    EXPECT_EQ(queue.size(), 1U);
  });
}

// ---- shutdown ------------------------------------------------------------------------------------------------------

template <class Queue>
task<bool> is_refused(Queue& queue, test::ledger& books) {
  try {
    co_await queue.put(test::counted{books, 9});
  } catch (const queue_shut_down&) {
    co_return true;
  }
  co_return false;
}

template <class Queue>
task<bool> finds_the_end(Queue& queue) {
  try {
    co_await queue.get();
  } catch (const queue_shut_down&) {
    co_return true;
  }
  co_return false;
}

template <class Queue>
task<> shut_a_full_one(Queue& queue, test::ledger& books, std::size_t values) {
  for (std::size_t i = 0; i != values; ++i) co_await queue.put(test::counted{books, static_cast<int>(i)});
  std::vector<join_handle<bool>> waiting;
  if (queue.full())
    for (int i = 0; i != 2; ++i) waiting.push_back(spawn(is_refused(queue, books)));
  co_await actors::yield();
  queue.shutdown();
  queue.shutdown();
  for (auto& each : waiting) EXPECT_TRUE(co_await each);
  EXPECT_EQ(queue.size(), values) << "nothing of what waited was queued";
  EXPECT_TRUE(co_await is_refused(queue, books));
  EXPECT_EQ(queue.try_put(test::counted{books, 1}), channel_status::closed);
  auto joining = spawn(join_queue(queue));
  for (std::size_t i = 0; i != values; ++i) {
    const test::counted taken = co_await queue.get();
    EXPECT_TRUE(taken.holds());
    EXPECT_FALSE(joining.done());
    queue.task_done();
  }
  co_await joining;
  EXPECT_TRUE(co_await finds_the_end(queue));
  EXPECT_EQ(queue.try_get().status, channel_status::closed);
  EXPECT_EQ(queue.try_put(test::counted{books, 1}), channel_status::closed);
  co_await queue.join();
}

TEST_P(queue_end_of_each_kind, that_is_shut_down_gives_what_is_queued) {  // Q3
  test::ledger books;
  const auto values = static_cast<std::size_t>(GetParam().size == 0 ? 5 : GetParam().size);
  run_with_queue<test::counted>([&](auto& queue) { return shut_a_full_one(queue, books, values); });
  books.expect_settled();
}

template <class Queue>
task<> shut_an_empty_one(Queue& queue, queue_shutdown how) {
  std::vector<join_handle<bool>> waiting;
  for (int i = 0; i != 3; ++i) waiting.push_back(spawn(finds_the_end(queue)));
  co_await actors::yield();
  queue.shutdown(how);
  for (auto& each : waiting) EXPECT_TRUE(co_await each);
  co_await queue.join();
}

TEST_P(queue_end_of_each_kind, that_is_shut_down_lets_go_of_those_who_get) {  // Q3
  for (const auto how : {queue_shutdown::graceful, queue_shutdown::immediate})
    run_with_queue<int>([&](auto& queue) { return shut_an_empty_one(queue, how); });
}

template <class Queue>
task<> shut_at_once(Queue& queue, test::ledger& books, std::size_t values, bool gracefully_before) {
  for (std::size_t i = 0; i != values; ++i) co_await queue.put(test::counted{books, static_cast<int>(i)});
  const test::counted in_work = co_await queue.get();
  EXPECT_TRUE(in_work.holds());
  co_await queue.put(test::counted{books, 1});
  std::vector<join_handle<bool>> waiting;
  if (queue.full())
    for (int i = 0; i != 2; ++i) waiting.push_back(spawn(is_refused(queue, books)));
  auto joining = spawn(join_queue(queue));
  co_await actors::yield();
  if (gracefully_before) queue.shutdown();
  const long before = books.values_destroyed;
  queue.shutdown(queue_shutdown::immediate);
  EXPECT_GE(books.values_destroyed - before, static_cast<long>(values)) << "they are gone when it returns";
  EXPECT_EQ(queue.size(), 0U);
  EXPECT_EQ(queue.unfinished(), 1U) << "what was taken is still in work";
  for (auto& each : waiting) EXPECT_TRUE(co_await each);
  EXPECT_TRUE(co_await finds_the_end(queue));
  EXPECT_EQ(queue.try_get().status, channel_status::closed);
  EXPECT_FALSE(joining.done());
  queue.task_done();
  co_await joining;
  EXPECT_THROW(queue.task_done(), usage_error) << "what was dropped counts as done";
}

TEST_P(queue_end_of_each_kind, that_is_shut_down_at_once_drops_what_is_queued) {  // Q3, C12
  const auto values = static_cast<std::size_t>(GetParam().size == 0 ? 5 : GetParam().size);
  for (const bool gracefully_before : {false, true}) {
    test::ledger books;
    run_with_queue<test::counted>([&](auto& queue) { return shut_at_once(queue, books, values, gracefully_before); });
    books.expect_settled();
  }
}

TEST(queue_end, that_is_dropped_ends_joins) {  // Q2, Q3
  for_seeds(20, []() -> task<> {
    actors::queue<int> queue;
    for (int i = 0; i != 3; ++i) co_await queue.put(i);
    queue.task_done();  // before it is taken: two are left
    auto joining = spawn(join_queue(queue));
    co_await sleep(1ms);
    queue.shutdown(queue_shutdown::immediate);
    co_await joining;
    EXPECT_EQ(queue.unfinished(), 0U);
  });
}

// ---- values --------------------------------------------------------------------------------------------------------

struct visited;

// Its destructor uses the queue that it was in: with the lock held it would wait for ever.
struct visitor {
  explicit visitor(visited& where) noexcept : home{&where} {}
  visitor(visitor&& other) noexcept : home{std::exchange(other.home, nullptr)} {}
  ~visitor();
  visited* home;
};

struct visited {
  actors::queue<visitor> queue;
  int visits = 0;
};

visitor::~visitor() {
  if (home == nullptr) return;
  EXPECT_EQ(home->queue.try_get().status, channel_status::closed);
  ++home->visits;
}

TEST(queue_end, destroys_values_without_the_lock) {  // Q3
  visited place;
  for (int i = 0; i != 3; ++i) place.queue.try_put(visitor{place});
  place.queue.shutdown(queue_shutdown::immediate);
  EXPECT_EQ(place.visits, 3);
  EXPECT_EQ(place.queue.try_put(visitor{place}), channel_status::closed);
  EXPECT_EQ(place.visits, 4);
}

TEST(queue_end, destroys_what_is_left_once) {  // C12
  test::ledger books;
  with_each_order<test::counted_unique>(0, [&](auto& queue) {
    for (int i = 0; i != 100; ++i) queue.try_put(test::counted_unique{books, i});
    for (int i = 0; i != 40; ++i) EXPECT_TRUE(queue.try_get()->holds());
    EXPECT_EQ(books.alive(), 60);
  });
  books.expect_settled();
  EXPECT_EQ(books.values_destroyed, 300);
}

}  // namespace
