// Operations of Asio in tasks: what they give, what they throw.
#include <actors/actors.hpp>
#include <actors/io/asio.hpp>

#include "socket_pair.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using actors::awaited;
using actors::spawn;
using actors::task;
using boost::asio::buffer;
using clock = std::chrono::steady_clock;

task<> echo(test::socket& socket, int times) {
  std::array<char, 64> bytes{};
  for (int i = 0; i != times; ++i) {
    const std::size_t got = co_await socket.async_read_some(buffer(bytes), awaited);
    co_await boost::asio::async_write(socket, buffer(bytes, got), awaited);
  }
}

task<int> exchange(int times) {
  test::socket_pair pair;
  auto echoing = spawn(echo(pair.far, times));
  int sum = 0;
  for (int i = 0; i != times; ++i) {
    const std::array<int, 1> asked{i};
    std::array<int, 1> answered{};
    co_await boost::asio::async_write(pair.near, buffer(asked), awaited);
    co_await boost::asio::async_read(pair.near, buffer(answered), awaited);
    sum += answered[0];
  }
  co_await echoing;
  co_return sum;
}

TEST(io, two_tasks_talk_over_sockets) {
  for (const unsigned workers : {1U, 2U, 4U}) EXPECT_EQ(actors::run(exchange(1000), {.workers = workers}), 499'500);
}

task<> read_to_the_end() {
  test::socket_pair pair;
  pair.far.close();
  std::array<char, 8> bytes{};
  co_await boost::asio::async_read(pair.near, buffer(bytes), awaited);
}

TEST(io, an_error_code_is_thrown) {
  try {
    actors::run(read_to_the_end());
    FAIL();
  } catch (const boost::system::system_error& error) {
    EXPECT_EQ(error.code(), boost::asio::error::eof);
  }
}

task<bool> read_with_the_error() {
  test::socket_pair pair;
  pair.far.close();
  std::array<char, 8> bytes{};
  const auto [error, count] =
      co_await boost::asio::async_read(pair.near, buffer(bytes), boost::asio::as_tuple(awaited));
  co_return error == boost::asio::error::eof&& count == 0;
}

TEST(io, as_tuple_gives_the_error_code) { EXPECT_TRUE(actors::run(read_with_the_error())); }

task<clock::duration> wait_for_a_timer(std::chrono::milliseconds time) {
  boost::asio::steady_timer timer{actors::io_context(), time};
  const auto start = clock::now();
  co_await timer.async_wait(awaited);
  co_return clock::now() - start;
}

TEST(io, a_timer_of_asio_is_never_early) {
  for (const unsigned workers : {1U, 2U}) EXPECT_GE(actors::run(wait_for_a_timer(20ms), {.workers = workers}), 20ms);
}

task<> throw_in_a_handler(std::string& after) {
  actors::sender<int> done;
  actors::receiver<int> seen;
  std::tie(done, seen) = actors::channel<int>(1);
  boost::asio::post(actors::io_context(), [] { throw std::runtime_error{"from a handler"}; });
  boost::asio::post(actors::io_context(), [&done] { static_cast<void>(done.try_send(7)); });
  const auto got = co_await seen.receive();
  after = std::to_string(got.value());
}

TEST(io, what_a_handler_throws_is_reported_and_confined) {  // R5
  std::string after;
  testing::internal::CaptureStderr();
  actors::run(throw_in_a_handler(after));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "actors: a completion handler on a runtime's io_context threw: from a handler\n");
  EXPECT_EQ(after, "7");
}

TEST(io, needs_a_runtime) { EXPECT_THROW(actors::io_context(), actors::usage_error); }

TEST(io, objects_of_another_context_work_too) {
  boost::asio::io_context elsewhere;
  auto guard = boost::asio::make_work_guard(elsewhere);
  std::thread thread{[&] { elsewhere.run(); }};
  auto main = [&elsewhere]() -> task<int> {
    test::socket_pair pair{elsewhere};
    auto echoing = spawn(echo(pair.far, 1));
    const std::array<int, 1> asked{42};
    std::array<int, 1> answered{};
    co_await boost::asio::async_write(pair.near, buffer(asked), awaited);
    co_await boost::asio::async_read(pair.near, buffer(answered), awaited);
    co_await echoing;
    co_return answered[0];
  };
  EXPECT_EQ(actors::run(main()), 42);
  guard.reset();
  thread.join();
}

task<bool> await_a_post(boost::asio::io_context& context) {
  try {
    co_await boost::asio::post(context, awaited);
  } catch (const boost::system::system_error& error) {
    co_return error.code() == boost::asio::error::operation_aborted;
  }
  co_return false;
}

task<bool> await_what_nobody_runs() {
  auto context = std::make_unique<boost::asio::io_context>();
  auto waiting = spawn(await_a_post(*context));
  co_await actors::yield();
  context.reset();
  co_return co_await waiting;
}

TEST(io, an_operation_of_a_context_that_is_destroyed_ends) {
  EXPECT_TRUE(actors::run(await_what_nobody_runs(), {.workers = 1}));
}

TEST(io, a_runtime_serves_again_after_it_was_run) {  // R12
  actors::runtime first{{.workers = 2}};
  actors::runtime second{{.workers = 2}};
  for (int round = 0; round != 3; ++round) {
    EXPECT_EQ(first.run(exchange(10)), 45);
    EXPECT_EQ(second.run(exchange(10)), 45);
  }
  EXPECT_NE(&actors::io_context(first), &actors::io_context(second));
}

}  // namespace
