// Cancellation across everything at once: random trees of tasks, channels, timers and calls, cancelled at random.
#include <actors/actors.hpp>

#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::spawn;
using actors::task;

// What the tasks of one test share. `books` counts a value in every frame: all of them must be gone at the end.
struct world {
  explicit world(std::size_t capacity) {
    for (auto& each : channels) each = actors::channel<test::counted>(capacity);
  }
  std::array<std::pair<actors::sender<test::counted>, actors::receiver<test::counted>>, 3> channels;
  test::ledger books;
  std::atomic<long> sent = 0;
  std::atomic<long> received = 0;
};

task<> grow(world& here, std::uint64_t seed, int depth);

// One operation that may wait. All of them honour a cancellation.
task<> act(world& here, std::uint64_t choice, int depth) {
  auto& [tx, rx] = here.channels[choice / 16 % here.channels.size()];
  const auto pause = std::chrono::microseconds{choice / 64 % 20};
  switch (choice % 9) {
    case 0:
    case 1:
      co_await tx.send(test::counted{here.books, 1});
      ++here.sent;
      break;
    case 2:
    case 3: {
      auto value = co_await rx.receive();
      if (value) ++here.received;
      break;
    }
    case 4:
      co_await actors::sleep(pause);
      break;
    case 5:
      co_await actors::blocking([] {});
      break;
    case 6:
      if (depth > 0) co_await actors::gather(grow(here, choice * 3, depth - 1), grow(here, choice * 5, depth - 1));
      break;
    case 7:
      if (depth > 0) co_await actors::wait_for(grow(here, choice * 7, depth - 1), pause);
      break;
    default:
      if (depth > 0) {
        auto child = spawn(grow(here, choice * 11, depth - 1));
        if (choice / 2000 % 2 == 0) child.cancel();
        co_await child;
      }
      break;
  }
}

task<> grow(world& here, std::uint64_t seed, int depth) {
  const test::counted presence{here.books, 2};
  std::mt19937_64 random{seed};
  for (int i = 0; i != 6; ++i) {
    try {
      co_await act(here, random(), depth);
    } catch (const cancelled&) {
      if (random() % 4 != 0) throw;  // now and then a task answers and goes on
    } catch (const actors::timed_out&) {
    } catch (const actors::channel_closed&) {
    }
  }
}

task<> disturb(world& here, std::uint64_t seed, int roots) {
  std::mt19937_64 random{seed};
  std::vector<actors::join_handle<>> tasks;
  for (int i = 0; i != roots; ++i) tasks.push_back(spawn(grow(here, random(), 3)));
  for (int i = 0; i != 4 * roots; ++i) {
    if (random() % 2 == 0) co_await actors::yield();
    tasks[random() % tasks.size()].cancel();
  }
  // All that still wait for partners that will never come are freed by the end of the channels.
  for (auto& [tx, rx] : here.channels) rx.close();
  for (auto& each : tasks) {
    try {
      co_await each;
    } catch (const cancelled&) {
    }
  }
}

void expect_settled(world& here) {
  long buffered = 0;
  for (auto& [tx, rx] : here.channels) {
    while (rx.try_receive()) ++buffered;
  }
  EXPECT_EQ(here.sent, here.received + buffered);
  here.books.expect_settled();
}

class cancel : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(capacities, cancel, ::testing::Values(0U, 1U, 8U));

TEST_P(cancel, at_any_moment_of_a_random_tree_loses_nothing) {  // T6, C16, C17, G2, G5, R9
  const std::uint64_t seeds = 2000 / test::slowness;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    world here{GetParam()};
    test::run_simulated(seed, disturb(here, seed, 6));
    expect_settled(here);
    if (HasFailure()) return;
  }
}

TEST_P(cancel, at_any_moment_on_real_workers_loses_nothing) {  // T6, C16, C17, G2, G5
  const std::uint64_t rounds = 150 / test::slowness;
  for (const unsigned workers : {1U, 2U, 4U}) {
    actors::runtime here{{.workers = workers, .blocking_threads = 3, .blocking_keep_alive = 1ms}};
    for (std::uint64_t round = 1; round <= rounds; ++round) {
      world shared{GetParam()};
      here.run(disturb(shared, round, 12));
      expect_settled(shared);
      if (HasFailure()) return;
    }
  }
}

TEST_P(cancel, from_plain_threads_loses_nothing) {  // T6
  const std::uint64_t rounds = 60 / test::slowness;
  for (std::uint64_t round = 1; round <= rounds; ++round) {
    world shared{GetParam()};
    {
      actors::runtime here{{.workers = 2, .blocking_threads = 2}};
      std::mt19937_64 random{round};
      std::vector<actors::join_handle<>> tasks;
      for (int i = 0; i != 12; ++i) tasks.push_back(here.spawn(grow(shared, random(), 3)));
      std::vector<std::jthread> threads;
      for (int i = 0; i != 3; ++i) {
        threads.emplace_back([&tasks] {
          for (auto& each : tasks) each.cancel();
        });
      }
      threads.clear();
      for (auto& [tx, rx] : shared.channels) rx.close();
      for (auto& each : tasks) each.wait();
    }
    expect_settled(shared);
    if (HasFailure()) return;
  }
}

}  // namespace
