// The events of one thread, read by another one while they are overwritten.
#include "trace_ring.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace {

using actors::detail::trace_event_data;
using actors::detail::trace_kind;
using actors::detail::trace_ring;

constexpr std::uint64_t mixed(std::uint64_t number) { return number * 0x9e3779b97f4a7c15U; }

// Every word of an event says which one it is of.
trace_event_data numbered(std::uint64_t number) {
  return {.time = number,
          .object = mixed(number),
          .name = static_cast<std::uint32_t>(number * 7),
          .place = static_cast<std::uint32_t>(number * 11),
          .kind = trace_kind::instant,
          .status = static_cast<std::uint8_t>(number),
          .detail = static_cast<std::uint32_t>(number * 13)};
}

void expect_whole(const trace_event_data& event) {
  const trace_event_data wanted = numbered(event.time);
  ASSERT_EQ(event.object, wanted.object);
  ASSERT_EQ(event.name, wanted.name);
  ASSERT_EQ(event.place, wanted.place);
  ASSERT_EQ(event.kind, wanted.kind);
  ASSERT_EQ(event.status, wanted.status);
  ASSERT_EQ(event.detail, wanted.detail);
}

TEST(trace_ring, keeps_the_latest_events_and_counts_the_others) {  // P3
  trace_ring ring{5000, false};
  EXPECT_EQ(ring.bytes(), 4096U);
  EXPECT_TRUE(ring.read().events.empty());
  for (std::uint64_t i = 0; i != 1000; ++i) ring.write(numbered(i));
  const trace_ring::copy all = ring.read();
  ASSERT_EQ(all.events.size(), 127U);  // one slot may be written at any moment
  EXPECT_EQ(all.dropped, 873U);
  for (std::size_t i = 0; i != all.events.size(); ++i) {
    EXPECT_EQ(all.events[i].time, 873 + i);
    expect_whole(all.events[i]);
  }
}

TEST(trace_ring, keeps_the_first_events_where_it_stops_when_full) {  // P3
  trace_ring ring{4096, true};
  for (std::uint64_t i = 0; i != 1000; ++i) ring.write(numbered(i));
  const trace_ring::copy all = ring.read();
  ASSERT_EQ(all.events.size(), 128U);
  EXPECT_EQ(all.events.front().time, 0U);
  EXPECT_EQ(all.events.back().time, 127U);
  EXPECT_EQ(all.dropped, 872U);
  EXPECT_TRUE(all.cut);
}

TEST(trace_ring, gives_whole_events_in_order_while_it_is_written) {  // P3, P4
  trace_ring ring{trace_ring::least_bytes, false};
  std::atomic<bool> ends{false};
  std::thread writer{[&] {
    for (std::uint64_t i = 0; !ends.load(std::memory_order_relaxed); ++i) ring.write(numbered(i));
  }};
  std::uint64_t last = 0;
  int with_events = 0;
  while (with_events != 3000) {
    const trace_ring::copy all = ring.read();
    if (all.events.empty()) continue;
    ++with_events;
    EXPECT_EQ(all.dropped, all.events.front().time);
    for (std::size_t i = 0; i != all.events.size() && !HasFatalFailure(); ++i) {
      ASSERT_EQ(all.events[i].time, all.events.front().time + i);
      expect_whole(all.events[i]);
    }
    ASSERT_GE(all.events.back().time, last);
    last = all.events.back().time;
    if (HasFailure()) break;
  }
  ends = true;
  writer.join();
}

}  // namespace
