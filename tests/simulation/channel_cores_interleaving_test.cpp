// The prototypes of channel cores in bench/channel_cores under many schedules: each value arrives once, and a schedule
// in which somebody waits for ever ends with the report of a deadlock.
#include <actors/actors.hpp>

#include "bench/channel_cores/meeting.hpp"
#include "bench/channel_cores/segment_queue.hpp"
#include "bench/channel_cores/sequenced_ring.hpp"
#include "bench/channel_cores/two_locks.hpp"
#include "exploring.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace {

using namespace bench::cores;

template <class Core>
class channel_cores_interleaving : public testing::Test {};

using small_segments = segment_queue<std::int64_t, 2>;
using all_cores = testing::Types<sequenced_ring<std::int64_t>, small_segments, two_locks<std::int64_t>>;

struct core_names {
  template <class Core>
  static std::string GetName(int) {
    if (std::is_same_v<Core, sequenced_ring<std::int64_t>>) return "sequenced_ring";
    return std::is_same_v<Core, small_segments> ? "segment_queue" : "two_locks";
  }
};
TYPED_TEST_SUITE(channel_cores_interleaving, all_cores, core_names);

template <class Core>
actors::task<> pass_all(parties all, std::int64_t n) {
  auto core = std::make_unique<Core>(2);  // not in the frame: it is aligned to a cache line
  std::vector<int> counts(static_cast<std::size_t>(n));
  const auto nothing = [](std::int64_t) {};
  const auto count = [&counts](std::int64_t value) { ++counts[static_cast<std::size_t>(value)]; };
  const tally got = co_await meet(*core, all, n, nothing, count);
  EXPECT_EQ(got.count, n);
  EXPECT_EQ(counts, std::vector<int>(static_cast<std::size_t>(n), 1));
}

TYPED_TEST(channel_cores_interleaving, each_value_arrives_once) {  // C5
  for (const parties all : {parties{1, 2}, parties{2, 1}, parties{2, 2}, parties{3, 3}})
    test::holds_in_all([=] { return pass_all<TypeParam>(all, 6); }, {.workers = 3});
}

template <class Core>
actors::task<> pass_in_order(std::int64_t n) {
  auto core = std::make_unique<Core>(2);
  std::int64_t expected = 0;
  const auto nothing = [](std::int64_t) {};
  const auto check = [&expected](std::int64_t value) { EXPECT_EQ(value, expected++); };
  co_await meet(*core, parties{1, 1}, n, nothing, check);
}

TYPED_TEST(channel_cores_interleaving, one_senders_order_is_kept) {  // C4
  test::holds_in_all([] { return pass_in_order<TypeParam>(7); }, {.workers = 2});
}

template <class Core>
actors::task<> send_values(Core& through, std::int64_t n) {
  for (std::int64_t i = 0; i != n; ++i) co_await through.send(i);
}

template <class Core>
actors::task<std::int64_t> receive_one(Core& from) {
  co_await actors::yield();
  co_return co_await from.receive();
}

template <class Core>
actors::task<> wait_for_room() {
  auto core = std::make_unique<Core>(2);
  auto sending = actors::spawn(send_values(*core, 3));
  auto receiving = actors::spawn(receive_one(*core));
  std::int64_t sum = co_await receiving;
  co_await sending;
  for (int k = 0; k != 2; ++k) sum += co_await core->receive();
  EXPECT_EQ(sum, 3);
}

TYPED_TEST(channel_cores_interleaving, a_sender_goes_on_as_soon_as_there_is_room) {  // C2
  test::holds_in_all([] { return wait_for_room<TypeParam>(); }, {.workers = 3}, 8'000);
}

actors::task<> pass_through_segments() {
  auto core = std::make_unique<small_segments>(2);
  const auto nothing = [](std::int64_t) {};
  co_await meet(*core, parties{2, 2}, 20, nothing, nothing);
  EXPECT_LE(core->segments_in_use(), 2U);  // of eleven and more
}

TEST(segment_queue, segments_are_put_aside) {
  test::holds_in_all([] { return pass_through_segments(); }, {.workers = 3});
}

}  // namespace
