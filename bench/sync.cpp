#include <actors/actors.hpp>
#include <actors/sync/event.hpp>
#include <actors/sync/mutex.hpp>
#include <actors/sync/semaphore.hpp>

#include "workloads.hpp"

#include <cstdint>
#include <vector>

namespace bench {

namespace {

using actors::task;

// Counters that the compiler cannot see through: each turn is a turn.
void keep(std::int64_t& value) { asm volatile("" : "+r"(value)); }

task<outcome> run_mutex(settings s) {
  actors::mutex lock;
  std::int64_t count = 0;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    auto guard = co_await lock.lock();
    ++count;
    keep(count);
  }
  const auto elapsed = watch.elapsed();
  expect("turns", count, s.n);
  co_return outcome{s.n, elapsed, s.n};
}

task<outcome> run_semaphore(settings s) {
  actors::semaphore permits{1};
  std::int64_t count = 0;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    auto permit = co_await permits.acquire();
    ++count;
    keep(count);
  }
  const auto elapsed = watch.elapsed();
  expect("turns", count, s.n);
  co_return outcome{s.n, elapsed, s.n};
}

task<outcome> run_event(settings s) {
  actors::event ready;
  ready.set();
  std::int64_t count = 0;
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    co_await ready.wait();
    ++count;
    keep(count);
  }
  const auto elapsed = watch.elapsed();
  expect("waits", count, s.n);
  co_return outcome{s.n, elapsed, s.n};
}

task<> lock_often(actors::mutex& lock, std::int64_t& count, std::int64_t times, work each) {
  for (std::int64_t i = 0; i != times; ++i) {
    auto guard = co_await lock.lock();
    ++count;
    each(count);
  }
}

task<outcome> run_mutex_contended(settings s) {
  constexpr std::int64_t parties = 8;
  actors::mutex lock;
  std::int64_t count = 0;
  const std::int64_t times = s.n / parties;
  std::vector<actors::join_handle<>> all;
  const stopwatch watch;
  for (std::int64_t k = 0; k != parties; ++k) all.push_back(actors::spawn(lock_often(lock, count, times, s.each)));
  for (auto& each : all) co_await each;
  const auto elapsed = watch.elapsed();
  expect("turns", count, parties * times);
  co_return outcome{s.n, elapsed, parties * times};
}

}  // namespace

outcome mutex(const settings& s) { return actors::run(run_mutex(s), {.workers = s.threads}); }
outcome semaphore(const settings& s) { return actors::run(run_semaphore(s), {.workers = s.threads}); }
outcome event(const settings& s) { return actors::run(run_event(s), {.workers = s.threads}); }
outcome mutex_contended(const settings& s) { return actors::run(run_mutex_contended(s), {.workers = s.threads}); }

}  // namespace bench
