// Every operation of a channel beside every other, on each kind of channel, with each overflow policy, under many
// schedules; the channel ends in each of the possible ways, and one task is cancelled.
#include <actors/actors.hpp>

#include "exploring.hpp"
#include "support/biased_locks.hpp"
#include "support/traffic.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace {

using actors::task;
using test::channel_plan;

class channel_contract : public testing::TestWithParam<channel_plan> {};
INSTANTIATE_TEST_SUITE_P(plans, channel_contract, testing::ValuesIn(test::all_channel_plans()),
                         [](const auto& plan) { return plan.param.name(); });

task<> cancel_it(actors::join_handle<> which) {
  which.cancel();
  co_return;
}

// Two send two values each, two receive, and one of the four is cancelled: a sender, where a receiver leaves early.
task<> main_task(channel_plan plan, test::ending how, int variant) {
  const test::traffic_load load{.variant = variant, .how = how};
  test::traffic all{load};
  const auto disturb = [&](std::vector<actors::join_handle<>>& tasks) {
    const int victim = all.one_leaves() ? all.receivers + variant % all.senders : variant % 4;
    return cancel_it(tasks[static_cast<std::size_t>(victim)]);
  };
  co_await test::run_traffic(plan, all, disturb);
}

// C1, C4, C5, C7, C8, C9, C11, C12, C16, C17, C18, C19, C20, C22, C23, C25, C28, S5, S6, S7
TEST_P(channel_contract, holds_in_all_schedules) {
  const channel_plan plan = GetParam();
  int variant = 0;
  for (const test::ending how : test::all_endings) {
    for (int i = 0; i != 6; ++i, ++variant) {
      const test::biased_after few{variant % 2 == 0 ? 1U : 1U << 20U};
      test::holds_in_all([=] { return main_task(plan, how, variant); }, {.workers = plan.workers}, 25);
      if (HasFailure()) return;
    }
  }
}

}  // namespace
