// What a value costs in channels that are no queues.
#include <actors/actors.hpp>
#include <actors/broadcast.hpp>
#include <actors/oneshot.hpp>
#include <actors/watch.hpp>

#include "workloads.hpp"

#include <utility>
#include <vector>

namespace bench {

namespace {

using actors::task;

constexpr int receivers = 8;
constexpr std::int64_t sends_each_turn = 64;

task<outcome> run_oneshot(settings s) {
  std::int64_t sum = 0;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    auto [tx, rx] = actors::oneshot<std::int64_t>();
    tx.send(i);
    const auto value = co_await rx.receive();
    sum += value.value_or(0);
  }
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  co_return outcome{s.n, elapsed, s.n};
}

task<std::int64_t> sum_up(actors::broadcast_receiver<std::int64_t> in) {
  std::int64_t sum = 0;
  while (auto value = co_await in.receive()) sum += *value;
  co_return sum;
}

task<outcome> run_broadcast(settings s) {
  auto [tx, rx] = actors::broadcast<std::int64_t>(actors::unbounded);
  std::vector<actors::join_handle<std::int64_t>> all;
  const stopwatch watch;
  for (int i = 0; i != receivers; ++i) all.push_back(actors::spawn(sum_up(rx)));
  rx = {};
  for (std::int64_t i = 0; i != s.n; ++i) {
    tx.send(i);
    if (i % sends_each_turn == 0) co_await actors::yield();
  }
  tx = {};
  std::int64_t sum = 0;
  for (auto& each : all) sum += co_await each;
  const auto elapsed = watch.elapsed();
  expect("sum", sum, receivers * sum_below(s.n));
  co_return outcome{s.n, elapsed, receivers * s.n};
}

task<std::int64_t> follow(actors::watch_receiver<std::int64_t> in) {
  std::int64_t last = 0;
  while (co_await in.changed()) last = *in.borrow_and_update();
  co_return last;
}

task<outcome> run_watch(settings s) {
  auto [tx, rx] = actors::watch(std::int64_t{0});
  std::vector<actors::join_handle<std::int64_t>> all;
  const stopwatch watch;
  for (int i = 0; i != receivers; ++i) all.push_back(actors::spawn(follow(rx)));
  rx = {};
  for (std::int64_t i = 1; i <= s.n; ++i) {
    tx.send(i);
    if (i % sends_each_turn == 0) co_await actors::yield();
  }
  tx = {};
  std::int64_t sum = 0;
  for (auto& each : all) sum += co_await each;
  const auto elapsed = watch.elapsed();
  expect("sum of what was seen last", sum, receivers * s.n);
  co_return outcome{s.n, elapsed, s.n};
}

}  // namespace

outcome oneshot(const settings& s) { return actors::run(run_oneshot(s), {.workers = s.threads}); }
outcome broadcast(const settings& s) { return actors::run(run_broadcast(s), {.workers = s.threads}); }
outcome watch(const settings& s) { return actors::run(run_watch(s), {.workers = s.threads}); }

}  // namespace bench
