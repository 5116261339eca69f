// The prototypes of channel cores that are compared in bench/channel_cores: each value arrives once, nobody waits for
// ever.
#include <actors/actors.hpp>

#include "bench/channel_cores/library_channel.hpp"
#include "bench/channel_cores/meeting.hpp"
#include "bench/channel_cores/segment_queue.hpp"
#include "bench/channel_cores/sequenced_ring.hpp"
#include "bench/channel_cores/two_locks.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace {

using namespace bench::cores;

template <class Core>
class ChannelCores : public testing::Test {};

struct core_names {
  template <class Core>
  static std::string GetName(int) {
    if (std::is_same_v<Core, library_channel<std::int64_t>>) return "library_channel";
    if (std::is_same_v<Core, sequenced_ring<std::int64_t>>) return "sequenced_ring";
    if (std::is_same_v<Core, segment_queue<std::int64_t>>) return "segment_queue";
    return "two_locks";
  }
};

using all_cores = testing::Types<library_channel<std::int64_t>, sequenced_ring<std::int64_t>,
                                 segment_queue<std::int64_t>, two_locks<std::int64_t>>;
TYPED_TEST_SUITE(ChannelCores, all_cores, core_names);

constexpr std::int64_t n = ACTORS_TEST_SANITIZED ? 4'000 : 40'000;

// How often each value was seen.
using seen_counts = std::vector<std::atomic<int>>;

template <class Core>
void pass_all(std::size_t capacity, parties all, unsigned workers) {
  Core core{capacity};
  seen_counts counts(n);
  const auto count = [&counts](std::int64_t value) { ++counts[static_cast<std::size_t>(value)]; };
  const tally got = actors::run(meet(
                                    core, all, n, [](std::int64_t) {}, count),
                                {.workers = workers});
  EXPECT_EQ(got.count, n);
  EXPECT_EQ(got.sum, n * (n - 1) / 2);
  for (std::size_t i = 0; i != counts.size(); ++i) ASSERT_EQ(counts[i], 1) << "value " << i;
}

TYPED_TEST(ChannelCores, EachValueArrivesOnce) {  // C5
  for (const unsigned workers : {1U, 2U, 4U}) {
    for (const std::size_t capacity : {2U, 64U}) {
      for (const parties all : {parties{1, 1}, parties{8, 1}, parties{1, 8}, parties{8, 8}}) {
        SCOPED_TRACE(testing::Message() << workers << " workers, capacity " << capacity << ", " << all.senders << " to "
                                        << all.receivers);
        pass_all<TypeParam>(capacity, all, workers);
      }
    }
  }
}

TYPED_TEST(ChannelCores, OneSendersOrderIsKept) {  // C4
  TypeParam core{64};
  std::int64_t expected = 0;
  const auto check = [&expected](std::int64_t value) { EXPECT_EQ(value, expected++); };
  actors::run(meet(
                  core, parties{1, 1}, n, [](std::int64_t) {}, check),
              {.workers = 2});
}

}  // namespace
