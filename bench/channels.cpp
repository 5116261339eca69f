#include <actors/actors.hpp>

#include "workloads.hpp"

#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace bench {

namespace {

using actors::receiver;
using actors::sender;
using actors::task;

constexpr std::int64_t parties = 8;  // producers, and consumers where there are several

// Sends from, from+step, ... below n.
task<> produce(sender<std::int64_t> out, std::int64_t from, std::int64_t step, std::int64_t n, work each) {
  for (std::int64_t i = from; i < n; i += step) {
    each(i);
    co_await out.send(i);
  }
}

// Receives until the channel is closed and gives the sum.
task<std::int64_t> consume(receiver<std::int64_t> in, work each) {
  std::int64_t sum = 0;
  while (const auto value = co_await in.receive()) {
    each(*value);
    sum += *value;
  }
  co_return sum;
}

void start_producers(const sender<std::int64_t>& out, std::int64_t n, work each) {
  for (std::int64_t k = 0; k != parties; ++k) actors::spawn(produce(out, k, parties, n, each));
}

task<> answer(receiver<std::int64_t> in, sender<std::int64_t> out) {
  while (const auto value = co_await in.receive()) co_await out.send(*value + 1);
}

task<outcome> run_pingpong(settings s) {
  auto [ping, ping_end] = actors::channel<std::int64_t>(s.capacity);
  auto [pong_end, pong] = actors::channel<std::int64_t>(s.capacity);
  const stopwatch watch;
  auto partner = actors::spawn(answer(std::move(ping_end), std::move(pong_end)));
  std::int64_t value = 0;
  for (std::int64_t i = 0; i != s.n; ++i) {
    co_await ping.send(value);
    value = (co_await pong.receive()).value_or(-1);
  }
  ping.close();
  co_await partner;
  const auto elapsed = watch.elapsed();
  expect("round trips", value, s.n);
  co_return outcome{s.n, elapsed, 2 * s.n};
}

task<outcome> run_spsc(settings s) {
  auto [out, in] = actors::channel<std::int64_t>(s.capacity);
  const stopwatch watch;
  actors::spawn(produce(std::move(out), 0, 1, s.n, s.each));
  const std::int64_t sum = co_await consume(std::move(in), s.each);
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

task<> fill(actors::queue<std::int64_t>& into, std::int64_t n, work each) {
  for (std::int64_t i = 0; i != n; ++i) {
    each(i);
    co_await into.put(i);
  }
  into.shutdown();
}

task<outcome> run_queue(settings s) {
  actors::queue<std::int64_t> items{s.capacity};
  std::int64_t sum = 0;
  const stopwatch watch;
  auto producer = actors::spawn(fill(items, s.n, s.each));
  try {
    for (;;) {
      const std::int64_t value = co_await items.get();
      s.each(value);
      sum += value;
    }
  } catch (const actors::queue_shut_down&) {
  }
  const auto elapsed = watch.elapsed();
  co_await producer;
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

task<outcome> run_mpsc(settings s) {
  auto [out, in] = actors::channel<std::int64_t>(s.capacity);
  const stopwatch watch;
  start_producers(out, s.n, s.each);
  out = {};
  const std::int64_t sum = co_await consume(std::move(in), work{});
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

task<outcome> run_mpmc(settings s) {
  auto [out, in] = actors::channel<std::int64_t>(s.capacity);
  const stopwatch watch;
  start_producers(out, s.n, work{});
  out = {};
  std::vector<task<std::int64_t>> consumers;
  for (std::int64_t k = 0; k != parties; ++k) consumers.push_back(consume(in, s.each));
  std::int64_t sum = 0;
  for (const std::int64_t part : co_await actors::gather(std::move(consumers))) sum += part;
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

task<outcome> run_select(settings s) {
  std::array<receiver<std::int64_t>, parties> in;
  const stopwatch watch;
  for (std::int64_t k = 0; k != parties; ++k) {
    auto [out, end] = actors::channel<std::int64_t>(s.capacity);
    in[static_cast<std::size_t>(k)] = std::move(end);
    actors::spawn(produce(std::move(out), k, parties, s.n, s.each));
  }
  std::int64_t sum = 0;
  std::int64_t open = parties;
  const auto from = [&](std::size_t k) {
    return actors::on_receive(in[k], [&, k](std::optional<std::int64_t> value) {
      if (value) {
        sum += *value;
      } else {
        in[k] = {};
        --open;
      }
    });
  };
  while (open != 0) co_await actors::select(from(0), from(1), from(2), from(3), from(4), from(5), from(6), from(7));
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

task<> pass_on(std::int64_t number, receiver<std::int64_t> in, sender<std::int64_t> out, sender<std::int64_t> ended) {
  while (const auto left = co_await in.receive()) {
    if (*left == 0) {
      co_await ended.send(number);
      co_return;
    }
    co_await out.send(*left - 1);
  }
}

task<outcome> run_ring(settings s) {
  constexpr std::int64_t members = 503;
  auto [first, in] = actors::channel<std::int64_t>(s.capacity);
  auto [ended, last] = actors::channel<std::int64_t>(1);
  const stopwatch watch;
  for (std::int64_t k = 0; k != members; ++k) {
    auto [out, next_in] = actors::channel<std::int64_t>(s.capacity);
    if (k == members - 1) out = first;
    actors::spawn(pass_on(k, std::exchange(in, next_in), std::move(out), ended));
  }
  co_await first.send(s.n);
  const std::int64_t member = (co_await last.receive()).value_or(-1);
  const auto elapsed = watch.elapsed();
  expect("member that had the token last", member, s.n % members);
  co_return outcome{s.n, elapsed, s.n};
}

task<> map(receiver<std::int64_t> in, sender<std::int64_t> out, std::int64_t (*function)(std::int64_t), work each) {
  while (const auto value = co_await in.receive()) {
    each(*value);
    co_await out.send(function(*value));
  }
}

task<outcome> run_pipeline(settings s) {
  auto [source, numbers] = actors::channel<std::int64_t>(s.capacity);
  auto [doubled_out, doubled] = actors::channel<std::int64_t>(s.capacity);
  auto [raised_out, raised] = actors::channel<std::int64_t>(s.capacity);
  const stopwatch watch;
  actors::spawn(produce(std::move(source), 0, 1, s.n, work{}));
  actors::spawn(map(
      std::move(numbers), std::move(doubled_out), [](std::int64_t v) { return 2 * v; }, s.each));
  actors::spawn(map(
      std::move(doubled), std::move(raised_out), [](std::int64_t v) { return v + 1; }, s.each));
  const std::int64_t sum = co_await consume(std::move(raised), work{});
  const auto elapsed = watch.elapsed();
  expect("sum", sum, 2 * sum_below(s.n) + s.n);
  co_return outcome{s.n, elapsed, s.n};
}

}  // namespace

outcome pingpong(const settings& s) { return actors::run(run_pingpong(s), {.workers = s.threads}); }
outcome spsc(const settings& s) { return actors::run(run_spsc(s), {.workers = s.threads}); }
outcome queue(const settings& s) { return actors::run(run_queue(s), {.workers = s.threads}); }
outcome mpsc(const settings& s) { return actors::run(run_mpsc(s), {.workers = s.threads}); }
outcome mpmc(const settings& s) { return actors::run(run_mpmc(s), {.workers = s.threads}); }
outcome ring(const settings& s) { return actors::run(run_ring(s), {.workers = s.threads}); }
outcome pipeline(const settings& s) { return actors::run(run_pipeline(s), {.workers = s.threads}); }

outcome select(const settings& s) { return actors::run(run_select(s), {.workers = s.threads}); }

}  // namespace bench
