// Channel operations under random cancellation: every value is counted in and out.
#include <actors/actors.hpp>

#include "support/biased_locks.hpp"
#include "support/channel_kinds.hpp"
#include "support/counted.hpp"
#include "support/simulated_scheduler.hpp"
#include "support/time_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::cancelled;
using actors::spawn;
using actors::task;

// What became of each number: sent (its send returned) and received, how often.
struct fates {
  explicit fates(std::size_t count) : sent(count), received(count) {}
  std::vector<std::atomic<int>> sent;
  std::vector<std::atomic<int>> received;
  std::atomic<int> started = 0;  ///< tasks; one that is cancelled before its first turn would never run its body
  std::atomic<int> cancelled_sends = 0;
  std::atomic<int> cancelled_receives = 0;
  test::ledger books;

  void expect_exactly_once() const {
    for (std::size_t i = 0; i != sent.size(); ++i) {
      ASSERT_LE(sent[i], 1);
      ASSERT_EQ(sent[i].load(), received[i].load()) << "value " << i << " was sent so often, and received so often";
    }
    books.expect_settled();
  }
};

struct plan {
  int senders = 4;
  int receivers = 4;
  int each = 20;
  std::size_t capacity = 0;
};

// Sends its numbers one by one. Each cancellation ends one send, which then was not delivered; it goes on with the
// next.
task<> send_numbers(actors::sender<test::counted> out, fates& all, int begin, int end) {
  ++all.started;
  for (int i = begin; i != end; ++i) {
    try {
      if (i % 3 == 0) co_await actors::yield();  // where there is always room, others get a turn all the same
      co_await out.send(test::counted{all.books, i});
      ++all.sent[static_cast<std::size_t>(i)];
    } catch (const cancelled&) {
      ++all.cancelled_sends;
    }
  }
}

// Receives until the channel is closed. A cancellation ends one receive, which then took nothing.
task<> receive_numbers(actors::receiver<test::counted> in, fates& all) {
  ++all.started;
  for (;;) {
    try {
      auto value = co_await in.receive();
      if (!value) break;
      EXPECT_TRUE(value->holds());
      ++all.received[static_cast<std::size_t>(value->number())];
    } catch (const cancelled&) {
      ++all.cancelled_receives;
    }
  }
}

task<> disturbed_exchange(plan what, fates& all, std::uint64_t seed) {
  std::mt19937_64 random{seed};
  auto [tx, rx] = actors::channel<test::counted>(what.capacity);
  std::vector<actors::join_handle<>> tasks;
  for (int i = 0; i != what.receivers; ++i) tasks.push_back(spawn(receive_numbers(rx, all)));
  for (int i = 0; i != what.senders; ++i)
    tasks.push_back(spawn(send_numbers(tx, all, i * what.each, (i + 1) * what.each)));
  tx = {};
  rx = {};
  while (all.started != what.senders + what.receivers) co_await actors::yield();
  for (int i = 0; i != what.senders * what.each; ++i) {
    tasks[random() % tasks.size()].cancel();
    if (random() % 3 != 0) co_await actors::yield();
  }
  for (auto& each : tasks) co_await each;
}

class channel_stress : public test::over_channel_kinds {};
ACTORS_OVER_CHANNEL_KINDS(channel_stress);

TEST_P(channel_stress, cancels_lose_no_value_and_double_none) {  // C5, C16, C17, C18
  const int rounds = 100 / test::slowness;
  for (int round = 0; round != rounds; ++round) {
    const plan what{.senders = 6, .receivers = 6, .each = 50, .capacity = GetParam().capacity};
    fates all{static_cast<std::size_t>(what.senders * what.each)};
    const test::biased_after few{round % 2 == 0 ? 2U : 1U << 20U};
    run(disturbed_exchange(what, all, static_cast<std::uint64_t>(round) + 1));
    all.expect_exactly_once();
    if (HasFailure()) return;
  }
}

