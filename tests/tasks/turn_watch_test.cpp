// The watch of debug mode by itself, under virtual time: when it reports what.
#include "tasks/turn_watch.hpp"

#include <actors/debug.hpp>
#include <actors/simulate.hpp>

#include "runtime/platform.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::detail::turn_record;

struct report {
  std::string task;
  std::chrono::nanoseconds held;
  std::chrono::nanoseconds at;  ///< virtual time from the beginning
};
std::vector<report> reports;
std::int64_t beginning = 0;

void note(const actors::long_turn& turn) noexcept {
  reports.push_back(
      {std::string{turn.task}, turn.held, std::chrono::nanoseconds{actors::detail::clock_now() - beginning}});
}

void begin_step(turn_record& record, const char* task) {
  const std::lock_guard guard{record.lock};
  record.now = {std::make_shared<const std::string>(task), nullptr, actors::detail::clock_now(), false};
}
void end_step(turn_record& record) {
  const std::lock_guard guard{record.lock};
  record.now = {};
}
void pass(std::chrono::nanoseconds time) {
  actors::detail::parker waiting;
  static_cast<void>(waiting.wait(actors::detail::clock_now() + time.count()));
}

class turn_watch : public ::testing::Test {
 protected:
  turn_watch() : before_{actors::on_long_turn(&note)} {}
  ~turn_watch() override { actors::on_long_turn(before_); }

  /// Runs `work` with the records of two workers, whose steps may take 100 ms, under several schedules.
  template <class Work>
  static void watched(Work work) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      reports.clear();
      actors::simulate({.seed = seed}, [&work] {
        beginning = actors::detail::clock_now();
        std::vector<turn_record> records(2);
        const actors::detail::turn_watch watch{records, 100ms};
        work(records);
      });
      if (HasFailure()) return;
    }
  }

 private:
  const actors::long_turn_handler before_;
};

TEST_F(turn_watch, reports_a_step_when_it_becomes_too_long_and_once) {  // T14
  watched([](std::vector<turn_record>& records) {
    pass(30ms);
    begin_step(records[1], "slow");
    pass(99ms);
    EXPECT_TRUE(reports.empty());
    pass(2ms);
    ASSERT_EQ(reports.size(), 1U);
    EXPECT_EQ(reports[0].task, "slow");
    EXPECT_EQ(reports[0].held, 100ms);
    EXPECT_EQ(reports[0].at, 130ms);
    pass(1s);
    EXPECT_EQ(reports.size(), 1U);
  });
}

TEST_F(turn_watch, says_nothing_of_steps_that_end_in_time_and_of_workers_that_rest) {  // T14
  watched([](std::vector<turn_record>& records) {
    for (int i = 0; i != 10; ++i) {
      begin_step(records[0], "quick");
      pass(99ms);
      end_step(records[0]);
      pass(150ms);
    }
    EXPECT_TRUE(reports.empty());
  });
}

TEST_F(turn_watch, looks_at_each_worker_by_itself) {  // T14
  watched([](std::vector<turn_record>& records) {
    begin_step(records[0], "first");
    pass(60ms);
    begin_step(records[1], "second");
    pass(60ms);
    ASSERT_EQ(reports.size(), 1U);
    end_step(records[0]);
    pass(60ms);
    ASSERT_EQ(reports.size(), 2U);
    EXPECT_EQ(reports[0].at, 100ms);
    EXPECT_EQ(reports[1].task, "second");
    EXPECT_EQ(reports[1].at, 160ms);
  });
}

}  // namespace
