// Every operation of a channel beside every other on real threads, on each kind of channel, with each overflow policy,
// until the channel ends in one of the possible ways, or everybody is cancelled again and again.
#include <actors/actors.hpp>

#include "support/biased_locks.hpp"
#include "support/time_limit.hpp"
#include "support/traffic.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <utility>
#include <vector>

namespace {

using actors::task;
using test::channel_plan;

class channel_contract : public testing::TestWithParam<channel_plan> {
 protected:
  static void run(task<> main) { actors::run(std::move(main), {.workers = GetParam().workers}); }
};
INSTANTIATE_TEST_SUITE_P(plans, channel_contract, testing::ValuesIn(test::all_channel_plans()),
                         [](const auto& plan) { return plan.param.name(); });

// Cancels this one and that, so many times.
task<> disturb(std::vector<actors::join_handle<>>& tasks, const std::atomic<int>& started, int times,
               std::uint64_t seed) {
  std::mt19937_64 random{seed};
  while (started != static_cast<int>(tasks.size())) co_await actors::yield();
  for (int i = 0; i != times; ++i) {
    tasks[random() % tasks.size()].cancel();
    if (random() % 3 != 0) co_await actors::yield();
  }
}

// C1, C4, C5, C7, C8, C9, C11, C12, C16, C17, C18, C19, C20, C22, C23, C25, C28, S5, S6, S7
TEST_P(channel_contract, holds_under_stress) {
  const channel_plan plan = GetParam();
  const int rounds = 240 / test::slowness;
  int cancellations = 0;
  for (int round = 0; round != rounds; ++round) {
    const test::biased_after few{round % 2 == 0 ? 2U : 1U << 20U};
    const test::traffic_load load{
        .senders = 4,
        .receivers = 4,
        .each = 60,
        .variant = round,
        .how = test::all_endings[static_cast<std::size_t>(round) % std::size(test::all_endings)],
        .turns = round % 40};
    test::traffic all{load};
    const auto some = [round, &all](std::vector<actors::join_handle<>>& tasks) {
      return disturb(tasks, all.started, round % 4 == 0 ? 0 : 40, static_cast<std::uint64_t>(round));
    };
    run(test::run_traffic(plan, all, some));
    cancellations += all.cancellations;
    if (HasFailure()) return;
  }
  EXPECT_GT(cancellations, 0);
}

}  // namespace
