#include <actors/actors.hpp>

#include "workloads.hpp"

#include <atomic>
#include <chrono>
#include <vector>

namespace bench {

namespace {

using actors::task;

task<> doze(std::chrono::seconds how_long, std::atomic<std::int64_t>& woken) {
  co_await actors::sleep(how_long);
  woken.fetch_add(1, std::memory_order_relaxed);
}

task<outcome> run_sleep(std::int64_t n, std::chrono::seconds how_long) {
  std::atomic<std::int64_t> woken{0};
  std::vector<actors::join_handle<>> sleepers;
  sleepers.reserve(static_cast<std::size_t>(n));
  const stopwatch watch;
  for (std::int64_t i = 0; i != n; ++i) sleepers.push_back(actors::spawn(doze(how_long, woken)));
  for (const auto& each : sleepers) co_await each;
  const std::chrono::nanoseconds over = watch.elapsed() - how_long;
  if (over.count() < 0) throw not_done{"all woke " + std::to_string(-over.count()) + " ns too early"};
  expect("tasks that woke", woken.load(), n);
  co_return outcome{n, over, n};
}

}  // namespace

outcome sleep_two_seconds(const settings& s) {
  return actors::run(run_sleep(s.n, std::chrono::seconds{2}), {.workers = s.threads});
}
outcome sleep_ten_seconds(const settings& s) {
  return actors::run(run_sleep(s.n, std::chrono::seconds{10}), {.workers = s.threads});
}

}  // namespace bench
