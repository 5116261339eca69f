// Fibers of Boost.Fiber that are started and joined, that sleep, and that call what blocks.
//
// spawn_join: a fiber that nobody holds gives its stack back when it ends, and not only when it is joined; so a batch
// is waited for by counting. fib: each call is a fiber. Ready fibers run first in, first out, so that much of the tree
// is alive at once. blocking: a fiber hands the call to a pool of plain threads (that of Boost.Asio) and waits for a
// fibers::future.
#include "runtime.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/future.hpp>
#include <boost/fiber/mutex.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <vector>

namespace peer::on_fiber {

namespace {

// Measured, as are the others: what is touched of a stack.
constexpr std::int64_t bytes_of_a_fiber = 9 * 1024;

/// Waits until something has been done `left` times.
class latch {
 public:
  explicit latch(std::int64_t left) : left_{left} {}
  void count_down() {
    if (left_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    const std::lock_guard lock{mutex_};
    all_done_ = true;
    changed_.notify_one();
  }
  void wait() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return all_done_; });
  }

 private:
  std::atomic<std::int64_t> left_;
  fibers::mutex mutex_;
  fibers::condition_variable changed_;
  bool all_done_ = false;  // under mutex_
};

}  // namespace

outcome spawn_join(const settings& s) {
  std::vector<std::int64_t> results(batch_size);
  std::int64_t sum = 0;
  const stopwatch watch;
  for (std::int64_t first = 0; first < s.n; first += batch_size) {
    const std::int64_t size = std::min(batch_size, s.n - first);
    const auto given = std::make_shared<latch>(size);
    for (std::int64_t i = 0; i != size; ++i)
      start(short_lived(s), [=, value = first + i, each = s.each, into = &results[i]] {
        each(value);
        *into = value;
        given->count_down();
      }).detach();
    given->wait();
    // As long as a fiber is ready, shared_work does not come to free stacks; one that sleeps is not.
    if (short_lived(s) == fibers::launch::post) boost::this_fiber::sleep_for(std::chrono::nanoseconds{0});
    for (std::int64_t i = 0; i != size; ++i) sum += results[i];
  }
  const auto elapsed = watch.elapsed();
  expect("sum", sum, sum_below(s.n));
  return outcome{s.n, elapsed, s.n};
}

namespace {

/// Sends up the sum of the leaves first to first+size-1.
void grow(fibers::launch how, buffered& up, std::int64_t first, std::int64_t size) {
  if (size == 1) {
    up.push(first);
    return;
  }
  const auto below = make_buffered(children + 1);
  const std::int64_t part = size / children;
  for (std::int64_t k = 0; k != children; ++k) start(how, [=] { grow(how, *below, first + k * part, part); }).detach();
  std::int64_t sum = 0;
  for (std::int64_t k = 0; k != children; ++k) sum += below->value_pop();
  up.push(sum);
}

}  // namespace

outcome skynet(const settings& s) {
  const fibers::launch how = short_lived(s);
  // Without the leaves, which end at once, or with them.
  if (how == fibers::launch::dispatch)
    need_memory("fibers", leaves / (children - 1), bytes_of_a_fiber);
  else
    need_memory("fibers", leaves + leaves / (children - 1), bytes_of_a_fiber);
  const stopwatch watch;
  for (std::int64_t i = 0; i != s.n; ++i) {
    const auto up = make_buffered(2);
    start(how, [=] { grow(how, *up, 0, leaves); }).detach();
    expect("sum of the leaves", up->value_pop(), sum_below(leaves));
  }
  return outcome{s.n, watch.elapsed(), s.n * leaves};
}

namespace {

outcome sleep(std::int64_t n, std::chrono::seconds how_long) {
  need_memory("fibers", n, bytes_of_a_fiber);
  std::atomic<std::int64_t> woken{0};
  std::vector<fibers::fiber> sleepers;
  sleepers.reserve(static_cast<std::size_t>(n));
  const stopwatch watch;
  for (std::int64_t i = 0; i != n; ++i)
    sleepers.push_back(start([&, how_long] {
      boost::this_fiber::sleep_for(how_long);
      woken.fetch_add(1, std::memory_order_relaxed);
    }));
  for (fibers::fiber& each : sleepers) each.join();
  const auto elapsed = watch.elapsed();
  expect("fibers that woke", woken.load(), n);
  return over_the_sleep(n, elapsed, how_long);
}

}  // namespace

outcome sleep_two_seconds(const settings& s) { return sleep(s.n, std::chrono::seconds{2}); }
outcome sleep_ten_seconds(const settings& s) { return sleep(s.n, std::chrono::seconds{10}); }

namespace {

std::int64_t trivial(std::int64_t value) { return value; }

}  // namespace

outcome blocking(const settings& s) {
  boost::asio::thread_pool blockers{static_cast<std::size_t>(in_flight)};
  std::vector<std::int64_t> sums(in_flight);
  std::vector<fibers::fiber> callers;
  const stopwatch watch;
  for (std::int64_t k = 0; k != in_flight; ++k)
    callers.push_back(start([&, k] {
      for (std::int64_t i = k; i < s.n; i += in_flight) {
        fibers::packaged_task<std::int64_t()> call{[i] { return trivial(i); }};
        auto result = call.get_future();
        boost::asio::post(blockers, std::move(call));
        sums[k] += result.get();
      }
    }));
  for (fibers::fiber& each : callers) each.join();
  const auto elapsed = watch.elapsed();
  std::int64_t sum = 0;
  for (const std::int64_t part : sums) sum += part;
  expect("sum", sum, sum_below(s.n));
  return outcome{s.n, elapsed, s.n};
}

namespace {

// Measured, as most of the tree is alive at the peak.
constexpr std::int64_t bytes_of_a_call = 6 * 1024;

std::int64_t fork(fibers::launch how, std::int64_t n) {
  if (n < 2) return n;
  std::int64_t left = 0, right = 0;
  auto first = start(how, [&] { left = fork(how, n - 1); });
  auto second = start(how, [&] { right = fork(how, n - 2); });
  first.join();
  second.join();
  return left + right;
}

std::int64_t fork_inline(fibers::launch how, std::int64_t n) {
  if (n < 2) return n;
  std::int64_t left = 0;
  auto first = start(how, [&] { left = fork_inline(how, n - 1); });
  const std::int64_t right = fork_inline(how, n - 2);
  first.join();
  return left + right;
}

outcome run_fib(std::int64_t (*function)(fibers::launch, std::int64_t), const settings& s) {
  const fibonacci wanted{s.n};
  const stopwatch watch;
  const std::int64_t got = function(short_lived(s), wanted.argument);
  const auto elapsed = watch.elapsed();
  expect("fib", got, wanted.value);
  return outcome{wanted.calls, elapsed, wanted.calls};
}

}  // namespace

outcome fib(const settings& s) {
  need_memory("calls", s.n, bytes_of_a_call);
  return run_fib(fork, s);
}

outcome fib_inline(const settings& s) {
  need_memory("calls", s.n, bytes_of_a_call / 2);
  return run_fib(fork_inline, s);
}

}  // namespace peer::on_fiber
