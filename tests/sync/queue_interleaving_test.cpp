// queues under many schedules: no value is lost or doubled, whatever is cancelled or shut down at whatever moment.
#include <actors/actors.hpp>

#include "queue_kinds.hpp"
#include "simulation/exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/counted.hpp"
#include "trying.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace {

using actors::channel_status;
using actors::join_handle;
using actors::queue_shut_down;
using actors::queue_shutdown;
using actors::spawn;
using actors::task;
using test::counted;
using test::get_one;
using test::holds_in_all;
using test::join_queue;
using test::put_one;
using test::went_through;

class queue_interleaving : public testing::TestWithParam<std::uint32_t> {
 private:
  test::biased_after few_{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(biased_after, queue_interleaving, testing::Values(1U << 20U, 1U));

template <class Queue>
task<> take(Queue& queue, std::vector<int>& taken) {
  taken.push_back(co_await queue.get());
}

// ---- cancellation --------------------------------------------------------------------------------------------------

task<> cancel_a_get() {
  test::ledger books;
  {
    actors::queue<counted> queue;
    std::optional<counted> first;
    std::optional<counted> second;
    const auto get = [](auto& from, auto& into) -> task<> { into.emplace(co_await from.get()); };
    auto one = spawn(get(queue, first));
    auto two = spawn(get(queue, second));
    auto stop = spawn(test::cancel(one));
    auto put = spawn(put_one(queue, counted{books, 7}));
    if (co_await went_through(one)) {
      EXPECT_EQ(first->number(), 7);
      EXPECT_TRUE(queue.empty());
      co_await queue.put(counted{books, 8});
      co_await two;
      EXPECT_EQ(second->number(), 8);
    } else {
      EXPECT_FALSE(first) << "what was taken is given";
      co_await two;
      EXPECT_EQ(second->number(), 7);
    }
    co_await put;
    co_await stop;
    EXPECT_TRUE(queue.empty());
  }
  books.expect_settled();
}

// Which of the two is first depends on the schedule: the second one gets what the cancelled one leaves, or one more.
task<> cancel_one_of_two_gets() {
  actors::queue<int> queue;
  std::vector<int> left;
  int first = 0;
  int second = 0;
  auto one = spawn(get_one(queue, first));
  auto two = spawn(get_one(queue, second));
  auto stop = spawn(test::cancel(one));
  auto put = spawn(put_one(queue, 1));
  co_await put;
  co_await stop;
  if (co_await went_through(one)) co_await queue.put(2);
  co_await two;
  EXPECT_EQ(first + second, first == 0 ? 1 : 3);
  EXPECT_TRUE(queue.empty());
}

TEST_P(queue_interleaving, a_cancelled_get_takes_nothing_or_gives_what_it_took) {  // C16, C18
  holds_in_all(cancel_one_of_two_gets, {.workers = 3}, test::thorough);
}

template <class Queue>
task<> cancel_a_put(Queue& queue) {
  std::vector<int> taken;
  co_await queue.put(1);
  auto one = spawn(put_one(queue, 2));
  auto two = spawn(put_one(queue, 3));
  auto stop = spawn(test::cancel(one));
  auto get = spawn(take(queue, taken));
  const bool went = co_await went_through(one);
  co_await get;
  taken.push_back(co_await queue.get());
  co_await two;
  co_await stop;
  if (went) taken.push_back(co_await queue.get());
  std::sort(taken.begin(), taken.end());
  EXPECT_EQ(taken, went ? (std::vector<int>{1, 2, 3}) : (std::vector<int>{1, 3}));
  EXPECT_EQ(queue.unfinished(), went ? 3U : 2U);
  EXPECT_TRUE(queue.empty());
}

task<> cancel_a_put_into_each_kind() {
  actors::queue<int> first{1};
  actors::lifo_queue<int> last{1};
  actors::priority_queue<int> lowest{1};
  co_await cancel_a_put(first);
  co_await cancel_a_put(last);
  co_await cancel_a_put(lowest);
}

TEST_P(queue_interleaving, a_cancelled_put_is_not_queued_and_lets_the_next_one_in) {  // C17, C18
  holds_in_all(cancel_a_put_into_each_kind, {.workers = 3}, test::thorough / 2);
}

TEST_P(queue_interleaving, a_value_is_destroyed_once_where_its_get_is_cancelled) {  // C12, C16
  // Two get and one value comes first: a second one where the first went to the one that is cancelled.
  holds_in_all(cancel_a_get, {.workers = 2}, test::thorough);
}

// ---- order ---------------------------------------------------------------------------------------------------------

task<> put_and_get_in_order() {
  actors::queue<int> queue{1};
  const auto put_three = [](auto& into) -> task<> {
    for (int i = 1; i <= 3; ++i) co_await into.put(i);
  };
  auto producer = spawn(put_three(queue));
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(co_await queue.get(), i);
  co_await producer;
}

TEST_P(queue_interleaving, a_producer_and_a_consumer_keep_the_order) {  // Q1, C6
  holds_in_all(put_and_get_in_order);
}

// ---- shutdown ------------------------------------------------------------------------------------------------------

template <class Queue>
task<int> put_until_refused(Queue& queue, test::ledger& books) {
  int count = 0;
  try {
    for (; count != 3; ++count) co_await queue.put(counted{books, count});
  } catch (const queue_shut_down&) {
  }
  co_return count;
}

template <class Queue>
task<int> get_to_the_end(Queue& queue) {
  int count = 0;
  try {
    for (;; ++count) {
      const counted taken = co_await queue.get();
      EXPECT_TRUE(taken.holds());
      queue.task_done();
    }
  } catch (const queue_shut_down&) {
  }
  co_return count;
}

template <class Queue>
task<> shut(Queue& queue, queue_shutdown how) {
  queue.shutdown(how);
  co_return;
}

task<> shut_beside_work(queue_shutdown how) {
  test::ledger books;
  int dropped = 0;
  {
    actors::queue<counted> queue{1};
    auto one = spawn(put_until_refused(queue, books));
    auto two = spawn(put_until_refused(queue, books));
    auto get = spawn(get_to_the_end(queue));
    auto end = spawn(shut(queue, how));
    auto joining = spawn(join_queue(queue));
    const int put = co_await one + co_await two;
    const int got = co_await get;
    co_await end;
    co_await joining;
    co_await queue.join();
    dropped = put - got;
    EXPECT_GE(dropped, 0);
    EXPECT_LE(dropped, how == queue_shutdown::immediate ? 1 : 0);
    EXPECT_EQ(queue.unfinished(), 0U) << "what was dropped is done";
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.try_get().status, channel_status::closed);
  }
  books.expect_settled();
}

TEST_P(queue_interleaving, what_was_put_before_the_shutdown_is_taken_or_dropped) {  // Q3
  for (const auto how : {queue_shutdown::graceful, queue_shutdown::immediate})
    holds_in_all([=] { return shut_beside_work(how); }, {.workers = 3}, 1'000);
}

template <class Queue>
task<bool> is_refused(Queue& queue) {
  try {
    co_await queue.put(2);
  } catch (const queue_shut_down&) {
    co_return true;
  }
  co_return false;
}

task<> shut_beside_a_cancelled_put() {
  actors::priority_queue<int> queue{1};
  co_await queue.put(1);
  auto waiting = spawn(is_refused(queue));
  auto leaving = spawn(put_one(queue, 3));
  auto stop = spawn(test::cancel(leaving));
  auto end = spawn(shut(queue, queue_shutdown::graceful));
  EXPECT_TRUE(co_await waiting);
  try {
    co_await leaving;
    ADD_FAILURE() << "it was put into a full queue";
  } catch (const actors::cancelled&) {
  } catch (const queue_shut_down&) {
  }
  co_await stop;
  co_await end;
  EXPECT_EQ(co_await queue.get(), 1);
}

TEST_P(queue_interleaving, a_shutdown_reaches_all_who_wait_to_put) {  // Q3, C18
  holds_in_all(shut_beside_a_cancelled_put, {.workers = 3});
}

// ---- join ----------------------------------------------------------------------------------------------------------

template <class Queue>
task<> work_off(Queue& queue, int count, int& done) {
  for (int i = 0; i != count; ++i) {
    co_await queue.get();
    ++done;
    queue.task_done();
  }
}

task<> join_beside_work() {
  actors::lifo_queue<int> queue{2};
  int done = 0;
  co_await queue.put(1);
  co_await queue.put(2);
  auto worker = spawn(work_off(queue, 2, done));
  auto leaving = spawn(join_queue(queue));
  auto stop = spawn(test::cancel(leaving));
  auto joining = spawn(join_queue(queue));
  co_await queue.join();
  EXPECT_EQ(done, 2) << "and it is seen here";
  co_await joining;
  co_await went_through(leaving);
  co_await stop;
  co_await worker;
  EXPECT_EQ(queue.unfinished(), 0U);
}

TEST_P(queue_interleaving, a_join_sees_all_that_was_done) {  // Q2, C18
  holds_in_all(join_beside_work, {.workers = 3});
}

// Who has joined may end the life of the queue, while the last task_done returns.
task<> destroy_after_the_join() {
  auto* queue = new actors::queue<int>{1};
  for (int i = 0; i != 2; ++i) EXPECT_EQ(queue->try_get().status, channel_status::empty);  // it is biased now
  int done = 0;
  auto worker = spawn(work_off(*queue, 2, done));
  co_await queue->put(1);
  co_await queue->put(2);
  co_await queue->join();
  delete queue;
  co_await worker;
}

// The same by the one who gets, while the put returns.
task<> destroy_after_the_get() {
  auto* queue = new actors::queue<int>{1};
  for (int i = 0; i != 2; ++i) EXPECT_EQ(queue->try_get().status, channel_status::empty);
  auto put = spawn(put_one(*queue, 1));
  EXPECT_EQ(co_await queue->get(), 1);
  delete queue;
  co_await put;
}

TEST_P(queue_interleaving, it_may_be_destroyed_while_the_last_call_returns) {
  holds_in_all(destroy_after_the_join);
  holds_in_all(destroy_after_the_get);
}

// ---- threads -------------------------------------------------------------------------------------------------------

void threads_among_tasks() {
  actors::queue<int> queue{1};
  int done = 0;
  {
    actors::runtime here{{.workers = 2}};
    auto worker = here.spawn(work_off(queue, 3, done));
    auto put = here.spawn(put_one(queue, 1));
    queue.blocking_put(2);
    queue.blocking_put(3);
    queue.blocking_join();
    worker.wait();
    put.wait();
    auto last = here.spawn(put_one(queue, 4));
    EXPECT_EQ(queue.blocking_get(), 4);
    last.wait();
  }
  EXPECT_EQ(done, 3);
  EXPECT_EQ(queue.unfinished(), 1U);
}

TEST_P(queue_interleaving, threads_wait_among_tasks) {  // C24, Q2
  holds_in_all(threads_among_tasks);
}

}  // namespace
