// shared_mutex: who is let in beside whom, and in which order, under virtual time.
#include <actors/actors.hpp>
#include <actors/sync/shared_mutex.hpp>

#include "support/simulated_scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::shared_mutex;
using actors::sleep;
using actors::spawn;
using actors::task;
using actors::usage_error;
using test::for_seeds;

TEST(shared_mutex, has_one_writer_or_many_readers) {
  for_seeds(1, []() -> task<> {
    shared_mutex lock;
    {
      auto reading = co_await lock.lock_shared();
      auto also_reading = lock.try_lock_shared();
      EXPECT_TRUE(also_reading);
      EXPECT_FALSE(lock.try_lock());
      also_reading.unlock();
      EXPECT_THROW(also_reading.unlock(), usage_error);
      EXPECT_FALSE(lock.try_lock());
      shared_mutex::shared_guard moved{std::move(reading)};
      moved.unlock();
      auto writing = lock.try_lock();
      EXPECT_TRUE(writing);
      EXPECT_FALSE(lock.try_lock());
      EXPECT_FALSE(lock.try_lock_shared());
      writing.unlock();
      EXPECT_THROW(writing.unlock(), usage_error);
    }
    auto writing = co_await lock.lock();
    EXPECT_FALSE(lock.try_lock_shared());
  });
}

// Enters at `at` for 100 ms and notes when: 'r' or 'w' and the milliseconds of the time.
task<> visit(shared_mutex& lock, int at, bool writes, std::vector<std::string>& log) {
  const auto begin = test::simulation().now();
  co_await sleep(at * 1ms);
  shared_mutex::guard writing;
  shared_mutex::shared_guard reading;
  if (writes) {
    writing = co_await lock.lock();
  } else {
    reading = co_await lock.lock_shared();
  }
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(test::simulation().now() - begin);
  log.push_back((writes ? "w" : "r") + std::to_string(at) + "@" + std::to_string(now.count()));
  co_await sleep(100ms);
}

// A writer that waits keeps later readers out; readers side by side are let in together.
TEST(shared_mutex, is_fair_between_readers_and_writers) {  // Q4
  for_seeds(20, []() -> task<> {
    shared_mutex lock;
    std::vector<std::string> log;
    std::vector<actors::join_handle<>> all;
    all.push_back(spawn(visit(lock, 0, false, log)));
    all.push_back(spawn(visit(lock, 10, false, log)));
    all.push_back(spawn(visit(lock, 20, true, log)));
    all.push_back(spawn(visit(lock, 30, false, log)));
    all.push_back(spawn(visit(lock, 40, false, log)));
    all.push_back(spawn(visit(lock, 50, true, log)));
    all.push_back(spawn(visit(lock, 60, true, log)));
    all.push_back(spawn(visit(lock, 70, false, log)));
    co_await sleep(80ms);
    EXPECT_FALSE(lock.try_lock_shared()) << "a writer waits";
    for (auto& each : all) co_await each;
    std::sort(log.begin(), log.end());  // those who are let in together run in any order
    EXPECT_EQ(log, (std::vector<std::string>{"r0@0", "r10@10", "r30@210", "r40@210", "r70@510", "w20@110", "w50@310",
                                             "w60@410"}));
    EXPECT_TRUE(lock.try_lock());
  });
}

TEST(shared_mutex, a_writer_that_is_cancelled_lets_the_readers_behind_it_in) {  // Q4, C18, T6
  for_seeds(20, []() -> task<> {
    shared_mutex lock;
    std::vector<std::string> log;
    auto reading = co_await lock.lock_shared();
    auto writing = spawn(visit(lock, 1, true, log));
    auto behind = spawn(visit(lock, 2, false, log));
    auto also_behind = spawn(visit(lock, 3, false, log));
    auto last = spawn(visit(lock, 4, true, log));
    co_await sleep(10ms);
    EXPECT_TRUE(log.empty());
    writing.cancel();
    co_await behind;
    co_await also_behind;
    EXPECT_TRUE(writing.was_cancelled());
    std::sort(log.begin(), log.end());
    EXPECT_EQ(log, (std::vector<std::string>{"r2@10", "r3@10"}));
    reading.unlock();
    co_await last;
    EXPECT_EQ(log.back(), "w4@110");
  });
}

TEST(shared_mutex, a_waiter_that_is_cancelled_lets_nobody_in_beside_a_writer) {  // Q4
  for_seeds(20, []() -> task<> {
    shared_mutex lock;
    std::vector<std::string> log;
    auto writing = co_await lock.lock();
    auto first = spawn(visit(lock, 1, true, log));
    auto second = spawn(visit(lock, 2, false, log));
    co_await sleep(10ms);
    first.cancel();
    co_await sleep(10ms);
    EXPECT_TRUE(log.empty());
    writing.unlock();
    co_await second;
    EXPECT_EQ(log, std::vector<std::string>{"r2@20"});
  });
}

TEST(shared_mutex, a_thread_may_wait_for_it_but_no_worker) {
  shared_mutex lock;
  auto writing = lock.blocking_lock();
  std::thread reader{[&] { auto reading = lock.blocking_lock_shared(); }};
  std::thread writer{[&] { auto also_writing = lock.blocking_lock(); }};
  writing.unlock();
  reader.join();
  writer.join();
  EXPECT_TRUE(lock.try_lock());
  const auto block_a_worker = [](shared_mutex& which) -> task<> {
    EXPECT_THROW(static_cast<void>(which.blocking_lock()), usage_error);
    EXPECT_THROW(static_cast<void>(which.blocking_lock_shared()), usage_error);
    co_return;
  };
  actors::run(block_a_worker(lock));
}

}  // namespace
