// Channels of Boost.Asio. With --work, who computes: in spsc both sides, in mpsc and select the producers, in mpmc the
// consumers, in pipeline each of the two maps. capacity 0 is a rendezvous.
//
// The end of a buffered channel is an error that is sent as the last message, as close() of 1.81 drops what is in the
// buffer.
//
// select: Asio's way to wait for the first of several things is to have an operation waiting for each of them, whose
// handlers run on one strand, one at a time. make_parallel_group with wait_for_one would start and cancel eight
// operations for each wait (it, too, can take from several channels at once), and in 1.81 a channel whose waiting
// receiver was cancelled no longer uses its buffer.
#include "runtime.hpp"

#include <boost/asio/strand.hpp>

#include <memory>
#include <vector>

namespace peer::on_asio {

namespace {

task<> produce(channel_ptr out, std::int64_t from, std::int64_t step, std::int64_t n, work each) {
  for (std::int64_t i = from; i < n; i += step) {
    each(i);
    if (!out->try_send(error_code{}, i)) co_await out->async_send(error_code{}, i, as_value);
  }
}

/// Tells `receivers` that nothing more comes.
task<> end(channel_ptr out, std::int64_t receivers) {
  for (std::int64_t k = 0; k != receivers; ++k) co_await out->async_send(asio::error::eof, 0, as_value);
}

/// The last of `left` producers to end tells `receivers`.
task<> produce_to_the_end(channel_ptr out, std::int64_t from, std::int64_t step, std::int64_t n, work each,
                          std::atomic<std::int64_t>& left, std::int64_t receivers) {
  co_await produce(out, from, step, n, each);
  if (left.fetch_sub(1, std::memory_order_acq_rel) == 1) co_await end(out, receivers);
}

task<std::int64_t> consume(channel_ptr in, work each) {
  std::int64_t sum = 0;
  for (;;) {
    std::optional<std::int64_t> got;
    if (!try_receive(*in, got)) {
      const auto [error, value] = co_await in->async_receive(as_value);
      if (!error) got = value;
    }
    if (!got) co_return sum;
    each(*got);
    sum += *got;
  }
}

task<> answer(channel_ptr in, channel_ptr out) {
  for (;;) {
    const auto [error, value] = co_await in->async_receive(as_value);
    if (error) break;
    if (!out->try_send(error_code{}, value + 1)) co_await out->async_send(error_code{}, value + 1, as_value);
  }
  out->close();
}

}  // namespace

task<outcome> pingpong(settings s) {
  const executor on = co_await asio::this_coro::executor;
  const auto ping = make_channel(on, s.capacity), pong = make_channel(on, s.capacity);
  const stopwatch watch;
  asio::co_spawn(on, answer(ping, pong), asio::detached);
  std::int64_t value = 0;
  for (std::int64_t i = 0; i != s.n; ++i) {
    if (!ping->try_send(error_code{}, value)) co_await ping->async_send(error_code{}, value, as_value);
    const auto [error, got] = co_await pong->async_receive(as_value);
    value = error ? -1 : got;
  }
  ping->close();
  co_await pong->async_receive(as_value);
  const auto elapsed = watch.elapsed();
  expect("round trips", value, s.n);
  co_return outcome{s.n, elapsed, 2 * s.n};
}

task<outcome> spsc(settings s) {
  const executor on = co_await asio::this_coro::executor;
  const auto numbers = make_channel(on, s.capacity);
  std::atomic<std::int64_t> left{1};
  const stopwatch watch;
  asio::co_spawn(on, produce_to_the_end(numbers, 0, 1, s.n, s.each, left, 1), asio::detached);
  const std::int64_t sum = co_await consume(numbers, s.each);
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

task<outcome> mpsc(settings s) {
  const executor on = co_await asio::this_coro::executor;
  const auto numbers = make_channel(on, s.capacity);
  std::atomic<std::int64_t> left{parties};
  const stopwatch watch;
  for (std::int64_t k = 0; k != parties; ++k)
    asio::co_spawn(on, produce_to_the_end(numbers, k, parties, s.n, s.each, left, 1), asio::detached);
  const std::int64_t sum = co_await consume(numbers, work{});
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

task<outcome> mpmc(settings s) {
  const executor on = co_await asio::this_coro::executor;
  const auto numbers = make_channel(on, s.capacity);
  std::atomic<std::int64_t> left{parties};
  std::atomic<std::int64_t> sum{0};
  const auto ended = std::make_shared<latch>(on, parties);
  const stopwatch watch;
  for (std::int64_t k = 0; k != parties; ++k)
    asio::co_spawn(on, produce_to_the_end(numbers, k, parties, s.n, work{}, left, parties), asio::detached);
  for (std::int64_t k = 0; k != parties; ++k)
    asio::co_spawn(on, consume(numbers, s.each), [&sum, ended](std::exception_ptr, std::int64_t part) {
      sum.fetch_add(part, std::memory_order_relaxed);
      ended->count_down();
    });
  co_await ended->wait();
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

namespace {

using strand = asio::strand<executor>;

/// One of the eight operations that the consumer has waiting; what it does, it does on the strand.
asio::awaitable<void, strand> take_from(channel_ptr in, std::int64_t& sum, latch_ptr ended) {
  for (;;) {
    std::optional<std::int64_t> got;
    if (!try_receive(*in, got)) {
      const auto [error, value] = co_await in->async_receive(as_value);
      if (!error) got = value;
    }
    if (!got) break;
    sum += *got;
  }
  ended->count_down();
}

}  // namespace

task<outcome> select(settings s) {
  const executor on = co_await asio::this_coro::executor;
  const strand consumer{on};
  std::vector<channel_ptr> in;
  std::vector<std::atomic<std::int64_t>> left(parties);
  std::int64_t sum = 0;
  const auto ended = std::make_shared<latch>(on, parties);
  const stopwatch watch;
  for (std::int64_t k = 0; k != parties; ++k) {
    in.push_back(make_channel(on, s.capacity));
    left[k] = 1;
    asio::co_spawn(on, produce_to_the_end(in.back(), k, parties, s.n, s.each, left[k], 1), asio::detached);
  }
  for (auto& each : in) asio::co_spawn(consumer, take_from(each, sum, ended), asio::detached);
  co_await ended->wait();
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

namespace {

task<> pass_on(std::int64_t number, channel_ptr in, channel_ptr out, channel_ptr ended) {
  for (;;) {
    const auto [error, left] = co_await in->async_receive(as_value);
    if (error) co_return;
    if (left == 0) break;
    if (!out->try_send(error_code{}, left - 1)) co_await out->async_send(error_code{}, left - 1, as_value);
  }
  ended->try_send(error_code{}, number);
}

task<> map(channel_ptr in, channel_ptr out, std::int64_t (*function)(std::int64_t), work each) {
  for (;;) {
    std::optional<std::int64_t> got;
    if (!try_receive(*in, got)) {
      const auto [error, value] = co_await in->async_receive(as_value);
      if (!error) got = value;
    }
    if (!got) break;
    each(*got);
    const std::int64_t mapped = function(*got);
    if (!out->try_send(error_code{}, mapped)) co_await out->async_send(error_code{}, mapped, as_value);
  }
  co_await end(out, 1);
}

}  // namespace

task<outcome> ring(settings s) {
  const executor on = co_await asio::this_coro::executor;
  std::vector<channel_ptr> links;
  for (std::int64_t k = 0; k != ring_members; ++k) links.push_back(make_channel(on, s.capacity));
  const auto ended = make_channel(on, 1);
  const auto all_left = std::make_shared<latch>(on, ring_members);
  const stopwatch watch;
  for (std::int64_t k = 0; k != ring_members; ++k)
    asio::co_spawn(on, pass_on(k, links[k], links[(k + 1) % ring_members], ended),
                   [all_left](std::exception_ptr) { all_left->count_down(); });
  if (!links[0]->try_send(error_code{}, s.n)) co_await links[0]->async_send(error_code{}, s.n, as_value);
  const auto [error, last] = co_await ended->async_receive(as_value);
  const auto elapsed = watch.elapsed();
  for (auto& each : links) each->close();
  co_await all_left->wait();
  expect("member that had the token last", error ? -1 : last, s.n % ring_members);
  co_return outcome{s.n, elapsed, s.n};
}

task<outcome> pipeline(settings s) {
  const executor on = co_await asio::this_coro::executor;
  const auto numbers = make_channel(on, s.capacity), doubled = make_channel(on, s.capacity);
  const auto raised = make_channel(on, s.capacity);
  std::atomic<std::int64_t> left{1};
  const stopwatch watch;
  asio::co_spawn(on, produce_to_the_end(numbers, 0, 1, s.n, work{}, left, 1), asio::detached);
  asio::co_spawn(on,
                 map(
                     numbers, doubled, [](std::int64_t v) { return 2 * v; }, s.each),
                 asio::detached);
  asio::co_spawn(on,
                 map(
                     doubled, raised, [](std::int64_t v) { return v + 1; }, s.each),
                 asio::detached);
  const std::int64_t sum = co_await consume(raised, work{});
  const auto elapsed = watch.elapsed();
  expect("sum", sum, 2 * sum_below(s.n) + s.n);
  co_return outcome{s.n, elapsed, s.n};
}

}  // namespace peer::on_asio