class channel_simulation : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(capacities, channel_simulation, ::testing::Values(0U, 1U, 2U, 5U, actors::unbounded),
                         [](const auto& given) { return "capacity_" + std::to_string(given.index); });

TEST_P(channel_simulation, cancels_lose_no_value_and_double_none) {  // C5, C16, C17, C18, R9
  const std::uint64_t seeds = 4000 / test::slowness;
  int cancellations = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const plan what{.senders = 3, .receivers = 3, .each = 6, .capacity = GetParam()};
    fates all{static_cast<std::size_t>(what.senders * what.each)};
    test::run_simulated(seed, disturbed_exchange(what, all, seed * 31));
    all.expect_exactly_once();
    cancellations += all.cancelled_receives;
    if (HasFailure()) return;
  }
  EXPECT_GT(cancellations, 0);
}

// Closing, dropping and cancelling at any moment: values that were not received are destroyed, once.
TEST_P(channel_simulation, closing_at_any_moment_loses_nothing_but_what_nobody_wants) {  // C8, C9, C11, C12
  const std::uint64_t seeds = 4000 / test::slowness;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    fates all{30};
    test::run_simulated(seed, [](fates& a, std::size_t capacity, std::uint64_t s) -> task<> {
      std::mt19937_64 random{s};
      auto [tx, rx] = actors::channel<test::counted>(capacity);
      std::vector<actors::join_handle<>> senders;
      for (int i = 0; i != 3; ++i) senders.push_back(spawn(send_numbers(tx, a, i * 10, i * 10 + 10)));
      auto receiver = spawn(receive_numbers(rx, a));
      while (a.started != 4) co_await actors::yield();
      for (std::uint64_t i = random() % 40; i != 0; --i) co_await actors::yield();
      const bool by_hand = random() % 2 == 0;
      if (by_hand) rx.close();
      rx = {};
      tx = {};
      if (!by_hand) receiver.cancel();
      int failed = 0;
      for (auto& each : senders) {
        try {
          co_await each;
        } catch (const actors::channel_closed&) {
          ++failed;
        }
      }
      co_await receiver;
    }(all, GetParam(), seed));
    int sent = 0;
    int received = 0;
    for (std::size_t i = 0; i != 30; ++i) {
      sent += all.sent[i];
      received += all.received[i];
      ASSERT_LE(all.received[i].load(), all.sent[i].load());  // a failed send was not delivered
    }
    // What was sent before the close is delivered (C8); the receiver answers its cancellation and goes on.
    EXPECT_EQ(sent, received);
    all.books.expect_settled();
    if (HasFailure()) return;
  }
}

// A value that a receiver got just before it was cancelled is not lost between the two.
TEST_P(channel_simulation, receives_under_a_time_limit_lose_nothing) {  // C16, G5
  const std::uint64_t seeds = 3000 / test::slowness;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    fates all{20};
    test::run_simulated(seed, [](fates& a, std::size_t capacity) -> task<> {
      auto [tx, rx] = actors::channel<test::counted>(capacity);
      auto sending = spawn([](auto out, fates& f) -> task<> {
        for (int i = 0; i != 20; ++i) {
          co_await actors::sleep(std::chrono::nanoseconds{3 + i % 4});
          co_await out.send(test::counted{f.books, i});
          ++f.sent[static_cast<std::size_t>(i)];
        }
      }(std::move(tx), a));
      for (;;) {
        try {
          // A limit that ends at the same moment as the sender's pause, now and then.
          auto value = co_await actors::wait_for(
              [](auto in) -> task<std::optional<test::counted>> { co_return co_await in.receive(); }(rx), 5ns);
          if (!value) break;
          ++a.received[static_cast<std::size_t>(value->number())];
        } catch (const actors::timed_out&) {
          ++a.cancelled_receives;
        }
      }
      co_await sending;
    }(all, GetParam()));
    all.expect_exactly_once();
    if (HasFailure()) return;
  }
}

}  // namespace
