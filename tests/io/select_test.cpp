// Operations of Asio in a select: a read is a task of its own, and its end is the case. Where another case wins the
// task is still there, with what it has read.
#include <actors/actors.hpp>
#include <actors/io/asio.hpp>

#include "socket_pair.hpp"
#include "support/time_limit.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::after;
using actors::awaited;
using actors::join_handle;
using actors::on_done;
using actors::on_receive;
using actors::receiver;
using actors::select;
using actors::sender;
using actors::spawn;
using actors::task;
using actors::when;
using boost::asio::buffer;

// Four bytes, which come one by one: a read that somebody gave up in between would have lost some of them.
task<int> read_number(test::socket& from) {
  std::array<int, 1> number{};
  co_await boost::asio::async_read(from, buffer(number), awaited);
  co_return number[0];
}

task<> write_numbers(test::socket& to, int count) {
  for (int i = 1; i <= count; ++i) {
    const std::array<int, 1> number{i};
    const auto* bytes = reinterpret_cast<const char*>(number.data());
    for (std::size_t at = 0; at != sizeof(int); ++at) {
      co_await boost::asio::async_write(to, buffer(bytes + at, 1), awaited);
      co_await actors::yield();
    }
  }
}

task<> tick(sender<int> to, int count) {
  for (int i = 1; i <= count; ++i) co_await to.send(i);
}

struct outcome {
  std::vector<int> numbers;
  int ticks = 0;
  int timeouts = 0;
  int reads = 0;
};

task<> reads_and_ticks(outcome& all, int count) {
  test::socket_pair pair;
  auto [in, out] = actors::channel<int>(0);
  auto writing = spawn(write_numbers(pair.far, count));
  auto ticking = spawn(tick(std::move(in), count));
  join_handle<int> reading = spawn(read_number(pair.near));
  all.reads = 1;
  bool ticks = true;
  for (bool numbers = true; numbers || ticks;) {
    bool won = false;
    co_await select(when(numbers, on_done(reading, [&] { won = true; })),
                    when(ticks, on_receive(out,
                                           [&](auto v) {
                                             ticks = v.has_value();
                                             all.ticks += ticks;
                                           })),
                    after(50us, [&] { ++all.timeouts; }));
    if (!won) continue;  // the read goes on, and is asked again
    const int number = co_await std::move(reading);
    all.numbers.push_back(number);
    numbers = number != count;
    if (!numbers) continue;
    reading = spawn(read_number(pair.near));
    ++all.reads;
  }
  co_await writing;
  co_await ticking;
}

TEST(io_select, nothing_that_was_read_is_lost_where_another_case_wins) {  // S1, S3, S6, C16
  const int count = 500 / test::slowness;
  for (const unsigned workers : {1U, 2U, 3U}) {
    outcome all;
    actors::run(reads_and_ticks(all, count), {.workers = workers});
    ASSERT_EQ(all.numbers.size(), static_cast<std::size_t>(count));
    for (int i = 0; i != count; ++i) ASSERT_EQ(all.numbers[static_cast<std::size_t>(i)], i + 1);
    EXPECT_EQ(all.ticks, count);
    EXPECT_EQ(all.reads, count) << "a read that lost was made again";
  }
}

// The read loses to the time when it has a part of what it waits for.
task<int> read_that_loses() {
  test::socket_pair pair;
  auto reading = spawn(read_number(pair.near));
  const std::array<int, 1> number{0x01020304};
  const auto* bytes = reinterpret_cast<const char*>(number.data());
  co_await boost::asio::async_write(pair.far, buffer(bytes, 2), awaited);
  bool over = false;
  co_await select(on_done(reading, [] { ADD_FAILURE(); }), after(2ms, [&] { over = true; }));
  EXPECT_TRUE(over);
  EXPECT_FALSE(reading.done());
  co_await boost::asio::async_write(pair.far, buffer(bytes + 2, 2), awaited);
  co_await select(on_done(reading), after(1h));
  co_return co_await std::move(reading);
}

TEST(io_select, a_read_that_lost_to_the_time_goes_on_where_it_was) {  // S3, S6
  for (const unsigned workers : {1U, 2U}) EXPECT_EQ(actors::run(read_that_loses(), {.workers = workers}), 0x01020304);
}

task<> waits_for(const join_handle<int>& reading, const receiver<int>& other) {
  co_await select(on_done(reading), on_receive(other, [](auto&&) {}), after(1h));
}

task<int> select_that_is_cancelled() {
  test::socket_pair pair;
  auto [in, out] = actors::channel<int>(0);
  auto reading = spawn(read_number(pair.near));
  auto selecting = spawn(waits_for(reading, out), {.eager = true});
  selecting.cancel();
  bool cancelled = false;
  try {
    co_await selecting;
  } catch (const actors::cancelled&) {
    cancelled = true;
  }
  EXPECT_TRUE(cancelled);
  EXPECT_FALSE(reading.done()) << "the read was cancelled with the select";
  const std::array<int, 1> number{7};
  co_await boost::asio::async_write(pair.far, buffer(number), awaited);
  co_return co_await std::move(reading);
}

TEST(io_select, a_select_that_is_cancelled_leaves_the_read_alone) {  // S6, T6
  for (const unsigned workers : {1U, 2U}) EXPECT_EQ(actors::run(select_that_is_cancelled(), {.workers = workers}), 7);
}

task<bool> read_that_fails() {
  test::socket_pair pair;
  auto reading = spawn(read_number(pair.near));
  pair.far.close();
  co_await select(on_done(reading), after(1h));
  try {
    co_await reading;
  } catch (const boost::system::system_error& error) {
    co_return error.code() == boost::asio::error::eof;
  }
  co_return false;
}

TEST(io_select, the_error_of_a_read_is_in_its_handle) {  // S3, R5
  EXPECT_TRUE(actors::run(read_that_fails(), {.workers = 2}));
}

}  // namespace
