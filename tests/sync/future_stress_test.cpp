// Futures between threads and tasks on real workers.
#include <actors/actors.hpp>
#include <actors/future.hpp>

#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace {

using actors::future;
using actors::promise;
using actors::task;

task<long> sum_of(std::vector<future<int>> all) {
  long sum = 0;
  for (auto& each : all) sum += co_await each;
  co_return sum;
}

TEST(future_stress, threads_and_tasks_give_and_wait) {  // T13
  constexpr int count = 500;
  actors::runtime here{{.workers = 2}};
  for (int round = 0; round != 20; ++round) {
    std::vector<promise<int>> promises(count);
    std::vector<future<int>> futures;
    for (auto& each : promises) futures.push_back(each.get_future());
    auto first = here.spawn(sum_of(futures));
    auto second = here.spawn(sum_of({futures.rbegin(), futures.rend()}));
    std::atomic<long> in_thread{0};
    std::thread waiting{[&] {
      for (const auto& each : futures) in_thread += each.get();
    }};
    std::thread giving{[&] {
      for (int i = 0; i < count; i += 2) promises[static_cast<std::size_t>(i)].set_value(i);
    }};
    for (int i = 1; i < count; i += 2) promises[static_cast<std::size_t>(i)].set_value(i);
    giving.join();
    waiting.join();
    constexpr long sum = count * (count - 1) / 2;
    EXPECT_EQ(in_thread, sum);
    EXPECT_EQ(first.get(), sum);
    EXPECT_EQ(second.get(), sum);
  }
}

TEST(future_stress, blocking_a_worker_is_refused) {  // T1
  actors::run([]() -> task<> {
    const promise<> given;
    EXPECT_THROW(given.get_future().get(), actors::usage_error);
    co_return;
  }());
}

}  // namespace
