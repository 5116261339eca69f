// Coroutines of Boost.Asio that are spawned and joined, that sleep, and that call what blocks.
//
// A coroutine that another thread is to be free to take posts itself first: co_spawn alone would run it at once, within
// the thread that spawns it. skynet and million_sleep do without, as their coroutines soon wait.
// fib: Asio's queue is first in, first out, so that a whole level of the tree is alive at once.
// blocking: the calling coroutine goes over to a second pool for the call, and comes back.
#include "runtime.hpp"

#include <boost/asio/experimental/parallel_group.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace peer::on_asio {

namespace {

task<> give(std::int64_t value, std::int64_t& into, work each, latch_ptr given) {
  co_await asio::post(asio::deferred);
  each(value);
  into = value;
  given->count_down();
}

}  // namespace

task<outcome> spawn_join(settings s) {
  const executor on = co_await asio::this_coro::executor;
  std::vector<std::int64_t> results(batch_size);
  std::int64_t sum = 0;
  const stopwatch watch;
  for (std::int64_t first = 0; first < s.n; first += batch_size) {
    const std::int64_t size = std::min(batch_size, s.n - first);
    const auto given = std::make_shared<latch>(on, size);
    for (std::int64_t i = 0; i != size; ++i)
      asio::co_spawn(on, give(first + i, results[static_cast<std::size_t>(i)], s.each, given), asio::detached);
    co_await given->wait();
    for (std::int64_t i = 0; i != size; ++i) sum += results[static_cast<std::size_t>(i)];
  }
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

namespace {

/// Sends up the sum of the leaves first to first+size-1. There is room for what every child sends.
task<> grow(channel_ptr up, std::int64_t first, std::int64_t size) {
  if (size == 1) {
    up->try_send(error_code{}, first);
    co_return;
  }
  const executor on = co_await asio::this_coro::executor;
  const auto below = make_channel(on, children);
  const std::int64_t part = size / children;
  for (std::int64_t k = 0; k != children; ++k) asio::co_spawn(on, grow(below, first + k * part, part), asio::detached);
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k != children; ++k) {
    std::optional<std::int64_t> got;
    if (!try_receive(*below, got)) {
      const auto [error, value] = co_await below->async_receive(as_value);
      if (!error) got = value;
    }
    sum += got.value_or(0);
  }
  up->try_send(error_code{}, sum);
}

}  // namespace

task<outcome> skynet(settings s) {
  const executor on = co_await asio::this_coro::executor;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    const auto up = make_channel(on, 1);
    asio::co_spawn(on, grow(up, 0, leaves), asio::detached);
    const auto [error, sum] = co_await up->async_receive(as_value);
    expect("sum of the leaves", error ? -1 : sum, sum_below(leaves));
  }
  co_return outcome{s.n, watch.elapsed(), s.n * leaves};
}

namespace {

task<> doze(std::chrono::seconds how_long, std::atomic<std::int64_t>& woken, latch_ptr joined) {
  timer sleeping{co_await asio::this_coro::executor, how_long};
  co_await sleeping.async_wait(as_value);
  woken.fetch_add(1, std::memory_order_relaxed);
  joined->count_down();
}

task<outcome> sleep(std::int64_t n, std::chrono::seconds how_long) {
  const executor on = co_await asio::this_coro::executor;
  std::atomic<std::int64_t> woken{0};
  const auto joined = std::make_shared<latch>(on, n);
  const stopwatch watch;
  for (std::int64_t i = 0; i != n; ++i) asio::co_spawn(on, doze(how_long, woken, joined), asio::detached);
  co_await joined->wait();
  const auto elapsed = watch.elapsed();
  expect("coroutines that woke", woken.load(), n);
  co_return over_the_sleep(n, elapsed, how_long);
}

}  // namespace

task<outcome> sleep_two_seconds(settings s) { return sleep(s.n, std::chrono::seconds{2}); }
task<outcome> sleep_ten_seconds(settings s) { return sleep(s.n, std::chrono::seconds{10}); }

namespace {

std::int64_t trivial(std::int64_t value) { return value; }

task<> call(asio::thread_pool& blockers, std::int64_t from, std::int64_t n, std::int64_t& sum, latch_ptr all) {
  for (std::int64_t i = from; i < n; i += in_flight) {
    co_await asio::post(asio::bind_executor(blockers.get_executor(), asio::deferred));
    const std::int64_t value = trivial(i);
    co_await asio::post(asio::deferred);
    sum += value;
  }
  all->count_down();
}

}  // namespace

task<outcome> blocking(settings s) {
  const executor on = co_await asio::this_coro::executor;
  asio::thread_pool blockers{static_cast<std::size_t>(in_flight)};
  std::vector<std::int64_t> sums(in_flight);
  const auto all = std::make_shared<latch>(on, in_flight);
  const stopwatch watch;
  for (std::int64_t k = 0; k != in_flight; ++k)
    asio::co_spawn(on, call(blockers, k, s.n, sums[static_cast<std::size_t>(k)], all), asio::detached);
  co_await all->wait();
  const auto elapsed = watch.elapsed();
  std::int64_t sum = 0;
  for (const std::int64_t part : sums) sum += part;
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

namespace {

// Measured, as most of the tree is alive at the peak.
constexpr std::int64_t bytes_of_a_call = 560;

task<std::int64_t> fork(std::int64_t n) {
  co_await asio::post(asio::deferred);
  if (n < 2) co_return n;
  const executor on = co_await asio::this_coro::executor;
  const auto [order, left_error, left, right_error, right] =
      co_await asio::experimental::make_parallel_group(asio::co_spawn(on, fork(n - 1), asio::deferred),
                                                       asio::co_spawn(on, fork(n - 2), asio::deferred))
          .async_wait(asio::experimental::wait_for_all(), asio::deferred);
  co_return left + right;
}

task<std::int64_t> fork_inline(std::int64_t n) {
  if (n < 2) co_return n;
  const executor on = co_await asio::this_coro::executor;
  const auto left = make_channel(on, 1);
  asio::co_spawn(
      on,
      [](std::int64_t n, channel_ptr into) -> task<> {
        co_await asio::post(asio::deferred);
        into->try_send(error_code{}, co_await fork_inline(n));
      }(n - 1, left),
      asio::detached);
  const std::int64_t right = co_await fork_inline(n - 2);
  const auto [error, value] = co_await left->async_receive(as_value);
  co_return value + right;
}

task<outcome> run_fib(task<std::int64_t> (*function)(std::int64_t), std::int64_t n) {
  const fibonacci wanted{n};
  const stopwatch watch;
  const std::int64_t got = co_await function(wanted.argument);
  const auto elapsed = watch.elapsed();
  expect("fib", got, wanted.value);
  co_return outcome{wanted.calls, elapsed, wanted.calls};
}

}  // namespace

task<outcome> fib(settings s) {
  need_memory("calls", s.n, bytes_of_a_call);
  return run_fib(fork, s.n);
}

task<outcome> fib_inline(settings s) {
  need_memory("calls", s.n, bytes_of_a_call);
  return run_fib(fork_inline, s.n);
}

}  // namespace peer::on_asio
