// theft_judge: when a worker leaves another one its work.
#include "theft_judge.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace {

using actors::detail::theft_judge;

constexpr std::uint32_t per_microsecond = 143;  // of contention: a unit is 7 ns

class theft_judge_test : public testing::Test {
 protected:
  /// The worker spends so much time with what it took, and loses so much of it at locks.
  void steal(std::int64_t spent_us, std::uint32_t lost_us, bool same_turn = false, bool needed = false) {
    judge_.begin(now_, contention_, needed);
    now_ += spent_us * 1'000;
    contention_ += lost_us * per_microsecond;
    judge_.end(now_, contention_, same_turn);
  }
  /// For how long it lets the others alone from now on.
  std::int64_t alone_us() const {
    std::int64_t time = 0;
    while (judge_.lets_alone(now_ + time * 1'000)) ++time;
    return time;
  }
  void wait_until_done() { now_ += alone_us() * 1'000; }

  std::int64_t now_ = 1'000'000;
  std::uint32_t contention_ = 0xffff'0000;  // it begins anew meanwhile
  theft_judge judge_;
};

TEST_F(theft_judge_test, lets_nobody_alone_at_first) { EXPECT_EQ(alone_us(), 0); }

TEST_F(theft_judge_test, work_without_contention_is_a_gain) {
  for (int i = 0; i != 100; ++i) steal(5, 0);
  EXPECT_EQ(alone_us(), 0);
}

TEST_F(theft_judge_test, what_takes_less_time_than_getting_it_is_none) {
  steal(2, 0);
  EXPECT_NEAR(static_cast<double>(alone_us()), 32 * (20 + 1), 1);
}

TEST_F(theft_judge_test, work_that_loses_two_thirds_of_its_time_at_locks_is_none) {
  steal(100, 50);
  EXPECT_EQ(alone_us(), 0);
  steal(100, 70);
  EXPECT_EQ(alone_us(), 0) << "the first one had gained as much";
  steal(100, 80);
  EXPECT_NEAR(static_cast<double>(alone_us()), 32 * (20 + 9), 16);
}

TEST_F(theft_judge_test, gains_are_remembered_up_to_a_tenth_of_a_millisecond) {
  steal(1'000'000, 0);
  steal(10, 60);  // loses 83 us
  EXPECT_EQ(alone_us(), 0);
  steal(10, 20);
  EXPECT_NE(alone_us(), 0);
}

TEST_F(theft_judge_test, harm_is_avoided_for_twice_as_long_each_time_up_to_5_ms) {
  steal(2, 0);
  for (const double expected : {1'344., 2'688., 5'000., 5'000.}) {
    wait_until_done();
    steal(2, 0);
    EXPECT_NEAR(static_cast<double>(alone_us()), expected, 2);
  }
}

TEST_F(theft_judge_test, is_less_careful_after_each_gain) {
  for (int i = 0; i != 4; ++i) {
    wait_until_done();
    steal(2, 0);
  }
  wait_until_done();
  steal(100, 0);
  steal(100, 0);  // 5 ms, halved twice
  steal(10, 80);
  EXPECT_NEAR(static_cast<double>(alone_us()), 2'500, 2);
}

TEST_F(theft_judge_test, what_was_ready_behind_a_long_turn_is_not_judged) {
  steal(1, 50, true);
  EXPECT_TRUE(judge_.waits());
  EXPECT_EQ(alone_us(), 0);
  steal(1, 50, true);
  judge_.end_turn(now_, true);
  EXPECT_FALSE(judge_.waits());
  EXPECT_EQ(alone_us(), 0);
  steal(5, 0);
  EXPECT_EQ(alone_us(), 0) << "nothing of it was remembered";
}

TEST_F(theft_judge_test, what_was_taken_out_of_a_long_turn_is_not_judged) {
  steal(1, 50, false, true);
  EXPECT_FALSE(judge_.waits());
  EXPECT_EQ(alone_us(), 0);
}

TEST_F(theft_judge_test, behind_a_turn_that_proves_short_it_is_judged_then) {
  steal(1, 0, true);
  steal(1, 0, true);
  EXPECT_EQ(alone_us(), 0);
  judge_.end_turn(now_, false);
  EXPECT_NEAR(static_cast<double>(alone_us()), 32 * (20 + 4), 1);
}

}  // namespace
