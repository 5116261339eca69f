// I/O and the workers: a loaded runtime serves it, an idle one sleeps in it.
#include <actors/actors.hpp>
#include <actors/io/asio.hpp>

#include "socket_pair.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

namespace {

using namespace std::chrono_literals;
using actors::awaited;
using actors::spawn;
using actors::task;
using boost::asio::buffer;
using clock = std::chrono::steady_clock;

task<> keep_busy(const std::atomic<bool>& stop, std::chrono::microseconds turn) {
  while (!stop.load(std::memory_order_relaxed)) {
    const auto end = clock::now() + turn;
    while (clock::now() < end) {
    }
    co_await actors::yield();
  }
}

task<> read_one(test::socket& from) {
  std::array<char, 1> byte{};
  co_await boost::asio::async_read(from, buffer(byte), awaited);
}

/// Exchanges bytes beside tasks that are always ready, on every worker.
task<> talk_under_load(std::chrono::microseconds turn) {
  std::atomic<bool> stop{false};
  actors::join_handle<> first = spawn(keep_busy(stop, turn));
  actors::join_handle<> second = spawn(keep_busy(stop, turn));
  actors::join_handle<> third = spawn(keep_busy(stop, turn));
  test::socket_pair pair;
  const std::array<char, 1> byte{'x'};
  for (int i = 0; i != 50; ++i) {
    auto reading = spawn(read_one(pair.far));
    co_await boost::asio::async_write(pair.near, buffer(byte), awaited);
    co_await reading;
    boost::asio::steady_timer timer{actors::io_context(), 100us};
    co_await timer.async_wait(awaited);
  }
  stop = true;
  co_await first;
  co_await second;
  co_await third;
}

TEST(io_scheduling, a_loaded_runtime_serves_io) {  // R11, R2
  for (const unsigned workers : {1U, 2U}) {
    actors::run(talk_under_load(0us), {.workers = workers});
    actors::run(talk_under_load(200us), {.workers = workers});
  }
}

// A turn that does not end until another task, on the other worker, was woken by I/O.
task<> wait_in_one_turn(std::atomic<bool>& read) {
  while (!read.load(std::memory_order_acquire)) {
  }
  co_return;
}

task<> read_beside_a_long_turn(int rounds) {
  test::socket_pair pair;
  for (int i = 0; i != rounds; ++i) {
    std::atomic<bool> read{false};
    auto reading = [](test::socket& from, std::atomic<bool>& done) -> task<> {
      co_await read_one(from);
      done.store(true, std::memory_order_release);
    };
    auto handle = spawn(reading(pair.far, read));
    co_await actors::sleep(2ms);  // both workers sleep meanwhile, one of them in the reactor
    const std::array<char, 1> byte{'x'};
    boost::asio::write(pair.near, buffer(byte));
    // Runs on this worker at once, and does not end before the byte was read.
    co_await wait_in_one_turn(read);
    co_await handle;
  }
}

TEST(io_scheduling, is_noticed_beside_a_turn_that_does_not_end) {  // R4
  actors::run(read_beside_a_long_turn(30), {.workers = 2});
}

task<> first_io_beside_a_long_turn() {
  std::atomic<bool> read{false};
  co_await actors::sleep(5ms);  // the other worker sleeps on its futex: there is no reactor yet
  boost::asio::steady_timer timer{actors::io_context(), 1ms};
  timer.async_wait([&read](const boost::system::error_code&) { read.store(true, std::memory_order_release); });
  co_await wait_in_one_turn(read);
}

TEST(io_scheduling, the_first_io_of_all_is_noticed_too) {  // R4
  actors::run(first_io_beside_a_long_turn(), {.workers = 2});
}

std::chrono::nanoseconds cpu_time() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

task<> read_for_a_while() {
  test::socket_pair pair;
  auto reading = spawn(read_one(pair.far));
  co_await actors::sleep(10ms);
  const auto before = cpu_time();
  co_await actors::sleep(300ms);
  const auto used = cpu_time() - before;
  EXPECT_LT(used, 5ms);
  const std::array<char, 1> byte{'x'};
  boost::asio::write(pair.near, buffer(byte));
  co_await reading;
}

TEST(io_scheduling, a_runtime_that_waits_for_io_uses_no_cpu) {  // R4
  for (const unsigned workers : {1U, 2U, 4U}) actors::run(read_for_a_while(), {.workers = workers});
}

task<> read_many(test::socket& from, int count, std::atomic<int>& read) {
  for (int i = 0; i != count; ++i) {
    co_await read_one(from);
    ++read;
  }
}

// A thread of its own writes; all workers sleep most of the time.
TEST(io_scheduling, bytes_from_another_thread_wake_a_worker) {  // R4, R1
  for (const unsigned workers : {1U, 2U, 3U}) {
    actors::runtime here{{.workers = workers}};
    test::socket_pair pair{actors::io_context(here)};
    std::atomic<int> read{0};
    auto reading = here.spawn(read_many(pair.far, 3000, read));
    std::thread writer{[&] {
      const std::array<char, 1> byte{'x'};
      for (int i = 0; i != 3000; ++i) {
        // Now and then the workers come to rest.
        while (i % 64 == 0 && read.load() != i) std::this_thread::yield();
        boost::asio::write(pair.near, buffer(byte));
      }
    }};
    reading.get();
    writer.join();
  }
}

// Work from outside reaches a worker wherever it sleeps.
TEST(io_scheduling, posts_reach_the_one_that_sleeps_in_the_reactor) {  // R4
  for (const unsigned workers : {1U, 2U, 3U}) {
    actors::runtime here{{.workers = workers}};
    actors::io_context(here);
    for (int i = 0; i != 500; ++i) {
      auto nothing = []() -> task<int> { co_return 1; };
      ASSERT_EQ(here.spawn(nothing()).get(), 1);
    }
  }
}

task<> sleep_often(int times) {
  for (int i = 0; i != times; ++i) {
    const auto due = clock::now() + 300us;
    co_await actors::sleep(300us);
    EXPECT_GE(clock::now(), due);
  }
}

TEST(io_scheduling, timers_are_served_by_the_one_that_sleeps_in_the_reactor) {  // R6
  for (const unsigned workers : {1U, 2U}) {
    actors::runtime here{{.workers = workers}};
    actors::io_context(here);
    here.run(sleep_often(200));
  }
}

}  // namespace
