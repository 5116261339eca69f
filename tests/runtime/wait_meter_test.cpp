// wait_meter: when a push has to wake somebody.
#include "wait_meter.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace {

using actors::detail::wait_meter;

constexpr std::uint64_t limit = 10'000;

// A worker whose turns take `length` each; its queue holds [first, end).
class driver {
 public:
  explicit driver(wait_meter& meter) : meter_{meter} { meter_.restart(now_); }

  void turns(int count, std::uint64_t length, std::uint32_t first = 0, std::uint32_t end = 0) {
    for (int i = 0; i != count; ++i) {
      if (meter_.turn()) {
        ++samples_;
        meter_.sample(now_, first, end);
      }
      now_ += length;
    }
  }
  // An entry that lies in the slot for that long; returns whether its push had to wake somebody.
  bool slot(std::uint64_t time) {
    bool wakes = false;
    if (meter_.slot_filled()) {
      meter_.time_slot(now_);
      wakes = meter_.slot_is_slow();
    }
    now_ += time;
    if (meter_.slot_is_timed()) meter_.slot_taken(now_);
    return wakes;
  }
  int samples() const { return samples_; }

 private:
  wait_meter& meter_;
  std::uint64_t now_ = 1'000'000;
  int samples_ = 0;
};

TEST(wait_meter, what_is_not_known_counts_as_slow) {  // R4
  wait_meter meter{limit};
  EXPECT_TRUE(meter.turns_are_long());
  EXPECT_TRUE(meter.queue_is_slow(1));
  EXPECT_TRUE(meter.slot_is_slow());
}

TEST(wait_meter, short_turns_wake_nobody_until_the_queue_is_long) {
  wait_meter meter{limit};
  driver worker{meter};
  worker.turns(200, 100);
  EXPECT_FALSE(meter.turns_are_long());
  EXPECT_FALSE(meter.queue_is_slow(1));
  EXPECT_FALSE(meter.queue_is_slow(90));
  EXPECT_TRUE(meter.queue_is_slow(110));  // 110 turns of 100 are more than the limit
}

TEST(wait_meter, long_turns_wake_for_one_entry) {  // R4
  wait_meter meter{limit};
  driver worker{meter};
  worker.turns(200, 100);
  worker.turns(80, 20'000);
  EXPECT_TRUE(meter.turns_are_long());
  EXPECT_TRUE(meter.queue_is_slow(1));
  worker.turns(200, 100);
  EXPECT_FALSE(meter.queue_is_slow(1));
}

TEST(wait_meter, an_entry_that_stays_too_long_is_noticed_whatever_the_mean) {  // R4
  wait_meter meter{limit};
  driver worker{meter};
  worker.turns(200, 100);
  // The queue has one entry that is never reached, as when others are always put before it.
  worker.turns(150, 100, 7, 8);
  EXPECT_TRUE(meter.queue_is_slow(1));
  worker.turns(75, 100, 8, 9);  // it was taken, another one is young
  EXPECT_FALSE(meter.queue_is_slow(1));
}

TEST(wait_meter, looks_at_the_clock_seldom_where_turns_are_short_and_each_turn_where_they_are_long) {
  wait_meter meter{limit};
  driver worker{meter};
  worker.turns(200, 20);
  const int before = worker.samples();
  worker.turns(6400, 20);
  EXPECT_LE(worker.samples() - before, 101);
  worker.turns(64, 50'000);
  const int then = worker.samples();
  worker.turns(100, 50'000);
  EXPECT_EQ(worker.samples() - then, 100);
}

TEST(wait_meter, a_slot_whose_entries_wait_wakes_at_once_until_it_is_calm) {  // R4
  wait_meter meter{limit};
  driver worker{meter};
  for (int i = 0; i != 100; ++i) worker.slot(30);
  EXPECT_FALSE(meter.slot_is_slow());
  for (int i = 0; i != 16; ++i) EXPECT_FALSE(worker.slot(1'000'000));  // found out at the 16th at the latest
  for (int i = 0; i != 10; ++i) EXPECT_TRUE(worker.slot(1'000'000));
  int wakes = 0;
  for (int i = 0; i != 100; ++i) wakes += worker.slot(30) ? 1 : 0;
  EXPECT_LE(wakes, 4);
}

TEST(wait_meter, an_entry_that_was_stolen_lay_for_too_long) {
  wait_meter meter{limit};
  driver worker{meter};
  for (int i = 0; i != 100; ++i) worker.slot(30);
  ASSERT_FALSE(meter.slot_is_slow());
  while (!meter.slot_filled()) {
  }
  meter.time_slot(1);
  meter.slot_lost();
  EXPECT_FALSE(meter.slot_is_timed());
  EXPECT_TRUE(meter.slot_is_slow());
}

TEST(wait_meter, the_time_asleep_is_nobodys_turn) {
  wait_meter meter{limit};
  driver worker{meter};
  worker.turns(200, 100);
  meter.restart(1'000'000'000);
  EXPECT_FALSE(meter.turns_are_long());
}

}  // namespace
