// wake_judge: when a worker is not woken again for the like of what it finds.
#include "wake_judge.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace {

using actors::detail::wake_judge;

class wake_judge_test : public testing::Test {
 protected:
  void find_work_for(std::int64_t nanoseconds) {
    judge_.found_work(now_);
    now_ += nanoseconds;
    judge_.out_of_work(now_);
  }
  void find_little(int times) {
    for (int i = 0; i != times; ++i) find_work_for(100);
  }

  std::int64_t now_ = 1'000'000;
  wake_judge judge_;
};

TEST_F(wake_judge_test, is_woken_as_long_as_nothing_is_known) {
  judge_.woken(now_);
  EXPECT_FALSE(judge_.may_rest(now_));
}

TEST_F(wake_judge_test, who_found_little_eight_times_may_rest_after_it_was_woken) {
  judge_.woken(now_);
  find_little(7);
  EXPECT_FALSE(judge_.may_rest(now_));
  find_little(1);
  EXPECT_TRUE(judge_.may_rest(now_));
}

TEST_F(wake_judge_test, is_woken_once_in_half_a_millisecond) {
  find_little(8);
  EXPECT_FALSE(judge_.may_rest(now_)) << "nobody has woken it yet";
  judge_.woken(now_);
  EXPECT_TRUE(judge_.may_rest(now_ + 499'999));
  EXPECT_FALSE(judge_.may_rest(now_ + 500'000));
}

TEST_F(wake_judge_test, one_long_piece_of_work_is_enough_to_be_woken_for_more) {
  find_little(100);
  judge_.woken(now_);
  find_work_for(5'000);
  EXPECT_TRUE(judge_.may_rest(now_)) << "as much as it costs to wake one";
  find_work_for(5'001);
  EXPECT_FALSE(judge_.may_rest(now_));
  find_little(7);
  EXPECT_FALSE(judge_.may_rest(now_));
}

}  // namespace
