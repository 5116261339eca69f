// Cancellation of operations: they end, or their result is kept.
#include <actors/actors.hpp>
#include <actors/io/asio.hpp>

#include "socket_pair.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>

namespace {

using namespace std::chrono_literals;
using actors::awaited;
using actors::spawn;
using actors::task;
using boost::asio::buffer;

task<std::size_t> read_some(test::socket& socket) {
  std::array<char, 64> bytes{};
  co_return co_await boost::asio::async_read(socket, buffer(bytes), awaited);
}

task<> read_with_a_limit() {
  test::socket_pair pair;
  auto reading = read_some(pair.near);
  co_await actors::wait_for(std::move(reading), 5ms);
}

TEST(io_cancel, a_time_limit_ends_a_read) {  // T6, G5
  EXPECT_THROW(actors::run(read_with_a_limit()), actors::timed_out);
}

task<std::string> read_after_a_limit() {
  test::socket_pair pair;
  try {
    auto reading = read_some(pair.near);
    co_await actors::wait_for(std::move(reading), 1ms);
  } catch (const actors::timed_out&) {
  }
  const std::string sent = "still works";
  co_await boost::asio::async_write(pair.far, buffer(sent), awaited);
  std::string got(sent.size(), ' ');
  co_await boost::asio::async_read(pair.near, buffer(got), awaited);
  co_return got;
}

TEST(io_cancel, the_socket_can_be_used_afterwards) { EXPECT_EQ(actors::run(read_after_a_limit()), "still works"); }

task<> wait_for_ever() {
  boost::asio::steady_timer timer{actors::io_context(), std::chrono::hours{1}};
  co_await timer.async_wait(awaited);
}

task<> leave_readers_behind() {
  for (int i = 0; i != 100; ++i) static_cast<void>(spawn(wait_for_ever()));
  co_await actors::sleep(1ms);
}

TEST(io_cancel, the_end_of_run_ends_what_waits) {  // T2
  actors::run(leave_readers_behind());
}

task<> start_when_cancelled(std::atomic<bool>& runs, const std::atomic<bool>& cancelled, bool& given) {
  boost::asio::steady_timer timer{actors::io_context(), std::chrono::hours{1}};
  runs = true;
  while (!cancelled) {
  }
  co_await timer.async_wait(awaited);
  given = true;
}

task<bool> cancel_one_that_runs() {
  std::atomic<bool> runs{false};
  std::atomic<bool> cancelled{false};
  bool given = false;
  auto handle = spawn(start_when_cancelled(runs, cancelled, given));
  while (!runs) co_await actors::yield();
  handle.cancel();
  cancelled = true;
  try {
    co_await handle;
  } catch (const actors::cancelled&) {
    co_return !given;
  }
  co_return false;
}

TEST(io_cancel, one_that_is_pending_keeps_the_operation_from_starting) {  // T4
  EXPECT_TRUE(actors::run(cancel_one_that_runs(), {.workers = 2}));
}

// A cancellation and a completion meet: either the bytes are given, or they are still there.
task<int> race(int rounds) {
  test::socket_pair pair;
  int taken = 0;
  for (int i = 0; i != rounds; ++i) {
    auto reading = [](test::socket& from) -> task<std::size_t> {
      std::array<char, 1> byte{};
      co_return co_await from.async_read_some(buffer(byte), awaited);
    };
    auto handle = spawn(reading(pair.near));
    if (i % 3 != 0) co_await actors::yield();
    const std::array<char, 1> byte{'x'};
    co_await boost::asio::async_write(pair.far, buffer(byte), awaited);
    handle.cancel();
    bool given = true;
    try {
      co_await handle;
    } catch (const actors::cancelled&) {
      given = false;
    }
    if (given) {
      ++taken;
    } else {
      std::array<char, 1> left{};
      co_await boost::asio::async_read(pair.near, buffer(left), awaited);
    }
  }
  EXPECT_EQ(pair.near.available(), 0U);
  co_return taken;
}

TEST(io_cancel, nothing_is_lost) {  // C16 for I/O
  for (const unsigned workers : {1U, 2U, 3U}) {
    const int taken = actors::run(race(2000), {.workers = workers});
    EXPECT_GE(taken, 0);
    EXPECT_LE(taken, 2000);
  }
}

}  // namespace
